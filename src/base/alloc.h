/* Memory. The only place that calls malloc: all other rooms allocate through here. Any thread.
 *
 * Two kinds: small fixed sizes, where the process cannot continue without memory (the *_or_die
 * calls abort), and sizes chosen by a peer (the try_ calls return NULL, and the caller refuses the
 * peer). */
#pragma once
#include <stddef.h>

/* Once, before the first thread: freed blocks of a megabyte and more go back to the system at once,
 * so that a burst of large pictures does not stay resident. */
void mem_setup(void);

/* Zeroed memory for count items of size bytes; aborts if there is none. Free with mem_free. */
void *mem_zalloc_or_die(size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));

/* Uninitialised memory for a size chosen by a peer; NULL if there is none. Free with mem_free. */
void *mem_try_alloc(size_t len_bytes) __attribute__((warn_unused_result));

/* Grows or shrinks old (NULL is fine) to len_bytes; NULL leaves old as it was. */
void *mem_try_realloc(void *old, size_t len_bytes) __attribute__((warn_unused_result));

/* A copy of the string s (NULL gives NULL); aborts if there is no memory. Free with mem_free. */
char *mem_strdup_or_die(const char *s) __attribute__((warn_unused_result));

/* NULL is allowed. */
void mem_free(void *p);

/* Gives freed memory back to the system; some milliseconds, worth it after something of megabytes
 * was closed. */
void mem_trim(void);

#define mem_new(type) ((type *)mem_zalloc_or_die(1, sizeof(type)))
#define mem_new_array(type, count) ((type *)mem_zalloc_or_die((count), sizeof(type)))
