#include "guard/maps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/files.h"
#include "base/alloc.h"
#include "base/text.h"
#include "watch/zones.h"

enum { DAY_MAX_BYTES = MAPS_DAY_MINUTES * MAPS_RECORD_BYTES };

/* --- Records. --- */

static void put(uint8_t *out, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get(const uint8_t *in, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)in[i] << 8 * i;
    return value;
}

void maps_encode(const struct maps_record *record, uint8_t out[MAPS_RECORD_BYTES])
{
    put(out, record->minute, 4);
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        put(out + 4 + 2 * y, record->map.rows[y], 2);
}

struct maps_record maps_decode(const uint8_t bytes[MAPS_RECORD_BYTES])
{
    struct maps_record record = {.minute = get(bytes, 4)};
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        record.map.rows[y] = (uint16_t)get(bytes + 4 + 2 * y, 2);
    return record;
}

/* The first and the last of so many fields that [from, from + length] touches. */
static void touched(float from, float length, unsigned fields, unsigned *ret_first,
                    unsigned *ret_last)
{
    const float end = from + length;
    const float first = from * (float)fields, last = end * (float)fields;
    *ret_first = first <= 0 ? 0 : first >= (float)fields ? fields - 1 : (unsigned)first;
    *ret_last = last <= 0 ? 0 : last >= (float)fields ? fields - 1 : (unsigned)last;
    if (*ret_last > *ret_first && (float)*ret_last == last) /* it ends where the next one begins */
        --*ret_last;
}

struct watch_map maps_area(const struct watch_box *box)
{
    struct watch_map map = {{0}};
    unsigned left, right, top, bottom;
    touched(box->x, box->width, WATCH_MAP_WIDTH, &left, &right);
    touched(box->y, box->height, WATCH_MAP_HEIGHT, &top, &bottom);
    for (unsigned y = top; y <= bottom; y++)
        for (unsigned x = left; x <= right; x++)
            map.rows[y] |= (uint16_t)(1u << x);
    return map;
}

/* --- Writing. --- */

static void path_of(const char *folder, const char *camera, uint32_t day,
                    char out[MAPS_PATH_MAX_BYTES])
{
    snprintf(out, MAPS_PATH_MAX_BYTES, "%s/%s/%u.map", folder, camera, day);
}

static int make_folders(const char *folder, const char *camera)
{
    char path[MAPS_PATH_MAX_BYTES];
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return -errno;
    snprintf(path, sizeof(path), "%s/%s", folder, camera);
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Removes the files of days before this one. */
static void remove_before(const char *folder, const char *camera, int64_t day)
{
    char path[MAPS_PATH_MAX_BYTES];
    snprintf(path, sizeof(path), "%s/%s", folder, camera);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char name[16];
        int64_t number;
        const size_t len = strcspn(entry->d_name, ".");
        if (len == 0 || len >= sizeof(name) || strcmp(entry->d_name + len, ".map") != 0)
            continue;
        memcpy(name, entry->d_name, len);
        name[len] = '\0';
        if (text_to_int(name, 0, UINT32_MAX, &number) == 0 && number < day)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

static int write_all(int fd, const uint8_t *bytes, size_t len_bytes)
{
    while (len_bytes > 0) {
        const ssize_t n = write(fd, bytes, len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        len_bytes -= (size_t)n;
    }
    return 0;
}

/* At the end of the complete records. -EEXIST: the day is full, the clock was set back. */
static int go_to_end(int fd, unsigned n, bool *ret_is_new)
{
    struct stat stat;
    if (fstat(fd, &stat) < 0)
        return -errno;
    const off_t whole = stat.st_size - stat.st_size % MAPS_RECORD_BYTES;
    *ret_is_new = whole == 0;
    if (whole + (off_t)n * MAPS_RECORD_BYTES > DAY_MAX_BYTES)
        return -EEXIST;
    if (whole != stat.st_size && ftruncate(fd, whole) < 0)
        return -errno;
    return lseek(fd, whole, SEEK_SET) < 0 ? -errno : 0;
}

/* Records of one day. */
static int append_day(const char *folder, const char *camera, const struct maps_record *records,
                      unsigned n)
{
    char path[MAPS_PATH_MAX_BYTES];
    uint8_t bytes[64 * MAPS_RECORD_BYTES];
    const uint32_t day = records[0].minute / MAPS_DAY_MINUTES;
    bool is_new = false;
    path_of(folder, camera, day, path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    int r = go_to_end(fd, n, &is_new);
    while (r == 0 && n > 0) {
        const unsigned batch = n < 64 ? n : 64;
        for (unsigned i = 0; i < batch; i++)
            maps_encode(&records[i], bytes + (size_t)i * MAPS_RECORD_BYTES);
        r = write_all(fd, bytes, (size_t)batch * MAPS_RECORD_BYTES);
        records += batch;
        n -= batch;
    }
    close(fd);
    if (r == 0 && is_new)
        remove_before(folder, camera, (int64_t)day - MAPS_KEPT_DAYS);
    return r;
}

int maps_append(const char *folder, const char *camera, const struct maps_record *records,
                unsigned n)
{
    int r = make_folders(folder, camera);
    while (r == 0 && n > 0) {
        unsigned same = 1;
        while (same < n &&
               records[same].minute / MAPS_DAY_MINUTES == records[0].minute / MAPS_DAY_MINUTES)
            same++;
        r = append_day(folder, camera, records, same);
        records += same;
        n -= same;
    }
    return r;
}

void maps_forget(const char *folder, const char *camera)
{
    char path[MAPS_PATH_MAX_BYTES];
    remove_before(folder, camera, INT64_MAX);
    snprintf(path, sizeof(path), "%s/%s", folder, camera);
    (void)rmdir(path);
}

/* --- Areas. --- */

enum { FINE = 4 }; /* points of a field that are tried, each way */

struct watch_map maps_zones(const struct watch_zone *zones, unsigned n_zones)
{
    static const struct grid GRID = {WATCH_MAP_WIDTH * FINE, WATCH_MAP_HEIGHT * FINE, 1};
    uint8_t watched[WATCH_MAP_WIDTH * FINE * WATCH_MAP_HEIGHT * FINE];
    struct watch_map map = {0};
    (void)zones_mask(zones, n_zones, &GRID, watched);
    for (unsigned i = 0; i < sizeof(watched); i++)
        if (watched[i])
            map.rows[i / GRID.width / FINE] |= (uint16_t)(1u << i % GRID.width / FINE);
    return map;
}

unsigned maps_min_fields(float area_percent)
{
    const float fields = ceilf(area_percent * WATCH_MAP_WIDTH * WATCH_MAP_HEIGHT / 100);
    return fields > 1 ? (unsigned)fields : 1;
}

/* --- Queries. --- */

static void count(const struct maps_record *record, const struct maps_query *query,
                  struct maps_answer *answer)
{
    unsigned in_area = 0;
    answer->watched++;
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++) {
        const unsigned row = record->map.rows[y];
        in_area += (unsigned)__builtin_popcount(row & query->area.rows[y]);
        for (unsigned x = 0; row >> x; x++)
            answer->fields[y][x] += row >> x & 1;
    }
    if (in_area < (query->min_fields ? query->min_fields : 1))
        return;
    if (query->max_minutes > 0) /* a ring, until all are counted */
        answer->minutes[answer->moved % query->max_minutes] = record->minute;
    answer->moved++;
}

/* From the ring to a list, the oldest first. */
static void straighten(struct maps_answer *answer, unsigned max_minutes)
{
    uint32_t ring[MAPS_MINUTES_MAX];
    answer->n_minutes = answer->moved < max_minutes ? answer->moved : max_minutes;
    memcpy(ring, answer->minutes, sizeof(ring));
    for (unsigned i = 0; i < answer->n_minutes; i++)
        answer->minutes[i] = ring[(answer->moved - answer->n_minutes + i) % max_minutes];
}

static int ask_day(const char *path, uint32_t day, const struct maps_query *query, uint8_t *bytes,
                   struct maps_answer *answer)
{
    size_t len_bytes = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    const int r = files_read(fd, 0, bytes, DAY_MAX_BYTES, &len_bytes);
    close(fd);
    for (size_t at = 0; r == 0 && at + MAPS_RECORD_BYTES <= len_bytes; at += MAPS_RECORD_BYTES) {
        const struct maps_record record = maps_decode(bytes + at);
        if (record.minute / MAPS_DAY_MINUTES == day && record.minute >= query->from_minute &&
            record.minute < query->until_minute)
            count(&record, query, answer);
    }
    return r;
}

int maps_ask(const char *folder, const char *camera, const struct maps_query *query,
             struct maps_answer *ret_answer)
{
    char path[MAPS_PATH_MAX_BYTES];
    uint8_t *bytes = mem_zalloc_or_die(1, DAY_MAX_BYTES);
    int r = 0;
    memset(ret_answer, 0, sizeof(*ret_answer));
    for (uint32_t day = query->from_minute / MAPS_DAY_MINUTES;
         r == 0 && (uint64_t)day * MAPS_DAY_MINUTES < query->until_minute; day++) {
        path_of(folder, camera, day, path);
        r = ask_day(path, day, query, bytes, ret_answer);
    }
    mem_free(bytes);
    if (query->max_minutes > 0)
        straighten(ret_answer, query->max_minutes);
    return r;
}
