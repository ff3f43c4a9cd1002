/* An inbox: items posted by any thread to one owner, in order. The owner is woken through its waker
 * (the loop's, or that of a worker's condition) and takes the items out. The two sides agree on the
 * meaning of an item and on who frees it. */
#pragma once
#include "base/list.h"
#include "base/lock.h"
#include "base/waker.h"

struct inbox {
    struct lock lock;
    struct list items;  /* guarded by lock */
    struct waker waker; /* immutable after init */
};

void inbox_init(struct inbox *inbox, struct waker waker);
void inbox_finish(struct inbox *inbox); /* after the owner has taken what is left in it */

/* Any thread; the waker is called without the lock. The node belongs to the inbox until it is
 * taken. */
void inbox_post(struct inbox *inbox, struct list *node);

/* The oldest item, or NULL if it is empty. Owner only. */
struct list *inbox_take(struct inbox *inbox);
