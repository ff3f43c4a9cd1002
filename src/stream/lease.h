/* Leases: the wishes that keep a camera awake, and the reading end that each of them holds.
 *
 * A consumer takes a lease on a rendition with a reason, is told by ready() when there is something
 * to read, and reads with lease_next. The set answers "why is it awake?". All loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "stream/hub.h"

enum lease_reason {
    LEASE_VIEWER,
    LEASE_SNAPSHOT,
    LEASE_MOTION,
    LEASE_SCHEDULE,
    LEASE_RECORD,
    LEASE_TIMELAPSE,
    LEASE_KEEPWARM,
    LEASE_REMOTE,
    LEASE_REASONS
};

/* "viewer", "snapshot", …; immutable. */
const char *lease_reason_name(enum lease_reason reason);

struct lease_params {
    enum lease_reason reason;
    enum rendition_kind rendition;
    uint16_t max_fps, max_width, max_height; /* largest useful; 0 = no wish */
    void (*ready)(void *ctx); /* something to read; only marks, takes and releases nothing */
    void (*gone)(void *ctx);  /* the camera ends: releases this lease before it returns */
    void *ctx;
};

struct lease {
    struct list node; /* in its set */
    struct lease_set *set;
    struct lease_params params;
    struct hub_cursor cursor;
    int64_t since_us;
};

struct rendition {
    struct hub *hub;
    uint32_t stream; /* server-wide number, from 1 */
    unsigned leases;
};

/* What the owner of a set must do; called inside lease_take and lease_release, in this order. */
struct lease_set_ops {
    void (*changing)(void *ctx); /* a lease comes or goes: the time so far belongs to the old set */
    /* The first lease on a rendition came, or its last one went. */
    void (*rendition_wanted)(void *ctx, enum rendition_kind kind, bool wanted);
    void (*changed)(void *ctx); /* it came or went: count, reasons and wish are the new ones */
    /* Inside lease_next: a reader waits for a key. */
    void (*need_key)(void *ctx, enum rendition_kind kind);
};

struct lease_set {
    struct list leases;
    struct rendition renditions[RENDITION_KINDS]; /* hubs are borrowed from the owner */
    unsigned count, by_reason[LEASE_REASONS];
    const struct lease_set_ops *ops;
    void *ctx;
};

void lease_set_init(struct lease_set *set, const struct lease_set_ops *ops, void *ctx);

/* Takes a lease and joins the rendition's hub: the caller may read at once. Never fails. The caller
 * owns the lease. */
struct lease *lease_take(struct lease_set *set, const struct lease_params *params, int64_t now_us)
    __attribute__((returns_nonnull, warn_unused_result));

/* Gives it back and sets *lease to NULL; takes a pointer to NULL. */
void lease_release(struct lease **lease);

/* The next packet for this lease, a new reference, or NULL when there is none yet (a key is asked
 * for where one is needed). *ret_lost, where not NULL, is what was skipped since the last call. */
struct packet *lease_next(struct lease *lease, uint64_t *ret_lost);

/* Calls gone() of every lease: the set is empty when it returns. */
void lease_set_dismiss(struct lease_set *set);

/* Calls ready() of every lease on the rendition; the loop does so when the hub has poked it. */
void lease_set_notify(struct lease_set *set, enum rendition_kind kind);

/* The largest fps, width and height that anybody wishes; 0 where somebody has no bound or nobody
 * has a wish. */
void lease_set_wish(const struct lease_set *set, uint16_t *ret_fps, uint16_t *ret_width,
                    uint16_t *ret_height);
