#include "archive/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint64_t get(const uint8_t *bytes, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

static void the_check_value_of_crc32(void **state)
{
    (void)state;
    assert_int_equal(zip_crc(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    const uint32_t half = zip_crc(0, (const uint8_t *)"1234", 4);
    assert_int_equal(zip_crc(half, (const uint8_t *)"56789", 5), 0xcbf43926);
}

static void small_entries_need_no_zip64(void **state)
{
    (void)state;
    uint8_t out[ZIP_PART_MAX_BYTES];
    struct zip_entry entry = {.name = "a/b.jpg", .bytes = 5, .at = 7, .crc = 0x01020304};
    zip_date(2026, 12, 1, 23, 59, 58, &entry);
    assert_int_equal(zip_local(&entry, out), 30 + 7);
    assert_int_equal(get(out + 4, 2), 20);
    assert_int_equal(get(out + 6, 2), 0x808);
    assert_int_equal(get(out + 10, 2), 23 << 11 | 59 << 5 | 29);
    assert_int_equal(get(out + 12, 2), 46 << 9 | 12 << 5 | 1);
    assert_int_equal(zip_descriptor(&entry, out), 16);
    assert_int_equal(get(out + 4, 4), 0x01020304);
    assert_int_equal(get(out + 12, 4), 5);
    assert_int_equal(zip_central(&entry, out), 46 + 7);
    assert_int_equal(get(out + 42, 4), 7);
    assert_int_equal(zip_end(1, 58, 53, out), 22);
}

/* One byte below the limit a number still fits in its own field. */
static void numbers_that_do_not_fit_go_to_zip64(void **state)
{
    (void)state;
    uint8_t out[ZIP_PART_MAX_BYTES];
    struct zip_entry entry = {.name = "a", .bytes = UINT32_MAX - 1, .at = UINT32_MAX - 1};
    assert_int_equal(zip_central(&entry, out), 47);
    entry.bytes++;
    assert_int_equal(zip_local(&entry, out), 31 + 20);
    assert_int_equal(get(out + 4, 2), 45);
    assert_int_equal(zip_descriptor(&entry, out), 24);
    assert_int_equal(zip_central(&entry, out), 47 + 20);
    assert_int_equal(get(out + 20, 4), UINT32_MAX);
    assert_int_equal(get(out + 47 + 4, 8), UINT32_MAX);
    entry.at = UINT64_C(1) << 40;
    assert_int_equal(zip_central(&entry, out), 47 + 28);
    assert_true(get(out + 47 + 20, 8) == UINT64_C(1) << 40);
    entry.bytes = 1;
    assert_int_equal(zip_central(&entry, out), 47 + 12);
    assert_int_equal(zip_end(65534, 1, 1, out), 22);
    assert_int_equal(zip_end(65535, 1, 1, out), 22 + 56 + 20);
    assert_int_equal(get(out + 24, 8), 65535);
    assert_int_equal(zip_end(1, UINT32_MAX, 1, out), 22 + 56 + 20);
}

static void times_that_dos_does_not_know(void **state)
{
    (void)state;
    struct zip_entry entry;
    zip_date(1970, 1, 1, 0, 0, 0, &entry);
    assert_int_equal(entry.dos_date, 1 << 5 | 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_of_crc32),
        cmocka_unit_test(small_entries_need_no_zip64),
        cmocka_unit_test(numbers_that_do_not_fit_go_to_zip64),
        cmocka_unit_test(times_that_dos_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
