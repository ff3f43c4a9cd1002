#include "codec/jpeg_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "codec/jpeg_wire.h"

enum { PATIENCE_MS = 2000 };

struct jpeg_worker {
    const char *program;
    int patience_ms;
    struct child child;
    int socket;      /* -1: no process */
    uint8_t *memory; /* NULL: no process */
};

static atomic_uint deaths;

unsigned jpeg_worker_deaths(void)
{
    return atomic_load_explicit(&deaths, memory_order_relaxed);
}

struct jpeg_worker *jpeg_worker_create(const char *program)
{
    struct jpeg_worker *worker = mem_new(struct jpeg_worker);
    worker->program = program;
    worker->patience_ms = PATIENCE_MS;
    worker->socket = -1;
    return worker;
}

static void end(struct jpeg_worker *worker)
{
    if (worker->socket >= 0)
        close(worker->socket);
    worker->socket = -1;
    child_finish(&worker->child, 0, -1);
    if (worker->memory)
        munmap(worker->memory, JPEG_WIRE_MEMORY_BYTES);
    worker->memory = NULL;
}

void jpeg_worker_destroy(struct jpeg_worker *worker)
{
    if (!worker)
        return;
    end(worker);
    mem_free(worker);
}

void jpeg_worker_set_patience(struct jpeg_worker *worker, unsigned patience_ms)
{
    worker->patience_ms = (int)patience_ms;
}

/* Memory that the process cannot take away under the server's hands. */
static int make_memory(struct jpeg_worker *worker)
{
    const int fd = memfd_create("eyelid-jpeg", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    void *memory = MAP_FAILED;
    if (ftruncate(fd, JPEG_WIRE_MEMORY_BYTES) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        memory = mmap(NULL, JPEG_WIRE_MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        const int r = -errno;
        close(fd);
        return r;
    }
    worker->memory = memory;
    return fd;
}

static int send_memory(int socket, int memory_fd)
{
    struct jpeg_order order = {.version = JPEG_WIRE_VERSION};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = &order, .iov_len = sizeof(order)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &memory_fd, sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int begin(struct jpeg_worker *worker)
{
    const char *const argv[] = {worker->program, NULL};
    int sockets[2];
    const int memory_fd = make_memory(worker);
    if (memory_fd < 0)
        return memory_fd;
    int r = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ? -errno : 0;
    if (r == 0) {
        worker->socket = sockets[0];
        r = child_start(argv, sockets[1], JPEG_WIRE_SOCKET, &worker->child);
        close(sockets[1]);
    }
    if (r == 0)
        r = send_memory(worker->socket, memory_fd);
    close(memory_fd);
    if (r < 0)
        end(worker);
    return r;
}

/* Whether the plane lies in the shared memory. */
static bool has_plane(const struct jpeg_answer *answer, unsigned i, uint32_t row_bytes,
                      uint32_t rows)
{
    const uint64_t end_off = answer->offsets[i] + (uint64_t)answer->strides[i] * rows;
    return answer->strides[i] >= row_bytes &&
           end_off <= (uint64_t)JPEG_WIRE_MEMORY_BYTES - JPEG_WIRE_SAMPLES;
}

static bool is_sane(const struct jpeg_wish *wish, const struct jpeg_answer *answer)
{
    enum { MAX_SIDE = 8192 };
    const uint32_t width = answer->width, height = answer->height;
    if (width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE)
        return false;
    switch (wish->want) {
    case JPEG_WANT_GREY:
        return answer->chroma == JPEG_CHROMA_GREY && has_plane(answer, 0, width, height);
    case JPEG_WANT_RGB:
        return answer->chroma == JPEG_CHROMA_OTHER && has_plane(answer, 0, 3 * width, height);
    case JPEG_WANT_PLANES:
        break;
    }
    if (answer->chroma >= JPEG_CHROMA_OTHER || width % 2 != 0 || height % 2 != 0)
        return false;
    const enum jpeg_chroma chroma = (enum jpeg_chroma)answer->chroma;
    const uint32_t chroma_width = picture_chroma_width(chroma, width),
                   chroma_height = picture_chroma_height(chroma, height);
    return has_plane(answer, 0, width, height) &&
           (chroma == JPEG_CHROMA_GREY || (has_plane(answer, 1, chroma_width, chroma_height) &&
                                           has_plane(answer, 2, chroma_width, chroma_height)));
}

static void view(const struct jpeg_worker *worker, const struct jpeg_wish *wish,
                 const struct jpeg_answer *answer, struct picture *ret_picture)
{
    const unsigned count =
        wish->want == JPEG_WANT_PLANES && answer->chroma != JPEG_CHROMA_GREY ? 3 : 1;
    *ret_picture = (struct picture){.width = (uint16_t)answer->width,
                                    .height = (uint16_t)answer->height,
                                    .chroma = (enum jpeg_chroma)answer->chroma};
    for (unsigned i = 0; i < count; i++) {
        ret_picture->planes[i] = worker->memory + JPEG_WIRE_SAMPLES + answer->offsets[i];
        ret_picture->strides[i] = answer->strides[i];
    }
}

/* -EIO: the process has ended, or answers nothing in time. */
static int ask(struct jpeg_worker *worker, const struct jpeg_wish *wish, size_t len_bytes,
               struct jpeg_answer *ret_answer)
{
    const struct jpeg_order order = {.version = JPEG_WIRE_VERSION,
                                     .want = wish->want,
                                     .scale = wish->scale,
                                     .max_side = wish->max_side,
                                     .len_bytes = (uint32_t)len_bytes};
    struct pollfd wait = {.fd = worker->socket, .events = POLLIN};
    int r;
    if (send(worker->socket, &order, sizeof(order), MSG_NOSIGNAL) < 0)
        return -EIO;
    do
        r = poll(&wait, 1, worker->patience_ms);
    while (r < 0 && errno == EINTR);
    if (r <= 0 || recv(worker->socket, ret_answer, sizeof(*ret_answer), MSG_DONTWAIT) !=
                      (ssize_t)sizeof(*ret_answer))
        return -EIO;
    return 0;
}

int jpeg_worker_decode(struct jpeg_worker *worker, const struct jpeg_wish *wish,
                       const uint8_t *jpeg, size_t len_bytes, struct picture *ret_picture)
{
    struct jpeg_answer answer;
    if (len_bytes == 0 || len_bytes > JPEG_WIRE_SAMPLES)
        return -EBADMSG;
    int r = worker->socket < 0 ? begin(worker) : 0;
    if (r < 0)
        return r;
    memcpy(worker->memory, jpeg, len_bytes);
    r = ask(worker, wish, len_bytes, &answer);
    if (r < 0 || (answer.error == 0 && !is_sane(wish, &answer))) {
        atomic_fetch_add_explicit(&deaths, 1, memory_order_relaxed);
        end(worker);
        return -EOWNERDEAD;
    }
    if (answer.error != 0)
        return answer.error == -ENOMEM ? -ENOMEM : -EBADMSG;
    view(worker, wish, &answer, ret_picture);
    return 0;
}
