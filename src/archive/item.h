/* An item of the archive: a photo, a clip or a film; and the name of its file, which contains the
 * same data as its row, so that a lost index can be rebuilt. Pure functions; any thread.
 *
 *     CAMERA/2026/11/30/20261130T140322.123+0100-manual.jpg
 *
 * The time is local, with its offset, so it is unique even when the clock is set back an hour. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ARCHIVE_CAMERA_MAX_BYTES = 32,
    ARCHIVE_NOTE_MAX_BYTES = 256,
    ARCHIVE_PATH_MAX_BYTES = 120, /* with the NUL */
};

enum archive_kind { ARCHIVE_PHOTO, ARCHIVE_CLIP, ARCHIVE_FILM, ARCHIVE_KINDS };
enum archive_reason {
    ARCHIVE_MANUAL,
    ARCHIVE_SCHEDULE,
    ARCHIVE_MOTION,
    ARCHIVE_CONTINUOUS,
    ARCHIVE_IMPORT, /* a file that a person copied there */
    ARCHIVE_REASONS
};

const char *archive_kind_name(enum archive_kind kind);       /* "photo", "clip", "film" */
const char *archive_reason_name(enum archive_reason reason); /* "manual", "schedule", … */
/* -EINVAL: unknown name. */
int archive_kind_find(const char *name, enum archive_kind *ret_kind)
    __attribute__((warn_unused_result));
int archive_reason_find(const char *name, enum archive_reason *ret_reason)
    __attribute__((warn_unused_result));

struct archive_item {
    int64_t id; /* 0 = none yet */
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    enum archive_kind kind;
    enum archive_reason reason;
    int64_t start_us, end_us; /* wall clock */
    uint64_t bytes;
    uint16_t width, height; /* pixels; 0 = unknown */
    bool starred;
    char note[ARCHIVE_NOTE_MAX_BYTES + 1];
    char path[ARCHIVE_PATH_MAX_BYTES]; /* of its file, below the archive's folder */
};

/* Fills in item->path from camera, kind, reason and start. n: 0, or another number if the name is
 * taken. */
void archive_item_name(struct archive_item *item, unsigned n);

/* The inverse: camera, kind, and for names of our form reason and start; -EINVAL: not a picture or
 * clip of a camera. *ret_is_dated: reason and start are set. */
int archive_item_parse(const char *path, struct archive_item *item, bool *ret_is_dated)
    __attribute__((warn_unused_result));

/* RFC 3339, UTC, with milliseconds. */
enum { ARCHIVE_TIME_MAX_BYTES = 32 };
void archive_time_format(int64_t wall_us, char out[ARCHIVE_TIME_MAX_BYTES]);
/* RFC 3339 with any offset, or a date, which means local midnight; -EINVAL. */
int archive_time_parse(const char *text, int64_t *ret_wall_us) __attribute__((warn_unused_result));

/* The path of its thumbnail. */
void archive_item_thumbnail(const struct archive_item *item, char out[ARCHIVE_PATH_MAX_BYTES]);
