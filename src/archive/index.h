/* The archive's index: its items in a separate SQLite database, beside the archive's folder. One
 * thread; blocks on the disk. Changes are on disk when a call returns. It never accesses the files:
 * archive/shelf keeps both consistent. */
#pragma once
#include "archive/item.h"

struct index;

/* Opens or creates it. -EBADMSG: damaged or not ours; -EEXIST: of a newer program; -EBUSY. */
int index_open(const char *path, struct index **ret_index) __attribute__((warn_unused_result));
void index_close(struct index *index); /* takes NULL */

/* The id of the folder that it belongs to (files_meta); "" = none yet. */
int index_meta(struct index *index, char ret_id[64]) __attribute__((warn_unused_result));
int index_set_meta(struct index *index, const char *id) __attribute__((warn_unused_result));

/* A new row; sets item->id. -EEXIST: a row has this path. */
int index_add(struct index *index, struct archive_item *item) __attribute__((warn_unused_result));

/* -ENOENT. Condemned items are not found. */
int index_get(struct index *index, int64_t id, struct archive_item *ret_item)
    __attribute__((warn_unused_result));
int index_find(struct index *index, const char *path, int64_t *ret_id)
    __attribute__((warn_unused_result));

int index_star(struct index *index, int64_t id, bool starred) __attribute__((warn_unused_result));
int index_note(struct index *index, int64_t id, const char *note)
    __attribute__((warn_unused_result));

/* Marks an item as garbage: it is no longer found, and its file is to be removed. */
int index_condemn(struct index *index, int64_t id) __attribute__((warn_unused_result));
int index_drop(struct index *index, int64_t id) __attribute__((warn_unused_result));
/* The next garbage item; -ENOENT: none. */
int index_garbage(struct index *index, struct archive_item *ret_item)
    __attribute__((warn_unused_result));

struct index_filter {
    const char *camera;           /* NULL = all */
    const char *cameras;          /* those that may be seen, a JSON array of ids; NULL = all */
    int kind, reason;             /* -1 = all */
    int64_t from_us, until_us;    /* start in [from, until); until 0 = no end */
    bool starred;                 /* those only */
    int64_t before_us, before_id; /* a cursor: items after this one; id 0 = from the newest */
};

/* The newest first, at most max; returns how many, or an error. */
int index_list(struct index *index, const struct index_filter *filter, struct archive_item *items,
               unsigned max) __attribute__((warn_unused_result));

/* The next item for retention to remove: the oldest without a star, of a camera or (NULL) any. */
int index_oldest(struct index *index, const char *camera, struct archive_item *ret_item)
    __attribute__((warn_unused_result));

/* Rows changed since it was opened. */
uint64_t index_changes(struct index *index);

/* Calls each with a camera's number of items and their bytes. */
int index_sums(struct index *index,
               void (*each)(void *ctx, const char *camera, uint64_t items, uint64_t bytes),
               void *ctx) __attribute__((warn_unused_result));

/* What a camera's items take. */
struct index_use {
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    uint64_t items, bytes;
    uint64_t recent_bytes; /* of those that began since a time */
    int64_t first_us;      /* when the first began */
    int64_t oldest_us;     /* the same without stars, which retention takes next; INT64_MAX: none */
};
int index_uses(struct index *index, int64_t since_us,
               void (*each)(void *ctx, const struct index_use *use), void *ctx)
    __attribute__((warn_unused_result));

/* Calls each with the number of items on each day (of the local calendar) of [from, until). */
int index_days(struct index *index, const struct index_filter *filter,
               void (*each)(void *ctx, const char *day, uint64_t items), void *ctx)
    __attribute__((warn_unused_result));

/* For an index from elsewhere: -EBADMSG if a row, garbage or not, has a path that is no item's of
 * its camera. */
int index_check_paths(struct index *index) __attribute__((warn_unused_result));

/* Calls each with every item except garbage, in the order of their ids; stops when it fails. */
int index_each(struct index *index, int (*each)(void *ctx, const struct archive_item *item),
               void *ctx) __attribute__((warn_unused_result));
