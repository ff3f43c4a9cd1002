#include "media/jpeg_tables.h"

#include <stdbool.h>

#include "data.h"

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

static void the_segment_has_the_tables_that_encoders_write(void **state)
{
    (void)state;
    static uint8_t jpeg[DATA_MAX_BYTES], rest[DATA_MAX_BYTES];
    uint8_t wanted[1024], got[JPEG_TABLES_BYTES];
    size_t n_wanted, len_bytes = data_read("restart.jpg", jpeg); /* it has the standard tables */
    (void)split(jpeg, len_bytes, rest, wanted, &n_wanted);
    assert_int_equal(jpeg_tables_segment(15, got), JPEG_TABLES_BYTES);
    assert_int_equal(n_wanted, JPEG_TABLES_BYTES - 4);
    assert_memory_equal(got, "\xff\xc4\x01\xa2", 4);
    assert_memory_equal(got + 4, wanted, n_wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_segment_has_the_tables_that_encoders_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
