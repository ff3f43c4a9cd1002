#include "helper/libcamera/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

int wire_say(int socket, enum helper_kind kind, const void *body, size_t len_bytes, const int *fds,
             unsigned n_fds)
{
    struct helper_head head = {.version = HELPER_VERSION, .kind = kind};
    struct iovec parts[2] = {{&head, sizeof(head)}, {(void *)(uintptr_t)body, len_bytes}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(HELPER_BUFFERS_MAX * sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    if (n_fds > HELPER_BUFFERS_MAX)
        return -EINVAL;
    if (n_fds > 0) {
        memset(&control, 0, sizeof(control));
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, n_fds * sizeof(int));
    }
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

static size_t body_bytes(uint32_t kind)
{
    switch (kind) {
    case HELPER_START:
        return sizeof(struct helper_start);
    case HELPER_STOP:
        return 0;
    case HELPER_RELEASE:
        return sizeof(struct helper_release);
    case HELPER_SET:
        return sizeof(struct helper_set);
    case HELPER_CAPTURE:
        return sizeof(struct helper_capture);
    default:
        return SIZE_MAX;
    }
}

int wire_hear(int socket, struct wire_order *ret_order)
{
    struct wire_order order = {0};
    ssize_t n;
    do {
        n = recv(socket, &order, sizeof(order), MSG_TRUNC);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (n == 0)
        return -ENOTCONN;
    size_t want = body_bytes(order.head.kind);
    if ((size_t)n < sizeof(order.head) || order.head.version != HELPER_VERSION ||
        want == SIZE_MAX || (size_t)n != sizeof(order.head) + want)
        return -EPROTO;
    *ret_order = order;
    return 0;
}
