#include "net/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_address(const char *text, uint16_t port, struct sockaddr_storage *ret,
                        socklen_t *ret_len)
{
    struct sockaddr_in *in = (void *)ret;
    struct sockaddr_in6 *in6 = (void *)ret;
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        *ret_len = sizeof(*in);
        return 0;
    }
    if (strcmp(text, "*") == 0)
        in6->sin6_addr = in6addr_any;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
        return -EINVAL;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    *ret_len = sizeof(*in6);
    return 0;
}

int socket_listen(const char *address, uint16_t *port)
{
    struct sockaddr_storage where;
    socklen_t len;
    const int on = 1, off = 0;
    int r = read_address(address, *port, &where, &len);
    if (r < 0)
        return r;
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EAFNOSUPPORT && strcmp(address, "*") == 0)
        return socket_listen("0.0.0.0", port); /* a kernel without IPv6 */
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (where.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, strcmp(address, "*") == 0 ? &off : &on,
                   sizeof(off));
    if (bind(fd, (const void *)&where, len) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (void *)&where, &len)) {
        r = -errno;
        close(fd);
        return r;
    }
    *port = ntohs(where.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&where)->sin_port
                                             : ((struct sockaddr_in6 *)(void *)&where)->sin6_port);
    return fd;
}

void socket_tune(int fd, size_t send_buffer_bytes)
{
    const int on = 1, bytes = (int)send_buffer_bytes;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

uint64_t socket_bytes_acked(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    memset(&info, 0, sizeof(info));
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 : info.tcpi_bytes_acked;
}
