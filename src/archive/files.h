/* Durable files of the archive: a file survives a power cut once it and its
 * folder are synced. Blocks on the disk: never on the loop. Paths are below the archive's folder.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens DIR, and creates it (mode 0700) if it is missing. -errno. */
int files_open(const char *dir, int *ret_root) __attribute__((warn_unused_result));

/* Creates the folders that lead to a file, and syncs them. */
int files_make_way(int root, const char *path) __attribute__((warn_unused_result));

/* Creates a new file for writing, and its folders; -EEXIST. */
int files_create(int root, const char *path, int *ret_fd) __attribute__((warn_unused_result));

/* Writes all bytes, in several calls if needed. */
int files_write(int fd, const void *bytes, size_t len_bytes) __attribute__((warn_unused_result));
int files_read(int fd, uint64_t at, void *bytes, size_t len_bytes, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));

/* Opens a regular file of the archive for reading. The kernel resolves the path below root without
 * following any link, so no path leads out of the archive. -EXDEV, -ELOOP: it would have; -ENOENT
 * also for what is not a file. */
int files_open_item(int root, const char *path, int *ret_fd) __attribute__((warn_unused_result));

int files_sync_folder_of(int root, const char *path) __attribute__((warn_unused_result));

/* Writes a whole new file, on disk when it returns. On failure nothing of it is left. */
int files_put(int root, const char *path, const void *bytes, size_t len_bytes)
    __attribute__((warn_unused_result));

/* Removes it durably; a missing file is no error. */
int files_remove(int root, const char *path) __attribute__((warn_unused_result));

/* A file of FILES_RESERVE_BYTES beside the archive's folder, so that a recording can still be
 * closed and indexed when the disk is full. Created if there is many times as much space; released
 * when a write finds no space. */
enum { FILES_RESERVE_BYTES = 1 << 20 };
void files_reserve(int root);
/* Whether there is so much space that the reserve could be created, and a recording should begin:
 * else it would eat what was just released. */
bool files_have_room(int root);
/* Whether this folder is still what DIR leads to: not if its disk was unmounted, or another mounted
 * above it. Any thread. */
bool files_in_place(const char *dir, int root);
/* False: there was none. */
bool files_release(int root);

enum { FILES_ID_CHARS = 32 };
/* The id in the archive's file `meta`, which is created if missing. It distinguishes a wrong or
 * unmounted disk from the one that the index belongs to. */
int files_meta(int root, char ret_id[FILES_ID_CHARS + 1]) __attribute__((warn_unused_result));
