/* Time. Monotonic microseconds for everything that is measured or waited for, wall-clock
 * microseconds only for display. Any thread.
 *
 * Code that decides by time takes a `now_us` argument or a `const struct clock *`, so that tests
 * can use a fake clock. */
#pragma once
#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)

/* "Never": later than every deadline. */
#define CLOCK_NEVER_US INT64_MAX

struct clock {
    int64_t (*now_us)(void *ctx);  /* monotonic */
    int64_t (*wall_us)(void *ctx); /* since the Unix epoch */
    void *ctx;
};

/* The system's clocks; immutable. */
extern const struct clock clock_system;

static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->ctx);
}

static inline int64_t clock_wall_us(const struct clock *clock)
{
    return clock->wall_us(clock->ctx);
}

/* CPU time used by the calling thread, microseconds. */
int64_t clock_thread_cpu_us(void);
