/* The list of cameras, of a helper that pretends (pretend_helper.c). */
#include "picam/libcamera_finder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What /dev is: it has a media device. */
static char folder[] = "/tmp/eyelid-test-XXXXXX";
static char media[64];

DIR *__real_opendir(const char *name);
DIR *__wrap_opendir(const char *name);

DIR *__wrap_opendir(const char *name)
{
    return __real_opendir(strcmp(name, "/dev") == 0 ? folder : name);
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(media, sizeof(media), "%s/media0", folder);
    int fd = open(media, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    unlink(media);
    return rmdir(folder);
}

static unsigned count_fds(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static int find(const char *manner, struct libcamera_list *ret_list)
{
    setenv("PRETEND_LIST", manner, 1);
    return libcamera_find(PRETEND_HELPER, NULL, ret_list);
}

static void test_a_list(void **state)
{
    (void)state;
    struct libcamera_list list;
    assert_int_equal(find("good", &list), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.cameras[0].camera.model, "pretended");
}

static void test_an_invalid_list_leaves_nothing_open(void **state)
{
    (void)state;
    static const char *const MANNERS[] = {"layout", "still"};
    struct libcamera_list list;
    const unsigned n_fds = count_fds();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(find(MANNERS[i], &list), -EBADMSG);
        assert_int_equal(count_fds(), n_fds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list),
        cmocka_unit_test(test_an_invalid_list_leaves_nothing_open),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
