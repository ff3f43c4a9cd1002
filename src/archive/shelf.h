/* Keeps the archive's files and its index consistent, even after a crash or a power cut:
 *
 * - a row implies its file: a file is on disk before its row is written; a row is marked as garbage
 *   before its file is removed, and dropped afterwards;
 * - a file without a row is added to the index, never deleted;
 * - a folder other than the one that the index belongs to (another disk, or none mounted) is not
 *   written to.
 *
 * Blocks on the disk: one thread, never the loop. */
#pragma once
#include "archive/files.h"
#include "archive/index.h"
#include "base/buf.h"

enum shelf_change { SHELF_ADDED, SHELF_CHANGED, SHELF_REMOVED };

struct shelf {
    int root;                    /* the folder; borrowed by recorders */
    char id[FILES_ID_CHARS + 1]; /* in its file meta */
    int lock_file;               /* held while it is open */
    bool has_orphans;            /* a file's row could not be written; shelf_check takes it in */
    struct index *index;
    /* What happened to an item, once it is on disk; may be NULL. */
    void (*told)(void *ctx, enum shelf_change change, const struct archive_item *item);
    void *ctx;
};

enum { SHELF_SENTENCE_MAX_BYTES = 200 };

/* Opens DATA/archive and DATA/archive.db. -EBUSY: another program has it open; -ESTALE: the folder
 * does not belong to the index; other errno of the system. ret_wrong: a sentence for the
 * owner. */
int shelf_open(const char *data, struct shelf *ret_shelf, char ret_wrong[SHELF_SENTENCE_MAX_BYTES])
    __attribute__((warn_unused_result));
/* One that was open before: nothing is created unless DATA/archive/meta has its id. */
int shelf_open_again(const char *data, const char *id, struct shelf *ret_shelf,
                     char ret_wrong[SHELF_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));
void shelf_close(struct shelf *shelf); /* also a zeroed one */

/* Stores a photo: its file, a thumbnail if one can be made, and its row are on disk when it returns
 * 0. Fills in the item's id, path and bytes. */
int shelf_keep_photo(struct shelf *shelf, struct archive_item *item, const uint8_t *jpeg,
                     size_t len_bytes) __attribute__((warn_unused_result));

/* Adds a complete file; poster: a JPEG for its thumbnail, or NULL. */
int shelf_add(struct shelf *shelf, struct archive_item *item, const uint8_t *poster,
              size_t poster_bytes) __attribute__((warn_unused_result));

/* Its file and row are gone when it returns 0. -ENOENT. */
int shelf_remove(struct shelf *shelf, int64_t id) __attribute__((warn_unused_result));

/* Removes the file and the row of an item that the index marks as garbage. */
int shelf_sweep(struct shelf *shelf, const struct archive_item *item)
    __attribute__((warn_unused_result));

/* To be called after a change by the index alone (a star, a note). */
void shelf_changed(const struct shelf *shelf, const struct archive_item *item);

/* The free space (for unprivileged users) and the size of its disk. */
int shelf_space(const struct shelf *shelf, uint64_t *ret_free, uint64_t *ret_total)
    __attribute__((warn_unused_result));

/* What the items of one camera may take. */
struct archive_quota {
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    uint64_t bytes;
};

/* Limits of retention; zeroes: none. */
struct shelf_policy {
    int64_t max_age_us;      /* from an item's start; its file's times do not matter */
    uint64_t max_bytes;      /* of all items */
    uint64_t min_free_bytes; /* on the disk */
    const struct archive_quota *quotas;
    unsigned n_quotas;
};

/* Removes the oldest items without a star until the policy is met, at most max of them; returns
 * how many, or an error. */
int shelf_retain(struct shelf *shelf, const struct shelf_policy *policy, int64_t wall_us,
                 unsigned max) __attribute__((warn_unused_result));

struct shelf_findings {
    unsigned items;      /* consistent rows */
    unsigned garbage;    /* interrupted removals */
    unsigned lost;       /* rows without a file */
    unsigned changed;    /* rows whose file has another size */
    unsigned open_clips; /* interrupted clips */
    unsigned found;      /* files without a row */
    unsigned unreadable; /* files not written by us, or without a picture: left alone */
};

/* Compares files and index; repair: drops lost rows, adds files, completes clips. each: called for
 * every finding except consistent rows; may be NULL. */
int shelf_check(struct shelf *shelf, bool repair,
                void (*each)(void *ctx, const char *what, const char *path), void *ctx,
                struct shelf_findings *ret_findings) __attribute__((warn_unused_result));
