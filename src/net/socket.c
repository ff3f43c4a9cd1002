#include "net/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
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
    const int unsent = SOCKET_UNSENT_BYTES;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
}

void socket_tune_for_loss(int fd)
{
    static const char BBR[] = "bbr";
    /* Fails if the kernel lacks BBR; its default then stays. */
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, BBR, sizeof(BBR) - 1);
}

size_t socket_unsent_bytes(int fd)
{
    int bytes = 0;
    return ioctl(fd, SIOCOUTQNSD, &bytes) || bytes < 0 ? 0 : (size_t)bytes;
}

uint64_t socket_bytes_acked(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    memset(&info, 0, sizeof(info));
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 : info.tcpi_bytes_acked;
}

static bool has_address(const struct sockaddr *sockaddr, const struct in6_addr *address)
{
    if (!sockaddr)
        return false;
    if (sockaddr->sa_family == AF_INET6)
        return memcmp(&((const struct sockaddr_in6 *)(const void *)sockaddr)->sin6_addr, address,
                      sizeof(*address)) == 0;
    return sockaddr->sa_family == AF_INET && IN6_IS_ADDR_V4MAPPED(address) &&
           memcmp(&((const struct sockaddr_in *)(const void *)sockaddr)->sin_addr,
                  &address->s6_addr[12], 4) == 0;
}

bool socket_is_own(const uint8_t address[16])
{
    struct ifaddrs *all;
    struct in6_addr wanted;
    bool is_own = false;
    memcpy(&wanted, address, sizeof(wanted));
    if (getifaddrs(&all) < 0)
        return false;
    for (const struct ifaddrs *one = all; one && !is_own; one = one->ifa_next)
        is_own = has_address(one->ifa_addr, &wanted);
    freeifaddrs(all);
    return is_own;
}
