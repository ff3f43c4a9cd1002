/* A Raspberry Pi camera as a driver of the source kit (source/source.h), through its helper, a
 * separate process that keeps the camera open between starts. If the helper ends, does not answer
 * or sends invalid messages, that is a failure; the next order that needs one restarts it. */
#pragma once
#include "picam/libcamera_memory.h"
#include "source/source.h"

/* Set orders that may wait for a helper. */
enum { LIBCAMERA_SETS_MAX = 256 };

struct libcamera_driver {
    const char *helper, *camera_id; /* immutable; borrowed, outlive the source */
    const struct camera_env *env;   /* immutable */
    struct source *source;          /* immutable once the source is attached */

    /* Of the source's thread. */
    struct libcamera_line *line; /* NULL: no helper runs */
    bool was_opened;             /* once at the start, to learn the controls */
    bool is_ready;
    int64_t opened_us; /* when the helper was started */
    bool owes;         /* it has yet to carry out something */
    int64_t owed_us;   /* since then */
    unsigned n_troubles;
    char fatal[SOURCE_SENTENCE_MAX]; /* why it will end, as it reported */

    struct helper_control described[HELPER_CONTROLS_MAX]; /* by this helper, so far */
    unsigned n_described;
    struct controls schema; /* of those; values: in force */

    struct source_orders orders; /* the latest; fresh: those not yet sent to the helper */
    struct helper_start told;    /* the last start that was sent */
    bool is_told_to_run;
    unsigned told_round;
    struct libcamera_set { /* set orders sent and not yet confirmed, in order */
        uint8_t control;
        int64_t value;
    } sets[LIBCAMERA_SETS_MAX];
    unsigned first_set, n_sets;
    uint32_t still; /* its request number; 0 = none */
    bool is_told_still;
    struct packet *still_jpeg; /* received; its order is not completed yet */

    struct libcamera_memory *memory;
    struct buf *last_buf; /* the newest frame, for the poster; NULL: none */
    struct raw_picture last_raw;
    int64_t last_us;
};

extern const struct source_driver libcamera_driver;
void libcamera_driver_finish(struct libcamera_driver *driver); /* after the source */
