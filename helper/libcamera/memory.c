#include "helper/libcamera/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int memory_create(size_t len_bytes, struct memory *ret_memory)
{
    int r;
    void *bytes;
    int fd = memfd_create("eyelid-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)len_bytes) < 0)
        goto fail;
    bytes = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        goto fail;
    *ret_memory = (struct memory){.fd = fd, .bytes = bytes, .len_bytes = len_bytes};
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return 0;
    munmap(bytes, len_bytes);
fail:
    r = -errno;
    close(fd);
    *ret_memory = (struct memory){0};
    return r;
}

int memory_map(int fd, size_t len_bytes, struct memory *ret_memory)
{
    void *bytes = mmap(NULL, len_bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return -errno;
    *ret_memory =
        (struct memory){.fd = fd, .bytes = bytes, .len_bytes = len_bytes, .is_lent_to_us = true};
    return 0;
}

void memory_finish(struct memory *memory)
{
    if (!memory->bytes)
        return;
    munmap(memory->bytes, memory->len_bytes);
    if (!memory->is_lent_to_us)
        close(memory->fd);
    *memory = (struct memory){0};
}

/* A descriptor that is not a dma-buf refuses this, and does not need it. */
static void sync_caches(const struct memory *memory, uint64_t flags)
{
    struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_READ | flags};
    while (ioctl(memory->fd, DMA_BUF_IOCTL_SYNC, &sync) < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
}

void memory_begin_read(const struct memory *memory)
{
    sync_caches(memory, DMA_BUF_SYNC_START);
}

void memory_end_read(const struct memory *memory)
{
    sync_caches(memory, DMA_BUF_SYNC_END);
}
