/* What the files of this room share. Loop only. */
#pragma once
#include "service/service.h"

/* What the service knows of a camera beside the camera's own state. */
struct service_camera {
    struct list node; /* in service->cameras */
    char id[CAMERA_ID_MAX + 1];
    bool was_awake;      /* when it was last told of */
    bool is_unsaved;     /* a write about it was lost */
    struct list changes; /* of struct setting_change.node: not confirmed yet, oldest first */
    unsigned n_changes;
};

struct service {
    struct service_params params;
    struct store *store; /* NULL: nothing is remembered */
    struct archive *archive;
    struct event_bus events;
    struct registry_observer observer;
    struct list cameras; /* of struct service_camera.node */
    struct list jobs;    /* of struct service_job.node: waiting for the store */
    struct list decided; /* those that are told in the next turn of the loop */
    json_t *layout;      /* object; NULL: nobody has arranged anything */
    struct net_wake *wake;
    struct net_timer *timer; /* for changes that no camera confirms */
    uint64_t last_change;
};

struct service_camera *service_camera_of(struct service *service, const char *id)
    __attribute__((returns_nonnull));

/* --- job.c: a command that waits for its commit. --- */

struct service_job {
    struct list node; /* in service->jobs, then in service->decided */
    struct service *service;
    struct service_waiter *waiter; /* NULL: nobody waits any more */
    char camera[CAMERA_ID_MAX + 1];
    int error;
    uint64_t change; /* of settings; 0 = none */
    /* What to do once it is known how the write ended, before the waiter is told; or NULL. */
    void (*finish)(struct service_job *job);
};

/* Between the two everything that the registry and its cameras store becomes one group. */
void job_begin(struct service *service, struct camera *camera);
void job_cancel(struct service *service); /* the command was refused after all */
struct service_job *job_commit(struct service *service, const char *camera,
                               struct service_waiter *waiter,
                               void (*finish)(struct service_job *job))
    __attribute__((returns_nonnull));

void job_run_decided(struct service *service);

/* --- settings.c --- */

/* A camera says what is in force of its controls. */
void settings_reported(struct service *service, struct camera *camera, json_t *values);
/* A camera does not take the value of this control. */
void settings_refused(struct service *service, struct camera *camera, const char *control,
                      const char *why);
/* The asker was told that the change is on disk (error 0), or that it is not. */
void settings_stored(struct service *service, const char *camera, uint64_t number, int error);
void settings_check(struct service *service); /* for changes whose time is over */
void settings_drop(struct service_camera *known);
