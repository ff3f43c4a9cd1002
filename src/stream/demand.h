/* Demand: the state machine that decides when a camera runs. One pure function; time is an
 * argument, so a table test with a fake clock covers all of it. Start timeout, linger and retry are
 * defined here only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum demand_state {
    DEMAND_OFFLINE,   /* no device */
    DEMAND_ASLEEP,    /* device connected, no lease */
    DEMAND_WAKING,    /* told to start, no usable frame yet */
    DEMAND_AWAKE,     /* frames flow and there are leases */
    DEMAND_LINGERING, /* frames flow without a lease; sleeps after the linger time */
    DEMAND_STATES
};

enum demand_event {
    DEMAND_DEVICE_UP,   /* the device connected (again) */
    DEMAND_DEVICE_DOWN, /* it disconnected */
    DEMAND_WANTED,      /* the first lease was taken */
    DEMAND_UNWANTED,    /* the last lease was released */
    DEMAND_FRAME,       /* a usable frame came in */
    DEMAND_FAILED,      /* the source gave this attempt up */
    DEMAND_TICK,        /* the deadline passed, or time should be checked anyway */
    DEMAND_EVENTS
};

/* What the caller has to do; a set. */
enum demand_action {
    DEMAND_DO_START = 1 << 0,   /* tell the device to start */
    DEMAND_DO_RESTART = 1 << 1, /* it runs but fell silent: tell it to start again */
    DEMAND_DO_STOP = 1 << 2,    /* tell the device to stop */
    DEMAND_DO_REPORT = 1 << 3,  /* the device did not deliver in time: show that */
};

struct demand_policy {
    int64_t linger_us;        /* for leases without their own; default 10 s */
    int64_t start_timeout_us; /* first frame after start; default 5 s */
    int64_t stall_timeout_us; /* no frame for this long although wanted: start again; default 5 s */
    int64_t retry_min_us;     /* wait before the next start after a timeout, doubling up to */
    int64_t retry_max_us;     /* this; defaults 1 s and 30 s */
};

extern const struct demand_policy demand_policy_default;

/* Plain data; zero is a camera whose device was never seen. */
struct demand {
    enum demand_state state;
    bool wanted;
    int64_t linger_until_us; /* once awake, it stays awake at least until then */
    int64_t since_us;        /* when the state was entered */
    int64_t frame_us;        /* of the last frame, once there was one */
    int64_t deadline_us;     /* when to send DEMAND_TICK; CLOCK_NEVER_US: never */
    unsigned failures;       /* starts without a frame since the last frame */
    bool backing_off;        /* waking, waiting for the next try */
};

struct demand demand_initial(int64_t now_us);

/* A lease ends and asks the camera to stay awake until then; the latest of these counts. Call it
 * before DEMAND_UNWANTED. */
void demand_linger(struct demand *demand, int64_t until_us);

/* The next state; *ret_actions is the set of actions, 0 for none. Total: every event is valid in
 * every state. */
struct demand demand_step(struct demand demand, const struct demand_policy *policy,
                          enum demand_event event, int64_t now_us, unsigned *ret_actions);

/* "offline", "asleep", "waking", "awake", "lingering"; immutable. */
const char *demand_state_name(enum demand_state state);
