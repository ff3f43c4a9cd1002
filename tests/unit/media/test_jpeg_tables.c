#include "media/jpeg_tables.h"

#include <stdbool.h>

#include "data.h"
#include "media/jpeg.h"

static const struct jpeg_limits LIMITS = {4096, 4096};

/* Splits a JPEG into its Huffman tables and all the rest. Returns the length of the rest. */
static size_t split(const uint8_t *jpeg, size_t len_bytes, uint8_t *rest, uint8_t *tables,
                    size_t *ret_tables_bytes)
{
    size_t n = 2, n_tables = 0, at = 2;
    memcpy(rest, jpeg, 2);
    for (bool is_scan = false; !is_scan;) {
        size_t size = 2 + ((size_t)jpeg[at + 2] << 8 | jpeg[at + 3]);
        is_scan = jpeg[at + 1] == 0xda;
        if (jpeg[at + 1] == 0xc4) {
            memcpy(tables + n_tables, jpeg + at + 4, size - 4);
            n_tables += size - 4;
        } else {
            memcpy(rest + n, jpeg + at, size);
            n += size;
        }
        at += size;
    }
    memcpy(rest + n, jpeg + at, len_bytes - at);
    *ret_tables_bytes = n_tables;
    return n + len_bytes - at;
}

static void what_was_left_out_is_put_in(void **state)
{
    (void)state;
    static uint8_t jpeg[DATA_MAX_BYTES], bare[DATA_MAX_BYTES],
        out[DATA_MAX_BYTES + JPEG_TABLES_BYTES];
    static uint8_t rest[DATA_MAX_BYTES];
    uint8_t wanted[1024], got[1024];
    size_t n_wanted, n_got;
    size_t len_bytes = data_read("restart.jpg", jpeg); /* it has the standard tables */
    size_t bare_bytes = split(jpeg, len_bytes, bare, wanted, &n_wanted);
    assert_true(bare_bytes < len_bytes);

    size_t out_bytes = jpeg_tables_copy(out, bare, bare_bytes);
    assert_int_equal(out_bytes, bare_bytes + JPEG_TABLES_BYTES);
    assert_int_equal(split(out, out_bytes, rest, got, &n_got), bare_bytes);
    assert_memory_equal(rest, bare, bare_bytes);
    assert_int_equal(n_got, n_wanted);
    assert_memory_equal(got, wanted, n_wanted);

    struct jpeg_info info;
    assert_int_equal(jpeg_inspect(out, out_bytes, &LIMITS, &info), JPEG_OK);
    assert_int_equal(info.len_bytes, out_bytes);
}

static void whoever_has_tables_keeps_them(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"422.jpg", "420.jpg", "grey.jpg", "restart.jpg"};
    static uint8_t jpeg[DATA_MAX_BYTES], out[DATA_MAX_BYTES + JPEG_TABLES_BYTES];
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        size_t len_bytes = data_read(NAMES[i], jpeg);
        assert_int_equal(jpeg_tables_copy(out, jpeg, len_bytes), len_bytes);
        assert_memory_equal(out, jpeg, len_bytes);
    }
}

static void what_is_no_jpeg_is_copied(void **state)
{
    (void)state;
    static const char *const HEX[] = {"",
                                      "ff",
                                      "ffd8",
                                      "ffd8ff",
                                      "ffd8ffda",
                                      "ffd8ffe0ffff00",
                                      "ffd8ffe00001ffda0000",
                                      "00112233445566",
                                      "ffd8ffffffffff"};
    for (size_t i = 0; i < sizeof(HEX) / sizeof(HEX[0]); i++) {
        uint8_t bytes[32], out[32 + JPEG_TABLES_BYTES];
        size_t len_bytes = data_unhex(HEX[i], bytes, sizeof(bytes));
        assert_int_equal(jpeg_tables_copy(out, bytes, len_bytes), len_bytes);
        assert_memory_equal(out, bytes, len_bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_left_out_is_put_in),
        cmocka_unit_test(whoever_has_tables_keeps_them),
        cmocka_unit_test(what_is_no_jpeg_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
