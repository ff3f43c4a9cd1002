#include <string.h>

#include "check.h"
#include "watch/settings_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct watch_settings settings, again;
    char error[WATCH_ERROR_MAX] = "";
    if (watch_settings_from_text((const char *)data, len_bytes, &settings, error) < 0) {
        CHECK(*error && strlen(error) < sizeof(error));
        return 0;
    }
    CHECK(settings.sensitivity <= 100 && settings.n_zones <= WATCH_ZONES_MAX);
    /* What is read can be written back. */
    json_t *json = watch_settings_to_json(&settings);
    CHECK(watch_settings_from_json(json, &again, error) == 0);
    CHECK(again.n_zones == settings.n_zones && again.profile == settings.profile);
    json_decref(json);
    return 0;
}
