/* Its own folder for each test, and what the loader saw. Tests of store only. */
#pragma once
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/store.h"

struct folder {
    char dir[64];
    char seen_bytes[4096];
    struct text seen; /* "camera ID NAME SOURCE ADOPTED\n", "setting CAMERA NAME VALUE\n" */
    struct store_loader loader;
};

static inline void folder_saw_camera(void *ctx, const struct store_camera *camera)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "camera %s %s %s %d%s%s%s%s\n", camera->id, camera->name,
             camera->source, camera->adopted, *camera->address ? " at " : "", camera->address,
             *camera->token ? " shows " : "", camera->token);
}

static inline void folder_saw_setting(void *ctx, const char *camera_id, const char *name,
                                      const char *value_json)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "setting %s %s %s\n", camera_id, name, value_json);
}

static inline void folder_saw_last(void *ctx, const struct store_last *last)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "last %s %lld %lld %lld %ux%u %.*s\n", last->camera,
             (long long)last->offline_since_us, (long long)last->resting_until_us,
             (long long)last->taken_us, last->width, last->height, (int)last->len_bytes,
             last->jpeg ? (const char *)last->jpeg : "");
}

static inline void folder_saw_document(void *ctx, const char *name, const char *json)
{
    struct folder *folder = ctx;
    text_add(&folder->seen, "document %s %s\n", name, json);
}

static inline int folder_create(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    snprintf(folder->dir, sizeof(folder->dir), "/tmp/eyelid-test-XXXXXX");
    if (!folder || !mkdtemp(folder->dir))
        return -1;
    folder->seen = text_over(folder->seen_bytes, sizeof(folder->seen_bytes));
    folder->loader = (struct store_loader){.camera = folder_saw_camera,
                                           .setting = folder_saw_setting,
                                           .last = folder_saw_last,
                                           .document = folder_saw_document,
                                           .ctx = folder};
    *state = folder;
    return 0;
}

static inline int folder_remove_one(const char *path, const struct stat *st, int type,
                                    struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static inline int folder_destroy(void **state)
{
    struct folder *folder = *state;
    nftw(folder->dir, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    free(folder);
    return 0;
}

/* A path in the folder; static, one at a time. */
static inline const char *folder_path(const struct folder *folder, const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder->dir, name);
    return path;
}

static inline void folder_write(const struct folder *folder, const char *name, const void *data,
                                size_t len_bytes)
{
    FILE *file = fopen(folder_path(folder, name), "wb");
    if (!file || fwrite(data, 1, len_bytes, file) != len_bytes || fclose(file) != 0)
        abort();
}

static inline void folder_copy(const struct folder *folder, const char *name, const char *from)
{
    static char data[256 * 1024];
    FILE *file = fopen(from, "rb");
    if (!file)
        abort();
    size_t len_bytes = fread(data, 1, sizeof(data), file);
    fclose(file);
    folder_write(folder, name, data, len_bytes);
}
