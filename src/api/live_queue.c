#include "api/live_queue.h"

#include <errno.h>

#include "base/alloc.h"

struct live_item {
    struct list node;
    struct live_queue_first is;
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

static void drop(struct live_item *item)
{
    list_remove(&item->node);
    mem_free(item);
}

void live_queue_finish(struct live_queue *queue)
{
    struct live_queue_first first;
    while (live_queue_next(queue, &first))
        buf_unref(&first.out.takes_buf);
}

bool live_queue_next(struct live_queue *queue, struct live_queue_first *ret_first)
{
    if (list_empty(&queue->items))
        return false;
    struct live_item *item = list_entry(queue->items.next, struct live_item, node);
    *ret_first = item->is;
    if (!item->is.camera) {
        queue->count--;
        *bytes_of(queue, item->is.out.binary) -= item->is.out.len_bytes;
    }
    drop(item);
    return true;
}

static int append(struct live_queue *queue, const struct net_out *out)
{
    size_t *bytes = bytes_of(queue, out->binary);
    size_t max_bytes = out->binary ? LIVE_QUEUE_MAX_BINARY_BYTES : LIVE_QUEUE_MAX_TEXT_BYTES;
    if (queue->count >= LIVE_QUEUE_MAX_ITEMS || out->len_bytes > max_bytes - *bytes)
        return -ENOBUFS;
    struct live_item *item = mem_new(struct live_item);
    item->is.out = *out;
    buf_ref(out->takes_buf);
    list_append(&queue->items, &item->node);
    queue->count++;
    *bytes += out->len_bytes;
    return 0;
}

int live_queue_text(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
{
    return append(queue, &(struct net_out){.takes_buf = buf, .off = off, .len_bytes = len_bytes});
}

int live_queue_binary(struct live_queue *queue, struct buf *buf, size_t off, size_t len_bytes)
{
    return append(queue, &(struct net_out){
                             .takes_buf = buf, .off = off, .len_bytes = len_bytes, .binary = true});
}

static struct live_item *find(struct live_queue *queue, const struct camera *camera)
{
    list_for_each (item, &queue->items, struct live_item, node)
        if (item->is.camera == camera)
            return item;
    return NULL;
}

void live_queue_state(struct live_queue *queue, struct camera *camera, unsigned what)
{
    struct live_item *item = find(queue, camera);
    if (!item) {
        item = mem_new(struct live_item);
        item->is.camera = camera;
        list_append(&queue->items, &item->node);
    }
    item->is.what |= what;
}

void live_queue_forget(struct live_queue *queue, const struct camera *camera)
{
    struct live_item *item = find(queue, camera);
    if (item)
        drop(item);
}

bool live_queue_has_room(const struct live_queue *queue, size_t binary_bytes)
{
    return queue->count + 2 <= LIVE_QUEUE_MAX_ITEMS &&
           binary_bytes <= LIVE_QUEUE_MAX_BINARY_BYTES - queue->binary_bytes;
}
