/* An intrusive, circular, doubly linked list. Guarded by the owner of its head. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *prev, *next;
};

static inline void list_init(struct list *head)
{
    head->prev = head->next = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_append(struct list *head, struct list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* Unlinks the node and leaves it linked to itself, so that removing it twice is harmless. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

#define list_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* The current entry may be removed inside the loop; others may not. */
#define list_for_each(it, head, type, member)                                                      \
    for (type *it = list_entry((head)->next, type, member), *it##_next;                            \
         &it->member != (head) && (it##_next = list_entry(it->member.next, type, member), 1);      \
         it = it##_next)
