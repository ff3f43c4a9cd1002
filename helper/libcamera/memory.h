/* Shared memory that the server may map: created here, or a driver's. One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
    int fd; /* owned if it was created here */
    uint8_t *bytes;
    size_t len_bytes;
    bool is_lent_to_us; /* the descriptor is borrowed */
};

/* New memory that cannot shrink while the server uses it. */
int memory_create(size_t len_bytes, struct memory *ret_memory) __attribute__((warn_unused_result));
/* Maps a driver's buffer for reading; the descriptor is borrowed and must outlive it. */
int memory_map(int fd, size_t len_bytes, struct memory *ret_memory)
    __attribute__((warn_unused_result));
void memory_finish(struct memory *memory); /* takes a zeroed one */

/* Around reads of a driver's buffer: synchronises the caches of processor and device. */
void memory_begin_read(const struct memory *memory);
void memory_end_read(const struct memory *memory);
