/* A JPEG decoder in a process of its own (helper/jpeg), which the kernel lets do nothing but
 * compute, and read and write one socket (seccomp). What it answers is not trusted: planes that do
 * not lie in the shared memory end it. When it ends or takes too long, that picture is lost, and
 * another process is started for the next. One thread at a time. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/jpeg_local.h"

struct jpeg_worker;

/* program is borrowed. Its process starts with the first picture. */
struct jpeg_worker *jpeg_worker_create(const char *program) __attribute__((returns_nonnull));
void jpeg_worker_destroy(struct jpeg_worker *worker); /* takes NULL */

/* How long a picture may take; at first 2000 ms. */
void jpeg_worker_set_patience(struct jpeg_worker *worker, unsigned patience_ms);

/* As jpeg_local_decode; -EOWNERDEAD: the process ended, took too long, or answered nonsense.
 * Any other error: it cannot be started. */
int jpeg_worker_decode(struct jpeg_worker *worker, const struct jpeg_wish *wish,
                       const uint8_t *jpeg, size_t len_bytes, struct picture *ret_picture)
    __attribute__((warn_unused_result));

/* How many processes ended before they were told to, of all workers. Any thread. */
unsigned jpeg_worker_deaths(void);
