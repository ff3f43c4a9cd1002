#include "picam/libcamera_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/lock.h"

struct mapping {
    int fd;
    const uint8_t *bytes; /* NULL = not mapped */
    size_t len_bytes;
    bool is_dmabuf;
};

struct libcamera_memory {
    struct lock lock;
    unsigned refs;                 /* guarded by lock: the owner, and every lent picture */
    bool lent[HELPER_BUFFERS_MAX]; /* guarded by lock */
    /* Immutable after create. */
    struct libcamera_line *line;
    struct helper_layout layout;
    struct mapping buffers[HELPER_BUFFERS_MAX];
};

/* --- One buffer. --- */

/* A driver's buffer keeps its size; other memory must be sealed against shrinking, which would
 * otherwise kill us with SIGBUS. */
static int check(int fd, size_t len_bytes, bool *ret_is_dmabuf)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0)
        return -errno;
    *ret_is_dmabuf = fs.f_type == DMA_BUF_MAGIC;
    int seals = *ret_is_dmabuf ? F_SEAL_SHRINK : fcntl(fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK))
        return -EACCES;
    off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0)
        return -errno;
    return (uint64_t)end >= len_bytes ? 0 : -EBADMSG;
}

/* Takes the descriptor even if it fails. */
static int map(int takes_fd, size_t len_bytes, struct mapping *ret_mapping)
{
    struct mapping m = {.fd = takes_fd, .len_bytes = len_bytes};
    int r = check(takes_fd, len_bytes, &m.is_dmabuf);
    if (r == 0) {
        void *bytes = mmap(NULL, len_bytes, PROT_READ, MAP_SHARED, takes_fd, 0);
        if (bytes == MAP_FAILED)
            r = -errno;
        m.bytes = bytes;
    }
    if (r < 0) {
        close(takes_fd);
        return r;
    }
    *ret_mapping = m;
    return 0;
}

static void unmap(struct mapping *m)
{
    if (!m->bytes)
        return;
    munmap((void *)(uintptr_t)m->bytes, m->len_bytes);
    close(m->fd);
    m->bytes = NULL;
}

/* Required around reads, so that the processor's caches match the device (Linux kernel, "Buffer
 * Sharing and Synchronization"). */
static void sync_caches(const struct mapping *m, uint64_t flags)
{
    struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_READ | flags};
    if (!m->is_dmabuf)
        return;
    while (ioctl(m->fd, DMA_BUF_IOCTL_SYNC, &sync) < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
}

/* --- All buffers of a configuration. --- */

int libcamera_memory_create(struct libcamera_line *line, const struct helper_layout *layout,
                            const int takes_fds[HELPER_BUFFERS_MAX],
                            struct libcamera_memory **ret_memory)
{
    struct libcamera_memory *memory = mem_new(struct libcamera_memory);
    int r = 0;
    lock_init(&memory->lock, LOCK_RANK_SOURCE);
    memory->refs = 1;
    memory->line = libcamera_line_ref(line);
    memory->layout = *layout;
    for (unsigned i = 0; i < layout->n_buffers; i++) {
        if (r == 0)
            r = map(takes_fds[i], layout->pixels.size_bytes, &memory->buffers[i]);
        else
            close(takes_fds[i]);
    }
    if (r < 0)
        libcamera_memory_unref(&memory);
    else
        *ret_memory = memory;
    return r;
}

void libcamera_memory_unref(struct libcamera_memory **memory)
{
    struct libcamera_memory *m = *memory;
    *memory = NULL;
    if (!m)
        return;
    lock_take(&m->lock);
    bool is_last = --m->refs == 0;
    lock_drop(&m->lock);
    if (!is_last)
        return;
    for (unsigned i = 0; i < HELPER_BUFFERS_MAX; i++)
        unmap(&m->buffers[i]);
    libcamera_line_unref(&m->line);
    lock_finish(&m->lock);
    mem_free(m);
}

struct lent {
    struct libcamera_memory *memory;
    unsigned index;
};

static void give_back(void *ctx)
{
    struct lent *lent = ctx;
    struct libcamera_memory *memory = lent->memory;
    struct helper_release release = {.generation = memory->layout.generation, .index = lent->index};
    sync_caches(&memory->buffers[lent->index], DMA_BUF_SYNC_END);
    lock_take(&memory->lock);
    memory->lent[lent->index] = false; /* before the helper may send it again */
    lock_drop(&memory->lock);
    /* An error means that the helper is gone, and the buffer with it. */
    (void)libcamera_line_send(memory->line, HELPER_RELEASE, &release, sizeof(release));
    mem_free(lent);
    libcamera_memory_unref(&memory);
}

struct buf *libcamera_memory_lend(struct libcamera_memory *memory, const struct helper_frame *frame,
                                  struct raw_picture *ret_picture)
{
    if (frame->generation != memory->layout.generation || frame->index >= memory->layout.n_buffers)
        return NULL;
    lock_take(&memory->lock);
    bool is_ours = memory->lent[frame->index];
    memory->lent[frame->index] = true;
    memory->refs += !is_ours;
    lock_drop(&memory->lock);
    if (is_ours)
        return NULL;
    const struct mapping *m = &memory->buffers[frame->index];
    struct lent *lent = mem_new(struct lent);
    *lent = (struct lent){.memory = memory, .index = frame->index};
    sync_caches(m, DMA_BUF_SYNC_START);
    *ret_picture = libcamera_message_picture(&memory->layout.pixels, m->bytes);
    ret_picture->dmabuf_fd = m->is_dmabuf ? m->fd : -1;
    return buf_lend(give_back, lent);
}

int libcamera_memory_use_still(const struct helper_still *still, int takes_fd,
                               int (*use)(void *ctx, const struct raw_picture *picture), void *ctx)
{
    struct mapping m;
    int r = map(takes_fd, still->pixels.size_bytes, &m);
    if (r < 0)
        return r;
    struct raw_picture picture = libcamera_message_picture(&still->pixels, m.bytes);
    sync_caches(&m, DMA_BUF_SYNC_START);
    r = use(ctx, &picture);
    sync_caches(&m, DMA_BUF_SYNC_END);
    unmap(&m);
    return r;
}
