/* Typed events on one bus, to which the page's WebSocket and others subscribe.
 * Loop only. */
#pragma once
#include <jansson.h>
#include <stdint.h>

#include "access/policy.h"
#include "archive/shelf.h"
#include "base/list.h"
#include "camera/camera.h"
#include "guard/guard.h"

enum event_type {
    EVENT_CAMERA_ADDED,
    EVENT_CAMERA_CHANGED,
    EVENT_CAMERA_REMOVED,  /* the camera is still registered during this event */
    EVENT_WOKE,            /* its first usable frame after sleeping arrived */
    EVENT_SLEPT,           /* it was stopped, or disconnected while it ran */
    EVENT_MOTION,          /* a movement began or ended */
    EVENT_MOTION_SETTINGS, /* they were changed, or put back */
    EVENT_SETTING,         /* the result of a change of settings */
    EVENT_SCHEDULE,        /* one is new or changed, or a run of it began or ended */
    EVENT_SCHEDULE_REMOVED,
    EVENT_FILM, /* a film is new or changed, or has progressed */
    EVENT_FILM_REMOVED,
    EVENT_ARCHIVE, /* an item was added, changed or removed, on disk */
};

enum setting_result {
    SETTING_APPLIED,   /* the camera confirmed every value */
    SETTING_CORRECTED, /* it uses other values: see values */
    SETTING_REFUSED,   /* it refused, or confirmed nothing in time */
};
const char *setting_result_name(enum setting_result result); /* "applied", …; immutable */

struct event {
    enum event_type type;
    struct camera *camera; /* NULL: camera_id says what it is about */
    const char *camera_id; /* of a camera that may be gone; "" = the server as a whole */
    const char *id;        /* of the schedule or film */
    json_t *json;          /* the schedule or film; borrowed */
    unsigned changed;      /* EVENT_CAMERA_CHANGED: enum camera_change, or'ed */
    struct {
        enum shelf_change change;
        const struct archive_item *item; /* NULL: too many to list */
    } archive;
    struct {
        uint64_t change; /* the number that service_set returned */
        enum setting_result result;
        json_t *values;     /* values in force of the controls that were set; borrowed */
        const char *detail; /* a sentence; "" = none */
    } setting;
    const struct guard_event *motion; /* EVENT_MOTION; borrowed */
};

struct event_subscriber {
    struct list node;                  /* on the bus; removed by the subscriber */
    const struct principal *principal; /* only what it may see; NULL = everything */
    void (*on_event)(void *ctx, const struct event *event);
    void *ctx;
};

struct event_bus {
    struct list subscribers;
};

void event_bus_init(struct event_bus *bus);
void event_subscribe(struct event_bus *bus, struct event_subscriber *subscriber);
void event_unsubscribe(struct event_subscriber *subscriber);

/* Whether the principal may see the camera and its events. */
bool event_is_for(const struct principal *principal, const struct camera *camera);

/* The same for what the event is about. */
bool event_is_told(const struct principal *principal, const struct event *event);

/* Calls each subscriber whose principal may see the camera. on_event may unsubscribe itself. */
void event_tell(struct event_bus *bus, const struct event *event);
