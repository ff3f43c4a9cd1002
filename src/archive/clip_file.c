#include "archive/clip_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/files.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "media/fmp4.h"

enum { NAME_TRIES = 100, HEAD_MAX_BYTES = 4096 };

struct clip_file {
    int root, fd;
    uint8_t head[HEAD_MAX_BYTES];
    size_t head_bytes;
    uint64_t patch_at, end; /* end of the last complete fragment */
    uint32_t sequence;
    struct mp4_index index;
};

static int create_file(int root, struct archive_item *item, int *ret_fd)
{
    int r = -EEXIST;
    for (unsigned n = 0; r == -EEXIST && n < NAME_TRIES; n++) {
        archive_item_name(item, n);
        r = files_create(root, item->path, ret_fd);
    }
    return r;
}

static void finish(struct clip_file *clip)
{
    if (clip->fd >= 0)
        close(clip->fd);
    mp4_index_finish(&clip->index);
    mem_free(clip);
}

int clip_file_create(int root, struct archive_item *item, const uint8_t *init,
                     size_t init_len_bytes, struct clip_file **ret_clip)
{
    if (init_len_bytes + MP4_PATCH_BYTES > HEAD_MAX_BYTES)
        return -EINVAL;
    struct clip_file *clip = mem_new(struct clip_file);
    clip->root = root;
    clip->fd = -1;
    clip->head_bytes = init_len_bytes + MP4_PATCH_BYTES;
    clip->patch_at = mp4_head_write(init, init_len_bytes, clip->head);
    clip->end = clip->head_bytes;
    int r = clip->patch_at ? create_file(root, item, &clip->fd) : -EINVAL;
    if (r == 0)
        r = files_write(clip->fd, clip->head, clip->head_bytes);
    if (r == 0 && fdatasync(clip->fd) < 0)
        r = -errno;
    if (r == 0)
        r = files_sync_folder_of(root, item->path);
    if (r < 0) {
        if (clip->fd >= 0)
            unlinkat(root, item->path, 0);
        finish(clip);
        return r;
    }
    mp4_head_size(clip->head, clip->head_bytes, &item->width, &item->height);
    *ret_clip = clip;
    return 0;
}

int clip_file_add(struct clip_file *clip, const struct clip_unit *units, unsigned n_units)
{
    struct fmp4_sample samples[CLIP_UNITS_MAX];
    uint8_t head[108 + 12 * CLIP_UNITS_MAX];
    const size_t head_bytes = fmp4_part_head_len_bytes(n_units);
    uint64_t end = clip->end + head_bytes;
    for (unsigned i = 0; i < n_units; i++) {
        samples[i] = (struct fmp4_sample){units[i].duration, units[i].len_bytes, units[i].key};
        end += units[i].len_bytes;
    }
    fmp4_part_head_write(&(struct fmp4_part){.sequence = ++clip->sequence,
                                             .decode_time = clip->index.duration,
                                             .samples = samples,
                                             .n_samples = n_units},
                         head);
    int r = files_write(clip->fd, head, head_bytes);
    for (unsigned i = 0; i < n_units && r == 0; i++)
        r = files_write(clip->fd, units[i].bytes, units[i].len_bytes);
    if (r == 0)
        r = mp4_index_add(&clip->index, clip->end + head_bytes, samples, n_units);
    if (r == 0)
        clip->end = end;
    return r;
}

int clip_file_sync(struct clip_file *clip)
{
    return fdatasync(clip->fd) < 0 ? -errno : 0;
}

uint64_t clip_file_bytes(const struct clip_file *clip)
{
    return clip->end;
}

/* Appends the moov, then makes the fragments one mdat: in this order, each synced, so that the file
 * plays at any moment in between. */
static int complete(struct clip_file *clip, uint64_t *ret_bytes)
{
    uint8_t *moov, patch[MP4_PATCH_BYTES];
    size_t moov_bytes;
    int r = mp4_moov_create(clip->head, clip->head_bytes, &clip->index, &moov, &moov_bytes);
    if (r < 0)
        return r;
    if (ftruncate(clip->fd, (off_t)clip->end) < 0 || lseek(clip->fd, 0, SEEK_END) < 0)
        r = -errno;
    if (r == 0)
        r = files_write(clip->fd, moov, moov_bytes);
    if (r == -ENOSPC && files_release(clip->root)) {
        if (ftruncate(clip->fd, (off_t)clip->end) < 0 || lseek(clip->fd, 0, SEEK_END) < 0)
            r = -errno;
        else
            r = files_write(clip->fd, moov, moov_bytes);
    }
    mem_free(moov);
    if (r == 0)
        r = clip_file_sync(clip);
    mp4_patch_write(clip->patch_at, clip->end, patch);
    if (r == 0 && pwrite(clip->fd, patch, sizeof(patch), (off_t)clip->patch_at) != sizeof(patch))
        r = -EIO;
    if (r == 0)
        r = clip_file_sync(clip);
    if (r == 0)
        *ret_bytes = clip->end + moov_bytes;
    return r;
}

static void describe(const struct clip_file *clip, struct archive_item *item)
{
    item->end_us = item->start_us + (int64_t)(clip->index.duration * US_PER_S / FMP4_TIMESCALE);
    mp4_head_size(clip->head, clip->head_bytes, &item->width, &item->height);
}

int clip_file_close(struct clip_file *clip, struct archive_item *item)
{
    int r = -ENODATA;
    if (clip->index.n_samples > 0)
        r = complete(clip, &item->bytes);
    else if (files_remove(clip->root, item->path) < 0)
        r = -EIO;
    describe(clip, item);
    finish(clip);
    return r;
}

/* --- Interrupted clips. --- */

static int box_at(const struct clip_file *clip, uint64_t at, uint64_t *ret_size, uint32_t *ret_type)
{
    uint8_t bytes[16];
    size_t got;
    int r = files_read(clip->fd, at, bytes, sizeof(bytes), &got);
    if (r < 0)
        return r;
    return mp4_box_read(bytes, got, ret_size, ret_type) ? 0 : -ENODATA;
}

static int read_moof(struct clip_file *clip, uint64_t at, uint64_t size, uint64_t file_bytes)
{
    static const uint32_t MDAT = MP4_TYPE('m', 'd', 'a', 't');
    uint64_t mdat_size, data_bytes;
    uint32_t type;
    size_t got;
    const uint32_t n_samples = clip->index.n_samples, n_parts = clip->index.n_parts;
    const uint64_t duration = clip->index.duration;
    if (size > MP4_MOOF_MAX_BYTES || box_at(clip, at + size, &mdat_size, &type) < 0 ||
        type != MDAT || at + size + mdat_size > file_bytes)
        return -ENODATA;
    uint8_t *moof = mem_try_alloc((size_t)size);
    if (!moof)
        return -ENOMEM;
    int r = files_read(clip->fd, at, moof, (size_t)size, &got);
    if (r == 0)
        r = got == size ? mp4_moof_read(moof, got, at, &clip->index, &data_bytes) : -ENODATA;
    mem_free(moof);
    if (r == 0 && mdat_size == 8 + data_bytes) {
        clip->end = at + size + mdat_size;
        return 0;
    }
    clip->index.n_samples = n_samples; /* undo */
    clip->index.n_parts = n_parts;
    clip->index.duration = duration;
    return r == -ENOMEM ? r : -ENODATA;
}

/* The file's first boxes, up to its moov. -EBADMSG: not written by us. */
static int read_head(struct clip_file *clip, bool *ret_is_open)
{
    uint64_t size;
    uint32_t type;
    int r = files_read(clip->fd, 0, clip->head, sizeof(clip->head), &clip->head_bytes);
    if (r < 0)
        return r;
    if (!mp4_box_read(clip->head, clip->head_bytes, &size, &type) ||
        type != MP4_TYPE('f', 't', 'y', 'p') || size + MP4_PATCH_BYTES + 8 > clip->head_bytes)
        return clip->head_bytes < HEAD_MAX_BYTES ? -ENODATA : -EBADMSG;
    clip->patch_at = size;
    if (!mp4_box_read(clip->head + size, clip->head_bytes - size, &size, &type))
        return -EBADMSG;
    *ret_is_open = type == MP4_TYPE('f', 'r', 'e', 'e') && size == MP4_PATCH_BYTES;
    if (!*ret_is_open && type != MP4_TYPE('m', 'd', 'a', 't'))
        return -EBADMSG;
    clip->end = clip->patch_at + MP4_PATCH_BYTES;
    if (!mp4_box_read(clip->head + clip->end, clip->head_bytes - clip->end, &size, &type) ||
        type != MP4_TYPE('m', 'o', 'o', 'v'))
        return -EBADMSG;
    if (clip->end + size > clip->head_bytes)
        return clip->head_bytes < HEAD_MAX_BYTES ? -ENODATA : -EBADMSG;
    clip->end += size;
    clip->head_bytes = (size_t)clip->end;
    return 0;
}

static int read_fragments(struct clip_file *clip, uint64_t file_bytes)
{
    int r = 0;
    while (r == 0) {
        uint64_t size;
        uint32_t type;
        r = box_at(clip, clip->end, &size, &type);
        if (r == 0)
            r = type == MP4_TYPE('m', 'o', 'o', 'f') ? read_moof(clip, clip->end, size, file_bytes)
                                                     : -ENODATA;
    }
    if (r != -ENODATA)
        return r;
    return clip->index.n_samples > 0 ? 0 : -ENODATA;
}

int clip_file_recover(int root, struct archive_item *item, bool repair, bool *ret_was_open)
{
    struct stat stat = {0};
    struct clip_file *clip = mem_new(struct clip_file);
    clip->root = root;
    *ret_was_open = false;
    clip->fd = openat(root, item->path, (repair ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
    int r = clip->fd < 0 || fstat(clip->fd, &stat) < 0 ? -errno : 0;
    if (r == 0)
        r = read_head(clip, ret_was_open);
    if (r == 0)
        r = read_fragments(clip, (uint64_t)stat.st_size);
    if (r == 0) {
        item->bytes = (uint64_t)stat.st_size;
        describe(clip, item);
    }
    if (r == 0 && *ret_was_open && repair)
        r = complete(clip, &item->bytes);
    finish(clip);
    return r;
}

int clip_file_resume(int root, struct archive_item *item, uint64_t end, struct clip_file **ret_clip)
{
    bool is_open = false, was_open;
    struct clip_file *clip = mem_new(struct clip_file);
    clip->root = root;
    clip->fd = openat(root, item->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    int r = clip->fd < 0 ? -errno : read_head(clip, &is_open);
    if (r == 0 && !is_open) {
        finish(clip);
        r = clip_file_recover(root, item, false, &was_open);
        return r < 0 ? r : -EALREADY;
    }
    if (r == 0 && ftruncate(clip->fd, (off_t)end) < 0)
        r = -errno;
    if (r == 0)
        r = read_fragments(clip, end);
    if (r == 0 && (clip->end != end || lseek(clip->fd, 0, SEEK_END) < 0))
        r = -EBADMSG;
    if (r < 0) {
        finish(clip);
        return r;
    }
    clip->sequence = clip->index.n_parts;
    describe(clip, item);
    *ret_clip = clip;
    return 0;
}

void clip_file_abandon(struct clip_file *clip)
{
    finish(clip);
}
