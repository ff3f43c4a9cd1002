/* The line to a helper that takes no orders for a while (pretend_helper.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "picam/libcamera_line.h"

enum { PATIENCE_MS = 60000, RELEASES = 5, WAITING_MAX = 64 };

struct rig {
    char folder[32], manner[64];
    const char *fifo;
    struct libcamera_line *line;
};

static void hear(struct rig *rig, enum helper_kind kind, struct libcamera_message *ret_message)
{
    int fds[HELPER_BUFFERS_MAX];
    assert_int_equal(libcamera_line_hear(rig->line, ret_message, fds), 0);
    assert_int_equal(ret_message->kind, kind);
    libcamera_line_flush(rig->line);
}

static void begin(struct rig *rig)
{
    struct libcamera_message message;
    *rig = (struct rig){.folder = "/tmp/eyelid-test-XXXXXX"};
    assert_non_null(mkdtemp(rig->folder));
    snprintf(rig->manner, sizeof(rig->manner), "late %s/fifo", rig->folder);
    rig->fifo = rig->manner + strlen("late ");
    assert_int_equal(mkfifo(rig->fifo, 0600), 0);
    assert_int_equal(libcamera_line_open(PRETEND_HELPER, rig->manner, &rig->line), 0);
    hear(rig, HELPER_CONTROL, &message);
    hear(rig, HELPER_READY, &message);
}

static void end(struct rig *rig)
{
    libcamera_line_close(rig->line, PATIENCE_MS, -1);
    libcamera_line_unref(&rig->line);
    unlink(rig->fifo);
    rmdir(rig->folder);
}

static bool set(struct rig *rig)
{
    const struct helper_set order = {.value = 1};
    return libcamera_line_send(rig->line, HELPER_SET, &order, sizeof(order));
}

/* So many orders until one is refused. */
static unsigned fill(struct rig *rig)
{
    unsigned n = 0;
    while (set(rig))
        n++;
    assert_in_range(n, WAITING_MAX + 1, 1000000);
    return n;
}

static void test_valid_orders_are_carried_out(void **state)
{
    (void)state;
    struct rig rig;
    struct libcamera_message message;
    char want[64];
    begin(&rig);
    unsigned n = fill(&rig);
    /* A buffer always finds its way back. */
    for (unsigned i = 0; i < RELEASES; i++)
        assert_true(libcamera_line_send(rig.line, HELPER_RELEASE,
                                        &(struct helper_release){.index = i},
                                        sizeof(struct helper_release)));
    assert_false(set(&rig));
    assert_true(libcamera_line_is_behind(rig.line));
    libcamera_line_flush(rig.line); /* no room yet */
    assert_true(libcamera_line_is_behind(rig.line));

    int fd = open(rig.fifo, O_WRONLY | O_CLOEXEC); /* it wakes */
    assert_true(fd >= 0);
    for (unsigned i = 0; i < n; i++) {
        assert_true(libcamera_line_owes(rig.line));
        hear(&rig, HELPER_DONE, &message);
    }
    assert_false(libcamera_line_owes(rig.line)); /* refused orders are not owed */
    assert_true(libcamera_line_send(rig.line, HELPER_STOP, NULL, 0));
    hear(&rig, HELPER_TROUBLE, &message);
    snprintf(want, sizeof(want), "%u settings, %u releases", n, (unsigned)RELEASES);
    assert_string_equal(message.trouble.sentence, want);
    assert_false(libcamera_line_is_behind(rig.line));
    close(fd);
    end(&rig);
}

static void test_waiting_orders_end_with_the_helper(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig);
    fill(&rig);
    libcamera_line_close(rig.line, 0, -1);
    assert_false(set(&rig));
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_orders_are_carried_out),
        cmocka_unit_test(test_waiting_orders_end_with_the_helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
