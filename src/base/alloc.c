#include "base/alloc.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A small allocation failed: there is nothing left to clean up with. The message is written without
 * allocating, and the exit runs no handlers that might. */
static _Noreturn void out_of_memory(void)
{
    static const char MESSAGE[] = "eyelid: out of memory; stopping\n";
    ssize_t ignored = write(STDERR_FILENO, MESSAGE, sizeof(MESSAGE) - 1);
    (void)ignored;
    _exit(1);
}

enum { LARGE_BYTES = 1024 * 1024, SLACK_BYTES = 2 * 1024 * 1024 };

void mem_setup(void)
{
    /* glibc raises both by itself after the first large block is freed, up to 32 and 64 MiB. */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, SLACK_BYTES);
}

void *mem_zalloc_or_die(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        out_of_memory();
    return p;
}

void *mem_try_alloc(size_t len_bytes)
{
    return malloc(len_bytes);
}

void *mem_try_realloc(void *old, size_t len_bytes)
{
    return realloc(old, len_bytes);
}

char *mem_strdup_or_die(const char *s)
{
    if (!s)
        return NULL;
    char *copy = strdup(s);
    if (!copy)
        out_of_memory();
    return copy;
}

void mem_free(void *p)
{
    free(p);
}

void mem_trim(void)
{
    malloc_trim(0);
}
