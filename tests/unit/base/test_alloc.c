#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_zeroed(void **state)
{
    (void)state;
    struct thing {
        int numbers[16];
    } zero = {0};
    struct thing *things = mem_new_array(struct thing, 3);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(&things[i], &zero, sizeof(zero));
    mem_free(things);
    mem_free(NULL);
}

static void test_strdup(void **state)
{
    (void)state;
    char original[] = "porch";
    char *copy = mem_strdup_or_die(original);
    original[0] = 'x';
    assert_string_equal(copy, "porch");
    mem_free(copy);
    assert_null(mem_strdup_or_die(NULL));
}

static void test_grow(void **state)
{
    (void)state;
    char *p = mem_try_realloc(NULL, 4);
    assert_non_null(p);
    memcpy(p, "abc", 4);
    p = mem_try_realloc(p, 4000);
    assert_non_null(p);
    assert_string_equal(p, "abc");
    mem_free(p);
}

static size_t resident_pages(void)
{
    size_t size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%zu %zu", &size, &resident), 2);
    fclose(file);
    return resident;
}

/* Sanitizers have an allocator that keeps freed memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OTHER_ALLOCATOR 1
#elif defined(__has_feature)
#define HAS_OTHER_ALLOCATOR (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define HAS_OTHER_ALLOCATOR 0
#endif

/* A burst of large blocks, freed in any order, between small ones that stay. */
static void test_large_blocks_go_back(void **state)
{
    (void)state;
    enum { BLOCKS = 16, BYTES = 4 * 1024 * 1024 };
    char *large[BLOCKS], *small[BLOCKS];
    mem_setup();
    mem_free(mem_try_alloc(BYTES)); /* after which glibc alone would keep blocks of this size */
    size_t before = resident_pages();
    for (int i = 0; i < BLOCKS; i++) {
        large[i] = mem_try_alloc(BYTES);
        small[i] = mem_try_alloc(64);
        assert_true(large[i] && small[i]);
        memset(large[i], 'x', BYTES);
    }
    assert_true(resident_pages() - before >= BLOCKS * (BYTES / 4096));
    for (int i = 0; i < BLOCKS; i++)
        mem_free(large[i]);
#if !HAS_OTHER_ALLOCATOR
    assert_true(resident_pages() < before + BYTES / 4096);
#endif
    for (int i = 0; i < BLOCKS; i++)
        mem_free(small[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed),
        cmocka_unit_test(test_strdup),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_large_blocks_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
