#include "net/socket_unix.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(void)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

/* Removes the socket of a process that was killed. */
static int remove_stale(const struct sockaddr_un *where)
{
    struct stat found;
    if (lstat(where->sun_path, &found) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(found.st_mode))
        return -EEXIST;
    const int probe = open_socket();
    if (probe < 0)
        return probe;
    const int r = connect(probe, (const void *)where, sizeof(*where)) < 0 ? -errno : 0;
    close(probe);
    if (r != -ECONNREFUSED)
        return r == 0 || r == -EAGAIN ? -EADDRINUSE : r;
    return unlink(where->sun_path) < 0 ? -errno : 0;
}

/* The file is made for its owner alone, and opened to the group once it has the group. Under
 * systemd it has it from the start, and there chown is a forbidden system call. */
static void open_to_group(const char *path, const char *name)
{
    struct stat made;
    const struct group *group = getgrnam(name);
    if (group && lstat(path, &made) == 0 &&
        (made.st_gid == group->gr_gid || lchown(path, (uid_t)-1, group->gr_gid) == 0))
        (void)!chmod(path, 0660);
}

int socket_listen_unix(const char *path, const char *group)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    const size_t len = strlen(path);
    if (len >= sizeof(where.sun_path))
        return -ENAMETOOLONG;
    memcpy(where.sun_path, path, len + 1);
    int r = remove_stale(&where);
    const int fd = r < 0 ? r : open_socket();
    if (fd < 0)
        return fd;
    /* Linux creates the file with the socket's mode. */
    if (fchmod(fd, 0600) < 0 || bind(fd, (const void *)&where, sizeof(where)) < 0 ||
        listen(fd, SOMAXCONN) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    if (group)
        open_to_group(path, group);
    return fd;
}

void socket_peer_unix(int fd, char *out, size_t cap)
{
    struct ucred who = {.pid = -1, .uid = (uid_t)-1};
    socklen_t len = sizeof(who);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        snprintf(out, cap, "unknown");
    else
        snprintf(out, cap, "uid %u pid %d", who.uid, who.pid);
}
