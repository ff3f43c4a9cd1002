#include "picam/libcamera_line.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/list.h"
#include "base/lock.h"

/* Orders that may wait while the socket is full. Returned buffers may always wait; their number is
 * that of the buffers. */
enum { WAITING_MAX = 64 };

struct waiting {
    struct list node;
    struct helper_head head;
    size_t len_bytes;
    uint8_t body[sizeof(struct helper_start)]; /* the largest order */
};

struct libcamera_line {
    struct lock lock;
    unsigned refs;       /* guarded by lock */
    int socket;          /* guarded by lock for sending; only the receiving thread closes it */
    bool is_open;        /* guarded by lock */
    unsigned n_owed;     /* guarded by lock: orders without their HELPER_DONE */
    struct list waiting; /* guarded by lock: of struct waiting, until the socket takes more */
    unsigned n_waiting;  /* guarded by lock */
    struct child child;  /* receiving thread only */
};

int libcamera_line_open(const char *helper, const char *camera_id, struct libcamera_line **ret_line)
{
    int pair[2];
    struct child child;
    const char *const list[] = {helper, "--list", NULL};
    const char *const serve[] = {helper, "--camera", camera_id, NULL};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    int r = child_start(camera_id ? serve : list, pair[1], HELPER_SOCKET, &child);
    close(pair[1]);
    if (r < 0) {
        close(pair[0]);
        return r;
    }
    struct libcamera_line *line = mem_new(struct libcamera_line);
    lock_init(&line->lock, LOCK_RANK_LINE);
    list_init(&line->waiting);
    line->refs = 1;
    line->socket = pair[0];
    line->is_open = true;
    line->child = child;
    *ret_line = line;
    return 0;
}

static void forget_waiting(struct libcamera_line *line)
{
    list_for_each (waiting, &line->waiting, struct waiting, node) {
        list_remove(&waiting->node);
        mem_free(waiting);
    }
    line->n_waiting = 0;
}

struct libcamera_line *libcamera_line_ref(struct libcamera_line *line)
{
    lock_take(&line->lock);
    line->refs++;
    lock_drop(&line->lock);
    return line;
}

void libcamera_line_unref(struct libcamera_line **line)
{
    struct libcamera_line *l = *line;
    *line = NULL;
    if (!l)
        return;
    lock_take(&l->lock);
    bool is_last = --l->refs == 0;
    lock_drop(&l->lock);
    if (!is_last)
        return;
    forget_waiting(l);
    lock_finish(&l->lock);
    mem_free(l);
}

int libcamera_line_close(struct libcamera_line *line, int grace_ms, int hurry_fd)
{
    lock_take(&line->lock);
    bool was_open = line->is_open;
    line->is_open = false;
    lock_drop(&line->lock);
    if (!was_open)
        return 0;
    close(line->socket);
    return child_finish(&line->child, grace_ms, hurry_fd);
}

/* 0; -EAGAIN: the socket is full; else the helper is gone. */
static int send_now(struct libcamera_line *line, const struct helper_head *head, const void *body,
                    size_t len_bytes)
{
    struct iovec parts[2] = {{(void *)(uintptr_t)head, sizeof(*head)},
                             {(void *)(uintptr_t)body, len_bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(line->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int let_wait(struct libcamera_line *line, const struct helper_head *head, const void *body,
                    size_t len_bytes)
{
    if (head->kind != HELPER_RELEASE && line->n_waiting >= WAITING_MAX)
        return -EAGAIN;
    struct waiting *waiting = mem_new(struct waiting);
    assert(len_bytes <= sizeof(waiting->body));
    waiting->head = *head;
    waiting->len_bytes = len_bytes;
    if (len_bytes > 0)
        memcpy(waiting->body, body, len_bytes);
    list_append(&line->waiting, &waiting->node);
    line->n_waiting++;
    return 0;
}

bool libcamera_line_send(struct libcamera_line *line, enum helper_kind kind, const void *body,
                         size_t len_bytes)
{
    struct helper_head head = {.version = HELPER_VERSION, .kind = kind};
    int r = -ENOTCONN;
    lock_take(&line->lock);
    if (line->is_open) {
        r = list_empty(&line->waiting) ? send_now(line, &head, body, len_bytes) : -EAGAIN;
        if (r == -EAGAIN)
            r = let_wait(line, &head, body, len_bytes);
    }
    line->n_owed += r == 0 && kind != HELPER_RELEASE;
    lock_drop(&line->lock);
    return r == 0;
}

void libcamera_line_flush(struct libcamera_line *line)
{
    lock_take(&line->lock);
    list_for_each (waiting, &line->waiting, struct waiting, node) {
        if (send_now(line, &waiting->head, waiting->body, waiting->len_bytes) == -EAGAIN)
            break;
        list_remove(&waiting->node);
        mem_free(waiting);
        line->n_waiting--;
    }
    lock_drop(&line->lock);
}

bool libcamera_line_is_behind(struct libcamera_line *line)
{
    lock_take(&line->lock);
    bool is_behind = !list_empty(&line->waiting);
    lock_drop(&line->lock);
    return is_behind;
}

int libcamera_line_fd(const struct libcamera_line *line)
{
    return line->socket;
}

bool libcamera_line_owes(struct libcamera_line *line)
{
    lock_take(&line->lock);
    bool owes = line->n_owed > 0;
    lock_drop(&line->lock);
    return owes;
}

/* Takes the descriptors of a message; the kernel closes those that do not fit. */
static unsigned take_fds(struct msghdr *message, int fds[HELPER_BUFFERS_MAX])
{
    unsigned n = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || n > 0)
            continue;
        n = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    }
    return n;
}

int libcamera_line_hear(struct libcamera_line *line, struct libcamera_message *ret_message,
                        int ret_fds[HELPER_BUFFERS_MAX])
{
    uint8_t bytes[sizeof(struct helper_head) + sizeof(struct helper_control)];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(HELPER_BUFFERS_MAX * sizeof(int))];
    } control;
    struct iovec part = {bytes, sizeof(bytes)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t n;
    do {
        n = recvmsg(line->socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n <= 0)
        return -ENOTCONN;
    unsigned n_fds = take_fds(&message, ret_fds);
    int r = message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)
                ? -EBADMSG
                : libcamera_message_read(bytes, (size_t)n, n_fds, ret_message);
    if (r < 0) {
        for (unsigned i = 0; i < n_fds; i++)
            close(ret_fds[i]);
        return r;
    }
    if (ret_message->kind == HELPER_DONE) {
        lock_take(&line->lock);
        bool is_owed = line->n_owed > 0;
        line->n_owed -= is_owed;
        lock_drop(&line->lock);
        return is_owed ? 0 : -EBADMSG; /* an answer without an order */
    }
    return 0;
}
