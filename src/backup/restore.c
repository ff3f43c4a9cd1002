/* Reads a backup, which may come from anyone: into a new folder beside the data, where it is
 * checked as a whole, and only then into place. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/files.h"
#include "archive/index.h"
#include "backup/backup.h"
#include "backup/part.h"
#include "backup/tar.h"
#include "base/alloc.h"
#include "store/snapshot.h"

enum { COPY_BYTES = 256 * 1024 };

static const char STAGING[] = "restore.new";

struct restoring {
    const struct restore_params *params;
    int in;
    uint64_t at, end; /* of the file */
    int data, staging;
    uint8_t *buffer; /* COPY_BYTES */
    bool has_store, has_index, has_keys, has_settings;
    struct backup_sums sums;
    char *wrong;
};

static int fail(const struct restoring *restoring, int error, const char *what, const char *why)
{
    snprintf(restoring->wrong, BACKUP_SENTENCE_MAX_BYTES, "%.200s: %.200s", what,
             why ? why : strerror(-error));
    return error;
}

/* --- Reading. --- */

static int take(struct restoring *restoring, void *bytes, size_t len_bytes)
{
    size_t got = 0;
    int r = files_read(restoring->in, restoring->at, bytes, len_bytes, &got);
    if (r == 0 && got < len_bytes)
        return fail(restoring, -EBADMSG, restoring->params->file, "it is cut off");
    restoring->at += got;
    return r < 0 ? fail(restoring, r, restoring->params->file, NULL) : 0;
}

static int copy(struct restoring *restoring, const struct tar_entry *entry)
{
    int fd;
    int r = files_create(restoring->staging, entry->name, &fd);
    if (r < 0)
        return fail(restoring, r, entry->name, r == -EEXIST ? "it is there twice" : NULL);
    for (uint64_t left = entry->bytes; left > 0 && r == 0;) {
        const size_t n = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
        r = take(restoring, restoring->buffer, n);
        if (r == 0 && (r = files_write(fd, restoring->buffer, n)) < 0)
            fail(restoring, r, entry->name, NULL);
        left -= n;
    }
    /* Items of other names are dated by it. */
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = entry->changed_s}};
    if (r == 0 && futimens(fd, times) < 0)
        r = fail(restoring, -errno, entry->name, NULL);
    close(fd);
    restoring->at += tar_padding(entry->bytes);
    return r;
}

static int take_mark(struct restoring *restoring, const struct tar_entry *entry)
{
    char text[sizeof(PART_MARK_TEXT)] = "";
    if (entry->bytes != sizeof(PART_MARK_TEXT) - 1)
        return fail(restoring, -EBADMSG, restoring->params->file,
                    "this backup is of a newer eyelid");
    int r = take(restoring, text, sizeof(PART_MARK_TEXT) - 1);
    if (r == 0 && strcmp(text, PART_MARK_TEXT) != 0)
        return fail(restoring, -EBADMSG, restoring->params->file,
                    "this backup is of a newer eyelid");
    restoring->at += tar_padding(entry->bytes);
    return r;
}

static int take_entry(struct restoring *restoring, const struct tar_entry *entry)
{
    enum part_kind kind;
    if (entry->is_folder) /* of one that was packed again; they are made as needed */
        return 0;
    if (part_find(entry->name, &kind) < 0)
        return fail(restoring, -EBADMSG, entry->name, "this does not belong in a backup");
    if ((kind == PART_MARK) != (restoring->sums.files == 0))
        return fail(restoring, -EBADMSG, restoring->params->file, "this is not a backup of eyelid");
    if (entry->bytes > part_max_bytes(kind) || entry->bytes > restoring->end - restoring->at)
        return fail(restoring, -EBADMSG, entry->name, "it is too large, or the backup is cut off");
    restoring->sums.files++;
    restoring->sums.bytes += entry->bytes;
    restoring->has_store |= kind == PART_STORE;
    restoring->has_index |= kind == PART_INDEX;
    restoring->has_keys |= kind == PART_KEY;
    restoring->has_settings |= kind == PART_SETTINGS;
    return kind == PART_MARK ? take_mark(restoring, entry) : copy(restoring, entry);
}

static int take_all(struct restoring *restoring)
{
    uint8_t block[TAR_BLOCK_BYTES];
    struct tar_entry entry;
    for (;;) {
        int r = take(restoring, block, sizeof(block));
        if (r < 0)
            return r;
        r = tar_read(block, &entry);
        if (r == -ENODATA)
            return 0;
        if (r < 0)
            return fail(restoring, -EBADMSG, restoring->params->file,
                        r == -ENOTSUP ? "it holds links or devices, which a backup never does"
                                      : "this is not a tar file, or it is damaged");
        r = take_entry(restoring, &entry);
        if (r < 0)
            return r;
    }
}

/* --- Checking. --- */

static const char *why_not(int error)
{
    return error == -EEXIST    ? "it is of a newer eyelid"
           : error == -EBADMSG ? "it is damaged, or not ours"
                               : NULL;
}

static int check(struct restoring *restoring)
{
    char path[PATH_MAX];
    struct index *index;
    if (!restoring->has_store)
        return fail(restoring, -EBADMSG, restoring->params->file, "it holds no eyelid.db");
    snprintf(path, sizeof(path), "%s/%s/eyelid.db", restoring->params->data, STAGING);
    int r = snapshot_check_store(path);
    if (r < 0)
        return fail(restoring, r, "eyelid.db", why_not(r));
    if (!restoring->has_index)
        return 0;
    snprintf(path, sizeof(path), "%s/%s/archive.db", restoring->params->data, STAGING);
    r = snapshot_check_plain(path);
    if (r == 0)
        r = index_open(path, &index);
    if (r == 0) {
        r = index_check_paths(index);
        index_close(index);
    }
    return r < 0 ? fail(restoring, r, "archive.db", why_not(r)) : 0;
}

/* --- Into place. --- */

/* What a backup replaces as a whole. SQLite's logs belong to the databases. */
static const struct place {
    const char *name;
    bool is_archive, is_log;
} PLACES[] = {{"eyelid.db", false, false},    {"eyelid.db-wal", false, true},
              {"eyelid.db-shm", false, true}, {"tls", false, false},
              {"archive.db", true, false},    {"archive.db-wal", true, true},
              {"archive.db-shm", true, true}, {"archive", true, false}};
enum { N_PLACES = sizeof(PLACES) / sizeof(PLACES[0]) };

static bool is_replaced(const struct restoring *restoring, const struct place *place)
{
    if (place->is_archive)
        return restoring->has_index;
    return strcmp(place->name, "tls") != 0 || restoring->has_keys;
}

static bool is_there(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int move(const struct restoring *restoring, int from, int to, const char *name)
{
    if (renameat(from, name, to, name) == 0 || errno == ENOENT)
        return 0;
    return fail(restoring, -errno, name, NULL);
}

static int make_aside(struct restoring *restoring, int *ret_aside)
{
    enum { TRIES = 10 };
    char stamp[32], name[64];
    const time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &local);
    int made = -1;
    for (int n = 0; n < TRIES && made < 0; n++) {
        snprintf(name, sizeof(name), n ? "replaced-%s-%d" : "replaced-%s", stamp, n);
        made = mkdirat(restoring->data, name, 0700);
        if (made < 0 && errno != EEXIST)
            break;
    }
    if (made < 0 ||
        (*ret_aside = openat(restoring->data, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fail(restoring, -errno, name, NULL);
    return 0;
}

/* The store comes last: without it the restore can be done again. */
static int put_in_place(struct restoring *restoring)
{
    int aside = -1, r = 0;
    for (size_t i = 0; i < N_PLACES && r == 0; i++) {
        const struct place *place = &PLACES[i];
        if (!is_replaced(restoring, place) || !is_there(restoring->data, place->name))
            continue;
        if (!restoring->params->replaces)
            return fail(restoring, -EEXIST, restoring->params->data,
                        "the folder is in use already; --replace sets that aside");
        if (aside < 0)
            r = make_aside(restoring, &aside);
        if (r == 0)
            r = move(restoring, restoring->data, aside, place->name);
    }
    for (size_t i = N_PLACES; i-- > 0 && r == 0;)
        if (!PLACES[i].is_log && is_replaced(restoring, &PLACES[i]))
            r = move(restoring, restoring->staging, restoring->data, PLACES[i].name);
    if (r == 0 && restoring->has_settings)
        r = renameat(restoring->staging, "eyelid.conf", restoring->data, "restored.conf") < 0
                ? fail(restoring, -errno, "eyelid.conf", NULL)
                : 0;
    if (aside >= 0) {
        fsync(aside);
        close(aside);
    }
    if (r == 0 && fsync(restoring->data) < 0)
        r = fail(restoring, -errno, restoring->params->data, NULL);
    return r;
}

/* --- All of it. --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static void remove_staging(const struct restoring *restoring)
{
    enum { DEPTH = 16 };
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", restoring->params->data, STAGING);
    nftw(path, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int open_all(struct restoring *restoring)
{
    struct stat st;
    restoring->in = restoring->params->fd;
    if (fstat(restoring->in, &st) < 0)
        return fail(restoring, -errno, restoring->params->file, NULL);
    if (!S_ISREG(st.st_mode))
        return fail(restoring, -EINVAL, restoring->params->file, "this is not a file");
    restoring->end = (uint64_t)st.st_size;
    if (mkdir(restoring->params->data, 0700) < 0 && errno != EEXIST)
        return fail(restoring, -errno, restoring->params->data, NULL);
    restoring->data = open(restoring->params->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (restoring->data < 0)
        return fail(restoring, -errno, restoring->params->data, NULL);
    return 0;
}

static int restore(struct restoring *restoring)
{
    remove_staging(restoring); /* of one that was interrupted */
    if (mkdirat(restoring->data, STAGING, 0700) < 0 ||
        (restoring->staging =
             openat(restoring->data, STAGING, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fail(restoring, -errno, STAGING, NULL);
    restoring->buffer = mem_new_array(uint8_t, COPY_BYTES);
    int r = take_all(restoring);
    mem_free(restoring->buffer);
    if (r == 0)
        r = check(restoring);
    if (r == 0 && syncfs(restoring->staging) < 0)
        r = fail(restoring, -errno, restoring->params->data, NULL);
    if (r == 0)
        r = put_in_place(restoring);
    close(restoring->staging);
    remove_staging(restoring);
    return r;
}

int backup_restore(const struct restore_params *params, struct backup_sums *ret_sums,
                   char ret_wrong[BACKUP_SENTENCE_MAX_BYTES])
{
    struct restoring restoring = {
        .params = params, .in = -1, .data = -1, .staging = -1, .wrong = ret_wrong};
    int claim;
    ret_wrong[0] = '\0';
    int r = open_all(&restoring);
    if (r == 0) {
        r = snapshot_claim(params->data, &claim);
        if (r < 0)
            fail(&restoring, r, params->data,
                 r == -EBUSY ? "a server uses this folder; stop it first" : NULL);
    }
    if (r == 0) {
        r = restore(&restoring);
        close(claim);
    }
    if (restoring.data >= 0)
        close(restoring.data);
    if (r == 0)
        *ret_sums = restoring.sums;
    return r;
}
