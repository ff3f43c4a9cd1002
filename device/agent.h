/* The device's side of docs/protocol.md, sections 1.1 and 1.2: a state machine that says hello,
 * obeys start, stop, capture, set and time, paces frames, reconnects and sleeps. What does
 * not belong here: sockets, sensors, clocks, threads, memory; the platform provides those through
 * struct agent_hal. Plain C11; the same file in firmware and eyelid-fakecam.
 *
 * One thread owns an agent. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/json.h"
#include "device/wire.h"

enum {
    AGENT_MAX_CONTROLS = 32,
    AGENT_MAX_SIZES = 16,
    AGENT_MAX_FPS_MILLI = 1000000,
    AGENT_TEXT_MAX_BYTES = 4096,  /* longest message read from the server */
    AGENT_HELLO_MAX_BYTES = 8192, /* longest message sent */
    AGENT_BATTERY_UNKNOWN = -1,
};

#define AGENT_BACKOFF_FIRST_US INT64_C(500000)
#define AGENT_BACKOFF_LAST_US INT64_C(15000000)
#define AGENT_STEADY_US                                                                            \
    INT64_C(10000000) /* a connection that lasts this long resets the backoff                      \
                       */
#define AGENT_DIAL_TIMEOUT_US INT64_C(20000000) /* a dial without an answer has failed */
#define AGENT_FAREWELL_US INT64_C(2000000)      /* limit for sending "sleeping" */
#define AGENT_NEVER_US INT64_MAX

struct agent_size {
    uint16_t width, height; /* pixels */
};

struct agent_control {
    const char *name, *group; /* a-z 0-9 _; group may be NULL */
    bool is_bool;
    int32_t min, max, step, preset; /* of a bool: 0, 1, 1 and 0 or 1; step 1 and up */
    /* Of a menu: distinct short texts and a NULL. Its values are indices, so that min, max and step
     * are 0, the last index and 1. */
    const char *const *options;
    const char *automatic; /* the bool that takes this one over while it is true, or NULL */
};

/* What the server asked for, limited to what the device can do. */
struct agent_stream {
    struct agent_size size;
    uint32_t fps_milli; /* frames per 1000 s, 1 and up */
};

/* Borrowed from the platform until `release`. */
struct agent_picture {
    const uint8_t *jpeg;
    size_t len_bytes;
    int64_t capture_us; /* on the clock of agent_step's now_us */
    bool dark;          /* exposure has not settled */
};

/* All that a platform implements. Nothing in here may call agent_step: what happens meanwhile is
 * reported by the next step. */
struct agent_hal {
    /* Opens the connection, answered by AGENT_UP or AGENT_DOWN. */
    void (*dial)(void *ctx);
    /* Ends the connection or the dial after pending output has been sent; nothing more is reported
     * of it. */
    void (*hangup)(void *ctx);
    /* True if a message would be accepted at once. After false, AGENT_READY tells when. */
    bool (*ready)(void *ctx);
    /* Called after `ready` said true. A lost message is a lost connection: AGENT_DOWN follows. */
    void (*send_text)(void *ctx, const char *text, size_t len_bytes);
    /* One binary message: head (NULL in plain mode, else WIRE_HEAD_BYTES), then the JPEG. */
    void (*send_frame)(void *ctx, const uint8_t *head, const struct agent_picture *picture);

    /* Runs the camera, or changes its parameters; 0 or a negative error, and then it is off. */
    int (*start)(void *ctx, const struct agent_stream *stream);
    void (*stop)(void *ctx);
    /* The newest picture of the running camera; a negative error if there is none. */
    int (*grab)(void *ctx, struct agent_picture *ret_picture);
    /* One still, whether or not the camera runs; a negative error if it fails. */
    int (*still)(void *ctx, const struct agent_stream *wish, struct agent_picture *ret_picture);
    void (*release)(void *ctx);
    /* Sets a control, by its index in the params; 0 or a negative error, then nothing changed. */
    int (*apply)(void *ctx, unsigned control, int32_t value);
    /* Deep sleep: does not return on a device that reboots from it. On others the agent waits. */
    void (*sleep)(void *ctx, int64_t sleep_us);
    uint32_t (*random)(void *ctx); /* for the jitter of the backoff */
};

/* Everything in it is borrowed for the agent's lifetime and never changes. */
struct agent_params {
    const char *id, *name, *model;  /* model may be NULL */
    bool plain;                     /* push JPEGs, without controls */
    uint32_t max_fps_milli;         /* 1 to AGENT_MAX_FPS_MILLI */
    const struct agent_size *sizes; /* rising; the last one is for stills */
    unsigned sizes_count;           /* 1 to AGENT_MAX_SIZES */
    unsigned default_size;          /* index: the device's choice */
    const struct agent_control *controls;
    unsigned controls_count; /* up to AGENT_MAX_CONTROLS */
    int64_t rest_after_us;   /* sleeps by itself after being idle for this long; 0 = never */
    int64_t rest_us;         /* for this long */
};

enum agent_state {
    AGENT_OFF,      /* before AGENT_BOOT */
    AGENT_DIALLING, /* until AGENT_UP or AGENT_DOWN */
    AGENT_WAITING,  /* for the next try */
    AGENT_IDLE,     /* connected, camera off */
    AGENT_STREAMING,
    AGENT_LEAVING, /* connected, about to sleep: "sleeping" is being sent */
    AGENT_RESTING,
};

enum agent_event_kind {
    AGENT_TICK, /* the deadline returned by the last step has come; harmless at any other time */
    AGENT_BOOT, /* once, first */
    AGENT_UP,
    AGENT_DOWN,
    AGENT_READY,
    AGENT_TEXT,    /* text and len_bytes: one whole message from the server */
    AGENT_BATTERY, /* percent, or AGENT_BATTERY_UNKNOWN */
};

struct agent_event {
    enum agent_event_kind kind;
    const char *text; /* borrowed during the step */
    size_t len_bytes;
    int percent;
};

struct agent_stats {
    uint64_t connects, frames_sent;
    uint64_t frames_skipped; /* slots skipped because the socket was congested or no step came */
    uint64_t frames_failed;  /* the camera had none */
    uint64_t texts_ignored;  /* malformed or unknown */
};

struct agent_capture {
    bool is_due, is_taken; /* is_taken: only its answer is due */
    bool is_ok;            /* of one that is taken */
    uint32_t request;
    struct agent_stream wish;
};

/* state and stats may be read; the rest is private. */
struct agent {
    enum agent_state state;
    struct agent_stats stats;

    const struct agent_params *params;
    const struct agent_hal *hal;
    void *ctx;

    int64_t deadline_us; /* of the state: end of a wait, a dial, a farewell or a sleep */
    int64_t up_since_us, idle_since_us;
    unsigned failures; /* failed dials and short connections in a row */

    struct agent_stream stream;
    int64_t pace_from_us; /* frame `pace_count` is due at pace_from_us + pace_count / fps */
    int64_t pace_count;
    uint32_t sequence;

    int battery_percent;
    int32_t values[AGENT_MAX_CONTROLS];

    unsigned due; /* messages waiting for the socket, enum due in agent_parts.h */
    int64_t time_server_us;
    struct agent_capture capture; /* a newer one replaces it: the server has given it up */

    struct json json;
    char out[AGENT_HELLO_MAX_BYTES];
};

/* -EINVAL for params out of bounds, -E2BIG if their hello is longer than AGENT_HELLO_MAX_BYTES. */
int agent_init(struct agent *agent, const struct agent_params *params, const struct agent_hal *hal,
               void *ctx) __attribute__((warn_unused_result));

/* Does everything that the event and the time require. now_us is monotonic. Returns the time of the
 * next AGENT_TICK, AGENT_NEVER_US if only an event can change anything. */
int64_t agent_step(struct agent *agent, const struct agent_event *event, int64_t now_us)
    __attribute__((warn_unused_result));
