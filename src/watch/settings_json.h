/* Settings of motion detection as JSON, in the API and in files:
 *
 *     {"armed": true, "sensitivity": 50, "min_area": 0.05, "profile": "normal", "watch_fps": 2,
 *      "pre_s": 5, "post_s": 5,
 *      "zones": [{"mode": "include", "points": [[0.1, 0.2], [0.9, 0.2], [0.5, 0.9]]}]}
 *
 * Pure; any thread. */
#pragma once
#include <jansson.h>

#include "watch/settings.h"

enum { WATCH_ERROR_MAX = 160 };

/* Missing fields have their defaults; a zone may be only its points, and is then an including one.
 * -EINVAL: error says which field, what is wrong with it and what is expected; *ret_settings is
 * untouched. */
int watch_settings_from_json(const json_t *json, struct watch_settings *ret_settings,
                             char error[WATCH_ERROR_MAX]) __attribute__((warn_unused_result));

/* The same from text. */
int watch_settings_from_text(const char *text, size_t len_bytes,
                             struct watch_settings *ret_settings, char error[WATCH_ERROR_MAX])
    __attribute__((warn_unused_result));

/* All fields; a new reference. */
json_t *watch_settings_to_json(const struct watch_settings *settings)
    __attribute__((returns_nonnull));
