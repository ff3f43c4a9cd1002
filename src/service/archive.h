/* The archive's commands. Each is a call: a struct with the request and the answer, which the
 * caller keeps until done. An item belongs to a camera, and the policy is asked about that camera
 * when the item is read. Loop only. */
#pragma once
#include "archive/archive.h"
#include "service/service.h"

enum { SERVICE_ARCHIVE_PAGE_MAX = 500, SERVICE_ARCHIVE_DAYS_MAX = 4000 };

/* What came in lately is that of a week, or since the archive's first item; at least of an hour, so
 * that the first photo makes no rate. */
enum { SERVICE_STORAGE_RECENT_S = 7 * 24 * 3600, SERVICE_STORAGE_LEAST_S = 3600 };

struct service_storage {
    struct index_use cameras[ARCHIVE_CAMERAS_MAX]; /* those that the principal may see */
    unsigned n_cameras;
    uint64_t free_bytes, total_bytes; /* of the disk */
    const struct service *service;    /* whose quotas hold */
    int64_t now_us;                   /* wall clock */
    int64_t recent_s;                 /* see above */
    uint64_t recent_bytes;            /* of these cameras, that came in that time */
    struct shelf_policy policy;
    bool has_oldest; /* the call's item is the one that retention takes next */
};

struct service_archive_call {
    /* The request. */
    int64_t id;                                /* one item */
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1]; /* of the filter; "" = all */
    struct index_filter filter;                /* its camera is set from the above */
    unsigned max;                              /* items of a page, 1 to SERVICE_ARCHIVE_PAGE_MAX */
    bool sets_star, star, sets_note;
    char note[ARCHIVE_NOTE_MAX_BYTES + 1];
    int64_t *ids; /* of service_archive_export: items; mem_free */
    unsigned n_ids;
    bool thumbnail; /* service_archive_open: the thumbnail instead of the item */
    /* service_archive_open: the item with this file, or "CAMERA/latest.jpg", the newest photo;
     * "" = the one with the id above. */
    char path[ARCHIVE_PATH_MAX_BYTES];
    /* Called once, in a later turn of the loop; problem: NULL = success. */
    void (*done)(struct service_archive_call *call, const struct problem *problem);

    /* The answer. */
    struct archive_item item;
    struct archive_item *items; /* a page; mem_free */
    unsigned n_items;
    bool has_more;
    struct service_archive_day {
        char day[12];
        uint64_t items;
    } * days; /* mem_free */
    unsigned n_days;
    struct service_storage *storage; /* mem_free */
    int fd;                          /* of service_archive_open, the caller's to close */
    uint64_t file_bytes;

    /* The service's. */
    struct archive_job job;
    struct principal principal;
};

/* ACTION_ARCHIVE: a page of items, the newest first; those of cameras that the principal may not
 * see are left out. */
void service_archive_list(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE: how many items each day has. One camera, or a principal that may see all. */
void service_archive_days(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE: what it takes and what limits it. */
void service_archive_storage(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE: one item. */
void service_archive_get(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE, ACTION_FILES: one item and its file, open for reading. */
void service_archive_open(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE: the items with these ids, in this order; those that are removed, or that the
 * principal may not see, are left out. */
void service_archive_export(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE_CHANGE: star and note; the item as it is then. */
void service_archive_change(const struct permit *permit, struct service_archive_call *call);
/* ACTION_ARCHIVE_CHANGE. */
void service_archive_remove(const struct permit *permit, struct service_archive_call *call);

/* The archive's news become events; ctx is the service. */
void service_archive_news(void *ctx, enum shelf_change change, const struct archive_item *item);

/* ACTION_RECORD: records the camera from now on for this long; extends or shortens a running
 * recording. */
enum { SERVICE_RECORD_MAX_S = 24 * 3600 };
int service_record(const struct permit *permit, int seconds, struct problem *ret_problem)
    __attribute__((warn_unused_result));
/* ACTION_RECORD: ends the recording, which is kept. */
int service_record_stop(const struct permit *permit, struct problem *ret_problem)
    __attribute__((warn_unused_result));

/* ACTION_RECORD: records the camera whenever it is connected, also after a restart; a clip for
 * each ten minutes. */
int service_record_always(const struct permit *permit, bool is_on, struct service_waiter *waiter,
                          struct problem *ret_problem) __attribute__((warn_unused_result));
/* ACTION_SEE: {"recording","continuous","error"}; a new reference. */
json_t *service_recording(const struct permit *permit)
    __attribute__((returns_nonnull, warn_unused_result));
/* Loads the stored settings, before the loop runs. */
void service_load_recording(struct service *service, const char *text);

struct service_recorded {
    bool is_recording;
    uint64_t bytes; /* since the server started */
};
struct service_recorded service_recorded(const struct service *service, const char *camera);

/* ACTION_KEEP: stores a still in the archive. done: on disk, or a problem. */
void service_archive_keep(const struct permit *permit, struct packet *still,
                          void (*done)(void *ctx, const struct archive_item *item,
                                       const struct problem *problem),
                          void *ctx);
