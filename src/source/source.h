/* The kit for sources that have a thread, because their driver or program may block: v4l2,
 * libcamera and rpicam are drivers of it. It passes the camera's orders to the thread and the
 * thread's reports back, bounds the queue to the loop, and ends the thread. It never retries; the
 * camera's demand does. */
#pragma once
#include "camera/source.h"

struct source;

/* The desired state: the latest orders replace earlier ones. */
struct source_orders {
    bool runs;      /* frames are wanted */
    unsigned round; /* incremented by each start and restart: then start again */
    struct camera_wish wish;
    struct control_values settings; /* everything set so far, by the places in the schema */
    uint64_t fresh;                 /* a bit for each one set since orders were last taken */
    uint32_t still;                 /* request number of a still to take now; 0 = none */
};

/* What a driver waits for. */
struct source_wait {
    int fd; /* -1: none */
    short events;
    int64_t until_us;
};

enum { SOURCE_SENTENCE_MAX = 160 };

/* A kind of device. All functions are called on the source's thread; device is the driver's. */
struct source_driver {
    const char *name; /* of the thread */
    /* Applies the orders to the device. Called with new orders, and after a failure, with runs
     * false until the next round. */
    int (*obey)(void *device, const struct source_orders *orders);
    /* What the thread should wait for now. */
    struct source_wait (*waits)(void *device);
    /* The descriptor is ready (poll's revents), or the time has come (0). */
    int (*ready)(void *device, short revents);
    /* One of these failed: writes a sentence for the owner, or "" if it was reported before. False:
     * the device is gone for good, which ends the source. */
    bool (*explain)(void *device, int error, char out[SOURCE_SENTENCE_MAX]);
    /* Closes the device, after a failure (error) and at the end (0). */
    void (*close)(void *device, int error);
};

struct source_params {
    const struct source_driver *driver;
    void *device;
    struct net *net;
    /* The thread has ended: the device is gone, the source was hung up or the camera detached it.
     * The callee destroys the source. */
    void (*ended)(void *ctx);
    void *ctx;
};

/* --- The loop's half. --- */

/* Starts the thread, which waits for source_attach. -EAGAIN: thread creation failed. */
int source_create(const struct source_params *params, struct source **ret_source)
    __attribute__((warn_unused_result));

/* The camera has this source from now on, and outlives it or detaches it. */
void source_attach(struct source *source, struct camera *camera,
                   const struct camera_source_info *info);
struct camera *source_camera(const struct source *source); /* NULL: detached */
bool source_was_detached(const struct source *source);     /* by its camera, not its device */

/* source_hang_up detaches it from its camera and asks the thread to end; source_destroy waits for
 * the thread and frees the source, after which the device may be freed. Both take NULL. */
void source_hang_up(struct source *source);
void source_destroy(struct source *source);

/* --- The thread's half; any thread calls source_poke. --- */

/* Wakes the thread, as a new order does. */
void source_poke(void *ctx); /* the source */
bool source_is_ending(struct source *source);
/* For a driver that waits inside obey(): poll's revents, 0 after a poke or timeout. */
short source_wait_for(struct source *source, const struct source_wait *wait);

/* False: the queue to the loop is full; a further frame is dropped. */
bool source_has_room(struct source *source);
/* Posts a frame for camera_frame. Takes the buffer; raw is copied. Without room it is counted as
 * dropped, as by source_post_drop. */
void source_post_frame(struct source *source, const struct camera_frame *frame);
void source_post_drop(struct source *source, unsigned drop, size_t len_bytes);
/* Answers an order's still. Takes the packet, which is NULL if error is negative. */
void source_post_still(struct source *source, uint32_t request, int error,
                       struct packet *takes_packet);
void source_post_poster(struct source *source, struct packet *takes_packet);
/* The controls' values in force; and the refusal of a value. */
void source_post_values(struct source *source, const struct control_values *values);
void source_post_refusal(struct source *source, unsigned control, const char *why);
/* The device's model and controls; copied. */
void source_post_learned(struct source *source, const char *model, const struct controls *controls);
/* An error for the owner that does not end the start. */
void source_post_trouble(struct source *source, const char *sentence);
/* Raw pictures posted before are no longer valid. */
void source_post_flush(struct source *source);
