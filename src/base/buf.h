/* Reference-counted bytes: the one thing that frames are made of. What belongs here: allocation and
 * counting. What does not: any meaning of the bytes (see stream/packet.h). Any thread; the bytes
 * are written by their creator before the first buf_ref and are immutable after it. */
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    atomic_uint refs;
    size_t len_bytes; /* capacity; how much of it means something is for its owner to say */
    void (*release)(void *ctx); /* of foreign memory, else NULL */
    void *ctx;
    uint8_t data[];
};

/* A buffer with one reference, contents undefined. -ENOMEM when there is no memory for it. */
int buf_create(size_t len_bytes, struct buf **ret_buf) __attribute__((warn_unused_result));

/* A buffer without bytes of its own that stands for memory of somebody else's (a driver's, another
 * process's). release is called once, by whichever thread drops the last reference: it gives the
 * memory back and blocks on nothing. */
struct buf *buf_lend(void (*release)(void *ctx), void *ctx) __attribute__((returns_nonnull));

/* Changes the capacity of a buffer that nobody else refers to; on -ENOMEM *buf stays as it was. */
int buf_resize(struct buf **buf, size_t len_bytes) __attribute__((warn_unused_result));

struct buf *buf_ref(struct buf *buf);

/* Drops one reference and sets *buf to NULL; takes a pointer to NULL. */
void buf_unref(struct buf **buf);
