/* The page's WebSocket, eyelid.live.v1 (docs/protocol.md, section 2): all sessions and what they
 * share (live.c), one session and its media (live_session.c), what a page can ask for
 * (live_commands.c). Loop only. Only for src/api/live*.c and api.c. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"
#include "api/live_queue.h"

enum {
    LIVE_MAX_CAMERAS = 64,  /* a page may watch at once */
    LIVE_MAX_CAPTURES = 4,  /* a page may have open at once, unsent stills included */
    LIVE_MAX_SETTINGS = 64, /* changes that a page may have waiting for the disk */
    LIVE_MESSAGE_BURST = 256,
    LIVE_MESSAGES_PER_S = 100,
};

struct live {
    struct api *api;
    struct list sessions; /* of struct live_session.node */
    unsigned n_sessions;
    struct event_subscriber subscriber;
    struct list notices;     /* of struct live_notice.node: one a camera */
    struct net_timer *timer; /* for those that must wait their turn */
};

struct live *live_create(struct api *api) __attribute__((returns_nonnull));
void live_destroy(struct live *live); /* no session is left on it; takes NULL */
unsigned live_sessions(const struct live *live);

/* The text of a "camera" message at REPLY_OFF, a new reference; NULL without memory. */
struct buf *live_describe(struct live *live, struct camera *camera, unsigned what,
                          size_t *ret_len_bytes) __attribute__((warn_unused_result));

/* A camera that a page watches. */
struct live_watch {
    struct list node;  /* in its session's watches */
    struct list ready; /* in its session's ready ones, or alone */
    struct live_session *session;
    struct camera *camera;
    struct lease *lease;
    struct packet *init; /* the init segment that was sent last, a reference; or NULL */
    struct packet *held; /* read, to be sent behind the init segment; or NULL */
};

/* A still that a page asked for. */
struct live_capture {
    struct list node; /* in its session's captures */
    struct live_session *session;
    struct camera *camera;
    struct capture *capture;
    uint32_t request; /* the page's own number */
};

/* A change of settings that a page asked for. */
struct live_setting {
    struct list node; /* in its session's settings */
    struct service_waiter waiter;
    struct live_session *session;
    uint32_t request; /* the page's own number */
    uint64_t change;  /* the service's */
};

struct live_session {
    struct api_guest guest;
    struct principal principal;
    struct list node;  /* in live->sessions, once it is open */
    struct live *live; /* NULL: the API is gone, the socket is about to go */
    struct ws *ws;     /* NULL until it is open */
    struct list watches, ready, captures, settings;
    unsigned n_watches, n_captures, n_settings;
    struct live_queue queue;
    unsigned message_tokens; /* messages that the page may still send now */
    int64_t message_tokens_us;
};

extern const struct ws_ops live_session_ops;
struct live_session *live_session_create(struct live *live, const struct principal *principal)
    __attribute__((returns_nonnull));

/* Queues an event; takes json. */
void live_session_say(struct live_session *session, json_t *takes_json);
/* The camera has to be described, where the session's principal may see it. */
void live_session_tell(struct live_session *session, struct camera *camera, unsigned what);
/* Queues a binary message. */
void live_session_send(struct live_session *session, struct buf *buf, size_t off, size_t len_bytes);

struct live_watch *live_watch_add(struct live_session *session, const struct permit *permit,
                                  const struct lease_params *wish);
struct live_watch *live_watch_find(struct live_session *session, const char *camera_id);
void live_watch_remove(struct live_watch *watch);
void live_capture_remove(struct live_capture *capture); /* one that is done or cancelled */
void live_setting_remove(struct live_setting *setting);

/* Does what one text message of the page asks for. */
void live_command(struct live_session *session, const char *text, size_t len_bytes);
