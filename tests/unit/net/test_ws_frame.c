#include "net/ws_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void reads_every_length_form(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[WS_CLIENT_HEADER_MAX];
        int len;
        uint64_t payload;
    } CASES[] = {
        {{0x82, 0x80, 1, 2, 3, 4}, 6, 0},
        {{0x82, 0xfd, 1, 2, 3, 4}, 6, 125},
        {{0x82, 0xfe, 0, 126, 1, 2, 3, 4}, 8, 126},
        {{0x82, 0xfe, 0, 5, 1, 2, 3, 4}, 8, 5}, /* longer than needed: hobby code does that */
        {{0x82, 0xfe, 0xff, 0xff, 1, 2, 3, 4}, 8, 65535},
        {{0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}, 14, 65536},
        {{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, 14, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct ws_frame frame = {0};
        for (int len = 0; len < CASES[i].len; len++)
            assert_int_equal(ws_frame_read(CASES[i].bytes, (size_t)len, &frame), 0);
        assert_int_equal(ws_frame_read(CASES[i].bytes, (size_t)CASES[i].len, &frame), CASES[i].len);
        assert_int_equal(ws_frame_read(CASES[i].bytes, WS_CLIENT_HEADER_MAX, &frame), CASES[i].len);
        assert_true(frame.len_bytes == CASES[i].payload);
        assert_true(frame.fin);
        assert_int_equal(frame.opcode, WS_BINARY);
        assert_memory_equal(frame.mask, ((const uint8_t[]){1, 2, 3, 4}), 4);
    }
}

static void knows_what_a_client_may_send(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++) {
            const uint8_t bytes[WS_CLIENT_HEADER_MAX] = {(uint8_t)first, (uint8_t)second};
            struct ws_frame frame;
            unsigned opcode = first & 15;
            bool control = opcode >= 8;
            bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
            bool fine = known && !(first & 0x70) && (second & 0x80) &&
                        !(control && (!(first & 0x80) || (second & 0x7f) > 125));
            assert_int_equal(ws_frame_read(bytes, sizeof(bytes), &frame) > 0, fine);
        }
    struct ws_frame frame;
    assert_int_equal(
        ws_frame_read((const uint8_t[]){0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 14,
                      &frame),
        -1);
}

static void unmasks_at_any_place(void **state)
{
    (void)state;
    const struct ws_frame frame = {.mask = {0x11, 0x22, 0x44, 0x88}};
    uint8_t in[67], expected[67], out[67];
    for (size_t i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t)(i * 37);
        expected[i] = in[i] ^ frame.mask[i & 3];
    }
    for (size_t split = 0; split <= sizeof(in); split++) {
        memset(out, 0, sizeof(out));
        ws_frame_unmask(&frame, 0, in, split, out);
        ws_frame_unmask(&frame, split, in + split, sizeof(in) - split, out + split);
        assert_memory_equal(out, expected, sizeof(out));
    }
}

static void writes_headers_in_front(void **state)
{
    (void)state;
    static const struct {
        size_t payload;
        uint8_t header[WS_SERVER_HEADER_MAX];
        size_t len;
    } CASES[] = {
        {0, {0x82, 0}, 2},
        {125, {0x82, 125}, 2},
        {126, {0x82, 126, 0, 126}, 4},
        {65535, {0x82, 126, 0xff, 0xff}, 4},
        {65536, {0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}, 10},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        uint8_t room[WS_SERVER_HEADER_MAX + 1] = {0};
        size_t n = ws_frame_write(room + WS_SERVER_HEADER_MAX, WS_BINARY, CASES[i].payload);
        assert_int_equal(n, CASES[i].len);
        assert_memory_equal(room + WS_SERVER_HEADER_MAX - n, CASES[i].header, n);
        assert_int_equal(room[WS_SERVER_HEADER_MAX], 0);
    }
}

static void knows_the_codes(void **state)
{
    (void)state;
    static const unsigned GOOD[] = {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4001, 4999};
    static const unsigned BAD[] = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535};
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++)
        assert_true(ws_code_is_valid(GOOD[i]));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_false(ws_code_is_valid(BAD[i]));
}

/* Every code point, encoded as it must be; and what lies beside them. */
static void knows_utf8(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint8_t s[4];
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (n == 1)
            s[0] = (uint8_t)c;
        else
            s[0] = (uint8_t)((0xf00 >> n) | c >> (6 * (n - 1)));
        for (size_t i = 1; i < n; i++)
            s[i] = (uint8_t)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
        bool surrogate = c >= 0xd800 && c < 0xe000;
        if (ws_text_is_utf8(s, n) == surrogate)
            fail_msg("U+%04X", c);
        if (n > 1)
            assert_false(ws_text_is_utf8(s, n - 1));
    }
    static const char *const BAD[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xfe",
                                      "\xff",
                                      "ok\xc3(",
                                      "\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_false(ws_text_is_utf8((const uint8_t *)BAD[i], strlen(BAD[i])));
    assert_true(ws_text_is_utf8(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_length_form), cmocka_unit_test(knows_what_a_client_may_send),
        cmocka_unit_test(unmasks_at_any_place),    cmocka_unit_test(writes_headers_in_front),
        cmocka_unit_test(knows_the_codes),         cmocka_unit_test(knows_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
