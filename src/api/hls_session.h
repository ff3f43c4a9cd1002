/* An HLS session: one a camera, shared by all who play it over HLS. It holds the lease; every
 * request renews it, and when nobody asked for a while everything is freed and the camera may
 * sleep. Requests for what is yet to come are held. Loop only. Only for src/api. */
#pragma once
#include "api/endpoint.h"
#include "api/hls_path.h"
#include "api/hls_track.h"

enum { HLS_MAX_HELD = 64 }; /* requests that wait, a session */

struct hls_session {
    struct list node; /* in api->hls */
    struct api_guest guest;
    struct api *api;
    struct camera *camera;
    struct lease *lease;
    struct net_timer *timer;
    struct list waits; /* of struct wait in hls_session.c */
    unsigned n_waits;
    int64_t asked_us;       /* the last request */
    uint64_t key_asked_for; /* the segment whose end a key was asked for last */
    struct hls_track track;
    char id[HLS_SESSION_ID_LEN + 1]; /* part of its addresses, so that no cache mixes sessions up */
};

/* What a request wants. */
struct hls_want {
    bool playlist; /* else media */
    bool blocking; /* a playlist that has this part, at the earliest: */
    uint64_t number;
    int part;             /* -1: the whole segment */
    struct hls_path path; /* of media */
};

/* The camera's session or NULL. */
struct hls_session *hls_session_find(const struct api *api, const struct camera *camera);
/* Wakes the camera. */
struct hls_session *hls_session_create(const struct call *call) __attribute__((returns_nonnull));

/* Answers now, or holds the request until it can. */
void hls_session_serve(struct hls_session *session, const struct call *call,
                       struct http_request *request, const struct hls_want *want);
