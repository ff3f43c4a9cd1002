/* A world for cameras to live in: a clock that stands until it is moved, a loop that runs when it
 * is told to, a source and an encoder that write down what they are asked. The loop's calls
 * (net_timer_*, net_wake_*) are implemented here, so that no test waits for anything. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "camera/capture.h"
#include "camera/registry.h"
#include "camera/source.h"

struct net {
    struct list timers, wakes;
    unsigned n_timers;
};

struct rig {
    struct net net;
    struct clock clock;
    int64_t now_us, wall_us;
    struct registry *registry;
    struct camera *camera; /* "porch", there after rig_camera */
    unsigned told_of;      /* calls of the observer */
    struct registry_observer observer;

    char said_bytes[2048];
    struct text said; /* what source and encoder were asked: see rig_said */
    int capture_result, set_result, open_result;
    uint32_t last_request; /* that the source was asked for */
    struct maker_stats stats;
    struct maker_pace pace; /* that the last maker was given */
};

/* Both for cmocka; *state becomes the struct rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Begins anew with other parameters: ctx, clock, net and makers are the rig's. */
void rig_registry(struct rig *rig, const struct registry_params *params);

/* Makes the camera "porch" and connects its device, controlled or not; "stop " is then said. */
struct camera *rig_camera(struct rig *rig, bool controlled);
void rig_device_up(struct rig *rig, bool controlled);

/* One frame arrives now, published or dropped as it may be. The first byte of its JPEG is its mean
 * luma. */
void rig_frame(struct rig *rig, uint16_t width, uint16_t height, uint8_t luma, bool dark);
void rig_good_frame(struct rig *rig); /* 640x480, bright */

/* Lets the loop run until nothing is due; then the same with time passing. */
void rig_turn(struct rig *rig);
void rig_pass(struct rig *rig, int64_t span_us);

/* A lease that nobody reads. */
struct lease *rig_lease(struct rig *rig, enum lease_reason reason, enum rendition_kind kind);

/* Asserts that this is all that was said since the last call: "start FPS WxH ", "adjust …" and
 * "restart …" alike, "stop ", "still N ", "set JSON ", "detached ", "open KIND ", "close ". */
void rig_said(struct rig *rig, const char *expected);

/* The member of the camera's description, as compact JSON text; valid until the next call. */
const char *rig_described(struct rig *rig, const char *member);
