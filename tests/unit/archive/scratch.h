/* Its own folder for each test. */
#pragma once
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"

static inline int scratch_create(void **state)
{
    char *dir = strdup("/tmp/eyelid-test-XXXXXX");
    if (!dir || !mkdtemp(dir)) {
        free(dir);
        return -1;
    }
    *state = dir;
    return 0;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static inline int scratch_destroy(void **state)
{
    nftw(*state, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    free(*state);
    return 0;
}

/* A path in it; static, one at a time. */
static inline const char *scratch_path(const char *dir, const char *name)
{
    static char path[512];
    snprintf(path, sizeof(path), "%.250s/%.250s", dir, name);
    return path;
}

static inline long long scratch_size(const char *dir, const char *name)
{
    struct stat st;
    return stat(scratch_path(dir, name), &st) < 0 ? -1 : st.st_size;
}

static inline void scratch_write(const char *dir, const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(scratch_path(dir, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}
