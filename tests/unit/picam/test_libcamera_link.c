/* The server's side of a helper, with one that pretends (pretend_helper.c): pictures come and go
 * back, and whatever it does wrong costs the helper and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "camera/source.h"
#include "picam/libcamera_link.h"

enum { PATIENCE_S = 60 };

struct rig {
    struct lock lock;
    struct lock_cond cond;
    bool woken;       /* guarded by lock */
    bool flies;       /* guarded by lock: each look at the clock finds it an hour later */
    int64_t ahead_us; /* guarded by lock: it is ahead of the machine's */
    struct clock clock;
    struct inbox events;
    _Atomic unsigned n_events;
    struct libcamera_link *link;
};

static int64_t rig_now(void *ctx)
{
    struct rig *rig = ctx;
    lock_take(&rig->lock);
    rig->ahead_us += rig->flies ? 3600 * US_PER_S : 0;
    int64_t ahead_us = rig->ahead_us;
    lock_drop(&rig->lock);
    return clock_now_us(&clock_system) + ahead_us;
}

static void wake(void *ctx)
{
    struct rig *rig = ctx;
    lock_take(&rig->lock);
    rig->woken = true;
    lock_cond_signal(&rig->cond);
    lock_drop(&rig->lock);
}

/* As a JPEG, the picture's first luma. */
static int make_jpeg(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off)
{
    struct buf *buf;
    assert_true(quality >= 80);
    assert_int_equal(buf_create(room + 1, &buf), 0);
    buf->data[room] = raw->planes[0][0];
    *ret_buf = buf;
    *ret_end_off = room + 1;
    return 0;
}

static void begin(struct rig *rig, const char *manner)
{
    *rig = (struct rig){0};
    lock_init(&rig->lock, LOCK_RANK_INBOX + 1);
    lock_cond_init(&rig->cond);
    rig->clock = (struct clock){.now_us = rig_now, .ctx = rig};
    inbox_init(&rig->events, (struct waker){wake, rig});
    const struct libcamera_link_params params = {.helper = PRETEND_HELPER,
                                                 .camera_id = manner,
                                                 .events = &rig->events,
                                                 .n_events = &rig->n_events,
                                                 .clock = &rig->clock,
                                                 .make_jpeg = make_jpeg};
    assert_int_equal(libcamera_link_create(&params, &rig->link), 0);
}

static struct libcamera_event *take(struct rig *rig)
{
    const int64_t deadline_us = clock_now_us(&clock_system) + PATIENCE_S * US_PER_S;
    for (;;) {
        struct list *node = inbox_take(&rig->events);
        if (node)
            return list_entry(node, struct libcamera_event, node);
        lock_take(&rig->lock);
        while (!rig->woken)
            if (!lock_cond_wait(&rig->cond, &rig->lock, deadline_us))
                fail_msg("no event came");
        rig->woken = false;
        lock_drop(&rig->lock);
    }
}

/* The next event, which must be of this kind. */
static struct libcamera_event *expect(struct rig *rig, enum libcamera_event_kind kind)
{
    struct libcamera_event *event = take(rig);
    if (event->kind != kind)
        fail_msg("event %d instead of %d: %s", event->kind, kind, event->sentence);
    return event;
}

static void expect_and_drop(struct rig *rig, enum libcamera_event_kind kind)
{
    libcamera_event_destroy(expect(rig, kind));
}

static void expect_trouble(struct rig *rig, const char *sentence)
{
    struct libcamera_event *event = expect(rig, LIBCAMERA_TROUBLE);
    assert_string_equal(event->sentence, sentence);
    libcamera_event_destroy(event);
}

static void wait_for_end(struct rig *rig)
{
    struct libcamera_event *event;
    while ((event = take(rig))->kind != LIBCAMERA_ENDED)
        libcamera_event_destroy(event);
    libcamera_event_destroy(event);
}

static void finish(struct rig *rig)
{
    inbox_finish(&rig->events);
    lock_cond_finish(&rig->cond);
    lock_finish(&rig->lock);
}

/* It is told, as the last of all. */
static void end(struct rig *rig)
{
    libcamera_link_hang_up(rig->link);
    wait_for_end(rig);
    assert_null(inbox_take(&rig->events));
    libcamera_link_destroy(rig->link);
    finish(rig);
}

static void start(struct rig *rig)
{
    const struct helper_start order = {.fps = 30};
    libcamera_link_send(rig->link, HELPER_START, &order, sizeof(order));
}

static void test_pictures_come_and_go_back(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "good");
    struct libcamera_event *ready = expect(&rig, LIBCAMERA_READY);
    assert_string_equal(ready->ready->model, "pretended");
    assert_int_equal(ready->ready->n_controls, 1);
    assert_string_equal(ready->ready->controls[0].name, "brightness");
    libcamera_event_destroy(ready);
    start(&rig);
    /* The link keeps the newest one for the poster: a buffer comes back with the frame after it. So
     * the second frame comes only when the first was given back twice. */
    for (unsigned i = 0; i < 2; i++) {
        struct libcamera_event *frame = expect(&rig, LIBCAMERA_FRAME);
        assert_int_equal(frame->frame.raw.width, 32);
        assert_int_equal(frame->frame.raw.planes[0][0], 100 + i);
        libcamera_event_destroy(frame);
        if (i == 0)
            start(&rig); /* new buffers, one more frame */
    }
    libcamera_link_send(rig.link, HELPER_STOP, NULL, 0);
    struct libcamera_event *event = take(&rig);
    while (event->kind == LIBCAMERA_FRAME) {
        libcamera_event_destroy(event);
        event = take(&rig);
    }
    assert_int_equal(event->kind, LIBCAMERA_POSTER);
    assert_true(event->jpeg->buf->data[event->jpeg->unit_off] >= 101);
    libcamera_event_destroy(event);
    end(&rig);
}

static void test_a_picture_outlives_the_link(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "good");
    expect_and_drop(&rig, LIBCAMERA_READY);
    start(&rig);
    struct libcamera_event *frame = expect(&rig, LIBCAMERA_FRAME);
    end(&rig);
    assert_int_equal(frame->frame.raw.planes[0][0], 100);
    libcamera_event_destroy(frame);
}

static void test_a_still(void **state)
{
    (void)state;
    struct rig rig;
    const struct helper_capture order = {.request = 7};
    begin(&rig, "good");
    expect_and_drop(&rig, LIBCAMERA_READY);
    libcamera_link_send(rig.link, HELPER_CAPTURE, &order, sizeof(order));
    struct libcamera_event *still = expect(&rig, LIBCAMERA_STILL);
    assert_int_equal(still->request, 7);
    assert_int_equal(still->jpeg->width, 64);
    assert_int_equal(packet_unit(still->jpeg)[0], 128);
    libcamera_event_destroy(still);
    struct libcamera_event *over = expect(&rig, LIBCAMERA_CAPTURED);
    assert_int_equal(over->error, 0);
    libcamera_event_destroy(over);
    end(&rig);
}

static void test_a_still_that_fails(void **state)
{
    (void)state;
    struct rig rig;
    const struct helper_capture order = {.request = 7};
    begin(&rig, "no still");
    expect_and_drop(&rig, LIBCAMERA_READY);
    libcamera_link_send(rig.link, HELPER_CAPTURE, &order, sizeof(order));
    struct libcamera_event *over = expect(&rig, LIBCAMERA_CAPTURED);
    assert_int_equal(over->error, -ETIMEDOUT);
    libcamera_event_destroy(over);
    end(&rig);
}

static void test_a_crash_costs_one_restart(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "crash");
    expect_and_drop(&rig, LIBCAMERA_READY);
    for (unsigned i = 0; i < 3; i++)
        start(&rig); /* a frame each; the third one is its last */
    struct libcamera_event *event = take(&rig);
    while (event->kind == LIBCAMERA_FRAME) {
        libcamera_event_destroy(event);
        event = take(&rig);
    }
    assert_int_equal(event->kind, LIBCAMERA_TROUBLE);
    assert_string_equal(event->sentence,
                        "the camera's helper crashed (Aborted); it is started again");
    libcamera_event_destroy(event);
    expect_and_drop(&rig, LIBCAMERA_GONE);
    expect_and_drop(&rig, LIBCAMERA_READY);
    end(&rig);
}

static void expect_to_be_ended(const char *manner, bool starts, const char *sentence)
{
    struct rig rig;
    begin(&rig, manner);
    if (starts) {
        expect_and_drop(&rig, LIBCAMERA_READY);
        start(&rig);
    }
    struct libcamera_event *event = take(&rig);
    if (event->kind == LIBCAMERA_READY) { /* before the nonsense */
        libcamera_event_destroy(event);
        event = take(&rig);
    }
    assert_int_equal(event->kind, LIBCAMERA_TROUBLE);
    assert_string_equal(event->sentence, sentence);
    libcamera_event_destroy(event);
    expect_and_drop(&rig, LIBCAMERA_GONE);
    end(&rig);
}

static void test_nonsense_is_not_listened_to(void **state)
{
    (void)state;
    static const char NONSENSE[] = "the camera's helper failed (Bad message); it is started again";
    expect_to_be_ended("nonsense", false, NONSENSE);
    expect_to_be_ended("miscounted", false, NONSENSE);
    expect_to_be_ended("answers", false, NONSENSE); /* what nobody asked */
    expect_to_be_ended("stills", false, NONSENSE);
    expect_to_be_ended("small", true, NONSENSE);     /* buffers smaller than said */
    expect_to_be_ended("elsewhere", true, NONSENSE); /* a frame in no buffer */
}

/* A buffer is the server's until it gave it back. */
static void test_a_buffer_is_lent_once(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "twice");
    expect_and_drop(&rig, LIBCAMERA_READY);
    start(&rig);
    struct libcamera_event *frame = expect(&rig, LIBCAMERA_FRAME);
    expect_trouble(&rig, "the camera's helper failed (Bad message); it is started again");
    assert_int_equal(frame->frame.raw.planes[0][0], 100);
    libcamera_event_destroy(frame);
    end(&rig);
}

static void test_an_order_without_a_helper_is_refused(void **state)
{
    (void)state;
    struct rig rig;
    const struct helper_capture order = {.request = 7};
    begin(&rig, "busy");
    expect_and_drop(&rig, LIBCAMERA_TROUBLE);
    expect_and_drop(&rig, LIBCAMERA_GONE); /* another one begins half a second later by the clock */
    libcamera_link_hang_up(rig.link);      /* but not now */
    wait_for_end(&rig);
    assert_false(libcamera_link_send(rig.link, HELPER_CAPTURE, &order, sizeof(order)));
    libcamera_link_destroy(rig.link);
    finish(&rig);
}

/* Whether or not somebody takes what it says. */
static void test_a_helper_that_talks_too_much_is_ended(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "chatty");
    expect_and_drop(&rig, LIBCAMERA_READY);
    struct libcamera_event *event = expect(&rig, LIBCAMERA_TROUBLE);
    unsigned count = 0;
    for (; strncmp(event->sentence, "trouble", 7) == 0; event = expect(&rig, LIBCAMERA_TROUBLE)) {
        libcamera_event_destroy(event);
        count++;
    }
    assert_string_equal(event->sentence,
                        "the camera's helper failed (Bad message); it is started again");
    assert_in_range(count, 64, 65); /* the last one makes it too many */
    libcamera_event_destroy(event);
    expect_and_drop(&rig, LIBCAMERA_GONE);
    end(&rig);
    assert_int_equal(rig.n_events, 0);
}

/* One that was asked may talk, but not without end. */
static void test_events_that_nobody_takes_are_bounded(void **state)
{
    enum { EVENTS_MAX = 64 };
    (void)state;
    struct rig rig;
    const struct helper_capture order = {.request = 7};
    begin(&rig, "good");
    for (unsigned i = 0; i < EVENTS_MAX; i++) {
        while (!libcamera_link_send(rig.link, HELPER_CAPTURE, &order, sizeof(order)))
            sched_yield(); /* it has yet to begin, or to catch up */
    }
    while (rig.n_events <= EVENTS_MAX)
        sched_yield();
    struct libcamera_event *event = take(&rig);
    unsigned count = 1;
    for (; event->kind != LIBCAMERA_TROUBLE; event = take(&rig), count++)
        libcamera_event_destroy(event);
    assert_string_equal(event->sentence,
                        "the camera's helper failed (Bad message); it is started again");
    assert_int_equal(count, EVENTS_MAX + 2);
    libcamera_event_destroy(event);
    expect_and_drop(&rig, LIBCAMERA_GONE);
    end(&rig);
}

static void test_memory_that_may_shrink_is_not_mapped(void **state)
{
    (void)state;
    expect_to_be_ended("shrinkable", true,
                       "the camera's helper failed (Permission denied); it is started again");
}

static void test_what_it_says_itself_is_enough(void **state)
{
    (void)state;
    expect_to_be_ended("busy", false, "another program uses this camera");
}

static void test_a_helper_that_does_not_answer_is_ended(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "silent");
    expect_and_drop(&rig, LIBCAMERA_READY);
    lock_take(&rig.lock);
    rig.flies = true;
    lock_drop(&rig.lock);
    start(&rig);
    struct libcamera_event *event = take(&rig);
    assert_int_equal(event->kind, LIBCAMERA_TROUBLE);
    assert_string_equal(event->sentence, "the camera's helper did not answer; it is started again");
    libcamera_event_destroy(event);
    expect_and_drop(&rig, LIBCAMERA_GONE);
    end(&rig);
}

/* What its socket does not take at once comes later. */
static void test_a_helper_that_is_late_misses_nothing(void **state)
{
    (void)state;
    struct rig rig;
    char folder[] = "/tmp/eyelid-test-XXXXXX", manner[64], want[64];
    const struct helper_set order = {.value = 1};
    unsigned n_sent = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(manner, sizeof(manner), "late %s/fifo", folder);
    const char *fifo = manner + strlen("late ");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    begin(&rig, manner);
    expect_and_drop(&rig, LIBCAMERA_READY);
    while (libcamera_link_send(rig.link, HELPER_SET, &order, sizeof(order)))
        n_sent++;
    int fd = open(fifo, O_WRONLY | O_CLOEXEC); /* it wakes */
    assert_true(fd >= 0);
    while (!libcamera_link_send(rig.link, HELPER_STOP, NULL, 0))
        sched_yield(); /* refused until it has caught up a little */
    snprintf(want, sizeof(want), "%u settings, 0 releases", n_sent);
    expect_trouble(&rig, want);
    end(&rig);
    close(fd);
    unlink(fifo);
    rmdir(folder);
}

static void test_a_program_that_is_not_there(void **state)
{
    (void)state;
    struct libcamera_link *link;
    struct rig rig;
    begin(&rig, "good");
    expect_and_drop(&rig, LIBCAMERA_READY);
    const struct libcamera_link_params params = {.helper = "/nowhere/eyelid-libcamera",
                                                 .camera_id = "good",
                                                 .events = &rig.events,
                                                 .n_events = &rig.n_events,
                                                 .clock = &rig.clock};
    assert_int_equal(libcamera_link_create(&params, &link), 0);
    expect_trouble(&rig, "the camera's helper failed (No such file or directory); it is started "
                         "again");
    libcamera_link_destroy(link);
    wait_for_end(&rig); /* the other one's */
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures_come_and_go_back),
        cmocka_unit_test(test_a_picture_outlives_the_link),
        cmocka_unit_test(test_a_still),
        cmocka_unit_test(test_a_still_that_fails),
        cmocka_unit_test(test_a_crash_costs_one_restart),
        cmocka_unit_test(test_nonsense_is_not_listened_to),
        cmocka_unit_test(test_a_buffer_is_lent_once),
        cmocka_unit_test(test_an_order_without_a_helper_is_refused),
        cmocka_unit_test(test_a_helper_that_talks_too_much_is_ended),
        cmocka_unit_test(test_events_that_nobody_takes_are_bounded),
        cmocka_unit_test(test_memory_that_may_shrink_is_not_mapped),
        cmocka_unit_test(test_what_it_says_itself_is_enough),
        cmocka_unit_test(test_a_helper_that_does_not_answer_is_ended),
        cmocka_unit_test(test_a_helper_that_is_late_misses_nothing),
        cmocka_unit_test(test_a_program_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
