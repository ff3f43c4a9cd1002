/* Unix sockets, on which programs of this machine reach the server, protected by file permissions.
 * Any thread. */
#pragma once
#include <stddef.h>

/* A bound, listening, non-blocking socket at this path. Members of the group may connect if this
 * process can change the file's group; else only its owner and root. A socket left behind by
 * another process is replaced. Negative errno: -EADDRINUSE: a server listens there; -EEXIST: the
 * path is not a socket; -ENAMETOOLONG; else as from bind(2). */
int socket_listen_unix(const char *path, const char *group) __attribute__((warn_unused_result));

/* The peer process (SO_PEERCRED, unix(7)): "uid 1000 pid 4711". */
void socket_peer_unix(int fd, char *out, size_t cap);
