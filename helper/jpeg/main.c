/* eyelid-jpeg: decodes JPEGs for the server (codec/jpeg_wire.h). It holds two descriptors that
 * matter, a socket and shared memory, and gives up everything else before it sees the first byte
 * from outside. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codec/jpeg_local.h"
#include "codec/jpeg_wire.h"
#include "helper/jpeg/sandbox.h"

/* 16 x 16 grey pixels. Before the filter is in force it makes the libraries do what they do only
 * once, such as reading /proc/cpuinfo. */
static const uint8_t FIRST[] = {
    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x02, 0x00, 0x00, 0x01,
    0x00, 0x01, 0x00, 0x00, 0xff, 0xfe, 0x00, 0x10, 0x4c, 0x61, 0x76, 0x63, 0x35, 0x39, 0x2e, 0x33,
    0x37, 0x2e, 0x31, 0x30, 0x30, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x08, 0x04, 0x04, 0x04, 0x04,
    0x04, 0x05, 0x05, 0x05, 0x05, 0x05, 0x05, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06,
    0x06, 0x06, 0x06, 0x06, 0x07, 0x07, 0x07, 0x08, 0x08, 0x08, 0x07, 0x07, 0x07, 0x06, 0x06, 0x07,
    0x07, 0x08, 0x08, 0x08, 0x08, 0x09, 0x09, 0x09, 0x08, 0x08, 0x08, 0x08, 0x09, 0x09, 0x0a, 0x0a,
    0x0a, 0x0c, 0x0c, 0x0b, 0x0b, 0x0e, 0x0e, 0x0e, 0x11, 0x11, 0x14, 0xff, 0xc4, 0x00, 0x4a, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x11, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0x10, 0x00, 0x10,
    0x03, 0x01, 0x22, 0x00, 0x02, 0x11, 0x00, 0x03, 0x11, 0x00, 0xff, 0xda, 0x00, 0x0c, 0x03, 0x01,
    0x00, 0x02, 0x11, 0x03, 0x11, 0x00, 0x3f, 0x00, 0x00, 0x0f, 0xff, 0xd9,
};

static uint8_t *receive_memory(void)
{
    struct jpeg_order order;
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = &order, .iov_len = sizeof(order)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    if (recvmsg(JPEG_WIRE_SOCKET, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(order) ||
        order.version != JPEG_WIRE_VERSION)
        return NULL;
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int)))
        return NULL;
    int fd;
    memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    void *memory = mmap(NULL, JPEG_WIRE_MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

static void answer(struct jpeg_local *local, const struct jpeg_order *order, const uint8_t *jpeg,
                   struct jpeg_answer *ret_answer)
{
    const struct jpeg_wish wish = {
        .want = (enum jpeg_want)order->want, .scale = order->scale, .max_side = order->max_side};
    struct picture picture;
    *ret_answer = (struct jpeg_answer){
        .error = jpeg_local_decode(local, &wish, jpeg, order->len_bytes, &picture)};
    if (ret_answer->error != 0)
        return;
    ret_answer->width = picture.width;
    ret_answer->height = picture.height;
    ret_answer->chroma = picture.chroma;
    for (unsigned i = 0; i < 3 && picture.planes[i]; i++) {
        ret_answer->offsets[i] = (uint32_t)(picture.planes[i] - local->samples);
        ret_answer->strides[i] = picture.strides[i];
    }
}

int main(void)
{
    struct jpeg_local local = {0};
    struct jpeg_order order;
    struct jpeg_answer told;
    struct picture picture;
    /* It ends when the server closes the socket, and not before the server. */
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    uint8_t *memory = receive_memory();
    if (!memory || jpeg_local_init(&local) < 0) {
        fputs("eyelid-jpeg is started by eyelid\n", stderr);
        return 1;
    }
    local.samples = memory + JPEG_WIRE_SAMPLES;
    local.capacity_bytes = JPEG_WIRE_MEMORY_BYTES - JPEG_WIRE_SAMPLES;
    local.is_fixed = true;
    const struct jpeg_wish wish = {.want = JPEG_WANT_PLANES};
    if (jpeg_local_decode(&local, &wish, FIRST, sizeof(FIRST), &picture) < 0)
        return 1;
    const int r = sandbox_enter();
    if (r < 0) {
        fprintf(stderr, "eyelid-jpeg: no sandbox: %s\n", strerror(-r));
        return 1;
    }
    while (read(JPEG_WIRE_SOCKET, &order, sizeof(order)) == (ssize_t)sizeof(order)) {
        if (order.len_bytes > JPEG_WIRE_SAMPLES)
            break;
        answer(&local, &order, memory, &told);
        if (write(JPEG_WIRE_SOCKET, &told, sizeof(told)) != (ssize_t)sizeof(told))
            break;
    }
    _exit(0);
}
