/* The archive's files and its index in step, whatever ends the program or the power:
 *
 * - a row implies its file: a file is on disk before its row is written, and a row is marked as
 *   garbage before its file goes and dropped after it went;
 * - a file without a row is taken in, never deleted;
 * - a folder that is not the one that the index belongs to (another disk, or none mounted) is not
 *   written to.
 *
 * Blocks on the disk: one thread, never the loop. */
#pragma once
#include "archive/index.h"
#include "base/buf.h"

enum shelf_change { SHELF_ADDED, SHELF_CHANGED, SHELF_REMOVED };

struct shelf {
    int root;      /* the folder; borrowed by those who write clips */
    int lock_file; /* held while it is open */
    struct index *index;
    /* What happened to an item, once it is on disk; NULL: nobody wants to know. */
    void (*told)(void *ctx, enum shelf_change change, const struct archive_item *item);
    void *ctx;
};

enum { SHELF_SENTENCE_MAX_BYTES = 200 };

/* Opens DATA/archive and DATA/archive.db. -EBUSY: another program has it open; -ESTALE: it is not
 * the folder that the index knows; others as the system has them. ret_wrong: a sentence for the
 * owner. */
int shelf_open(const char *data, struct shelf *ret_shelf, char ret_wrong[SHELF_SENTENCE_MAX_BYTES])
    __attribute__((warn_unused_result));
void shelf_close(struct shelf *shelf); /* a zeroed one too */

/* Keeps a photo: its file, a thumbnail where one can be made, and its row are on disk when it
 * returns 0. Fills in the item's id, path and bytes. */
int shelf_keep_photo(struct shelf *shelf, struct archive_item *item, const uint8_t *jpeg,
                     size_t len_bytes) __attribute__((warn_unused_result));

/* Takes in a file that is whole; poster: a JPEG for its thumbnail, or NULL. */
int shelf_add(struct shelf *shelf, struct archive_item *item, const uint8_t *poster,
              size_t poster_bytes) __attribute__((warn_unused_result));

/* Its file and row are gone when it returns 0. -ENOENT. */
int shelf_remove(struct shelf *shelf, int64_t id) __attribute__((warn_unused_result));

/* To be called after a change by the index alone (a star, a note). */
void shelf_changed(const struct shelf *shelf, const struct archive_item *item);

/* What is free for others on its disk, and how large that is. */
int shelf_space(const struct shelf *shelf, uint64_t *ret_free, uint64_t *ret_total)
    __attribute__((warn_unused_result));

/* What may be kept; zeroes: everything. */
struct shelf_policy {
    int64_t max_age_us;      /* by when an item began, never by its file's times */
    uint64_t max_bytes;      /* of all items */
    uint64_t min_free_bytes; /* that others find on the disk */
};

/* Removes the oldest items that have no star until the policy is met, at most max of them; returns
 * how many, or an error. */
int shelf_retain(struct shelf *shelf, const struct shelf_policy *policy, int64_t wall_us,
                 unsigned max) __attribute__((warn_unused_result));

struct shelf_findings {
    unsigned items;      /* rows that are in order */
    unsigned garbage;    /* removals that were cut off */
    unsigned lost;       /* rows without a file */
    unsigned changed;    /* rows whose file has another size */
    unsigned open_clips; /* clips that were cut off */
    unsigned found;      /* files without a row */
    unsigned unreadable; /* files that are none of ours, or without a picture: left alone */
};

/* Compares files and index; repair: puts in order what can be (lost rows are dropped, files taken
 * in, clips completed). each: told of every finding but the rows in order; NULL = nobody. */
int shelf_check(struct shelf *shelf, bool repair,
                void (*each)(void *ctx, const char *what, const char *path), void *ctx,
                struct shelf_findings *ret_findings) __attribute__((warn_unused_result));
