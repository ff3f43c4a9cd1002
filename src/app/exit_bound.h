/* A time limit on the process's exit: threads to be joined may hang in a driver or wait for a
 * helper. Data to be kept is closed before. Main thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "base/thread.h"

struct exit_bound {
    struct thread thread;
    struct lock lock;
    struct lock_cond cond;
    bool is_over; /* guarded by lock */
    int64_t deadline_us;
    int code;
};

/* From now on the process exits at deadline_us (monotonic) at the latest, with this code and a line
 * in the log. -EAGAIN: thread creation failed; there is no limit. */
int exit_bound_begin(struct exit_bound *bound, int64_t deadline_us, int code)
    __attribute__((warn_unused_result));
void exit_bound_end(struct exit_bound *bound); /* the limit was met */
