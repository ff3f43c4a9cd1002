#include "base/buf.h"

#include <assert.h>
#include <errno.h>

#include "base/alloc.h"

int buf_create(size_t len_bytes, struct buf **ret_buf)
{
    if (len_bytes > SIZE_MAX - sizeof(struct buf))
        return -ENOMEM;
    struct buf *buf = mem_try_alloc(sizeof(*buf) + len_bytes);
    if (!buf)
        return -ENOMEM;
    atomic_init(&buf->refs, 1);
    buf->len_bytes = len_bytes;
    buf->release = NULL;
    buf->pins = 0;
    *ret_buf = buf;
    return 0;
}

struct buf *buf_lend(void (*release)(void *ctx), void *ctx)
{
    struct buf *buf = mem_new(struct buf);
    atomic_init(&buf->refs, 1);
    buf->release = release;
    buf->ctx = ctx;
    return buf;
}

int buf_resize(struct buf **buf, size_t len_bytes)
{
    assert(atomic_load_explicit(&(*buf)->refs, memory_order_relaxed) == 1 && !(*buf)->release);
    if (len_bytes > SIZE_MAX - sizeof(struct buf))
        return -ENOMEM;
    struct buf *resized = mem_try_realloc(*buf, sizeof(**buf) + len_bytes);
    if (!resized)
        return -ENOMEM;
    resized->len_bytes = len_bytes;
    *buf = resized;
    return 0;
}

struct buf *buf_ref(struct buf *buf)
{
    atomic_fetch_add_explicit(&buf->refs, 1, memory_order_relaxed);
    return buf;
}

void buf_unref(struct buf **buf)
{
    struct buf *b = *buf;
    *buf = NULL;
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (b->release)
        b->release(b->ctx);
    mem_free(b);
}
