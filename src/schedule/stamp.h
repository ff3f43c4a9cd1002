/* Instants as text: RFC 3339, as in 2026-12-01T07:43:10.012+01:00. Pure; any thread. */
#pragma once
#include <stdint.h>

enum { STAMP_MAX_BYTES = 40 };

/* In a zone that is offset_s ahead of UTC, to the minute ("Z" for 0); with milliseconds unless the
 * instant is a whole second. */
void stamp_format(int64_t utc_us, int32_t offset_s, char out[STAMP_MAX_BYTES]);

/* -EINVAL: not a date and a time with their offset. */
int stamp_parse(const char *text, int64_t *ret_utc_us) __attribute__((warn_unused_result));
