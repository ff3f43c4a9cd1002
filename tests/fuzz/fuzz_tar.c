/* A backup as restore reads it: headers, names, and the bytes between them. What is read can be
 * written, and is then read as the same. */
#include <errno.h>
#include <string.h>

#include "backup/part.h"
#include "backup/tar.h"
#include "check.h"

static void check_name(const struct tar_entry *entry)
{
    enum part_kind kind;
    if (part_find(entry->name, &kind) < 0)
        return;
    CHECK(entry->name[0] != '/' && !strstr(entry->name, "..") && !strstr(entry->name, "//"));
    CHECK(part_max_bytes(kind) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    for (size_t at = 0; len_bytes - at >= TAR_BLOCK_BYTES;) {
        uint8_t again[TAR_BLOCK_BYTES];
        struct tar_entry entry, copy;
        int r = tar_read(data + at, &entry);
        if (r < 0) {
            CHECK(r == -ENODATA || r == -EBADMSG || r == -ENOTSUP);
            return 0;
        }
        at += TAR_BLOCK_BYTES;
        CHECK(entry.name[0] && strlen(entry.name) < TAR_NAME_MAX_BYTES);
        check_name(&entry);
        if (tar_write(&entry, again) == 0) {
            CHECK(tar_read(again, &copy) == 0 && strcmp(copy.name, entry.name) == 0);
            CHECK(copy.is_folder == entry.is_folder && copy.changed_s == entry.changed_s);
            CHECK(copy.is_folder || copy.bytes == entry.bytes);
        }
        const size_t left = len_bytes - at, padding = tar_padding(entry.bytes);
        if (entry.is_folder)
            continue;
        if (entry.bytes > left || padding > left - entry.bytes)
            return 0;
        at += (size_t)entry.bytes + padding;
    }
    return 0;
}
