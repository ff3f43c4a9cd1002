#include "service/film.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "schedule/stamp.h"

enum { FPS = 25 };

static const char *const STATES[] = {"waiting", "running", "paused", "done", "failed"};

const char *film_state_name(enum film_state state)
{
    return STATES[state];
}

json_t *film_time(int64_t us)
{
    char text[STAMP_MAX_BYTES];
    stamp_format(us, 0, text);
    return us ? json_string(text) : json_null();
}

static json_t *settings_json(const struct film *film)
{
    const struct film_settings *s = &film->job.settings;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:i, s:b, s:b, s:b, s:n}", "id", film->id, "name",
                  film->name, "camera", film->job.camera, "from", film_time(film->from_us), "to",
                  film_time(film->until_us), "fps", (int)s->fps, "deflicker", s->deflicker,
                  "skip_night", s->skip_night, "stamp", s->stamp, "crop");
    json_object_set_new(json, "width", s->max_width ? json_integer(s->max_width) : json_null());
    json_object_set_new(json, "height", s->max_height ? json_integer(s->max_height) : json_null());
    if (s->crop.width > 0)
        json_object_set_new(json, "crop",
                            json_pack("{s:f, s:f, s:f, s:f}", "x", s->crop.x, "y", s->crop.y,
                                      "width", s->crop.width, "height", s->crop.height));
    return json;
}

json_t *film_describe(const struct film *film)
{
    char item[24];
    double speed_fps = 0, eta_s = 0;
    json_t *json = settings_json(film);
    const int64_t span_us = clock_now_us(film->service->params.clock) - film->run_since_us;
    if (film->run && span_us > 0 && film->run_from != FILM_RUN_UNKNOWN)
        speed_fps = (double)(film->done - film->run_from) * (double)US_PER_S / (double)span_us;
    if (speed_fps > 0)
        eta_s = (double)(film->photos - film->done) / speed_fps;
    snprintf(item, sizeof(item), "%lld", (long long)film->item);
    json_object_set_new(json, "state", json_string(film_state_name(film->state)));
    json_object_set_new(json, "created", film_time(film->job.start_us));
    json_object_set_new(json, "photos", json_integer(film->photos));
    json_object_set_new(json, "done", json_integer(film->done));
    json_object_set_new(json, "frames", json_integer(film->frames));
    json_object_set_new(json, "speed_fps", json_real((int64_t)(speed_fps * 10 + 0.5) / 10.0));
    json_object_set_new(json, "eta_s", json_integer((json_int_t)(eta_s + 0.5)));
    json_object_set_new(json, "detail", json_string(film->detail));
    json_object_set_new(json, "item", film->item ? json_string(item) : json_null());
    return json;
}

static bool read_number(const json_t *json, const char *name, double min, double max,
                        double *number)
{
    const json_t *value = json_object_get(json, name);
    if (!value || json_is_null(value))
        return true;
    *number = json_number_value(value);
    return json_is_number(value) && *number >= min && *number <= max;
}

static bool read_flag(const json_t *json, const char *name, bool *flag)
{
    const json_t *value = json_object_get(json, name);
    if (value)
        *flag = json_is_true(value);
    return !value || json_is_boolean(value);
}

static bool read_time(const json_t *json, const char *name, int64_t *us)
{
    const json_t *value = json_object_get(json, name);
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return true;
    return text && stamp_parse(text, us) == 0 && *us > 0;
}

static bool read_crop(const json_t *crop, struct film_crop *ret_crop)
{
    struct film_crop c = {0, 0, 1, 1};
    if (!crop || json_is_null(crop))
        return true;
    if (!json_is_object(crop) || !read_number(crop, "x", 0, 1, &c.x) ||
        !read_number(crop, "y", 0, 1, &c.y) || !read_number(crop, "width", 0.01, 1, &c.width) ||
        !read_number(crop, "height", 0.01, 1, &c.height) || c.x + c.width > 1.0001 ||
        c.y + c.height > 1.0001)
        return false;
    *ret_crop = c;
    return true;
}

const char *film_read(const json_t *json, struct film *film)
{
    static const char *const NAMES[] = {
        "id",     "name",      "camera",     "from",   "to",   "fps",    "width",  "height",
        "crop",   "deflicker", "skip_night", "stamp",  "ids",  "state",  "photos", "done",
        "frames", "speed_fps", "eta_s",      "detail", "item", "created"};
    struct film_settings *s = &film->job.settings;
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *camera = json_string_value(json_object_get(json, "camera"));
    double fps = FPS, width = 0, height = 0;
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
            is_known |= strcmp(NAMES[i], json_object_iter_key(at)) == 0;
        if (!is_known)
            return "a film has name, camera, from, to, fps, width, height, crop, deflicker, "
                   "skip_night, stamp and ids";
    }
    s->deflicker = true;
    if (!name || !text_is_name(name, FILM_NAME_MAX_BYTES))
        return "name: expected 1 to 64 bytes of text";
    if (!camera || !text_is_id(camera))
        return "camera: expected the id of a camera";
    if (!read_time(json, "from", &film->from_us) || !read_time(json, "to", &film->until_us))
        return "from and to: expected times like \"2026-12-01T00:00:00Z\"";
    if (!read_number(json, "fps", 1, FILM_FPS_MAX, &fps))
        return "fps: expected 1 to 60";
    if (!read_number(json, "width", FILM_SIDE_MIN, FILM_SIDE_MAX, &width) ||
        !read_number(json, "height", FILM_SIDE_MIN, FILM_SIDE_MAX, &height))
        return "width and height: expected 16 to 3840";
    if (!read_crop(json_object_get(json, "crop"), &s->crop))
        return "crop: expected x, y, width and height, fractions of the photo";
    if (!read_flag(json, "deflicker", &s->deflicker) ||
        !read_flag(json, "skip_night", &s->skip_night) || !read_flag(json, "stamp", &s->stamp))
        return "deflicker, skip_night and stamp: expected true or false";
    s->fps = (unsigned)fps;
    s->max_width = (unsigned)width;
    s->max_height = (unsigned)height;
    snprintf(film->name, sizeof(film->name), "%s", name);
    snprintf(film->job.camera, sizeof(film->job.camera), "%s", camera);
    return NULL;
}

static unsigned number_of(const json_t *json, const char *name)
{
    return (unsigned)json_integer_value(json_object_get(json, name));
}

bool film_load(const json_t *json, const char *id, struct film *film)
{
    const char *state = json_string_value(json_object_get(json, "state"));
    const char *item = json_string_value(json_object_get(json, "item"));
    const char *detail = json_string_value(json_object_get(json, "detail"));
    if (!state || strlen(id) >= sizeof(film->id) || film_read(json, film) ||
        !read_time(json, "created", &film->job.start_us))
        return false;
    for (unsigned i = 0; i < FILM_STATES; i++)
        if (strcmp(state, STATES[i]) == 0)
            film->state = i == FILM_RUNNING ? FILM_WAITING : (enum film_state)i;
    snprintf(film->id, sizeof(film->id), "%s", id);
    snprintf(film->detail, sizeof(film->detail), "%s", detail ? detail : "");
    film->photos = number_of(json, "photos");
    film->done = number_of(json, "done");
    film->frames = number_of(json, "frames");
    film->item = item ? strtoll(item, NULL, 10) : 0;
    return true;
}
