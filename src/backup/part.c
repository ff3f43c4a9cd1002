#include "backup/part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive/item.h"

enum { SMALL_BYTES = 64 * 1024 };

static const struct {
    const char *name;
    enum part_kind kind;
} PARTS[] = {
    {PART_MARK_NAME, PART_MARK},  {"eyelid.db", PART_STORE},  {"eyelid.conf", PART_SETTINGS},
    {"tls/ca.crt", PART_KEY},     {"tls/ca.key", PART_KEY},   {"tls/server.crt", PART_KEY},
    {"tls/server.key", PART_KEY}, {"archive.db", PART_INDEX}, {"archive/meta", PART_META}};

/* "…/.thumbnails/NAME.jpg" as "…/NAME.jpg", which must then be an item's. */
static void without_thumbnails(const char *path, char out[ARCHIVE_PATH_MAX_BYTES])
{
    static const char FOLDER[] = "/.thumbnails/";
    const char *at = strstr(path, FOLDER);
    if (at)
        snprintf(out, ARCHIVE_PATH_MAX_BYTES, "%.*s/%s", (int)(at - path), path,
                 at + sizeof(FOLDER) - 1);
    else
        snprintf(out, ARCHIVE_PATH_MAX_BYTES, "%s", path);
}

int part_find(const char *name, enum part_kind *ret_kind)
{
    static const char ARCHIVE[] = "archive/";
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        if (strcmp(name, PARTS[i].name) == 0) {
            *ret_kind = PARTS[i].kind;
            return 0;
        }
    }
    const char *path = name + sizeof(ARCHIVE) - 1;
    char plain[ARCHIVE_PATH_MAX_BYTES];
    struct archive_item item;
    bool is_dated;
    if (strncmp(name, ARCHIVE, sizeof(ARCHIVE) - 1) != 0 || strlen(path) >= sizeof(plain))
        return -EINVAL;
    without_thumbnails(path, plain);
    if (archive_item_parse(plain, &item, &is_dated) < 0)
        return -EINVAL;
    *ret_kind = PART_ITEM;
    return 0;
}

uint64_t part_max_bytes(enum part_kind kind)
{
    static const uint64_t MAX[] = {
        [PART_MARK] = sizeof(PART_MARK_TEXT) - 1,
        [PART_STORE] = UINT64_C(1) << 30,
        [PART_SETTINGS] = SMALL_BYTES,
        [PART_KEY] = SMALL_BYTES,
        [PART_INDEX] = UINT64_C(1) << 34,
        [PART_META] = SMALL_BYTES,
        [PART_ITEM] = UINT64_C(1) << 40,
    };
    return MAX[kind];
}
