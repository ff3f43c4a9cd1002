/* One run of a schedule, or several that were missed. Plain data, and its JSON (docs/protocol.md,
 * section 3.2). Pure; any thread. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { RUN_DETAIL_MAX_BYTES = 160 };

enum run_result { RUN_RUNNING, RUN_WAITING, RUN_DONE, RUN_FAILED, RUN_MISSED, RUN_RESULTS };
const char *run_result_name(enum run_result result); /* "running", …; immutable */

struct run {
    int64_t due_s;
    int64_t start_us; /* wall clock; of a missed run: when that was noticed */
    int64_t duration_us;
    enum run_result result;
    int64_t item;   /* of the archive; 0 = none */
    uint64_t count; /* of missed runs that this one replaces; else 1 */
    char detail[RUN_DETAIL_MAX_BYTES];
};

json_t *run_to_json(const struct run *run) __attribute__((returns_nonnull));
/* Reads the output of run_to_json; -EINVAL. */
int run_from_json(const json_t *json, struct run *ret_run) __attribute__((warn_unused_result));
