/* One local camera as a driver of the source kit (source/source.h): v4l2/v4l2_driver.c applies
 * orders and owns the stream, v4l2/v4l2_pictures.c handles the filled buffers,
 * v4l2/v4l2_still.c takes stills. The device is open only while pictures are wanted. Everything
 * here belongs to the source's thread, except what is immutable. */
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
    struct v4l2_target target; /* of the stream: settings and viewers' wishes */
    struct v4l2_wanted wanted; /* the owner's settings of the controls */
    struct v4l2_knobs knobs;
    struct buf *last_buf; /* the last raw picture, for the poster; NULL: none */
    struct raw_picture last_raw;
    int64_t last_us;
};

extern const struct source_driver v4l2_driver;

/* Opens the device if it is closed, and sets the controls. */
int v4l2_driver_open(struct v4l2_driver *driver) __attribute__((warn_unused_result));
/* Starts a stream, ending the one that runs. */
int v4l2_driver_begin(struct v4l2_driver *driver, const struct v4l2_mode *mode)
    __attribute__((warn_unused_result));
void v4l2_driver_end(struct v4l2_driver *driver); /* of the stream */
/* What to wait for. First queues buffers that consumers have returned. */
struct source_wait v4l2_driver_waits(struct v4l2_driver *driver);

/* --- v4l2_pictures.c --- */

/* Posts a filled buffer to the loop. */
void v4l2_driver_publish(struct v4l2_driver *driver, const struct v4l2_filled *filled);
/* Makes a JPEG packet of it, encoding a raw picture. Always returns the buffer. */
int v4l2_driver_packet(struct v4l2_driver *driver, const struct v4l2_filled *filled,
                       struct packet **ret_packet) __attribute__((warn_unused_result));
/* Makes the last raw picture the poster and releases it. */
void v4l2_driver_make_poster(struct v4l2_driver *driver);

/* --- v4l2_still.c --- */

/* Takes a still and answers the request. Negative: the device failed. */
int v4l2_driver_still(struct v4l2_driver *driver, uint32_t request)
    __attribute__((warn_unused_result));
