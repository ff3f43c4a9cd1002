#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>

static void test_life(void **state)
{
    (void)state;
    struct buf *buf = NULL;
    assert_int_equal(buf_create(100, &buf), 0);
    assert_int_equal(buf->len_bytes, 100);
    memset(buf->data, 7, 100);
    struct buf *other = buf_ref(buf);
    assert_ptr_equal(other, buf);
    buf_unref(&buf);
    assert_null(buf);
    assert_int_equal(other->data[99], 7);
    buf_unref(&other);
    assert_null(other);
    buf_unref(&other); /* takes a pointer to NULL */
}

static void count_up(void *ctx)
{
    ++*(int *)ctx;
}

static void test_lent(void **state)
{
    (void)state;
    int released = 0;
    struct buf *buf = buf_lend(count_up, &released);
    assert_int_equal(buf->len_bytes, 0);
    struct buf *other = buf_ref(buf);
    buf_unref(&buf);
    assert_int_equal(released, 0);
    buf_unref(&other);
    assert_int_equal(released, 1);
}

static void test_sizes(void **state)
{
    (void)state;
    struct buf *buf = NULL;
    assert_int_equal(buf_create(0, &buf), 0);
    assert_int_equal(buf->len_bytes, 0);
    buf_unref(&buf);
    /* More than memory can be: refused, the output untouched. */
    assert_int_equal(buf_create(SIZE_MAX, &buf), -ENOMEM);
    assert_int_equal(buf_create(SIZE_MAX - sizeof(struct buf) + 1, &buf), -ENOMEM);
    assert_null(buf);
}

static void test_resize(void **state)
{
    (void)state;
    struct buf *buf = NULL;
    assert_int_equal(buf_create(4, &buf), 0);
    memcpy(buf->data, "abcd", 4);
    assert_int_equal(buf_resize(&buf, 100000), 0);
    assert_int_equal(buf->len_bytes, 100000);
    assert_memory_equal(buf->data, "abcd", 4);
    assert_int_equal(buf_resize(&buf, 2), 0);
    assert_int_equal(buf->len_bytes, 2);
    assert_memory_equal(buf->data, "ab", 2);
    struct buf *before = buf;
    assert_int_equal(buf_resize(&buf, SIZE_MAX), -ENOMEM);
    assert_ptr_equal(buf, before);
    assert_int_equal(buf->len_bytes, 2);
    buf_unref(&buf);
}

enum { N_THREADS = 4, N_ROUNDS = 5000, LEN = 64 };

/* Each thread owns one reference, takes and drops more of them, reads the bytes and drops its own.
 * The last one frees: a sanitizer shows a lost, doubled or unordered count. */
static void *use(void *ctx)
{
    struct buf *mine = ctx;
    uintptr_t wrong = 0;
    for (int i = 0; i < N_ROUNDS; i++) {
        struct buf *extra = buf_ref(mine);
        wrong += extra->data[i % LEN] != i % LEN;
        buf_unref(&extra);
    }
    buf_unref(&mine);
    return (void *)wrong;
}

static void test_threads(void **state)
{
    (void)state;
    struct buf *buf = NULL;
    assert_int_equal(buf_create(LEN, &buf), 0);
    for (uint8_t i = 0; i < LEN; i++)
        buf->data[i] = i;
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, buf_ref(buf)), 0);
    buf_unref(&buf);
    for (int i = 0; i < N_THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),   cmocka_unit_test(test_lent),    cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_resize), cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
