#include "base/alloc.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void *mem_zalloc_or_die(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        abort();
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
        abort();
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
