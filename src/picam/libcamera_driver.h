/* A Raspberry Pi camera as a driver of the source kit (source/source.h), through its helper, a
 * process of its own that keeps the camera open between two looks. A helper that ends, does not
 * answer or talks nonsense is a failure; the next order that needs one starts it again. */
#pragma once
#include "picam/libcamera_memory.h"
#include "source/source.h"

/* As many as orders may wait for a helper. */
enum { LIBCAMERA_SETS_MAX = 256 };

struct libcamera_driver {
    const char *helper, *camera_id; /* immutable; the owner's, which outlives the source */
    const struct camera_env *env;   /* immutable */
    struct source *source;          /* immutable once the source is attached */

    /* The thread's. */
    struct libcamera_line *line; /* NULL: no helper runs */
    bool was_opened;             /* once, without being asked: it knows the controls */
    bool is_ready;
    int64_t opened_us; /* when the helper was started */
    bool owes;         /* it has yet to carry something out, */
    int64_t owed_us;   /* since then */
    unsigned n_troubles;
    char fatal[SOURCE_SENTENCE_MAX]; /* why it will end, by its own word */

    struct helper_control described[HELPER_CONTROLS_MAX]; /* by this helper, so far */
    unsigned n_described;
    struct controls schema; /* of those; values: in force */

    struct source_orders orders; /* the last; fresh: what the helper was not told yet */
    struct helper_start told;    /* what it was told to stream */
    bool is_told_to_run;
    unsigned told_round;
    struct libcamera_set { /* what it was told to set, in order, until it says that it did */
        uint8_t control;
        int64_t value;
    } sets[LIBCAMERA_SETS_MAX];
    unsigned first_set, n_sets;
    uint32_t still; /* under this number; 0 = none */
    bool is_told_still;
    struct packet *still_jpeg; /* came, and is not yet said to be all */

    struct libcamera_memory *memory;
    struct buf *last_buf; /* the newest frame, for the poster; NULL: none */
    struct raw_picture last_raw;
    int64_t last_us;
};

extern const struct source_driver libcamera_driver;
void libcamera_driver_finish(struct libcamera_driver *driver); /* after the source */
