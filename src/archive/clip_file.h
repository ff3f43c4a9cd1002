/* A clip being written, and repair of an interrupted one: media/mp4_file on disk. Blocks on the
 * disk: never on the loop. One thread at a time. */
#pragma once
#include "archive/item.h"
#include "media/mp4_file.h"

struct clip_file;

/* Creates the item's file, for the stream of an init segment, and fills in its path, a different
 * one if the first is taken. The file survives a power cut. */
int clip_file_create(int root, struct archive_item *item, const uint8_t *init,
                     size_t init_len_bytes, struct clip_file **ret_clip)
    __attribute__((warn_unused_result));

/* Appends a fragment: AVCC access units, each in its buffer. After an error the clip ends at the
 * fragment before. */
struct clip_unit {
    const uint8_t *bytes;
    uint32_t len_bytes, duration; /* 1/90000 s */
    bool key;
};
enum { CLIP_UNITS_MAX = 256 };
int clip_file_add(struct clip_file *clip, const struct clip_unit *units, unsigned n_units)
    __attribute__((warn_unused_result));

int clip_file_sync(struct clip_file *clip) __attribute__((warn_unused_result));

/* Closes it: the file is then complete, on disk, and starts and seeks at once. Sets the item's
 * bytes and end. Frees the clip even if it fails; -ENODATA: it had no picture, and its file was
 * removed. */
int clip_file_close(struct clip_file *clip, struct archive_item *item)
    __attribute__((warn_unused_result));

/* Goes on with a clip whose first end bytes (clip_file_bytes) are to be kept; fills in the item's
 * size. -EALREADY: it was closed, and is whole: the item's bytes and end are filled in as well. */
int clip_file_resume(int root, struct archive_item *item, uint64_t end, struct clip_file **ret_clip)
    __attribute__((warn_unused_result));
/* Leaves it open on disk, for clip_file_resume or clip_file_recover. */
void clip_file_abandon(struct clip_file *clip);

uint64_t clip_file_bytes(const struct clip_file *clip);

/* Examines the item's file: an interrupted one is completed (repair) or only measured. Sets
 * bytes, size, end. *ret_was_open: it was not closed. -ENODATA: it has no picture;
 * -EBADMSG: not one of our recordings; left alone. */
int clip_file_recover(int root, struct archive_item *item, bool repair, bool *ret_was_open)
    __attribute__((warn_unused_result));
