#include "archive/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/random.h"

enum { PATH_BYTES = 256 };

static int sync_folder(int root, const char *path)
{
    int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* The folder of a path, "." for the archive's folder. */
static void folder_of(const char *path, char out[PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    snprintf(out, PATH_BYTES, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
}

int files_sync_folder_of(int root, const char *path)
{
    char folder[PATH_BYTES];
    folder_of(path, folder);
    return sync_folder(root, folder);
}

int files_open(const char *dir, int *ret_root)
{
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return -errno;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_root = fd;
    return 0;
}

int files_make_way(int root, const char *path)
{
    char part[PATH_BYTES];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        if (mkdirat(root, part, 0700) == 0) {
            int r = files_sync_folder_of(root, part);
            if (r < 0)
                return r;
        } else if (errno != EEXIST) {
            return -errno;
        }
    }
    return 0;
}

int files_create(int root, const char *path, int *ret_fd)
{
    int r = files_make_way(root, path);
    if (r < 0)
        return r;
    int fd = openat(root, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int files_open_item(int root, const char *path, int *ret_fd)
{
    /* O_NONBLOCK: opening a named pipe must not wait for its writer. */
    const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    struct stat stat;
    const long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
    if (fd < 0)
        return -errno;
    if (fstat((int)fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        close((int)fd);
        return -ENOENT;
    }
    *ret_fd = (int)fd;
    return 0;
}

int files_write(int fd, const void *bytes, size_t len_bytes)
{
    const uint8_t *p = bytes;
    while (len_bytes > 0) {
        ssize_t n = write(fd, p, len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        p += n;
        len_bytes -= (size_t)n;
    }
    return 0;
}

int files_read(int fd, uint64_t at, void *bytes, size_t len_bytes, size_t *ret_len_bytes)
{
    size_t got = 0;
    while (got < len_bytes) {
        ssize_t n = pread(fd, (uint8_t *)bytes + got, len_bytes - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *ret_len_bytes = got;
    return 0;
}

int files_put(int root, const char *path, const void *bytes, size_t len_bytes)
{
    int fd = -1;
    int r = files_create(root, path, &fd);
    if (r < 0)
        return r;
    r = files_write(fd, bytes, len_bytes);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0)
        r = files_sync_folder_of(root, path);
    if (r < 0)
        unlinkat(root, path, 0);
    return r;
}

int files_remove(int root, const char *path)
{
    if (unlinkat(root, path, 0) < 0)
        return errno == ENOENT ? 0 : -errno;
    return files_sync_folder_of(root, path);
}

static const char RESERVE[] = "../archive.reserve";

bool files_have_room(int root)
{
    enum { ROOM = 8 };
    struct statvfs s;
    return fstatvfs(root, &s) == 0 &&
           (uint64_t)s.f_bavail * s.f_frsize >= (uint64_t)ROOM * FILES_RESERVE_BYTES;
}

bool files_in_place(const char *dir, int root)
{
    struct stat named, held;
    return stat(dir, &named) == 0 && fstat(root, &held) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

void files_reserve(int root)
{
    if (faccessat(root, RESERVE, F_OK, 0) == 0 || !files_have_room(root))
        return;
    int fd = openat(root, RESERVE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (posix_fallocate(fd, 0, FILES_RESERVE_BYTES) != 0)
        unlinkat(root, RESERVE, 0);
    close(fd);
}

bool files_release(int root)
{
    return unlinkat(root, RESERVE, 0) == 0;
}

int files_meta(int root, char ret_id[FILES_ID_CHARS + 1])
{
    static const char NAME[] = "meta";
    char id[FILES_ID_CHARS + 1] = "";
    size_t len = 0;
    int fd = openat(root, NAME, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        int r = files_read(fd, 0, id, FILES_ID_CHARS, &len);
        close(fd);
        if (r < 0)
            return r;
        if (len < FILES_ID_CHARS)
            return -EBADMSG;
    } else if (errno == ENOENT) {
        random_hex_id(id);
        int r = files_put(root, NAME, id, FILES_ID_CHARS);
        if (r < 0)
            return r;
    } else {
        return -errno;
    }
    id[FILES_ID_CHARS] = '\0';
    memcpy(ret_id, id, sizeof(id));
    return 0;
}
