/* A platform for the agent that writes down what it was asked to do, with a clock that stands still
 * until it is moved. */
#pragma once
#include "device/agent.h"

enum { RIG_MAX_SENT = 256, RIG_TEXT_MAX_BYTES = AGENT_HELLO_MAX_BYTES };

struct rig_sent {
    bool is_text;
    char text[RIG_TEXT_MAX_BYTES];
    bool has_head;
    struct wire_frame head;
    struct agent_picture picture;
};

struct rig {
    struct agent agent;
    struct agent_params params;
    int64_t now_us, deadline_us;

    bool choked;     /* the socket takes nothing */
    unsigned take;   /* so many messages until it is choked; 0 = without end */
    uint32_t random; /* what the next calls answer */
    int start_result, grab_result, still_result, apply_result;
    bool dark;

    unsigned dials, hangups, starts, stops, grabs, stills, releases, sleeps, applies;
    struct agent_stream stream, wish; /* of the last start and still */
    int64_t slept_us;
    unsigned applied_control;
    int32_t applied_value;
    unsigned sent_count;
    struct rig_sent sent[RIG_MAX_SENT];
};

/* Sizes 160x120, 640x480 (default), 1600x1200; controls brightness -2..2, contrast -4..4 in steps
 * of 2, mirror; 30 fps. Change rig->params before rig_boot. On the heap: free with rig_destroy. */
struct rig *rig_create(void);
void rig_destroy(struct rig *rig);

void rig_step(struct rig *rig, enum agent_event_kind kind);
void rig_hear(struct rig *rig, const char *text);
void rig_battery(struct rig *rig, int percent);

/* Steps at every deadline up to and including now + us. */
void rig_run(struct rig *rig, int64_t us);

void rig_boot(struct rig *rig);    /* inits and boots: it dials */
void rig_connect(struct rig *rig); /* boots and connects; forgets the hello */
void rig_forget(struct rig *rig);  /* what was sent */

/* The text of the n-th message sent; the test fails if it is not a text. */
const char *rig_text(const struct rig *rig, unsigned n);
unsigned rig_frames(const struct rig *rig);
