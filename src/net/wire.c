#include "net/wire.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t verdict(ssize_t n, ssize_t want)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? want : WIRE_GONE;
}

static ssize_t plain_receive(struct wire *wire, void *bytes, size_t cap)
{
    return verdict(recv(wire->fd, bytes, cap, MSG_DONTWAIT), WIRE_WANT_READ);
}

static ssize_t plain_send(struct wire *wire, const struct iovec *pieces, size_t count)
{
    const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    /* A frame to a viewer is usually one piece, and send(2) is cheaper. */
    if (count == 1)
        return verdict(send(wire->fd, pieces->iov_base, pieces->iov_len, flags), WIRE_WANT_WRITE);
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = count};
    return verdict(sendmsg(wire->fd, &message, flags), WIRE_WANT_WRITE);
}

static void plain_shut(struct wire *wire)
{
    shutdown(wire->fd, SHUT_WR);
}

static void plain_close(struct wire *wire)
{
    close(wire->fd);
    wire->fd = -1;
}

const struct wire_ops WIRE_PLAIN = {
    .receive = plain_receive,
    .send = plain_send,
    .shut = plain_shut,
    .close = plain_close,
};
