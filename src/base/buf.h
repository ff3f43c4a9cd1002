/* Reference-counted bytes, which all frames are made of. What belongs here: allocation and
 * counting. What does not: the meaning of the bytes (see stream/packet.h). Any thread; the bytes
 * are written by their creator before the first buf_ref and are immutable after it. */
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    atomic_uint refs;
    unsigned pins;              /* connections that wait to send it: for net, on its loop */
    size_t len_bytes;           /* capacity; the owner keeps how much of it is used */
    void (*release)(void *ctx); /* of external memory, else NULL */
    void *ctx;
    uint8_t data[];
};

/* A buffer with one reference, contents undefined. -ENOMEM if there is no memory. */
int buf_create(size_t len_bytes, struct buf **ret_buf) __attribute__((warn_unused_result));

/* A buffer over external memory (a driver's, another process's). release is called once, by the
 * thread that drops the last reference: it returns the memory and must not block. */
struct buf *buf_lend(void (*release)(void *ctx), void *ctx) __attribute__((returns_nonnull));

/* Changes the capacity of a buffer with no other references; on -ENOMEM *buf stays unchanged. */
int buf_resize(struct buf **buf, size_t len_bytes) __attribute__((warn_unused_result));

struct buf *buf_ref(struct buf *buf);

/* Drops one reference and sets *buf to NULL; takes a pointer to NULL. */
void buf_unref(struct buf **buf);
