#include "stream/demand.h"

#include "base/clock.h"

const struct demand_policy demand_policy_default = {
    .linger_us = 10 * US_PER_S,
    .start_timeout_us = 5 * US_PER_S,
    .stall_timeout_us = 5 * US_PER_S,
    .retry_min_us = 1 * US_PER_S,
    .retry_max_us = 30 * US_PER_S,
};

struct demand demand_initial(int64_t now_us)
{
    return (struct demand){.since_us = now_us, .deadline_us = CLOCK_NEVER_US};
}

void demand_linger(struct demand *demand, int64_t until_us)
{
    if (until_us > demand->linger_until_us)
        demand->linger_until_us = until_us;
}

const char *demand_state_name(enum demand_state state)
{
    static const char *const NAMES[DEMAND_STATES] = {"offline", "asleep", "waking", "awake",
                                                     "lingering"};
    return NAMES[state];
}

static void enter(struct demand *d, enum demand_state state, int64_t now_us, int64_t deadline_us)
{
    if (d->state != state)
        d->since_us = now_us;
    d->state = state;
    d->deadline_us = deadline_us;
    d->backing_off = false;
}

static unsigned start(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    enter(d, DEMAND_WAKING, now_us, now_us + p->start_timeout_us);
    return DEMAND_DO_START;
}

static unsigned restart(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    enter(d, DEMAND_WAKING, now_us, now_us + p->start_timeout_us);
    return DEMAND_DO_RESTART;
}

static unsigned stop(struct demand *d, int64_t now_us)
{
    enter(d, DEMAND_ASLEEP, now_us, CLOCK_NEVER_US);
    return DEMAND_DO_STOP;
}

/* retry_min_us, doubled with each failure after the first, up to retry_max_us. */
static int64_t retry_wait_us(const struct demand *d, const struct demand_policy *p)
{
    int64_t wait_us = p->retry_min_us;
    for (unsigned i = 1; i < d->failures && wait_us < p->retry_max_us; i++)
        wait_us *= 2;
    return wait_us < p->retry_max_us ? wait_us : p->retry_max_us;
}

/* The try has failed; the next one comes after a wait. */
static unsigned back_off(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    d->failures++;
    enter(d, DEMAND_WAKING, now_us, now_us + retry_wait_us(d, p));
    d->backing_off = true;
    return DEMAND_DO_STOP;
}

/* The deadline passed. */
static unsigned expire(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    switch (d->state) {
    case DEMAND_WAKING:
        if (d->backing_off)
            return start(d, p, now_us);
        return back_off(d, p, now_us) | DEMAND_DO_REPORT;
    case DEMAND_AWAKE: /* it fell silent */
        return restart(d, p, now_us);
    case DEMAND_LINGERING:
        return stop(d, now_us);
    default:
        d->deadline_us = CLOCK_NEVER_US;
        return 0;
    }
}

static unsigned device_up(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    d->failures = 0;
    /* A device that connects while streaming, or that was lingering, is told to stop. */
    return d->wanted ? start(d, p, now_us) : stop(d, now_us);
}

static unsigned wanted(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    /* A silence that began without viewers counts too: otherwise a camera that fell silent then
     * would never recover for short views. While frames flow it is not restarted: a device would
     * set up its sensor again. */
    int64_t stalls_us = d->frame_us + p->stall_timeout_us;
    d->wanted = true;
    if (d->state == DEMAND_ASLEEP)
        return start(d, p, now_us);
    if (d->state != DEMAND_LINGERING)
        return 0;
    if (now_us >= stalls_us)
        return restart(d, p, now_us);
    enter(d, DEMAND_AWAKE, now_us, stalls_us);
    return 0;
}

static unsigned failed(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    if (d->state == DEMAND_LINGERING)
        return stop(d, now_us);
    const bool tries = d->state == DEMAND_AWAKE || (d->state == DEMAND_WAKING && !d->backing_off);
    return tries ? back_off(d, p, now_us) : 0;
}

static unsigned unwanted(struct demand *d, int64_t now_us)
{
    d->wanted = false;
    d->failures = 0;
    if (d->state == DEMAND_AWAKE)
        enter(d, DEMAND_LINGERING, now_us,
              d->linger_until_us > now_us ? d->linger_until_us : now_us);
    else if (d->state == DEMAND_WAKING)
        return stop(d, now_us);
    return 0;
}

static unsigned frame(struct demand *d, const struct demand_policy *p, int64_t now_us)
{
    d->frame_us = now_us;
    if (d->state != DEMAND_WAKING && d->state != DEMAND_AWAKE)
        return 0;
    /* A late frame while backing off: the device works after all, but it was told to stop. */
    unsigned actions = d->backing_off ? DEMAND_DO_START : 0;
    d->failures = 0;
    enter(d, DEMAND_AWAKE, now_us, now_us + p->stall_timeout_us);
    return actions;
}

struct demand demand_step(struct demand d, const struct demand_policy *policy,
                          enum demand_event event, int64_t now_us, unsigned *ret_actions)
{
    unsigned actions = 0;
    switch (event) {
    case DEMAND_DEVICE_UP:
        actions = device_up(&d, policy, now_us);
        break;
    case DEMAND_DEVICE_DOWN:
        enter(&d, DEMAND_OFFLINE, now_us, CLOCK_NEVER_US);
        break;
    case DEMAND_WANTED:
        actions = wanted(&d, policy, now_us);
        break;
    case DEMAND_UNWANTED:
        actions = unwanted(&d, now_us);
        break;
    case DEMAND_FRAME:
        actions = frame(&d, policy, now_us);
        break;
    case DEMAND_FAILED:
        actions = failed(&d, policy, now_us);
        break;
    case DEMAND_TICK:
        if (now_us >= d.deadline_us)
            actions = expire(&d, policy, now_us);
        break;
    case DEMAND_EVENTS:
        break;
    }
    *ret_actions = actions;
    return d;
}
