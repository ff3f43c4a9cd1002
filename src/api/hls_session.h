/* An HLS session: one per camera, shared by all its HLS players. It holds the lease; every request
 * renews it, and after a while without requests it is freed, so that the camera may sleep. Requests
 * for future parts are held. Loop only. Only for src/api. */
#pragma once
#include "access/secret.h"
#include "api/endpoint.h"
#include "api/hls_path.h"
#include "api/hls_track.h"

enum { HLS_MAX_HELD = 64 }; /* waiting requests of a session */

struct hls_session {
    struct list node; /* in api->hls */
    struct api_guest guest;
    struct api *api;
    struct camera *camera;
    struct lease *lease;
    struct net_timer *timer;
    struct list waits; /* of struct wait in hls_session.c */
    unsigned n_waits;
    int64_t asked_us;       /* of the last request */
    uint64_t key_asked_for; /* the segment for whose end a key was last requested */
    struct hls_track track;
    char id[HLS_SESSION_ID_LEN + 1]; /* in its addresses, so that caches keep sessions apart */
};

/* What a request asks for. */
struct hls_want {
    bool playlist; /* false: media */
    bool blocking; /* wait until the playlist has this part: */
    uint64_t number;
    int part;                     /* -1: the whole segment */
    struct hls_path path;         /* of media */
    char token[SECRET_CHARS + 1]; /* of the playlist's address, "" = none */
};

/* The camera's session, or NULL. */
struct hls_session *hls_session_find(const struct api *api, const struct camera *camera);
/* Wakes the camera. */
struct hls_session *hls_session_create(const struct call *call) __attribute__((returns_nonnull));

/* Answers now, or holds the request until it can. */
void hls_session_serve(struct hls_session *session, const struct call *call,
                       struct http_request *request, const struct hls_want *want);
