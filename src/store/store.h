/* The store: the one SQLite database, `eyelid.db` in the data folder. It holds cameras, their
 * settings and their last pictures, users, sessions and tokens, schedules and their last runs,
 * films.
 *
 * Everything is read once, at start, on the calling thread. Writes are queued and done by the
 * writer thread in their order, a batch a transaction; nothing is written while nothing changes.
 * Writes between store_begin and store_commit are committed together, and done() reports when
 * they are on disk, or why not. A failed write outside of a group (a full disk) is logged and
 * lost. Loop only (main thread before it runs); no call but store_open, store_flush and store_close
 * blocks on the disk. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/waker.h"

struct store;

enum { STORE_SCHEMA_VERSION = 10, STORE_RUN_SLOTS = 100 };

struct store_camera {
    const char *id, *name;
    const char *source;  /* "push", "v4l2", … */
    const char *address; /* of its source; "" if it pushes */
    bool adopted;
    const char *token; /* the hash of its device's token; NULL or "" = none */
};

/* What was last seen of a camera. Times are microseconds since the Unix epoch; 0 = unknown. */
struct store_last {
    const char *camera;
    int64_t offline_since_us; /* 0: it was connected */
    int64_t resting_until_us; /* when its device, which sleeps, said that it wakes */
    int64_t taken_us;         /* of the picture */
    uint16_t width, height;
    const void *jpeg; /* NULL: the one before stays; without one there is none */
    size_t len_bytes;
};

struct store_user {
    const char *name;
    const char *hash;           /* of the password */
    const char *role, *cameras; /* cameras: "*" or ids, separated by blanks */
};

struct store_session {
    const char *id, *hash; /* hash of its secret */
    const char *user, *agent;
    int64_t created_s, used_s; /* since the Unix epoch */
};

/* A user's second factor. */
struct store_factor {
    const char *user, *state;
};

struct store_token {
    const char *id, *hash; /* hash of its secret */
    const char *name, *role, *cameras;
    int64_t created_s, expires_s; /* since the Unix epoch; expires_s 0 = never */
};

struct store_share {
    const char *id, *hash; /* hash of its secret */
    const char *camera;
    int64_t item;                         /* of the archive; 0 = the camera, live */
    int64_t created_s, expires_s, used_s; /* since the Unix epoch; used_s 0 = never */
    int64_t n_uses;
};

struct store_schedule {
    const char *id, *json;
    int64_t changed_s; /* since the Unix epoch */
};

struct store_run {
    const char *schedule;
    uint64_t number; /* takes the place of number - STORE_RUN_SLOTS */
    const char *json;
};

struct store_film {
    const char *id, *json;
};

/* Called once per row while store_open runs; the strings are borrowed. */
struct store_loader {
    void (*camera)(void *ctx, const struct store_camera *camera);
    void (*setting)(void *ctx, const char *camera_id, const char *name, const char *value_json);
    void (*last)(void *ctx, const struct store_last *last); /* after the cameras */
    void (*document)(void *ctx, const char *name, const char *json);
    void (*user)(void *ctx, const struct store_user *user);
    void (*session)(void *ctx, const struct store_session *session); /* after the users */
    void (*factor)(void *ctx, const struct store_factor *factor);    /* after the users */
    void (*token)(void *ctx, const struct store_token *token);
    void (*share)(void *ctx, const struct store_share *share);
    void (*schedule)(void *ctx, const struct store_schedule *schedule);
    void (*run)(void *ctx, const struct store_run *run); /* after the schedules; rising numbers */
    void (*film)(void *ctx, const struct store_film *film);
    void *ctx;
};

/* Opens or creates DIR/eyelid.db (DIR too, mode 0700), migrates it and loads it. -EEXIST: the
 * schema is newer than this program, nothing was touched; -EBADMSG: no database of ours or damaged;
 * -EACCES, -ENOSPC, -EIO as the system has them; -EBUSY: another server uses this folder.
 * *ret_error is then a sentence for the user (store_error_free). */
int store_open(const char *dir, const struct store_loader *loader, struct store **ret_store,
               char **ret_error) __attribute__((warn_unused_result));

/* Writes what is queued, calls every pending done, and closes; takes NULL. */
void store_close(struct store *store);

/* All writes up to store_commit are one group: on disk together, or not at all. Not nested. */
void store_begin(struct store *store);
/* Never calls done itself: store_deliver does, once the group is synced to disk (error 0) or lost
 * (a negative errno: -ENOSPC, -EROFS, -EIO, -EBUSY, …). done may be NULL. A group without writes is
 * done once all earlier writes are. */
void store_commit(struct store *store, void (*done)(void *ctx, int error), void *ctx);

/* deliver is woken, on any thread, when store_deliver has something to do. Before the first
 * store_commit. */
void store_use_waker(struct store *store, struct waker deliver);
void store_deliver(struct store *store);

/* Inserts or replaces. The strings are copied. */
void store_put_camera(struct store *store, const struct store_camera *camera);
void store_put_setting(struct store *store, const char *camera_id, const char *name,
                       const char *value_json);
/* A named JSON document of the server, such as the page's "layout". */
void store_put_document(struct store *store, const char *name, const char *json);
/* All settings of a camera. */
void store_clear_settings(struct store *store, const char *camera_id);
void store_put_last(struct store *store, const struct store_last *last);
/* Its settings and what was last seen of it go with it. */
void store_remove_camera(struct store *store, const char *camera_id);

void store_put_user(struct store *store, const struct store_user *user);
void store_remove_user(struct store *store, const char *name); /* and its sessions and its factor */
void store_put_factor(struct store *store, const struct store_factor *factor);
void store_remove_factor(struct store *store, const char *user);
void store_put_session(struct store *store, const struct store_session *session);
void store_remove_session(struct store *store, const char *id);
void store_put_token(struct store *store, const struct store_token *token);
void store_remove_token(struct store *store, const char *id);
void store_put_share(struct store *store, const struct store_share *share);
void store_remove_share(struct store *store, const char *id);

void store_put_schedule(struct store *store, const struct store_schedule *schedule);
void store_remove_schedule(struct store *store, const char *id); /* and its runs */
void store_put_film(struct store *store, const struct store_film *film);
void store_remove_film(struct store *store, const char *id);
void store_put_run(struct store *store, const struct store_run *run);

/* Blocks until all that was queued before is on disk; tests and shutdown use it. 0, or the first
 * error a write met. */
int store_flush(struct store *store);
void store_error_free(char *error);
