#include "api/live_queue.h"

#include <errno.h>

#include "base/alloc.h"

struct live_item {
    struct list node;
    const void *about; /* what state it tells, or NULL */
    struct net_out out;
};

void live_queue_init(struct live_queue *queue)
{
    *queue = (struct live_queue){0};
    list_init(&queue->items);
}

static size_t *bytes_of(struct live_queue *queue, bool binary)
{
    return binary ? &queue->binary_bytes : &queue->text_bytes;
}

/* The item's reference goes over to the caller. */
static struct net_out take_out(struct live_queue *queue, struct live_item *item)
{
    struct net_out out = item->out;
    queue->count--;
    *bytes_of(queue, out.binary) -= out.len_bytes;
    list_remove(&item->node);
    mem_free(item);
    return out;
}

void live_queue_finish(struct live_queue *queue)
{
    struct net_out out;
    while (live_queue_next(queue, &out))
        buf_unref(&out.takes_buf);
}

bool live_queue_next(struct live_queue *queue, struct net_out *ret_out)
{
    if (list_empty(&queue->items))
        return false;
    *ret_out = take_out(queue, list_entry(queue->items.next, struct live_item, node));
    return true;
}

static int append(struct live_queue *queue, const void *about, const struct net_out *out)
{
    size_t *bytes = bytes_of(queue, out->binary);
    size_t max_bytes = out->binary ? LIVE_QUEUE_MAX_BINARY_BYTES : LIVE_QUEUE_MAX_TEXT_BYTES;
    if (queue->count >= LIVE_QUEUE_MAX_ITEMS || out->len_bytes > max_bytes - *bytes)
        return -ENOBUFS;
    struct live_item *item = mem_new(struct live_item);
    item->about = about;
    item->out = *out;
    buf_ref(item->out.takes_buf);
    list_append(&queue->items, &item->node);
    queue->count++;
    *bytes += out->len_bytes;
    return 0;
}

int live_queue_text(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
{
    return append(queue, NULL,
                  &(struct net_out){.takes_buf = buf, .off = off, .len_bytes = len_bytes});
}

int live_queue_binary(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
{
    return append(
        queue, NULL,
        &(struct net_out){.takes_buf = buf, .off = off, .len_bytes = len_bytes, .binary = true});
}

int live_queue_state(struct live_queue *queue, const void *about, struct buf *buf, size_t off,
                     size_t len_bytes)
{
    struct net_out out = {.takes_buf = buf, .off = off, .len_bytes = len_bytes};
    list_for_each (item, &queue->items, struct live_item, node) {
        if (item->about != about)
            continue;
        queue->text_bytes += len_bytes - item->out.len_bytes;
        buf_unref(&item->out.takes_buf);
        item->out = out;
        buf_ref(buf);
        return 0;
    }
    return append(queue, about, &out);
}

void live_queue_forget(struct live_queue *queue, const void *about)
{
    list_for_each (item, &queue->items, struct live_item, node)
        if (item->about == about)
            item->about = NULL;
}

bool live_queue_has_room(const struct live_queue *queue, size_t binary_bytes)
{
    return queue->count + 2 <= LIVE_QUEUE_MAX_ITEMS &&
           binary_bytes <= LIVE_QUEUE_MAX_BINARY_BYTES - queue->binary_bytes;
}
