#include "archive/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "archive/files.h"
#include "base/alloc.h"
#include "codec/thumbnail.h"

enum { NAME_TRIES = 100 };

static int explain(int error, const char *data, char ret_wrong[SHELF_SENTENCE_MAX_BYTES])
{
    const char *why = error == -EBUSY     ? "another program has it open"
                      : error == -ESTALE  ? "its files are on another disk, or none is mounted"
                      : error == -EBADMSG ? "archive.db is damaged"
                      : error == -EEXIST  ? "archive.db was written by a newer eyelid"
                                          : strerror(-error);
    snprintf(ret_wrong, SHELF_SENTENCE_MAX_BYTES, "the archive in %.100s cannot be used: %s", data,
             why);
    return error;
}

/* The index belongs to the folder that contains the same id. */
static int match(struct shelf *shelf)
{
    char known[64], id[FILES_ID_CHARS + 1];
    int r = index_meta(shelf->index, known);
    if (r < 0)
        return r;
    /* A folder without an id is new, or a mount point with nothing mounted. */
    if (known[0] && faccessat(shelf->root, "meta", F_OK, 0) < 0)
        return -ESTALE;
    r = files_meta(shelf->root, id);
    if (r < 0)
        return r;
    memcpy(shelf->id, id, sizeof(id));
    if (!known[0])
        return index_set_meta(shelf->index, id);
    return strcmp(known, id) == 0 ? 0 : -ESTALE;
}

int shelf_open(const char *data, struct shelf *ret_shelf, char ret_wrong[SHELF_SENTENCE_MAX_BYTES])
{
    char path[4096];
    struct shelf shelf = {.root = -1, .lock_file = -1};
    if (mkdir(data, 0700) < 0 && errno != EEXIST)
        return explain(-errno, data, ret_wrong);
    snprintf(path, sizeof(path), "%s/archive.lock", data);
    shelf.lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int r = shelf.lock_file < 0 ? -errno : 0;
    if (r == 0 && flock(shelf.lock_file, LOCK_EX | LOCK_NB) < 0)
        r = errno == EWOULDBLOCK ? -EBUSY : -errno;
    snprintf(path, sizeof(path), "%s/archive", data);
    if (r == 0)
        r = files_open(path, &shelf.root);
    snprintf(path, sizeof(path), "%s/archive.db", data);
    if (r == 0)
        r = index_open(path, &shelf.index);
    if (r == 0)
        r = match(&shelf);
    if (r < 0) {
        shelf_close(&shelf);
        return explain(r, data, ret_wrong);
    }
    *ret_shelf = shelf;
    return 0;
}

int shelf_open_again(const char *data, const char *id, struct shelf *ret_shelf,
                     char ret_wrong[SHELF_SENTENCE_MAX_BYTES])
{
    char path[4096], found[FILES_ID_CHARS + 1] = "";
    size_t len = 0;
    snprintf(path, sizeof(path), "%s/archive/meta", data);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        (void)!files_read(fd, 0, found, FILES_ID_CHARS, &len);
        close(fd);
    }
    return strcmp(found, id) == 0 ? shelf_open(data, ret_shelf, ret_wrong)
                                  : explain(-ESTALE, data, ret_wrong);
}

void shelf_close(struct shelf *shelf)
{
    if (shelf->lock_file == 0) /* zeroed: never opened */
        return;
    index_close(shelf->index);
    if (shelf->root >= 0)
        close(shelf->root);
    if (shelf->lock_file >= 0)
        close(shelf->lock_file);
    *shelf = (struct shelf){.index = NULL};
}

/* --- Adding. --- */

enum { LATEST_BYTES = ARCHIVE_CAMERA_MAX_BYTES + 16 };

static void name_latest(const char *camera, char out[LATEST_BYTES])
{
    snprintf(out, LATEST_BYTES, "%s/latest.jpg", camera);
}

/* A link to the camera's newest photo, if the file system supports it. */
static void point_latest(struct shelf *shelf, const struct archive_item *item)
{
    char latest[LATEST_BYTES], next[64];
    name_latest(item->camera, latest);
    snprintf(next, sizeof(next), "%s/.latest.jpg", item->camera);
    unlinkat(shelf->root, next, 0);
    if (linkat(shelf->root, item->path, shelf->root, next, 0) == 0)
        (void)renameat(shelf->root, next, shelf->root, latest);
}

/* Failure is not an error: it can be made again. */
static void put_thumbnail(struct shelf *shelf, const struct archive_item *item, const uint8_t *jpeg,
                          size_t len_bytes)
{
    char path[ARCHIVE_PATH_MAX_BYTES];
    struct buf *buf = NULL;
    int fd;
    archive_item_thumbnail(item, path);
    if (thumbnail_make(jpeg, len_bytes, &buf) < 0)
        return;
    if (files_create(shelf->root, path, &fd) == 0) {
        if (files_write(fd, buf->data, buf->len_bytes) < 0)
            unlinkat(shelf->root, path, 0);
        close(fd);
    }
    buf_unref(&buf);
}

static void tell(const struct shelf *shelf, enum shelf_change change,
                 const struct archive_item *item)
{
    if (shelf->told)
        shelf->told(shelf->ctx, change, item);
}

void shelf_changed(const struct shelf *shelf, const struct archive_item *item)
{
    tell(shelf, SHELF_CHANGED, item);
}

int shelf_add(struct shelf *shelf, struct archive_item *item, const uint8_t *poster,
              size_t poster_bytes)
{
    if (poster)
        put_thumbnail(shelf, item, poster, poster_bytes);
    int r = index_add(shelf->index, item);
    if (r == -ENOSPC && files_release(shelf->root))
        r = index_add(shelf->index, item);
    if (r == 0)
        tell(shelf, SHELF_ADDED, item);
    return r;
}

int shelf_keep_photo(struct shelf *shelf, struct archive_item *item, const uint8_t *jpeg,
                     size_t len_bytes)
{
    int r = -EEXIST;
    for (unsigned n = 0; r == -EEXIST && n < NAME_TRIES; n++) {
        archive_item_name(item, n);
        r = files_put(shelf->root, item->path, jpeg, len_bytes);
    }
    if (r < 0)
        return r;
    item->bytes = len_bytes;
    r = shelf_add(shelf, item, jpeg, len_bytes);
    if (r == 0)
        point_latest(shelf, item);
    else
        unlinkat(shelf->root, item->path, 0); /* not stored: the next check must not find it */
    return r;
}

/* --- Removing. --- */

/* The link to the newest photo must not keep a removed one. */
static void move_latest(struct shelf *shelf, const struct archive_item *removed)
{
    const struct index_filter photos = {
        .camera = removed->camera, .kind = ARCHIVE_PHOTO, .reason = -1};
    char latest[LATEST_BYTES];
    struct stat link, file;
    struct archive_item newest;
    name_latest(removed->camera, latest);
    if (fstatat(shelf->root, latest, &link, AT_SYMLINK_NOFOLLOW) < 0 ||
        fstatat(shelf->root, removed->path, &file, AT_SYMLINK_NOFOLLOW) < 0 ||
        link.st_ino != file.st_ino || link.st_dev != file.st_dev)
        return;
    if (index_list(shelf->index, &photos, &newest, 1) == 1)
        point_latest(shelf, &newest);
    else
        unlinkat(shelf->root, latest, 0);
}

int shelf_sweep(struct shelf *shelf, const struct archive_item *item)
{
    char thumbnail[ARCHIVE_PATH_MAX_BYTES];
    move_latest(shelf, item);
    archive_item_thumbnail(item, thumbnail);
    unlinkat(shelf->root, thumbnail, 0);
    int r = files_remove(shelf->root, item->path);
    return r < 0 ? r : index_drop(shelf->index, item->id);
}

int shelf_remove(struct shelf *shelf, int64_t id)
{
    struct archive_item item;
    int r = index_get(shelf->index, id, &item);
    if (r == 0)
        r = index_condemn(shelf->index, id);
    if (r < 0)
        return r;
    tell(shelf, SHELF_REMOVED, &item);
    return shelf_sweep(shelf, &item);
}

int shelf_space(const struct shelf *shelf, uint64_t *ret_free, uint64_t *ret_total)
{
    struct statvfs s;
    if (fstatvfs(shelf->root, &s) < 0)
        return -errno;
    *ret_free = (uint64_t)s.f_bavail * s.f_frsize;
    *ret_total = (uint64_t)s.f_blocks * s.f_frsize;
    return 0;
}

/* What the items take, read in one pass, since an index of many items is large. */
struct sums {
    const struct shelf_policy *policy;
    uint64_t all;
    uint64_t *of_quotas; /* in their order */
};

static void add_bytes(void *ctx, const char *camera, uint64_t items, uint64_t bytes)
{
    (void)items;
    struct sums *sums = ctx;
    sums->all += bytes;
    for (unsigned i = 0; i < sums->policy->n_quotas; i++)
        if (strcmp(sums->policy->quotas[i].camera, camera) == 0)
            sums->of_quotas[i] = bytes;
}

/* True if this item, the oldest, must be removed. */
static bool is_due(const struct shelf *shelf, const struct shelf_policy *policy, int64_t wall_us,
                   const struct archive_item *oldest, uint64_t bytes)
{
    uint64_t free_bytes = UINT64_MAX, total_bytes;
    if (policy->max_age_us && oldest->start_us < wall_us - policy->max_age_us)
        return true;
    if (policy->max_bytes && bytes > policy->max_bytes)
        return true;
    return policy->min_free_bytes && shelf_space(shelf, &free_bytes, &total_bytes) == 0 &&
           free_bytes < policy->min_free_bytes;
}

/* Removes the oldest items of a camera, or of all (NULL), which take *bytes, until the policy is
 * met; at most max. */
static int retain(struct shelf *shelf, const struct shelf_policy *policy, const char *camera,
                  uint64_t *bytes, int64_t wall_us, unsigned max)
{
    unsigned n = 0;
    int r = 0;
    while (r == 0 && n < max) {
        struct archive_item oldest;
        r = index_oldest(shelf->index, camera, &oldest);
        if (r < 0 || !is_due(shelf, policy, wall_us, &oldest, *bytes))
            break;
        r = shelf_remove(shelf, oldest.id);
        *bytes -= oldest.bytes < *bytes ? oldest.bytes : *bytes;
        n++;
    }
    return r < 0 && r != -ENOENT ? r : (int)n;
}

static int retain_all(struct shelf *shelf, struct sums *sums, int64_t wall_us, unsigned max)
{
    const struct shelf_policy *policy = sums->policy;
    int n = 0, r = 0;
    for (unsigned i = 0; i < policy->n_quotas && (unsigned)n < max && r >= 0; i++) {
        const struct shelf_policy own = {.max_bytes = policy->quotas[i].bytes};
        const uint64_t before = sums->of_quotas[i];
        r = retain(shelf, &own, policy->quotas[i].camera, &sums->of_quotas[i], wall_us,
                   max - (unsigned)n);
        sums->all -= before - sums->of_quotas[i];
        n += r > 0 ? r : 0;
    }
    if (r >= 0 && (unsigned)n < max) {
        r = retain(shelf, policy, NULL, &sums->all, wall_us, max - (unsigned)n);
        n += r > 0 ? r : 0;
    }
    return r < 0 ? r : n;
}

int shelf_retain(struct shelf *shelf, const struct shelf_policy *policy, int64_t wall_us,
                 unsigned max)
{
    struct sums sums = {.policy = policy};
    if (!policy->max_age_us && !policy->max_bytes && !policy->min_free_bytes && !policy->n_quotas)
        return 0;
    sums.of_quotas = mem_new_array(uint64_t, policy->n_quotas + 1);
    int r = policy->max_bytes || policy->n_quotas ? index_sums(shelf->index, add_bytes, &sums) : 0;
    if (r == 0)
        r = retain_all(shelf, &sums, wall_us, max);
    mem_free(sums.of_quotas);
    return r;
}
