/* The demand machine: every cell of state and event, stories with a fake clock, and what holds
 * whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "base/clock.h"
#include "stream/demand.h"

enum {
    START = DEMAND_DO_START,
    RESTART = DEMAND_DO_RESTART,
    STOP = DEMAND_DO_STOP,
    REPORT = DEMAND_DO_REPORT
};

#define NEVER CLOCK_NEVER_US

static const struct demand_policy POLICY = {
    .linger_us = 10 * US_PER_S,
    .start_timeout_us = 5 * US_PER_S,
    .stall_timeout_us = 4 * US_PER_S,
    .retry_min_us = 1 * US_PER_S,
    .retry_max_us = 30 * US_PER_S,
};

/* --- Every cell. The state was entered at 0; the event comes at 1 s, a due tick at the deadline.
 * --- */

struct row {
    const char *name;
    struct demand before;
    struct cell {
        enum demand_state state;
        unsigned actions;
        int64_t deadline_us;     /* NEVER, SAME, or so much after the event */
    } after[DEMAND_EVENTS], due; /* due: the tick at the deadline */
};

enum { SAME = -1 };

static const struct row ROWS[] = {
    {.name = "offline",
     .before = {.state = DEMAND_OFFLINE, .deadline_us = NEVER},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_UNWANTED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_FRAME] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_FAILED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_TICK] = {DEMAND_OFFLINE, 0, NEVER}}},
    {.name = "offline, wanted",
     .before = {.state = DEMAND_OFFLINE, .wanted = true, .deadline_us = NEVER},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_WAKING, START, 5 * US_PER_S},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_UNWANTED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_FRAME] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_FAILED] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_TICK] = {DEMAND_OFFLINE, 0, NEVER}}},
    {.name = "asleep",
     .before = {.state = DEMAND_ASLEEP, .deadline_us = NEVER},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_WAKING, START, 5 * US_PER_S},
               [DEMAND_UNWANTED] = {DEMAND_ASLEEP, 0, NEVER},
               [DEMAND_FRAME] = {DEMAND_ASLEEP, 0, NEVER},
               [DEMAND_FAILED] = {DEMAND_ASLEEP, 0, NEVER},
               [DEMAND_TICK] = {DEMAND_ASLEEP, 0, NEVER}}},
    {.name = "waking",
     .before = {.state = DEMAND_WAKING, .wanted = true, .deadline_us = 5 * US_PER_S},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_WAKING, START, 5 * US_PER_S},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_WAKING, 0, SAME},
               [DEMAND_UNWANTED] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_FRAME] = {DEMAND_AWAKE, 0, 4 * US_PER_S},
               [DEMAND_FAILED] = {DEMAND_WAKING, STOP, 1 * US_PER_S},
               [DEMAND_TICK] = {DEMAND_WAKING, 0, SAME}},
     .due = {DEMAND_WAKING, STOP | REPORT, 1 * US_PER_S}},
    {.name = "waking, backing off",
     .before = {.state = DEMAND_WAKING,
                .wanted = true,
                .backing_off = true,
                .failures = 2,
                .deadline_us = 2 * US_PER_S},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_WAKING, START, 5 * US_PER_S},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_WAKING, 0, SAME},
               [DEMAND_UNWANTED] = {DEMAND_ASLEEP, STOP, NEVER},
               /* It was stopped, but a frame was on its way: start it again. */
               [DEMAND_FRAME] = {DEMAND_AWAKE, START, 4 * US_PER_S},
               [DEMAND_FAILED] = {DEMAND_WAKING, 0, SAME},
               [DEMAND_TICK] = {DEMAND_WAKING, 0, SAME}},
     .due = {DEMAND_WAKING, START, 5 * US_PER_S}},
    {.name = "awake",
     .before = {.state = DEMAND_AWAKE, .wanted = true, .deadline_us = 4 * US_PER_S},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_WAKING, START, 5 * US_PER_S},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_AWAKE, 0, SAME},
               [DEMAND_UNWANTED] = {DEMAND_LINGERING, 0, 10 * US_PER_S},
               [DEMAND_FRAME] = {DEMAND_AWAKE, 0, 4 * US_PER_S},
               [DEMAND_FAILED] = {DEMAND_WAKING, STOP, 1 * US_PER_S},
               [DEMAND_TICK] = {DEMAND_AWAKE, 0, SAME}},
     .due = {DEMAND_WAKING, RESTART, 5 * US_PER_S}},
    {.name = "lingering",
     .before = {.state = DEMAND_LINGERING, .frame_us = -1, .deadline_us = 10 * US_PER_S},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_AWAKE, 0, 3 * US_PER_S - 1}, /* from the last frame on */
               [DEMAND_UNWANTED] = {DEMAND_LINGERING, 0, SAME},
               [DEMAND_FRAME] = {DEMAND_LINGERING, 0, SAME},
               [DEMAND_FAILED] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_TICK] = {DEMAND_LINGERING, 0, SAME}},
     .due = {DEMAND_ASLEEP, STOP, NEVER}},
    {.name = "lingering, silent",
     .before = {.state = DEMAND_LINGERING, .frame_us = -3 * US_PER_S, .deadline_us = 10 * US_PER_S},
     .after = {[DEMAND_DEVICE_UP] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_DEVICE_DOWN] = {DEMAND_OFFLINE, 0, NEVER},
               [DEMAND_WANTED] = {DEMAND_WAKING, RESTART, 5 * US_PER_S},
               [DEMAND_UNWANTED] = {DEMAND_LINGERING, 0, SAME},
               [DEMAND_FRAME] = {DEMAND_LINGERING, 0, SAME},
               [DEMAND_FAILED] = {DEMAND_ASLEEP, STOP, NEVER},
               [DEMAND_TICK] = {DEMAND_LINGERING, 0, SAME}},
     .due = {DEMAND_ASLEEP, STOP, NEVER}},
};

static void check_cell(const struct row *row, enum demand_event event, int64_t now_us,
                       const struct cell *expected)
{
    unsigned actions = 99;
    struct demand before = row->before;
    if (event == DEMAND_UNWANTED)
        demand_linger(&before, now_us + POLICY.linger_us);
    struct demand after = demand_step(before, &POLICY, event, now_us, &actions);
    int64_t deadline_us = expected->deadline_us == SAME    ? row->before.deadline_us
                          : expected->deadline_us == NEVER ? NEVER
                                                           : now_us + expected->deadline_us;
    if (after.state != expected->state || actions != expected->actions ||
        after.deadline_us != deadline_us)
        print_error("%s, event %d at %lld\n", row->name, (int)event, (long long)now_us);
    assert_int_equal(after.state, expected->state);
    assert_int_equal(actions, expected->actions);
    assert_int_equal(after.deadline_us, deadline_us);
    assert_int_equal(after.since_us, after.state == row->before.state ? 0 : now_us);
    assert_int_equal(after.wanted, event == DEMAND_WANTED     ? true
                                   : event == DEMAND_UNWANTED ? false
                                                              : row->before.wanted);
}

static void test_every_cell(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof(ROWS) / sizeof(ROWS[0]); r++) {
        const struct row *row = &ROWS[r];
        for (int event = 0; event < DEMAND_EVENTS; event++)
            check_cell(row, (enum demand_event)event, 1 * US_PER_S, &row->after[event]);
        if (row->before.deadline_us != NEVER)
            check_cell(row, DEMAND_TICK, row->before.deadline_us, &row->due);
    }
}

/* --- Stories. --- */

struct story {
    struct demand demand;
    int64_t now_us;
    unsigned actions;
};

static struct story begin(void)
{
    return (struct story){.demand = demand_initial(0)};
}

static void happens(struct story *s, enum demand_event event)
{
    if (event == DEMAND_UNWANTED)
        demand_linger(&s->demand, s->now_us + POLICY.linger_us);
    s->demand = demand_step(s->demand, &POLICY, event, s->now_us, &s->actions);
}

/* Time passes to the deadline and the timer fires; returns how long it took. */
static int64_t wait_for_deadline(struct story *s)
{
    int64_t before_us = s->now_us;
    assert_true(s->demand.deadline_us != NEVER);
    s->now_us = s->demand.deadline_us;
    happens(s, DEMAND_TICK);
    return s->now_us - before_us;
}

static void test_wakes_lingers_and_sleeps(void **state)
{
    (void)state;
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    assert_int_equal(s.demand.state, DEMAND_ASLEEP);
    happens(&s, DEMAND_WANTED);
    assert_int_equal(s.actions, START);
    s.now_us += 60 * US_PER_MS;
    happens(&s, DEMAND_FRAME);
    assert_int_equal(s.demand.state, DEMAND_AWAKE);
    happens(&s, DEMAND_UNWANTED);
    assert_int_equal(s.demand.state, DEMAND_LINGERING);
    assert_int_equal(wait_for_deadline(&s), POLICY.linger_us);
    assert_int_equal(s.actions, STOP);
    assert_int_equal(s.demand.state, DEMAND_ASLEEP);
}

static void test_wanted_again_while_it_lingers(void **state)
{
    (void)state;
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    happens(&s, DEMAND_FRAME);
    happens(&s, DEMAND_UNWANTED);
    s.now_us += 9 * US_PER_S;
    happens(&s, DEMAND_FRAME);
    happens(&s, DEMAND_WANTED);
    assert_int_equal(s.actions, 0); /* it runs already */
    assert_int_equal(s.demand.state, DEMAND_AWAKE);
    s.now_us += 2 * US_PER_S; /* the linger time would be over */
    happens(&s, DEMAND_TICK);
    assert_int_equal(s.demand.state, DEMAND_AWAKE);
    happens(&s, DEMAND_UNWANTED);
    assert_int_equal(wait_for_deadline(&s), POLICY.linger_us); /* a complete one again */
}

/* It fails while lingering, and a viewer comes for 1 s after every such pause. */
static int64_t silent_until_started_us(int64_t pause_us)
{
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    happens(&s, DEMAND_FRAME);
    for (int polls = 0; polls < 100; polls++) {
        happens(&s, DEMAND_UNWANTED);
        s.now_us += pause_us;
        happens(&s, DEMAND_WANTED);
        if (s.actions == RESTART)
            return s.now_us;
        s.now_us += 1 * US_PER_S;
        happens(&s, DEMAND_TICK);
        if (s.actions == RESTART)
            return s.now_us;
    }
    return NEVER;
}

static void test_a_failure_while_lingering_recovers(void **state)
{
    (void)state;
    for (int64_t pause_us = US_PER_S / 10; pause_us < POLICY.linger_us; pause_us += US_PER_S / 10)
        assert_in_range(silent_until_started_us(pause_us), POLICY.stall_timeout_us,
                        POLICY.stall_timeout_us + pause_us + 1 * US_PER_S);
}

static void test_retries_double_up_to_the_cap(void **state)
{
    (void)state;
    static const int WAITS_S[] = {1, 2, 4, 8, 16, 30, 30, 30};
    struct story s = begin();
    happens(&s, DEMAND_WANTED);
    happens(&s, DEMAND_DEVICE_UP);
    for (size_t i = 0; i < sizeof(WAITS_S) / sizeof(WAITS_S[0]); i++) {
        assert_int_equal(wait_for_deadline(&s), POLICY.start_timeout_us);
        assert_int_equal(s.actions, STOP | REPORT);
        assert_true(s.demand.backing_off);
        assert_int_equal(wait_for_deadline(&s), WAITS_S[i] * US_PER_S);
        assert_int_equal(s.actions, START);
        assert_false(s.demand.backing_off);
        assert_int_equal(s.demand.since_us, 0); /* one long waking */
    }
}

/* Two failed starts, then the event; the next wait shows whether the count was reset. */
static int64_t next_wait_after(enum demand_event event, enum demand_event next)
{
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    for (int i = 0; i < 4; i++)
        wait_for_deadline(&s);
    happens(&s, event);
    happens(&s, next);
    if (s.demand.state == DEMAND_AWAKE)
        wait_for_deadline(&s); /* it falls silent */
    wait_for_deadline(&s);
    assert_true(s.demand.backing_off);
    return wait_for_deadline(&s);
}

static void test_what_resets_the_retries(void **state)
{
    (void)state;
    assert_int_equal(next_wait_after(DEMAND_TICK, DEMAND_TICK), 4 * US_PER_S); /* nothing did */
    assert_int_equal(next_wait_after(DEMAND_FRAME, DEMAND_TICK), 1 * US_PER_S);
    assert_int_equal(next_wait_after(DEMAND_UNWANTED, DEMAND_WANTED), 1 * US_PER_S);
    assert_int_equal(next_wait_after(DEMAND_DEVICE_DOWN, DEMAND_DEVICE_UP), 1 * US_PER_S);
}

static void test_a_device_comes_back_while_wanted(void **state)
{
    (void)state;
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    happens(&s, DEMAND_FRAME);
    happens(&s, DEMAND_DEVICE_DOWN);
    assert_int_equal(s.demand.state, DEMAND_OFFLINE);
    assert_int_equal(s.demand.deadline_us, NEVER);
    s.now_us += 3600 * US_PER_S;
    happens(&s, DEMAND_DEVICE_UP);
    assert_int_equal(s.actions, START);
    assert_int_equal(s.demand.state, DEMAND_WAKING);
}

static void test_a_device_goes_while_waking_and_backing_off(void **state)
{
    (void)state;
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    wait_for_deadline(&s);
    assert_true(s.demand.backing_off);
    happens(&s, DEMAND_DEVICE_DOWN);
    assert_false(s.demand.backing_off);
    assert_int_equal(s.demand.deadline_us, NEVER);
    happens(&s, DEMAND_UNWANTED);
    happens(&s, DEMAND_DEVICE_UP);
    assert_int_equal(s.demand.state, DEMAND_ASLEEP);
}

static void test_a_silent_device_is_started_again(void **state)
{
    (void)state;
    struct story s = begin();
    happens(&s, DEMAND_DEVICE_UP);
    happens(&s, DEMAND_WANTED);
    for (int i = 0; i < 100; i++) {
        happens(&s, DEMAND_FRAME);
        s.now_us += 3 * US_PER_S; /* slow, but no silence */
        happens(&s, DEMAND_TICK);
        assert_int_equal(s.demand.state, DEMAND_AWAKE);
    }
    happens(&s, DEMAND_FRAME);
    assert_int_equal(wait_for_deadline(&s), POLICY.stall_timeout_us);
    assert_int_equal(s.actions, RESTART);
    assert_int_equal(s.demand.state, DEMAND_WAKING);
    s.now_us += 1;
    happens(&s, DEMAND_FRAME);
    assert_int_equal(s.demand.state, DEMAND_AWAKE);
}

static void test_no_linger_at_all(void **state)
{
    (void)state;
    unsigned actions;
    struct demand d = {.state = DEMAND_AWAKE, .wanted = true};
    d = demand_step(d, &POLICY, DEMAND_UNWANTED, 7, &actions);
    d = demand_step(d, &POLICY, DEMAND_TICK, 7, &actions);
    assert_int_equal(d.state, DEMAND_ASLEEP);
    assert_int_equal(actions, STOP);
}

/* A viewer leaves at 1 s, a snapshot that wants no linger at 3 s. */
static void test_the_longest_linger_counts(void **state)
{
    (void)state;
    unsigned actions;
    struct demand d = {.state = DEMAND_AWAKE, .wanted = true};
    demand_linger(&d, 11 * US_PER_S);
    demand_linger(&d, 3 * US_PER_S);
    d = demand_step(d, &POLICY, DEMAND_UNWANTED, 3 * US_PER_S, &actions);
    assert_int_equal(d.state, DEMAND_LINGERING);
    assert_int_equal(d.deadline_us, 11 * US_PER_S);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(demand_state_name(DEMAND_OFFLINE), "offline");
    assert_string_equal(demand_state_name(DEMAND_LINGERING), "lingering");
}

/* --- Random events, and what must hold after each. --- */

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13; /* xorshift32 (Marsaglia) */
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* What the outside knows without the machine. */
struct model {
    bool up, wanted, told_to_run;
};

static void check_invariants(const struct story *s, const struct model *m, enum demand_event event)
{
    const struct demand *d = &s->demand;
    bool runs = d->state == DEMAND_WAKING || d->state == DEMAND_AWAKE;

    assert_int_equal(d->wanted, m->wanted);
    assert_int_equal(d->state == DEMAND_OFFLINE, !m->up);
    if (m->up)
        assert_int_equal(runs, m->wanted);
    if (s->actions & (START | RESTART))
        assert_true(m->up && m->wanted && d->state != DEMAND_LINGERING);
    if (s->actions & RESTART)
        assert_true(m->told_to_run);
    if (!m->up)
        assert_int_equal(s->actions, 0);
    if (s->actions & REPORT)
        assert_true(d->backing_off);
    assert_false((s->actions & START) && (s->actions & STOP));

    /* Asleep, offline and backing off it is stopped; else it was started. */
    if (m->up)
        assert_int_equal(m->told_to_run, d->state != DEMAND_ASLEEP && !d->backing_off);

    /* Each wait has a deadline, and after a tick it lies ahead. */
    assert_int_equal(d->deadline_us == NEVER,
                     d->state == DEMAND_OFFLINE || d->state == DEMAND_ASLEEP);
    if (event == DEMAND_TICK)
        assert_true(d->deadline_us > s->now_us);
    assert_true(!d->backing_off || d->state == DEMAND_WAKING);
    assert_true(d->since_us <= s->now_us);
}

static void test_random_events(void **state)
{
    (void)state;
    uint32_t seed = 20261120;
    for (int run = 0; run < 200; run++) {
        struct story s = begin();
        struct model m = {0};
        for (int i = 0; i < 500; i++) {
            enum demand_event event = (enum demand_event)(next_random(&seed) % DEMAND_EVENTS);
            s.now_us += next_random(&seed) % (4 * US_PER_S);
            m.up = event == DEMAND_DEVICE_UP || (m.up && event != DEMAND_DEVICE_DOWN);
            m.wanted = event == DEMAND_WANTED || (m.wanted && event != DEMAND_UNWANTED);
            happens(&s, event);
            if (s.actions & (START | STOP))
                m.told_to_run = s.actions & START;
            if (!m.up)
                m.told_to_run = false;
            check_invariants(&s, &m, event);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_wakes_lingers_and_sleeps),
        cmocka_unit_test(test_wanted_again_while_it_lingers),
        cmocka_unit_test(test_a_failure_while_lingering_recovers),
        cmocka_unit_test(test_retries_double_up_to_the_cap),
        cmocka_unit_test(test_what_resets_the_retries),
        cmocka_unit_test(test_a_device_comes_back_while_wanted),
        cmocka_unit_test(test_a_device_goes_while_waking_and_backing_off),
        cmocka_unit_test(test_a_silent_device_is_started_again),
        cmocka_unit_test(test_no_linger_at_all),
        cmocka_unit_test(test_the_longest_linger_counts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_random_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
