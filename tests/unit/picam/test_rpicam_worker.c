/* The thread that reads rpicam's programs, with one that pretends (pretend_rpicam.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "picam/rpicam_worker.h"

enum { PATIENCE_S = 60, ENDS = 0, IS_DEAF = 1, FRAMES_ON_WAY = 3 };

struct rig {
    struct lock lock;
    struct lock_cond cond;
    unsigned n_woken; /* guarded by lock: since it was asked last */
    struct rpicam_worker *worker;
};

static void wake(void *ctx)
{
    struct rig *rig = ctx;
    lock_take(&rig->lock);
    rig->n_woken++;
    lock_cond_signal(&rig->cond);
    lock_drop(&rig->lock);
}

/* Until so many events were posted, none of which is taken. */
static void wait_for_events(struct rig *rig, unsigned n)
{
    const int64_t deadline_us = clock_now_us(&clock_system) + PATIENCE_S * US_PER_S;
    lock_take(&rig->lock);
    while (rig->n_woken < n)
        if (!lock_cond_wait(&rig->cond, &rig->lock, deadline_us))
            fail_msg("no event came");
    rig->n_woken = 0;
    lock_drop(&rig->lock);
}

static enum rpicam_event_kind take(struct rig *rig)
{
    struct rpicam_event *event;
    while (!(event = rpicam_worker_next(rig->worker)))
        wait_for_events(rig, 1);
    enum rpicam_event_kind kind = event->kind;
    rpicam_event_free(rig->worker, event);
    return kind;
}

static void begin(struct rig *rig, unsigned behaviour)
{
    *rig = (struct rig){0};
    lock_init(&rig->lock, LOCK_RANK_INBOX + 1);
    lock_cond_init(&rig->cond);
    const struct rpicam_worker_params params = {.stream_program = PRETEND_RPICAM,
                                                .still_program = PRETEND_RPICAM,
                                                .clock = &clock_system,
                                                .limits = {4096, 4096},
                                                .waker = {wake, rig}};
    struct rpicam_wish wish = {.runs = true};
    rpicam_choice_init(&wish.choice, behaviour);
    assert_int_equal(rpicam_worker_create(&params, &rig->worker), 0);
    rpicam_worker_wish(rig->worker, &wish);
}

static void end(struct rig *rig)
{
    rpicam_worker_destroy(rig->worker);
    lock_cond_finish(&rig->cond);
    lock_finish(&rig->lock);
}

static void test_a_loop_that_lags_gets_no_more_work(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, ENDS);
    wait_for_events(&rig, FRAMES_ON_WAY + 1);
    for (unsigned i = 0; i < FRAMES_ON_WAY; i++)
        assert_int_equal(take(&rig), RPICAM_FRAME);
    assert_int_equal(take(&rig), RPICAM_TROUBLE); /* it ended, after all its pictures */
    assert_int_equal(take(&rig), RPICAM_FRAME);   /* and begins again: there is room */
    end(&rig);
}

static void test_the_end_is_told(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, IS_DEAF);
    assert_int_equal(take(&rig), RPICAM_FRAME);
    rpicam_worker_hang_up(rig.worker);
    assert_int_equal(take(&rig), RPICAM_ENDED);
    assert_null(rpicam_worker_next(rig.worker));
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loop_that_lags_gets_no_more_work),
        cmocka_unit_test(test_the_end_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
