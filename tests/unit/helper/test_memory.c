/* Memory that is handed to the server keeps its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "helper/libcamera/memory.h"

static void test_it_can_not_shrink(void **state)
{
    (void)state;
    struct memory memory = {0};
    assert_int_equal(memory_create(8192, &memory), 0);
    memset(memory.bytes, 1, 8192);
    assert_int_equal(ftruncate(memory.fd, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_true(fcntl(memory.fd, F_GET_SEALS) & F_SEAL_SHRINK);
    memory_finish(&memory);
    assert_null(memory.bytes);
    memory_finish(&memory);
}

static void test_another_mapping_sees_what_is_written(void **state)
{
    (void)state;
    struct memory ours = {0}, theirs = {0};
    assert_int_equal(memory_create(4096, &ours), 0);
    assert_int_equal(memory_map(ours.fd, 4096, &theirs), 0);
    ours.bytes[4095] = 42;
    memory_begin_read(&theirs); /* no dma-buf: nothing to be done, and no harm */
    assert_int_equal(theirs.bytes[4095], 42);
    memory_end_read(&theirs);
    memory_finish(&theirs);
    ours.bytes[0] = 1; /* the descriptor was not closed under our feet */
    assert_int_equal(fcntl(ours.fd, F_GETFD) >= 0, 1);
    memory_finish(&ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_can_not_shrink),
        cmocka_unit_test(test_another_mapping_sees_what_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
