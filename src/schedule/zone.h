/* A time zone: its offset from UTC at any time, from the system's database.
 * Pure except zone_load; any thread. Format of the files: RFC 8536 (TZif). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schedule/posix_tz.h"

enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX_BYTES = 1 << 16, ZONE_TRANSITIONS_MAX = 2048 };

struct zone_transition {
    int64_t utc_s;
    int32_t offset_s; /* from here on */
};

struct zone {
    int32_t first_s; /* the offset before the first transition */
    struct zone_transition *transitions;
    unsigned count;
    bool has_rules; /* after the last transition; else its offset stays */
    struct posix_tz rules;
};

/* -EBADMSG: not a TZif file of version 2 or later, or beyond the limits above. */
int zone_parse(const uint8_t *data, size_t len_bytes, struct zone *ret_zone)
    __attribute__((warn_unused_result));

/* The zone of a name like "Europe/Berlin"; "" is this machine's zone, and "UTC" needs no file.
 * -EINVAL: invalid name; -ENOENT: unknown on this machine; -EBADMSG: its file is
 * damaged. */
int zone_load(const char *name, struct zone *ret_zone) __attribute__((warn_unused_result));
void zone_finish(struct zone *zone); /* also a zeroed one, which is UTC */

/* How far local time is ahead of UTC, seconds. */
int32_t zone_offset(const struct zone *zone, int64_t utc_s);

/* Local time to UTC. A skipped time (gap) is converted with the offset before the change, so that
 * 02:30 is when clocks show 03:30; of a repeated time (overlap), the first. */
int64_t zone_to_utc(const struct zone *zone, int64_t local_s);
