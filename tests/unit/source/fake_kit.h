/* The source kit without its thread: the test is the thread and the loop, and what a driver posts
 * is written down. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "base/text.h"
#include "source/poke.h"
#include "source/source.h"

struct source {
    const struct source_driver *driver;
    void *device;
    struct poke poke;
    bool is_ending;
    bool has_room; /* for frames: else each is dropped */
    char said_bytes[8192];
    struct text said;
    struct buf *frame; /* the last one that was posted; NULL = none */
    struct raw_picture raw;
    struct packet *packet;    /* the last still or poster */
    struct controls controls; /* the last that were learned */
    unsigned drops[CAMERA_DROPS];
};

void kit_begin(struct source *source, const struct source_driver *driver, void *device);
void kit_end(struct source *source); /* closes the device */

/* Gives the driver these orders. A failure is handled as the kit does. */
void kit_obey(struct source *source, const struct source_orders *orders);
/* Lets the driver wait, and hear what came, until it said this among other things. */
void kit_until(struct source *source, const char *said);
/* As many times as something is there at once. */
void kit_drain(struct source *source);
void kit_drop_frame(struct source *source);

/* Asserts that this is all that was said since the last call: "frame WxH ", "drop REASON ", "still
 * N ERROR WxH ", "poster WxH ", "values PLACE=N … ", "refusal CONTROL: WHY ", "learned MODEL N ",
 * "trouble: … ", "flush ", "failed: … ", "gone ". */
void kit_said(struct source *source, const char *expected);
