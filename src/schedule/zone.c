#include "schedule/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "schedule/civil.h"

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, TYPES_MAX = 256, OFFSET_MAX_S = 26 * HOUR_S };

/* The counts of a TZif header (RFC 8536, 3.1). */
struct header {
    uint32_t ut_indicators, standard_indicators, leaps, transitions, types, characters;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_header(const uint8_t *data, size_t len_bytes, struct header *ret)
{
    if (len_bytes < HEADER_BYTES || memcmp(data, "TZif", 4) != 0 || data[4] < '2')
        return false;
    *ret = (struct header){be32(data + 20), be32(data + 24), be32(data + 28),
                           be32(data + 32), be32(data + 36), be32(data + 40)};
    return ret->transitions <= ZONE_TRANSITIONS_MAX && ret->types >= 1 && ret->types <= TYPES_MAX &&
           ret->characters <= 4096 && ret->leaps <= 4096 && ret->ut_indicators <= TYPES_MAX &&
           ret->standard_indicators <= TYPES_MAX;
}

static size_t block_bytes(const struct header *header, size_t time_bytes)
{
    return header->transitions * (time_bytes + 1) + header->types * TYPE_BYTES +
           header->characters + header->leaps * (time_bytes + 4) + header->standard_indicators +
           header->ut_indicators;
}

static bool read_offset(const uint8_t *types, uint32_t n_types, unsigned type, int32_t *ret)
{
    if (type >= n_types)
        return false;
    *ret = (int32_t)be32(types + type * TYPE_BYTES);
    return *ret >= -OFFSET_MAX_S && *ret <= OFFSET_MAX_S;
}

static bool read_transitions(const uint8_t *block, const struct header *header, struct zone *zone)
{
    const uint8_t *kinds = block + (size_t)header->transitions * 8;
    const uint8_t *types = kinds + header->transitions;
    if (!read_offset(types, header->types, 0, &zone->first_s))
        return false;
    zone->transitions = mem_new_array(struct zone_transition, header->transitions + 1);
    for (uint32_t i = 0; i < header->transitions; i++) {
        struct zone_transition *to = &zone->transitions[i];
        to->utc_s = be64(block + (size_t)i * 8);
        if ((i > 0 && to->utc_s <= to[-1].utc_s) ||
            !read_offset(types, header->types, kinds[i], &to->offset_s))
            return false;
    }
    zone->count = header->transitions;
    return true;
}

/* The rules between two line ends; empty: no rules. */
static bool read_footer(const uint8_t *footer, size_t len_bytes, struct zone *zone)
{
    char text[128];
    const uint8_t *end = len_bytes > 1 ? memchr(footer + 1, '\n', len_bytes - 1) : NULL;
    if (!end || footer[0] != '\n' || (size_t)(end - footer) > sizeof(text))
        return false;
    const size_t text_bytes = (size_t)(end - footer) - 1;
    memcpy(text, footer + 1, text_bytes);
    text[text_bytes] = 0;
    zone->has_rules = text_bytes > 0;
    return text_bytes == 0 || posix_tz_parse(text, &zone->rules) == 0;
}

int zone_parse(const uint8_t *data, size_t len_bytes, struct zone *ret_zone)
{
    struct header header;
    struct zone zone = {0};
    if (!read_header(data, len_bytes, &header))
        return -EBADMSG;
    size_t at = HEADER_BYTES + block_bytes(&header, 4);
    if (at > len_bytes || !read_header(data + at, len_bytes - at, &header))
        return -EBADMSG;
    at += HEADER_BYTES;
    const size_t block = block_bytes(&header, 8);
    if (block > len_bytes - at || !read_transitions(data + at, &header, &zone) ||
        !read_footer(data + at + block, len_bytes - at - block, &zone)) {
        zone_finish(&zone);
        return -EBADMSG;
    }
    *ret_zone = zone;
    return 0;
}

static bool is_name(const char *name)
{
    const size_t len = strlen(name);
    const size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789_+-/");
    return len >= 1 && len < ZONE_NAME_MAX && plain == len && name[0] != '/';
}

static int read_file(const char *path, uint8_t *data, size_t *ret_len_bytes)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -ENOENT;
    const ssize_t n = read(fd, data, ZONE_FILE_MAX_BYTES);
    close(fd);
    *ret_len_bytes = n > 0 ? (size_t)n : 0;
    return n > 0 ? 0 : -EBADMSG;
}

int zone_load(const char *name, struct zone *ret_zone)
{
    char path[ZONE_NAME_MAX + 32] = "/etc/localtime";
    size_t len_bytes;
    if (strcmp(name, "UTC") == 0) {
        *ret_zone = (struct zone){0};
        return 0;
    }
    if (*name && !is_name(name))
        return -EINVAL;
    if (*name)
        snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    uint8_t *data = mem_new_array(uint8_t, ZONE_FILE_MAX_BYTES);
    int r = read_file(path, data, &len_bytes);
    if (r == 0)
        r = zone_parse(data, len_bytes, ret_zone);
    mem_free(data);
    if (r == -ENOENT && !*name) { /* like the C library */
        *ret_zone = (struct zone){0};
        r = 0;
    }
    return r;
}

void zone_finish(struct zone *zone)
{
    mem_free(zone->transitions);
    *zone = (struct zone){0};
}

int32_t zone_offset(const struct zone *zone, int64_t utc_s)
{
    unsigned low = 0, high = zone->count; /* transitions before low are past */
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (zone->transitions[middle].utc_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rules)
        return posix_tz_offset(&zone->rules, utc_s);
    return low > 0 ? zone->transitions[low - 1].offset_s : zone->first_s;
}

int64_t zone_to_utc(const struct zone *zone, int64_t local_s)
{
    /* Clocks change by less than a day, and not twice within two. */
    const int32_t before_s = zone_offset(zone, local_s - DAY_S);
    const int32_t after_s = zone_offset(zone, local_s + DAY_S);
    const int64_t by_before = local_s - before_s, by_after = local_s - after_s;
    if (zone_offset(zone, by_before) == before_s)
        return by_before; /* the only one, or the first of two */
    if (zone_offset(zone, by_after) == after_s)
        return by_after;
    return by_before; /* in the gap */
}
