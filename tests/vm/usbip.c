#include "tests/vm/usbip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
enum { SPEED_HIGH = 3 };

/* All fields big-endian. */
struct header {
    uint32_t command, sequence, device, direction, endpoint;
    union {
        struct {
            uint32_t flags, len_bytes, start_frame, packets, interval;
            uint8_t setup[USBIP_SETUP_BYTES];
        } submit;
        struct {
            uint32_t status, len_bytes, start_frame, packets, errors;
            uint8_t padding[8];
        } submitted;
        struct {
            uint32_t victim;
            uint8_t padding[24];
        } unlink;
        struct {
            uint32_t status;
            uint8_t padding[24];
        } unlinked;
    };
};
_Static_assert(sizeof(struct header) == 48, "USB/IP headers have 48 bytes");

int usbip_plug(unsigned port, int *ret_fd)
{
    int ends[2] = {-1, -1}, attach = -1, result = 0;
    char line[64];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    /* Port, socket, device number, speed; any number but 0 will do. */
    int len = snprintf(line, sizeof(line), "%u %d %u %d", port, ends[1], port + 1, SPEED_HIGH);
    attach = open(ATTACH, O_WRONLY | O_CLOEXEC);
    if (attach < 0 || write(attach, line, (size_t)len) != len) {
        result = -errno;
        close(ends[0]);
    } else {
        *ret_fd = ends[0];
    }
    if (attach >= 0)
        close(attach);
    close(ends[1]);
    return result;
}

void usbip_unplug(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int receive_all(int fd, void *data, size_t len_bytes)
{
    ssize_t received = recv(fd, data, len_bytes, MSG_WAITALL);
    if (received < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;
    return (size_t)received == len_bytes ? 0 : -EPIPE;
}

static int send_all(int fd, const void *data, size_t len_bytes)
{
    for (const char *at = data; len_bytes > 0;) {
        ssize_t sent = send(fd, at, len_bytes, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == ECONNRESET ? -EPIPE : -errno;
        at += sent;
        len_bytes -= (size_t)sent;
    }
    return 0;
}

int usbip_receive(int fd, struct usbip_request *ret_request)
{
    struct header header;
    int result = receive_all(fd, &header, sizeof(header));
    if (result < 0)
        return result;
    ret_request->sequence = ntohl(header.sequence);
    ret_request->unlink = ntohl(header.command) == CMD_UNLINK;
    if (ret_request->unlink) {
        ret_request->victim = ntohl(header.unlink.victim);
        return 0;
    }
    ret_request->endpoint = ntohl(header.endpoint);
    ret_request->in = ntohl(header.direction) != 0;
    ret_request->len_bytes = ntohl(header.submit.len_bytes);
    memcpy(ret_request->setup, header.submit.setup, USBIP_SETUP_BYTES);
    if (ret_request->in || ret_request->len_bytes == 0)
        return 0;
    if (ret_request->len_bytes > sizeof(ret_request->data))
        return -EMSGSIZE;
    return receive_all(fd, ret_request->data, ret_request->len_bytes);
}

int usbip_reply(int fd, uint32_t sequence, int status, const void *data, size_t len_bytes)
{
    struct header header = {.command = htonl(RET_SUBMIT), .sequence = htonl(sequence)};
    header.submitted.status = htonl((uint32_t)status);
    header.submitted.len_bytes = htonl((uint32_t)len_bytes);
    int result = send_all(fd, &header, sizeof(header));
    return result < 0 || !data ? result : send_all(fd, data, len_bytes);
}

int usbip_reply_unlink(int fd, uint32_t sequence, bool was_waiting)
{
    struct header header = {.command = htonl(RET_UNLINK), .sequence = htonl(sequence)};
    header.unlinked.status = htonl(was_waiting ? (uint32_t)-ECONNRESET : 0);
    return send_all(fd, &header, sizeof(header));
}
