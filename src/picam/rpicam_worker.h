/* The thread of a camera behind rpicam's programs: starts what is wanted, reads its JPEGs, and
 * posts them to the loop. Loop only, but for the thread inside. */
#pragma once
#include "base/clock.h"
#include "base/inbox.h"
#include "media/jpeg.h"
#include "picam/rpicam_command.h"

struct rpicam_worker;

struct rpicam_worker_params { /* borrowed, and outlive the worker */
    const char *stream_program, *still_program;
    const struct clock *clock;
    struct jpeg_limits limits;
    struct waker waker; /* whenever there is an event */
};

enum rpicam_event_kind {
    RPICAM_FRAME,
    RPICAM_DROP,
    RPICAM_STILL,
    RPICAM_TROUBLE,
    RPICAM_ENDED, /* the last one, after it was hung up: destroying it does not wait any more */
};

struct rpicam_event {
    struct list node;
    enum rpicam_event_kind kind;
    struct camera_frame frame; /* FRAME and STILL; its buffer is owned, NULL: there is no still */
    uint32_t request;          /* STILL */
    enum jpeg_fault fault;     /* DROP */
    size_t len_bytes;          /* FRAME and DROP: what came in */
    char sentence[128];        /* TROUBLE */
};

/* What is to be done; a later one replaces it. */
struct rpicam_wish {
    bool runs;
    unsigned round; /* another one: the program begins anew, whatever else is the same */
    struct rpicam_choice choice;
    struct camera_wish wish;
};

int rpicam_worker_create(const struct rpicam_worker_params *params,
                         struct rpicam_worker **ret_worker) __attribute__((warn_unused_result));
void rpicam_worker_hang_up(struct rpicam_worker *worker);
void rpicam_worker_destroy(struct rpicam_worker *worker); /* waits for the thread; takes NULL */

/* The next event, or NULL. Frames on their way are few: those that are too many are lost. */
struct rpicam_event *rpicam_worker_next(struct rpicam_worker *worker);
void rpicam_event_free(struct rpicam_worker *worker, struct rpicam_event *event);

/* A running program goes on where its command line stays the same. */
void rpicam_worker_wish(struct rpicam_worker *worker, const struct rpicam_wish *wish);
/* One still, for which the stream makes way. -EBUSY: one is being taken. */
int rpicam_worker_capture(struct rpicam_worker *worker, uint32_t request)
    __attribute__((warn_unused_result));
