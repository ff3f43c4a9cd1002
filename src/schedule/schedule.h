/* A schedule: what happens to which camera, and when. Plain data, and its JSON:
 *
 *     {"name": "Dawn", "enabled": true, "camera": "yard", "job": "photo",
 *      "when": {"sun": "sunrise", "offset_s": -600, "days": ["mon", "tue"],
 *               "latitude": 52.5, "longitude": 13.4},
 *      "zone": "Europe/Berlin", "missed": "once"}
 *
 *     "when" is one of  {"every_s": 600, "from": "2026-12-01T00:00:00Z"}
 *                       {"times": ["07:30", "19:00:30"], "days": ["sat", "sun"]}
 *                       {"cron": "30 2 * * 1-5"}
 *                       {"sun": "dawn" | "sunrise" | "sunset" | "dusk", …}
 *
 * Pure; any thread. */
#pragma once
#include <jansson.h>

#include "schedule/due.h"

enum {
    SCHEDULE_NAME_MAX = 64,
    SCHEDULE_CAMERA_MAX = 32,
    SCHEDULE_CRON_MAX = 128,
    SCHEDULE_ERROR_MAX = 160,
    SCHEDULE_SECONDS_MAX = DAY_S,
    SCHEDULE_FILM_SECONDS_MAX = 366 * DAY_S
};

enum schedule_job { JOB_PHOTO, JOB_CLIP, JOB_ARM, JOB_DISARM, JOB_AWAKE, JOB_FILM };

struct schedule {
    char name[SCHEDULE_NAME_MAX + 1];
    char camera[SCHEDULE_CAMERA_MAX + 1]; /* "" = all cameras, for arm and disarm */
    bool enabled;
    enum schedule_job job;
    uint32_t seconds; /* with clip and awake; with film: the age of its oldest photos */
    struct rule rule;
    char cron[SCHEDULE_CRON_MAX + 1]; /* as written */
    char zone[ZONE_NAME_MAX];         /* "" = this machine's */
    struct due_policy policy;
};

/* now_s anchors intervals. Missing fields have their defaults: enabled, all days, this machine's
 * zone, missed runs skipped. -EINVAL: error says which field, what is wrong with it and what is
 * expected; *ret_schedule is untouched. */
int schedule_from_json(const json_t *json, int64_t now_s, struct schedule *ret_schedule,
                       char error[SCHEDULE_ERROR_MAX]) __attribute__((warn_unused_result));

/* All fields; a new reference. schedule_from_json can read it back. */
json_t *schedule_to_json(const struct schedule *schedule) __attribute__((returns_nonnull));
