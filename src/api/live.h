/* The page's WebSocket, eyelid.live.v1 (docs/protocol.md, section 2): all sessions and their shared
 * state (live.c), one session and its media (live_session.c), a page's commands (live_commands.c).
 * Loop only. Only for src/api/live*.c and api.c. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"
#include "api/live_queue.h"

enum {
    LIVE_MAX_CAMERAS = 64,  /* a page may watch at once */
    LIVE_MAX_CAPTURES = 4,  /* a page may have open at once, unsent stills included */
    LIVE_MAX_SETTINGS = 64, /* changes of a page that may wait for the disk */
    LIVE_MESSAGE_BURST = 256,
    LIVE_MESSAGES_PER_S = 100,
};

struct live {
    struct api *api;
    struct list sessions; /* of struct live_session.node */
    unsigned n_sessions;
    struct event_subscriber subscriber;
    struct list notices;     /* of struct live_notice.node: one per camera */
    struct net_timer *timer; /* for delayed updates */
};

struct live *live_create(struct api *api) __attribute__((returns_nonnull));
void live_destroy(struct live *live); /* after all sessions; takes NULL */
unsigned live_sessions(const struct live *live);

/* The text of a "camera" message at REPLY_OFF, a new reference; NULL: out of memory. */
struct buf *live_describe(struct live *live, struct camera *camera, unsigned what,
                          size_t *ret_len_bytes) __attribute__((warn_unused_result));

/* A camera that a page watches. */
struct live_watch {
    struct list node;  /* in its session's watches */
    struct list ready; /* in its session's ready list, or unlinked */
    struct live_session *session;
    struct camera *camera;
    struct lease *lease;
    struct packet *init; /* the init segment sent last, a reference; or NULL */
    struct packet *held; /* to be sent after the init segment; or NULL */
};

/* A still that a page requested. */
struct live_capture {
    struct list node; /* in its session's captures */
    struct live_session *session;
    struct camera *camera;
    struct capture *capture;
    uint32_t request; /* the page's number */
};

/* A change of settings that a page requested. */
struct live_setting {
    struct list node; /* in its session's settings */
    struct service_waiter waiter;
    struct live_session *session;
    uint32_t request; /* the page's number */
    uint64_t change;  /* the service's */
};

struct live_session {
    struct api_guest guest;
    struct principal principal;
    struct list node;  /* in live->sessions, once it is open */
    struct live *live; /* NULL: the API is destroyed, the socket is about to close */
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
/* Queues an update of the camera, if the session's principal may see it. */
void live_session_tell(struct live_session *session, struct camera *camera, unsigned what);
/* Queues a binary message. */
void live_session_send(struct live_session *session, struct buf *buf, size_t off, size_t len_bytes);

struct live_watch *live_watch_add(struct live_session *session, const struct permit *permit,
                                  const struct lease_params *wish);
struct live_watch *live_watch_find(struct live_session *session, const char *camera_id);
void live_watch_remove(struct live_watch *watch);
void live_capture_remove(struct live_capture *capture); /* after it is done or cancelled */
void live_setting_remove(struct live_setting *setting);

/* Carries out one text message of the page. */
void live_command(struct live_session *session, const char *text, size_t len_bytes);
