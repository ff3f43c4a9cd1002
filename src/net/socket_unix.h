/* Unix sockets: where programs of this machine reach the server, by the rights of a file. Any
 * thread. */
#pragma once
#include <stddef.h>

/* A bound, listening, non-blocking socket at this path. Members of the group may connect where this
 * process may give the file to it; else its owner and root alone. A socket that a process left
 * behind is replaced. Negative errno: -EADDRINUSE: somebody listens there; -EEXIST: the path is
 * something else; -ENAMETOOLONG; else as bind(2) has them. */
int socket_listen_unix(const char *path, const char *group) __attribute__((warn_unused_result));

/* Who is at the other end (SO_PEERCRED, unix(7)): "uid 1000 pid 4711". */
void socket_peer_unix(int fd, char *out, size_t cap);
