/* Shared by the two halves of the kit: source/source.c (loop) and source/source_thread.c. */
#pragma once
#include "base/inbox.h"
#include "base/lock.h"
#include "base/thread.h"
#include "source/poke.h"
#include "source/source.h"

/* Dropped frames by reason. They are counted, not reported one by one, because most are dropped
 * when the loop is too slow to take reports. */
struct source_drops {
    struct {
        uint64_t frames, len_bytes;
    } of[CAMERA_DROPS];
    unsigned last; /* reason of the last one */
};

enum source_report_kind {
    REPORT_FRAME,
    REPORT_DROPS, /* see source_drops */
    REPORT_STILL,
    REPORT_POSTER,
    REPORT_VALUES,
    REPORT_REFUSAL,
    REPORT_LEARNED,
    REPORT_TROUBLE,
    REPORT_FLUSH,
    REPORT_FAILED, /* this start has failed */
    REPORT_GONE,   /* the device is gone; the thread ends */
    REPORT_ENDED,  /* the last report */
};

struct source_report {
    struct list node;
    enum source_report_kind kind;
    struct camera_frame frame;          /* FRAME: owns its buffer */
    struct raw_picture raw;             /* FRAME: what frame.raw points to */
    struct packet *packet;              /* STILL, POSTER: owned */
    uint32_t request;                   /* STILL */
    int error;                          /* STILL */
    unsigned control;                   /* REFUSAL */
    struct control_values *values;      /* VALUES: owned */
    struct controls *controls;          /* LEARNED: owned */
    char sentence[SOURCE_SENTENCE_MAX]; /* TROUBLE, FAILED; why: REFUSAL; the model: LEARNED */
};

struct source {
    struct source_params params; /* immutable */
    struct thread thread;
    struct poke poke;
    struct inbox reports;

    struct lock lock;
    struct source_orders orders; /* guarded by lock */
    unsigned version;            /* guarded by lock: of the orders */
    bool is_ending;              /* guarded by lock */
    unsigned frames_on_way;      /* guarded by lock: posted, not yet handled */
    struct source_drops drops;   /* guarded by lock: not yet reported */
    bool has_told_drops;         /* guarded by lock: their report is on its way */

    /* Loop only. */
    struct camera *camera; /* NULL: not attached, detached or hung up */
    bool is_detached;
    uint32_t still; /* request number of the current one; 0 = none */
    struct net_wake *wake;
};

/* The thread. */
void *source_thread_run(void *ctx);
void source_report_free(struct source *source, struct source_report *report);
