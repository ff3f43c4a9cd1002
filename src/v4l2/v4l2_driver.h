/* One local camera as a driver of the source kit (source/source.h): v4l2/v4l2_driver.c obeys and
 * keeps the stream, v4l2/v4l2_pictures.c handles the filled buffers,
 * v4l2/v4l2_still.c takes stills. The device is open only while pictures are wanted. The source's
 * thread alone touches it and all that is here, but for what is immutable. */
#pragma once
#include "source/source.h"
#include "v4l2/v4l2_found.h"
#include "v4l2/v4l2_stream.h"

struct v4l2_driver {
    struct v4l2_found *found;     /* immutable */
    const struct camera_env *env; /* immutable */
    struct controls schema;       /* immutable */
    struct source *source;        /* immutable once the source is attached */

    int fd; /* of the device; -1: closed */
    struct v4l2_stream *stream;
    struct v4l2_mode asked;    /* of the stream */
    unsigned round;            /* of the orders that it was begun for */
    struct v4l2_target target; /* what owner and viewers want of the stream */
    struct v4l2_wanted wanted; /* what the owner wants of the controls */
    struct v4l2_knobs knobs;
    struct buf *last_buf; /* the last raw picture, for the poster; NULL: none */
    struct raw_picture last_raw;
    int64_t last_us;
};

extern const struct source_driver v4l2_driver;

/* Opens the device where it is closed, and puts the controls in force. */
int v4l2_driver_open(struct v4l2_driver *driver) __attribute__((warn_unused_result));
/* Starts a stream, ending the one that runs. */
int v4l2_driver_begin(struct v4l2_driver *driver, const struct v4l2_mode *mode)
    __attribute__((warn_unused_result));
void v4l2_driver_end(struct v4l2_driver *driver); /* of the stream */
/* What to wait for: what is back from consumers is queued before. */
struct source_wait v4l2_driver_waits(struct v4l2_driver *driver);

/* --- v4l2_pictures.c --- */

/* What the kernel filled, on its way to the loop. */
void v4l2_driver_publish(struct v4l2_driver *driver, const struct v4l2_filled *filled);
/* The same as a JPEG packet; a raw picture is encoded. Gives the buffer back in any case. */
int v4l2_driver_packet(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                       struct packet **ret_packet) __attribute__((warn_unused_result));
/* The last raw picture becomes the poster and is let go. */
void v4l2_driver_make_poster(struct v4l2_driver *driver);

/* --- v4l2_still.c --- */

/* Takes one and answers. Negative: the device failed. */
int v4l2_driver_still(struct v4l2_driver *driver, uint32_t request)
    __attribute__((warn_unused_result));
