#include "archive/item.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

static const char *const KINDS[ARCHIVE_KINDS] = {"photo", "clip", "film"};
static const char *const REASONS[ARCHIVE_REASONS] = {"manual", "schedule", "motion", "continuous",
                                                     "import"};

const char *archive_kind_name(enum archive_kind kind)
{
    return KINDS[kind];
}

const char *archive_reason_name(enum archive_reason reason)
{
    return REASONS[reason];
}

static int find(const char *const *names, unsigned n_names, const char *name)
{
    for (unsigned i = 0; i < n_names; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -EINVAL;
}

int archive_kind_find(const char *name, enum archive_kind *ret_kind)
{
    int i = find(KINDS, ARCHIVE_KINDS, name);
    if (i >= 0)
        *ret_kind = (enum archive_kind)i;
    return i < 0 ? i : 0;
}

int archive_reason_find(const char *name, enum archive_reason *ret_reason)
{
    int i = find(REASONS, ARCHIVE_REASONS, name);
    if (i >= 0)
        *ret_reason = (enum archive_reason)i;
    return i < 0 ? i : 0;
}

void archive_item_name(struct archive_item *item, unsigned n)
{
    const time_t seconds = (time_t)(item->start_us / US_PER_S);
    const int milliseconds = (int)(item->start_us % US_PER_S / US_PER_MS);
    struct tm local;
    char folder[32], stamp[32], offset[8], again[16] = "";
    localtime_r(&seconds, &local);
    strftime(folder, sizeof(folder), "%Y/%m/%d", &local);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &local);
    strftime(offset, sizeof(offset), "%z", &local);
    if (n > 0)
        snprintf(again, sizeof(again), "-%u", n);
    const char *film = item->kind == ARCHIVE_FILM ? "-film" : "";
    struct text path = text_over(item->path, sizeof(item->path));
    text_add(&path, "%s/%s/%s.%03d%s-%s%s%s.%s", item->camera, folder, stamp, milliseconds, offset,
             REASONS[item->reason], film, again, item->kind == ARCHIVE_PHOTO ? "jpg" : "mp4");
}

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && strcasecmp(name + n - m, ending) == 0;
}

/* "20261130T140322.123+0100-manual" → reason and start. */
static bool parse_name(const char *name, struct archive_item *item)
{
    int year, month, day, hour, minute, second, milliseconds, offset_hours, offset_minutes, n = 0;
    char sign, reason[16];
    if (sscanf(name, "%4d%2d%2dT%2d%2d%2d.%3d%c%2d%2d-%15[a-z]%n", &year, &month, &day, &hour,
               &minute, &second, &milliseconds, &sign, &offset_hours, &offset_minutes, reason,
               &n) != 11 ||
        (sign != '+' && sign != '-') || archive_reason_find(reason, &item->reason) < 0)
        return false;
    struct tm utc = {.tm_year = year - 1900,
                     .tm_mon = month - 1,
                     .tm_mday = day,
                     .tm_hour = hour,
                     .tm_min = minute,
                     .tm_sec = second};
    int64_t offset_s = (offset_hours * 60 + offset_minutes) * 60 * (sign == '-' ? -1 : 1);
    item->start_us = ((int64_t)timegm(&utc) - offset_s) * US_PER_S + milliseconds * US_PER_MS;
    if (strncmp(name + n, "-film", 5) == 0)
        item->kind = ARCHIVE_FILM;
    return true;
}

/* Each part of the path is a plain name: nothing hidden, no "..", nothing empty. */
static bool has_plain_parts(const char *path)
{
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (*part == '.' || *part == '/' || *part == '\0')
            return false;
    }
    return true;
}

int archive_item_parse(const char *path, struct archive_item *item, bool *ret_is_dated)
{
    const char *slash = strchr(path, '/'), *name = strrchr(path, '/');
    bool is_photo = ends_in(path, ".jpg") || ends_in(path, ".jpeg");
    if (!slash || (size_t)(slash - path) > ARCHIVE_CAMERA_MAX_BYTES ||
        strlen(path) >= ARCHIVE_PATH_MAX_BYTES || !has_plain_parts(path) ||
        (!is_photo && !ends_in(path, ".mp4")))
        return -EINVAL;
    struct archive_item parsed = {.kind = is_photo ? ARCHIVE_PHOTO : ARCHIVE_CLIP,
                                  .reason = ARCHIVE_IMPORT};
    memcpy(parsed.camera, path, (size_t)(slash - path));
    if (!text_is_id(parsed.camera))
        return -EINVAL;
    snprintf(parsed.path, sizeof(parsed.path), "%s", path);
    *ret_is_dated = parse_name(name + 1, &parsed);
    parsed.end_us = parsed.start_us;
    *item = parsed;
    return 0;
}

void archive_item_thumbnail(const struct archive_item *item, char out[ARCHIVE_PATH_MAX_BYTES])
{
    const char *name = strrchr(item->path, '/');
    const int folder = name ? (int)(name - item->path) : 0;
    snprintf(out, ARCHIVE_PATH_MAX_BYTES, "%.*s/.thumbnails%.*s.jpg", folder, item->path,
             (int)(strrchr(item->path, '.') - name), name ? name : "");
}

void archive_time_format(int64_t wall_us, char out[ARCHIVE_TIME_MAX_BYTES])
{
    const time_t seconds = (time_t)(wall_us / US_PER_S);
    struct tm utc;
    char date[24];
    struct text text = text_over(out, ARCHIVE_TIME_MAX_BYTES);
    gmtime_r(&seconds, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    text_add(&text, "%s.%03dZ", date, (int)(wall_us % US_PER_S / US_PER_MS));
}

int archive_time_parse(const char *text, int64_t *ret_wall_us)
{
    struct tm tm = {.tm_isdst = -1};
    const char *p = strptime(text, "%Y-%m-%d", &tm);
    if (p && !*p) {
        *ret_wall_us = (int64_t)mktime(&tm) * US_PER_S;
        return 0;
    }
    p = p && (*p == 'T' || *p == 't' || *p == ' ') ? strptime(p + 1, "%H:%M:%S", &tm) : NULL;
    if (!p)
        return -EINVAL;
    int64_t fraction_us = 0;
    if (*p == '.') {
        int64_t unit = US_PER_S / 10;
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            fraction_us += (*p - '0') * unit;
    }
    int hours = 0, minutes = 0, n = 0;
    char sign = '+';
    if (strcmp(p, "Z") != 0 && strcmp(p, "z") != 0 &&
        (sscanf(p, "%c%2d:%2d%n", &sign, &hours, &minutes, &n) != 3 || p[n] ||
         (sign != '+' && sign != '-')))
        return -EINVAL;
    const int64_t offset_s = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
    *ret_wall_us = ((int64_t)timegm(&tm) - offset_s) * US_PER_S + fraction_us;
    return 0;
}
