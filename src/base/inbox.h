/* An inbox: what any thread posts to one owner, in order. The owner is woken through its waker (the
 * loop's, or that of a worker's condition) and takes the items out. What an item means and who
 * frees it is for the two of them to agree on. */
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
void inbox_finish(struct inbox *inbox); /* what still lies in it is its owner's to take before */

/* Any thread; the waker is called without the lock. Until it is taken the node belongs to the
 * inbox. */
void inbox_post(struct inbox *inbox, struct list *node);

/* The oldest item, or NULL when it is empty. Owner only. */
struct list *inbox_take(struct inbox *inbox);
