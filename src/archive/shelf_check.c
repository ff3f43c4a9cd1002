/* The archive's fsck: compares the index with the folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/clip_file.h"
#include "archive/files.h"
#include "archive/shelf.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "media/jpeg.h"

enum { MAX_DEPTH = 6, PHOTO_MAX_BYTES = 64 << 20 };

struct check {
    struct shelf *shelf;
    bool repair;
    void (*each)(void *ctx, const char *what, const char *path);
    void *ctx;
    struct shelf_findings findings;
    int64_t *lost; /* rows to be dropped, after reading all */
    size_t n_lost, max_lost;
};

static void tell(struct check *check, unsigned *count, const char *what, const char *path)
{
    ++*count;
    if (check->each)
        check->each(check->ctx, what, path);
}

static int check_garbage(struct check *check)
{
    struct archive_item item;
    int r;
    while ((r = index_garbage(check->shelf->index, &item)) == 0) {
        tell(check, &check->findings.garbage, "half removed", item.path);
        if (!check->repair)
            return 0; /* one is enough to report */
        r = shelf_sweep(check->shelf, &item);
        if (r < 0)
            return r;
    }
    return r == -ENOENT ? 0 : r;
}

static int note_lost(struct check *check, int64_t id)
{
    if (check->n_lost == check->max_lost) {
        size_t max = check->max_lost ? 2 * check->max_lost : 64;
        int64_t *grown = mem_try_realloc(check->lost, max * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        check->lost = grown;
        check->max_lost = max;
    }
    check->lost[check->n_lost++] = id;
    return 0;
}

static int check_row(void *ctx, const struct archive_item *item)
{
    struct check *check = ctx;
    struct stat stat;
    if (fstatat(check->shelf->root, item->path, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT)
            return -errno;
        tell(check, &check->findings.lost, "file is missing", item->path);
        return note_lost(check, item->id);
    }
    if ((uint64_t)stat.st_size != item->bytes)
        tell(check, &check->findings.changed, "file has another size", item->path);
    else
        check->findings.items++;
    return 0;
}

static int check_rows(struct check *check)
{
    int r = index_each(check->shelf->index, check_row, check);
    for (size_t i = 0; i < check->n_lost && r == 0 && check->repair; i++)
        r = index_drop(check->shelf->index, check->lost[i]);
    mem_free(check->lost);
    return r;
}

/* Reads a photo's size. -EBADMSG: not a photo. */
static int read_photo(struct check *check, struct archive_item *item, struct buf **ret_buf)
{
    static const struct jpeg_limits ANY = {UINT16_MAX, UINT16_MAX};
    struct stat stat = {0};
    struct jpeg_info info;
    struct buf *buf = NULL;
    size_t got = 0;
    int fd = -1;
    int r = files_open_item(check->shelf->root, item->path, &fd);
    if (r == 0 && fstat(fd, &stat) < 0)
        r = -errno;
    if (r == 0)
        r = stat.st_size > 0 && stat.st_size <= PHOTO_MAX_BYTES
                ? buf_create((size_t)stat.st_size, &buf)
                : -EBADMSG;
    if (r == 0)
        r = files_read(fd, 0, buf->data, buf->len_bytes, &got);
    if (r == 0)
        r = jpeg_inspect(buf->data, got, &ANY, &info) == JPEG_OK ? 0 : -EBADMSG;
    if (fd >= 0)
        close(fd);
    if (r != 0) {
        buf_unref(&buf);
        return r;
    }
    item->bytes = got;
    item->width = info.width;
    item->height = info.height;
    *ret_buf = buf;
    return 0;
}

/* Files with other names get the time of their last change. */
static void date(struct check *check, struct archive_item *item)
{
    struct stat stat;
    if (fstatat(check->shelf->root, item->path, &stat, AT_SYMLINK_NOFOLLOW) == 0)
        item->start_us = item->end_us =
            stat.st_mtim.tv_sec * US_PER_S + stat.st_mtim.tv_nsec / 1000;
}

static int take_in(struct check *check, struct archive_item *item, bool is_dated)
{
    struct buf *photo = NULL;
    bool was_open = false;
    if (!is_dated)
        date(check, item);
    int r = item->kind == ARCHIVE_PHOTO
                ? read_photo(check, item, &photo)
                : clip_file_recover(check->shelf->root, item, check->repair, &was_open);
    if (r == -EBADMSG || r == -ENODATA) {
        tell(check, &check->findings.unreadable, "not a picture or clip of eyelid's", item->path);
        return 0;
    }
    if (was_open)
        tell(check, &check->findings.open_clips, "clip was cut off", item->path);
    if (r == 0)
        tell(check, &check->findings.found, "file is not in the index", item->path);
    if (r == 0 && check->repair)
        r = shelf_add(check->shelf, item, photo ? photo->data : NULL, photo ? photo->len_bytes : 0);
    buf_unref(&photo);
    return r;
}

static int check_file(struct check *check, const char *path)
{
    struct archive_item item;
    int64_t id;
    bool is_dated;
    const char *slash = strchr(path, '/');
    if (!slash || strcmp(slash, "/latest.jpg") == 0 ||
        archive_item_parse(path, &item, &is_dated) < 0)
        return 0;
    int r = index_find(check->shelf->index, path, &id);
    return r == -ENOENT ? take_in(check, &item, is_dated) : r;
}

static int check_folder(struct check *check, const char *path, unsigned depth)
{
    int fd = openat(check->shelf->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    int r = dir ? 0 : -errno;
    struct dirent *entry;
    while (dir && r == 0 && (entry = readdir(dir))) {
        char below[256];
        struct stat stat;
        if (entry->d_name[0] == '.')
            continue;
        int n = snprintf(below, sizeof(below), "%s%s%s", strcmp(path, ".") ? path : "",
                         strcmp(path, ".") ? "/" : "", entry->d_name);
        if (n >= (int)sizeof(below) ||
            fstatat(check->shelf->root, below, &stat, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(stat.st_mode) && depth < MAX_DEPTH)
            r = check_folder(check, below, depth + 1);
        else if (S_ISREG(stat.st_mode))
            r = check_file(check, below);
    }
    if (dir)
        closedir(dir);
    return r;
}

int shelf_check(struct shelf *shelf, bool repair,
                void (*each)(void *ctx, const char *what, const char *path), void *ctx,
                struct shelf_findings *ret_findings)
{
    struct check check = {.shelf = shelf, .repair = repair, .each = each, .ctx = ctx};
    int r = check_garbage(&check);
    if (r == 0)
        r = check_rows(&check);
    if (r == 0)
        r = check_folder(&check, ".", 0);
    *ret_findings = check.findings;
    return r;
}
