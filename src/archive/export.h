/* Items of the archive as one zip file, made while it is read: a block at a time, in bounded
 * memory. Its length is known before. Blocks on the disk: never on the loop; one thread at a time.
 */
#pragma once
#include "archive/item.h"

struct export;

enum { EXPORT_ITEMS_MAX = 1000, EXPORT_BLOCK_BYTES = 128 * 1024 };

struct export *export_create(const struct archive_item *items, unsigned n_items)
    __attribute__((returns_nonnull));
void export_destroy(struct export *export); /* takes NULL */

/* What it holds until it is destroyed. */
size_t export_memory_bytes(const struct export *export);

uint64_t export_bytes(const struct export *export);

/* The next bytes, at most EXPORT_BLOCK_BYTES; 0: that was all. -ENOENT, -EIO: a file is gone, or
 * is not as long as the index says. */
int export_read(struct export *export, int root, uint8_t *block, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
