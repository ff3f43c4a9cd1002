/* The kit for sources that have a thread, so that a driver or program that blocks holds nobody up:
 * v4l2, libcamera and rpicam are drivers of it. It carries the camera's orders to the thread and
 * the thread's reports back, bounds what waits for the loop, and ends the thread. It never tries
 * again by itself: the camera's demand does. */
#pragma once
#include "camera/source.h"

struct source;

/* What is to be, so that of several orders the last counts. */
struct source_orders {
    bool runs;      /* frames are wanted */
    unsigned round; /* rises with each start and restart: what runs begins again */
    struct camera_wish wish;
    struct control_values settings; /* all that was ever set, by the places in the schema */
    uint64_t fresh;                 /* the bits of those set since the orders were taken last */
    uint32_t still;                 /* to be taken now and answered under this number; 0 = none */
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
    /* Makes the device what the orders say. Called when they are new, and after a failure: then
     * runs is false until the next round. */
    int (*obey)(void *device, const struct source_orders *orders);
    /* What to wait for now. */
    struct source_wait (*waits)(void *device);
    /* The descriptor has something (poll's revents), or the time is over (0). */
    int (*ready)(void *device, short revents);
    /* One of those failed: a sentence for the owner. False: the device is gone for good, which ends
     * the source. Empty: the driver told before. */
    bool (*explain)(void *device, int error, char out[SOURCE_SENTENCE_MAX]);
    /* Lets go of all that is open, after a failure (error) and at the end (0). */
    void (*close)(void *device, int error);
};

struct source_params {
    const struct source_driver *driver;
    void *device;
    struct net *net;
    /* The thread is over: the device is gone, the source was hung up or the camera detached it. The
     * callee destroys the source. */
    void (*ended)(void *ctx);
    void *ctx;
};

/* --- The loop's half. --- */

/* Starts the thread, which waits for source_attach. -EAGAIN: thread creation failed. */
int source_create(const struct source_params *params, struct source **ret_source)
    __attribute__((warn_unused_result));

/* The camera is up from now on, and outlives the source or detaches it. */
void source_attach(struct source *source, struct camera *camera,
                   const struct camera_source_info *info);
struct camera *source_camera(const struct source *source); /* NULL: it has none any more */
bool source_was_detached(const struct source *source);     /* by its camera, not by its device */

/* Takes it from its camera and asks the thread to end; then waits for the thread, which is over
 * already once ended() was called. Both take NULL; the device is free after the second. */
void source_hang_up(struct source *source);
void source_destroy(struct source *source);

/* --- The thread's half; any thread calls source_poke. --- */

/* Wakes the thread, as a new order does. */
void source_poke(void *ctx); /* the source */
bool source_is_ending(struct source *source);
/* For a driver that waits while it obeys: poll's revents, 0 after a poke or the time. */
short source_wait_for(struct source *source, const struct source_wait *wait);

/* False: as many frames wait for the loop as may; a further one is dropped. */
bool source_has_room(struct source *source);
/* A frame as camera_frame takes it. Takes the buffer; raw is copied. Beyond the room, and for
 * reasons of camera_drop, it is counted as dropped instead. */
void source_post_frame(struct source *source, const struct camera_frame *frame);
void source_post_drop(struct source *source, unsigned drop, size_t len_bytes);
/* The answer to an order's still: takes the packet, or error is negative and there is none. */
void source_post_still(struct source *source, uint32_t request, int error,
                       struct packet *takes_packet);
void source_post_poster(struct source *source, struct packet *takes_packet);
/* What is in force of the controls, and that one is refused. */
void source_post_values(struct source *source, const struct control_values *values);
void source_post_refusal(struct source *source, unsigned control, const char *why);
/* What the device turned out to be. Copies. */
void source_post_learned(struct source *source, const char *model, const struct controls *controls);
/* What the owner should know, although it goes on. */
void source_post_trouble(struct source *source, const char *sentence);
/* The raw pictures that are still looked at are invalid from now on. */
void source_post_flush(struct source *source);
