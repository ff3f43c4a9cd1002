/* A rendition: one form in which a camera's pictures are available, as one object: what it is, its
 * hub, its maker and how much of it the leases can use. Loop only. */
#pragma once
#include "base/list.h"
#include "stream/maker.h"

struct rendition {
    struct list node; /* in its camera */
    enum rendition_kind kind;
    unsigned scale;   /* 1, 2, 4 or 8: the camera's sides divided by this at most */
    uint16_t max_fps; /* it is made for leases that asked for no more; 0 = for all others */
    int64_t back_us;  /* it begins so far in the past, for one lease alone; 0 = now */
    struct hub *hub;  /* owned reference */
    uint32_t stream;  /* server-wide number, from 1; 0: it never leaves the server */
    uint64_t turn;    /* of the hub, under which the source or the maker publishes */
    unsigned leases;
    struct maker_pace pace; /* of all its leases */
    void *maker;            /* of struct makers, or NULL: it is native, or not wanted */
    int maker_error;        /* 0, or the negative errno of opening it */
    struct hub_watch watch; /* wakes the loop while it is wanted */
    uint64_t notified;      /* packets that the leases were notified of */
};

/* "h264", or "h264 1/2": for display. */
enum { RENDITION_LABEL_BYTES = 24 };
const char *rendition_label(const struct rendition *rendition, char out[RENDITION_LABEL_BYTES]);
