#include "device/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

/* Written by hand from the table of docs/protocol.md, section 1.2. */
static const uint8_t SAMPLE[WIRE_HEAD_BYTES] = {'E',  'D',  1,    0x02, 0x01, 0x02, 0x03, 0x04,
                                                0x00, 0x00, 0x00, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E};

static void writes_the_table_of_the_contract(void **state)
{
    (void)state;
    uint8_t out[WIRE_HEAD_BYTES];
    wire_frame_write(&(struct wire_frame){.flags = WIRE_FLAG_DARK,
                                          .sequence = 0x01020304,
                                          .capture_us = INT64_C(0x0A0B0C0D0E)},
                     out);
    assert_memory_equal(out, SAMPLE, sizeof(SAMPLE));
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    const struct wire_frame frames[] = {
        {0},
        {.flags = WIRE_FLAG_STILL, .sequence = UINT32_MAX, .capture_us = INT64_MAX},
        {.flags = 0xFF, .sequence = 7, .capture_us = 1},
    };
    for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        uint8_t out[WIRE_HEAD_BYTES];
        struct wire_frame back;
        wire_frame_write(&frames[i], out);
        assert_int_equal(wire_frame_read(out, sizeof(out), &back), 0);
        assert_int_equal(back.flags, frames[i].flags);
        assert_int_equal(back.sequence, frames[i].sequence);
        assert_int_equal(back.capture_us, frames[i].capture_us);
    }
}

static void refuses_invalid_headers(void **state)
{
    (void)state;
    static const struct {
        unsigned at;
        uint8_t value;
    } spoilt[] = {{0, 0xFF}, {1, 0xD8}, {2, 0}, {2, 2}, {8, 0x80}};
    struct wire_frame frame = {.flags = 9, .sequence = 8, .capture_us = 7};
    for (unsigned i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
        uint8_t bytes[WIRE_HEAD_BYTES];
        memcpy(bytes, SAMPLE, sizeof(bytes));
        bytes[spoilt[i].at] = spoilt[i].value;
        assert_int_equal(wire_frame_read(bytes, sizeof(bytes), &frame), -EINVAL);
    }
    for (size_t len_bytes = 0; len_bytes < WIRE_HEAD_BYTES; len_bytes++)
        assert_int_equal(wire_frame_read(SAMPLE, len_bytes, &frame), -EINVAL);
    assert_true(frame.flags == 9 && frame.sequence == 8 && frame.capture_us == 7);
}

static void the_jpeg_behind_it_is_not_looked_at(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_HEAD_BYTES + 2] = {0};
    struct wire_frame frame;
    memcpy(bytes, SAMPLE, sizeof(SAMPLE));
    assert_int_equal(wire_frame_read(bytes, sizeof(bytes), &frame), 0);
    assert_int_equal(frame.sequence, 0x01020304);
}

static void tokens(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_one;
    } rows[] = {
        {"0123456789abcdef", true},
        {"-._~+/ABCDEFGHIJ==", true},
        {"", false},
        {"0123456789abcde", false},
        {"================", false},
        {"0123456789abcdef ", false},
        {"0123456789=bcdef0", false},
        {"0123456789abc\r\nX", false},
        {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true},
        {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", false},
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(wire_is_token(rows[i].text), rows[i].is_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_table_of_the_contract),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(refuses_invalid_headers),
        cmocka_unit_test(the_jpeg_behind_it_is_not_looked_at),
        cmocka_unit_test(tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
