#include "media/live.h"

#include "data.h"
#include "tests/unit/live_head.h"

/* docs/protocol.md, 2.3, byte for byte. */
static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        struct live_head head;
        uint8_t bytes[LIVE_HEAD_BYTES];
    } rows[] = {
        {{LIVE_INIT, 0, 4, 1, 24, 0},
         {1, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {{LIVE_CHUNK, LIVE_FLAG_KEY, 0x01020304, 0x05060708, 24 + 108, 0x1112131415161718},
         {1, 2,   0, 1, 1,    2,    3,    4,    5,    6,    7,    8,
          0, 132, 0, 0, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}},
        {{LIVE_JPEG, LIVE_FLAG_KEY, UINT32_MAX, UINT32_MAX, UINT16_MAX, INT64_MAX},
         {1,   3,   0, 1, 255, 255, 255, 255, 255, 255, 255, 255,
          255, 255, 0, 0, 127, 255, 255, 255, 255, 255, 255, 255}},
        {{LIVE_STILL, 0x8001, 0, 3, 24, -2},
         {1, 4,  0x80, 1, 0,   0,   0,   0,   0,   0,   0,   3,
          0, 24, 0,    0, 255, 255, 255, 255, 255, 255, 255, 254}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t out[LIVE_HEAD_BYTES];
        memset(out, 0xaa, sizeof(out));
        live_head_write(&rows[i].head, out);
        assert_memory_equal(out, rows[i].bytes, LIVE_HEAD_BYTES);

        struct live_head head;
        assert_true(live_head_read(rows[i].bytes, LIVE_HEAD_BYTES, &head));
        assert_int_equal(head.kind, rows[i].head.kind);
        assert_int_equal(head.flags, rows[i].head.flags);
        assert_int_equal(head.stream, rows[i].head.stream);
        assert_int_equal(head.sequence, rows[i].head.sequence);
        assert_int_equal(head.unit_offset, rows[i].head.unit_offset);
        assert_true(head.capture_us == rows[i].head.capture_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
