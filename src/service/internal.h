/* Shared by the files of this room. Loop only. */
#pragma once
#include "access/accounts.h"
#include "access/share.h"
#include "access/tries.h"
#include "archive/archive.h"
#include "base/pool.h"
#include "schedule/run.h"
#include "service/archive.h"
#include "service/service.h"
#include "tell/tell.h"

/* What the service keeps about a camera, beside the camera's state. */
struct service_camera {
    struct list node; /* in service->cameras */
    char id[CAMERA_ID_MAX + 1];
    bool was_awake;      /* at its last event */
    bool is_unsaved;     /* a write about it failed */
    struct list changes; /* of struct setting_change.node: unconfirmed, oldest first */
    unsigned n_changes;
    struct list ended; /* the same: the newest of those whose end was reported, oldest first */
    unsigned n_ended;
};

struct service {
    struct service_params params;
    struct store *store; /* NULL: nothing is remembered */
    struct archive *archive;
    struct list recordings; /* of struct recording.node, record.c */
    struct {
        struct list list;        /* of struct continuous.node, continuous.c */
        struct net_timer *timer; /* while one that is wanted does not run */
    } continuous;
    struct guard *guard;
    struct tell *tell;
    struct event_bus events;
    struct registry_observer observer;
    struct list cameras; /* of struct service_camera.node */
    struct list jobs;    /* of struct service_job.node: waiting for the store */
    struct list decided; /* jobs whose waiters are called in the next turn of the loop */
    json_t *layout;      /* object; NULL: never arranged */
    json_t *quotas;      /* object: bytes by camera */
    struct net_wake *wake;
    struct net_timer *timer; /* for changes that are not confirmed in time */
    uint64_t last_change;
    unsigned n_probes; /* addresses of cameras that are being tried */

    struct accounts accounts;
    struct pool *pool;                  /* hashes passwords */
    char setup_token[SECRET_CHARS + 1]; /* "" = an administrator exists, or accounts are off */
    struct tries tries;                 /* failed logins */
    struct shares shares;
    struct net_timer *shares_timer; /* for the next one that expires */
    struct {
        struct list entries; /* of struct schedule_entry.node, in the order they were made */
        unsigned count;
        uint64_t last_id;
        uint64_t ended[RUN_RESULTS]; /* runs, since the server started */
        struct net_timer *timer;     /* for what is due */
    } schedules;
    struct {
        struct list list; /* of struct film.node, the oldest first */
        unsigned count;
        uint64_t last_id;
        bool is_stopped;
        struct net_timer *timer; /* to begin the next one */
        struct net_wake *wake;   /* the state of a film's process has changed */
    } films;
    struct list access_listeners; /* of struct service_access_listener.node */
};

struct service_camera *service_camera_of(struct service *service, const char *id)
    __attribute__((returns_nonnull));

/* --- quota.c: --- */

/* Tells the archive. */
void quota_apply(const struct service *service);

/* --- job.c: a command that waits for its commit. --- */

struct service_job {
    struct list node; /* in service->jobs, then in service->decided */
    struct service *service;
    struct service_waiter *waiter; /* NULL: it was withdrawn */
    char object[SECRET_CHARS + 1]; /* what it is about; see struct service_waiter */
    int error;
    bool is_refused; /* nothing was written; see problem */
    struct problem problem;
    uint64_t change; /* of settings; 0 = none */
    /* Called when the write has ended, before the waiter is called; or NULL. */
    void (*finish)(struct service_job *job);
    /* If the write fails, puts the object back to what it was before; NULL: nothing to do. */
    void (*undo)(struct service *service, const char *object, json_t *before);
    json_t *before;
};

/* What the registry and its cameras store between job_begin and job_commit is one group. */
void job_begin(struct service *service, struct camera *camera);
void job_cancel(struct service *service); /* the command was refused */
struct service_job *job_commit(struct service *service, const char *object,
                               struct service_waiter *waiter,
                               void (*finish)(struct service_job *job))
    __attribute__((returns_nonnull));

/* takes_before: what undo gets. Of several changes of an object that fail, the first one's counts.
 */
void job_undo(struct service_job *job,
              void (*undo)(struct service *service, const char *object, json_t *before),
              json_t *takes_before);

/* For commands that take time before they can write: job_create now; later job_begin and job_store,
 * or job_refuse with its problem filled in. */
struct service_job *job_create(struct service *service, struct service_waiter *waiter)
    __attribute__((returns_nonnull));
void job_store(struct service_job *job);
void job_refuse(struct service_job *job);

void job_run_decided(struct service *service);

/* --- archive.c --- */

/* Why what the principal asks for is kept. */
enum archive_reason archive_reason_of(const struct principal *principal);

/* --- record.c --- */

/* Told once, when the camera's recording at hand has ended: error, and the archive's last item of
 * it (0 = none). To be removed from the list when it is not wanted any more. */
struct record_waiter {
    struct list node;
    void (*done)(struct record_waiter *waiter, int error, int64_t item);
};
void record_wait(struct service *service, const char *camera, struct record_waiter *waiter);
/* When the current recording ends, monotonic; 0: none, or it is being closed. */
int64_t record_until_us(const struct service *service, const char *camera);
void record_drop_all(struct service *service); /* after archive_close */

/* --- continuous.c --- */

void continuous_init(struct service *service);
void continuous_finish(struct service *service); /* after archive_close */
/* The camera was removed: removes its setting. */
void continuous_forget(struct service *service, const char *camera);
void continuous_add(const struct service *service, const char *camera,
                    struct service_recorded *recorded);

/* --- receivers.c --- */

void receivers_create(struct service *service);
void receivers_motion(struct service *service, const struct camera *camera,
                      const struct guard_event *motion);

/* --- motion.c --- */

void motion_create(struct service *service);
/* The camera was removed: removes its settings. */
void motion_forget(struct service *service, const char *camera);

/* --- schedules.c, schedule_run.c --- */

void schedules_init(struct service *service);
void schedule_on_timer(void *ctx);
void schedules_stop(struct service *service);     /* before the store closes */
void schedules_drop_all(struct service *service); /* after archive_close */

/* --- films.c --- */

void films_init(struct service *service);
void films_look(struct service *service);     /* starts the next one if possible */
void films_stop(struct service *service);     /* ends the process */
void films_drop_all(struct service *service); /* after archive_close */

/* --- settings.c --- */

/* A camera reported values in force. */
void settings_reported(struct service *service, struct camera *camera, json_t *values);
/* A camera refused the value for this control. */
void settings_refused(struct service *service, struct camera *camera, const char *control,
                      const char *why);
/* The waiter of the change was called: it is on disk (error 0), or is not. */
void settings_stored(struct service *service, const char *camera, uint64_t number, int error);
void settings_check(struct service *service); /* ends changes that timed out */
void settings_drop(struct service_camera *known);

/* --- factor.c --- */

/* What a login asks for beside the password; code "" = none was given. 0; -ENOKEY or -EBUSY: it was
 * not looked at; -EKEYREJECTED: it is wrong. Uses the code up, as part of the job at hand. */
int factor_check(struct service *service, struct user *user, const char *code,
                 struct problem *ret_problem) __attribute__((warn_unused_result));
/* Turns on what was offered, with a code of it; or, with "", turns the factor off. -EKEYREJECTED
 * and the job's problem. */
int factor_change(struct service_job *job, struct user *user, const char *code)
    __attribute__((warn_unused_result));

/* --- shares.c --- */

void shares_create(struct service *service);
void shares_destroy(struct service *service);
void shares_begin(struct service *service); /* they are loaded; from now on they are stored */
/* The camera was removed: so are links that show it live. */
void shares_forget(struct service *service, const char *camera);

/* --- login.c --- */

/* After a change of users, sessions or tokens: notifies listeners, so that access ends. */
void access_changed(struct service *service);
int64_t access_now_s(const struct service *service);
