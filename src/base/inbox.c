#include "base/inbox.h"

void inbox_init(struct inbox *inbox, struct waker waker)
{
    lock_init(&inbox->lock, LOCK_RANK_INBOX);
    list_init(&inbox->items);
    inbox->waker = waker;
}

void inbox_finish(struct inbox *inbox)
{
    lock_finish(&inbox->lock);
}

void inbox_post(struct inbox *inbox, struct list *node)
{
    lock_take(&inbox->lock);
    list_append(&inbox->items, node);
    lock_drop(&inbox->lock);
    waker_wake(&inbox->waker);
}

struct list *inbox_take(struct inbox *inbox)
{
    lock_take(&inbox->lock);
    struct list *node = list_empty(&inbox->items) ? NULL : inbox->items.next;
    if (node)
        list_remove(node);
    lock_drop(&inbox->lock);
    return node;
}
