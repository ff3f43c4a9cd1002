#include "backup/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/files.h"
#include "archive/index.h"
#include "backup/part.h"
#include "backup/tar.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "store/snapshot.h"

enum { COPY_BYTES = 256 * 1024 };

struct making {
    const struct backup_params *params;
    int out;
    int data; /* the folder */
    char snapshot[PATH_MAX];
    uint8_t *buffer; /* COPY_BYTES */
    struct backup_sums sums;
    char *wrong;
};

static int fail(const struct making *making, int error, const char *what)
{
    snprintf(making->wrong, BACKUP_SENTENCE_MAX_BYTES, "%.200s: %s", what,
             error == -ENOENT ? "there is no such file" : strerror(-error));
    return error;
}

static int put(struct making *making, const void *bytes, size_t len_bytes)
{
    int r = files_write(making->out, bytes, len_bytes);
    return r < 0 ? fail(making, r, making->params->file) : 0;
}

static int put_head(struct making *making, const char *name, uint64_t bytes, int64_t changed_s)
{
    struct tar_entry entry = {.bytes = bytes, .changed_s = changed_s};
    uint8_t block[TAR_BLOCK_BYTES];
    if (snprintf(entry.name, sizeof(entry.name), "%s", name) >= (int)sizeof(entry.name) ||
        tar_write(&entry, block) < 0)
        return fail(making, -ENAMETOOLONG, name);
    making->sums.files++;
    making->sums.bytes += bytes;
    return put(making, block, sizeof(block));
}

static int put_padding(struct making *making, uint64_t bytes)
{
    static const uint8_t ZEROS[TAR_BLOCK_BYTES];
    return put(making, ZEROS, tar_padding(bytes));
}

/* As long as the file was when it was opened; one that got shorter meanwhile is an error. */
static int put_file(struct making *making, int fd, const char *name)
{
    struct stat st;
    int r = fstat(fd, &st) < 0 ? fail(making, -errno, name) : 0;
    const uint64_t bytes = r == 0 ? (uint64_t)st.st_size : 0;
    if (r == 0)
        r = put_head(making, name, bytes, st.st_mtime);
    for (uint64_t at = 0; r == 0 && at < bytes;) {
        size_t n = bytes - at < COPY_BYTES ? (size_t)(bytes - at) : COPY_BYTES, got = 0;
        r = files_read(fd, at, making->buffer, n, &got);
        if (r < 0 || got < n)
            return fail(making, r < 0 ? r : -EIO, name);
        r = put(making, making->buffer, n);
        at += n;
    }
    return r < 0 ? r : put_padding(making, bytes);
}

/* A file below the data folder; none is no error. */
static int put_part(struct making *making, const char *name)
{
    int fd;
    int r = files_open_item(making->data, name, &fd);
    if (r < 0)
        return r == -ENOENT ? 0 : fail(making, r, name);
    r = put_file(making, fd, name);
    close(fd);
    return r;
}

static int put_path(struct making *making, const char *path, const char *name)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(making, -errno, path);
    int r = put_file(making, fd, name);
    close(fd);
    return r;
}

/* The copy stays at making->snapshot. */
static int put_database(struct making *making, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", making->params->data, name) >= (int)sizeof(path))
        return fail(making, -ENAMETOOLONG, making->params->data);
    int r = snapshot_make(path, making->snapshot);
    return r < 0 ? fail(making, r, path) : put_path(making, making->snapshot, name);
}

/* --- The archive. --- */

static int put_item(void *ctx, const struct archive_item *item)
{
    struct making *making = ctx;
    char thumbnail[ARCHIVE_PATH_MAX_BYTES], name[ARCHIVE_PATH_MAX_BYTES + 16];
    archive_item_thumbnail(item, thumbnail);
    const char *const paths[] = {item->path, thumbnail};
    int r = 0;
    for (size_t i = 0; i < 2 && r == 0; i++) {
        snprintf(name, sizeof(name), "archive/%s", paths[i]);
        r = put_part(making, name);
    }
    return r;
}

/* Items that are removed meanwhile are left out: the next check of the archive drops their rows. */
static int put_archive(struct making *making)
{
    struct index *index;
    int r = put_database(making, "archive.db");
    if (r == 0)
        r = put_part(making, "archive/meta");
    if (r < 0)
        return r;
    r = index_open(making->snapshot, &index);
    if (r < 0)
        return fail(making, r, "archive.db");
    r = index_each(index, put_item, making);
    index_close(index);
    return r < 0 && !making->wrong[0] ? fail(making, r, "archive.db") : r;
}

/* --- All of it. --- */

static int put_all(struct making *making)
{
    static const char *const KEYS[] = {"tls/ca.crt", "tls/ca.key", "tls/server.crt",
                                       "tls/server.key"};
    static const uint8_t END[2 * TAR_BLOCK_BYTES];
    int r = put_head(making, PART_MARK_NAME, strlen(PART_MARK_TEXT),
                     clock_wall_us(&clock_system) / US_PER_S);
    if (r == 0)
        r = put(making, PART_MARK_TEXT, strlen(PART_MARK_TEXT));
    if (r == 0)
        r = put_padding(making, strlen(PART_MARK_TEXT));
    if (r == 0)
        r = put_database(making, "eyelid.db");
    unlink(making->snapshot);
    if (r == 0 && making->params->settings)
        r = put_path(making, making->params->settings, "eyelid.conf");
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]) && r == 0; i++)
        r = put_part(making, KEYS[i]);
    if (r == 0 && making->params->pictures)
        r = put_archive(making);
    unlink(making->snapshot);
    if (r == 0)
        r = put(making, END, sizeof(END));
    if (r == 0 && fsync(making->out) < 0)
        r = fail(making, -errno, making->params->file);
    return r;
}

int backup_make(const struct backup_params *params, struct backup_sums *ret_sums,
                char ret_wrong[BACKUP_SENTENCE_MAX_BYTES])
{
    struct making making = {.params = params, .out = -1, .data = -1, .wrong = ret_wrong};
    ret_wrong[0] = '\0';
    if (snprintf(making.snapshot, sizeof(making.snapshot), "%s.database", params->file) >=
        (int)sizeof(making.snapshot))
        return fail(&making, -ENAMETOOLONG, params->file);
    making.data = open(params->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (making.data < 0)
        return fail(&making, -errno, params->data);
    int r = 0;
    making.out = open(params->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (making.out < 0) {
        r = fail(&making, -errno, params->file);
    } else {
        making.buffer = mem_new_array(uint8_t, COPY_BYTES);
        r = put_all(&making);
        mem_free(making.buffer);
        close(making.out);
        if (r < 0)
            unlink(params->file);
    }
    close(making.data);
    if (r == 0)
        *ret_sums = making.sums;
    return r;
}
