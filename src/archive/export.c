#include "archive/export.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/files.h"
#include "archive/zip.h"
#include "base/alloc.h"
#include "base/clock.h"

_Static_assert((int)ARCHIVE_PATH_MAX_BYTES <= (int)ZIP_NAME_MAX_BYTES, "every path is a name");

struct export
{
    struct zip_entry *entries;
    char *names; /* one after another, each with a NUL */
    size_t names_bytes;
    unsigned n;
    enum { LOCAL, DATA, CENTRAL, DONE } phase;
    unsigned at;      /* entry */
    uint64_t written; /* of the zip file */
    int fd;           /* of the entry's file, -1 = none */
    uint64_t file_at;
    uint64_t central_at;
    uint64_t total_bytes;
};

static void date(struct zip_entry *entry, int64_t start_us)
{
    const time_t seconds = (time_t)(start_us / US_PER_S);
    struct tm tm;
    localtime_r(&seconds, &tm);
    zip_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, entry);
}

/* Copies the name to the end of those that are there. */
static const char *add_name(struct export *export, const char *path)
{
    char *name = export->names + export->names_bytes;
    const size_t len = strlen(path) + 1;
    memcpy(name, path, len);
    export->names_bytes += len;
    return name;
}

struct export *export_create(const struct archive_item *items, unsigned n_items)
{
    struct export *export = mem_new(struct export);
    uint8_t part[ZIP_PART_MAX_BYTES];
    uint64_t at = 0, central_bytes = 0;
    size_t names_bytes = 1;
    for (unsigned i = 0; i < n_items; i++)
        names_bytes += strlen(items[i].path) + 1;
    export->names = mem_new_array(char, names_bytes);
    export->entries = mem_new_array(struct zip_entry, n_items ? n_items : 1);
    export->n = n_items;
    export->fd = -1;
    for (unsigned i = 0; i < n_items; i++) {
        struct zip_entry *entry = &export->entries[i];
        *entry = (struct zip_entry){
            .name = add_name(export, items[i].path), .bytes = items[i].bytes, .at = at};
        date(entry, items[i].start_us);
        at += zip_local(entry, part) + entry->bytes + zip_descriptor(entry, part);
        central_bytes += zip_central(entry, part);
    }
    export->phase = n_items ? LOCAL : CENTRAL;
    export->central_at = at;
    export->total_bytes = at + central_bytes + zip_end(n_items, at, central_bytes, part);
    return export;
}

void export_destroy(struct export *export)
{
    if (!export)
        return;
    if (export->fd >= 0)
        close(export->fd);
    mem_free(export->names);
    mem_free(export->entries);
    mem_free(export);
}

size_t export_memory_bytes(const struct export *export)
{
    return sizeof(*export) + export->n * sizeof(*export->entries) + export->names_bytes;
}

uint64_t export_bytes(const struct export *export)
{
    return export->total_bytes;
}

static int open_item(struct export *export, int root)
{
    export->file_at = 0;
    export->phase = DATA;
    return files_open_item(root, export->entries[export->at].name, &export->fd);
}

/* A piece of the file, and after its end the descriptor. */
static int read_item(struct export *export, uint8_t *out, size_t room, size_t *ret_n)
{
    struct zip_entry *entry = &export->entries[export->at];
    const uint64_t left = entry->bytes - export->file_at;
    const size_t wanted =
        left < room - ZIP_PART_MAX_BYTES ? (size_t)left : room - ZIP_PART_MAX_BYTES;
    size_t n = 0;
    int r = wanted ? files_read(export->fd, export->file_at, out, wanted, &n) : 0;
    if (r < 0 || n < wanted)
        return r < 0 ? r : -EIO;
    entry->crc = zip_crc(entry->crc, out, n);
    export->file_at += n;
    if (export->file_at == entry->bytes) {
        n += zip_descriptor(entry, out + n);
        close(export->fd);
        export->fd = -1;
        export->phase = ++export->at == export->n ? CENTRAL : LOCAL;
        if (export->phase == CENTRAL)
            export->at = 0;
    }
    *ret_n = n;
    return 0;
}

static int read_part(struct export *export, int root, uint8_t *out, size_t room, size_t *ret_n)
{
    int r = 0;
    switch (export->phase) {
    case LOCAL:
        *ret_n = zip_local(&export->entries[export->at], out);
        r = open_item(export, root);
        break;
    case DATA:
        r = read_item(export, out, room, ret_n);
        break;
    case CENTRAL:
        if (export->at < export->n) {
            *ret_n = zip_central(&export->entries[export->at++], out);
        } else {
            *ret_n =
                zip_end(export->n, export->central_at, export->written - export->central_at, out);
            export->phase = DONE;
        }
        break;
    case DONE:
        break;
    }
    return r;
}

int export_read(struct export *export, int root, uint8_t *block, size_t *ret_len_bytes)
{
    size_t len = 0;
    while (export->phase != DONE && EXPORT_BLOCK_BYTES - len > 2 * ZIP_PART_MAX_BYTES) {
        size_t n = 0;
        int r = read_part(export, root, block + len, EXPORT_BLOCK_BYTES - len, &n);
        if (r < 0)
            return r;
        len += n;
        export->written += n;
    }
    *ret_len_bytes = len;
    return 0;
}
