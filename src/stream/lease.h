/* Leases: the wishes that keep a camera awake. Loop only.
 *
 * A consumer takes a lease on a rendition with a reason, is notified by ready() of new packets,
 * and reads them with lease_next. A consumer that reads on another thread holds a lease too,
 * and opens a reader (stream/reader.h) on its rendition's hub. The set answers "why is it
 * awake?". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "stream/pace.h"
#include "stream/reader.h"
#include "stream/rendition.h"

enum lease_reason {
    LEASE_VIEWER,
    LEASE_SNAPSHOT,
    LEASE_MOTION,
    LEASE_SCHEDULE,
    LEASE_RECORD,
    LEASE_CONTINUOUS, /* recording without an end */
    LEASE_ORDER,      /* of home automation */
    LEASE_REASONS
};

/* "viewer", "snapshot", …; immutable. */
const char *lease_reason_name(enum lease_reason reason);

enum { LEASE_NO_LINGER = -1 };

struct lease_params {
    enum lease_reason reason;
    enum rendition_kind rendition;
    uint16_t max_fps, max_width, max_height; /* largest useful; 0 = no wish. It gets no more than
                                              * this rate */
    int64_t key_interval_us;                 /* the longest interval of keyframes; 0 = unbounded */
    int64_t linger_us;          /* how long the camera stays awake after it; 0 = the policy's */
    struct hub_history history; /* the hub keeps this much, for readers with pre-roll */
    /* H.264: a separate rendition that begins this far in the past, from the kept JPEGs. */
    int64_t back_us;
    void (*ready)(void *ctx); /* something to read; only marks, takes and releases nothing. NULL:
                               * the lease is not read */
    void (*gone)(void *ctx);  /* the camera ends; must release this lease before it returns */
    void *ctx;
};

struct lease {
    struct list node; /* in its set */
    struct lease_set *set;
    struct lease_params params;
    struct rendition *rendition;
    struct reader reader;
    struct pace pace;
    int64_t since_us;
};

/* What the owner of a set must do; called inside lease_take and lease_release, in this order. */
struct lease_set_ops {
    /* A lease starts or this one ends: the time so far belongs to the old set. */
    void (*changing)(void *ctx, const struct lease *leaving);
    /* The number of its leases or their pace changed; without leases it may be destroyed. */
    void (*rendition_changed)(void *ctx, struct rendition *rendition);
    void (*changed)(void *ctx); /* it started or ended: count, reasons and wish are the new ones */
};

struct lease_set {
    struct list leases;
    unsigned count, by_reason[LEASE_REASONS];
    const struct lease_set_ops *ops;
    void *ctx;
};

void lease_set_init(struct lease_set *set, const struct lease_set_ops *ops, void *ctx);

/* Takes a lease on this rendition and joins its hub: the caller may read at once. Never fails. The
 * caller owns the lease. */
struct lease *lease_take(struct lease_set *set, struct rendition *rendition,
                         const struct lease_params *params, int64_t now_us)
    __attribute__((returns_nonnull, warn_unused_result));

/* Returns it and sets *lease to NULL; takes a pointer to NULL. */
void lease_release(struct lease **lease);

/* The next packet for this lease, a new reference, or NULL if there is none yet (a keyframe is
 * requested if one is needed). *ret_lost, if not NULL, is what was skipped since the last call,
 * without what the lease's max_fps leaves out. */
struct packet *lease_next(struct lease *lease, uint64_t *ret_lost);

/* Requests a keyframe, whether or not its reader needs one. */
void lease_want_key(struct lease *lease);

/* Calls gone() of every lease: the set is empty when it returns. */
void lease_set_dismiss(struct lease_set *set);

/* Calls ready() of every lease on the rendition whose hub has packets they were not notified
 * of. */
void lease_set_notify(struct lease_set *set, struct rendition *rendition);

/* The largest fps, width and height among the leases' wishes; 0 if one is unbounded, or reads a
 * scaled rendition, or there is none. */
void lease_set_wish(const struct lease_set *set, uint16_t *ret_fps, uint16_t *ret_width,
                    uint16_t *ret_height);
