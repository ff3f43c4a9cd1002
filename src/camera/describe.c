/* The camera as JSON: docs/protocol.md, "Camera object". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "camera/internal.h"
#include "media/h264.h"
#include "net/url.h"

/* To a millisecond: more would be noise. */
static json_t *null_or_seconds(bool known, int64_t us)
{
    const int64_t ms = us / US_PER_MS;
    return known ? json_real((double)ms / 1000) : json_null();
}

static json_t *null_or_integer(bool known, json_int_t value)
{
    return known ? json_integer(value) : json_null();
}

/* One entry for each pair of reason and rendition that is leased. */
static json_t *why(const struct camera *camera, int64_t now_us)
{
    unsigned count[LEASE_REASONS][RENDITION_KINDS] = {0};
    int64_t since_us[LEASE_REASONS][RENDITION_KINDS];
    json_t *list = json_array();

    list_for_each (lease, &camera->leases.leases, const struct lease, node) {
        enum lease_reason reason = lease->params.reason;
        enum rendition_kind kind = lease->params.rendition;
        if (count[reason][kind]++ == 0) /* oldest first */
            since_us[reason][kind] = lease->since_us;
    }
    for (unsigned reason = 0; reason < LEASE_REASONS; reason++)
        for (unsigned kind = 0; kind < RENDITION_KINDS; kind++)
            if (count[reason][kind])
                json_array_append_new(
                    list,
                    json_pack("{s:s, s:s, s:i, s:I}", "reason", lease_reason_name(reason),
                              "rendition", rendition_name(kind), "count", (int)count[reason][kind],
                              "for_s", (json_int_t)((now_us - since_us[reason][kind]) / US_PER_S)));
    return list;
}

static const char *column_name(unsigned column)
{
    return column == CAMERA_AWAKE_TOTAL    ? "total"
           : column == CAMERA_AWAKE_LINGER ? "linger"
                                           : lease_reason_name((enum lease_reason)column);
}

static json_t *awake_today(const struct camera *camera)
{
    json_t *object = json_object();
    for (unsigned column = 0; column < CAMERA_AWAKE_COLUMNS; column++) {
        int64_t sum_us = 0;
        for (unsigned hour = 0; hour < CAMERA_HOURS; hour++)
            sum_us += camera->awake.hours_us[hour][column];
        if (sum_us > 0 || column == CAMERA_AWAKE_TOTAL)
            json_object_set_new(object, column_name(column), json_integer(sum_us / US_PER_S));
    }
    return object;
}

/* Until the announced time; a device that is more than a minute late counts as offline. */
static json_t *sleeping_for(const struct camera *camera)
{
    int64_t left_us = camera->sleeping_until_wall_us - clock_wall_us(camera->home->env.clock);
    bool sleeps = camera->sleeping_until_wall_us && !camera->source && left_us > -60 * US_PER_S;
    return null_or_integer(sleeps, left_us > 0 ? left_us / US_PER_S : 0);
}

/* Rounded to a tenth. */
static json_t *fps_of(const struct camera *camera)
{
    int64_t interval_us = camera->frame_interval_us;
    if (!interval_us)
        return json_null();
    int64_t tenths = (10 * US_PER_S + interval_us / 2) / interval_us;
    return json_real((double)tenths / 10);
}

static json_t *error_of(const struct camera *camera)
{
    const char *error = camera_error_text(camera);
    if (error[0])
        return json_string(error);
    return rendition_error(camera) ? json_string("the encoder does not work") : json_null();
}

/* A network camera's URL may contain a password, which is masked. */
static json_t *address_of(const struct camera *camera)
{
    struct url url;
    const char *wrong;
    char shown[URL_TEXT_MAX_BYTES] = "";
    if (!camera->address)
        return json_null();
    if (camera->kind != CAMERA_HTTP)
        return json_string(camera->address);
    if (url_parse(camera->address, &url, &wrong) == 0)
        url_mask(&url, shown);
    return json_string(shown);
}

bool camera_has_h264(const struct camera *camera)
{
    return !camera->h264_refused &&
           (camera->width == 0 || h264_fits(camera->width, camera->height));
}

static json_t *streams(const struct camera *camera)
{
    return json_pack(
        "{s:I, s:o}", "jpeg", (json_int_t)camera_stream(camera, RENDITION_JPEG), "h264",
        null_or_integer(camera_has_h264(camera), camera_stream(camera, RENDITION_H264)));
}

/* Which encoder is at work, and why not the preferred one. */
static void describe_encoder(const struct camera *camera, json_t *o)
{
    struct maker_stats stats = {.encoder = NULL};
    rendition_add_stats(camera, RENDITION_H264, &stats);
    json_object_set_new(o, "encoder", stats.encoder ? json_string(stats.encoder) : json_null());
    json_t *note = json_null();
    if (camera->h264_refused)
        note = json_string("its JPEGs cannot be decoded for H.264; showing JPEG instead");
    else if (!camera_has_h264(camera))
        note = json_sprintf("H.264 cannot have %u × %u pixels; showing JPEG instead", camera->width,
                            camera->height);
    else if (stats.device_error && stats.device)
        note = json_sprintf("the hardware encoder %s failed (%s); software encodes", stats.device,
                            strerror(-stats.device_error));
    else if (stats.device_error)
        note = json_string(stats.device_error == -EACCES
                               ? "no hardware encoder can be opened by this user; software encodes"
                               : "this machine has no hardware encoder; software encodes");
    json_object_set_new(o, "encoder_note", note);
}

json_t *camera_controls(const struct camera *camera)
{
    return control_json_list(&camera->controls);
}

json_t *camera_describe(struct camera *camera, int64_t now_us)
{
    const struct demand *d = &camera->demand;
    const struct packet *last = camera->poster;
    bool flows = d->state == DEMAND_AWAKE || d->state == DEMAND_LINGERING;
    json_t *o = json_object();

    camera_account(camera, now_us);
    json_object_set_new(o, "id", json_string(camera->id));
    json_object_set_new(o, "name", json_string(camera->name));
    json_object_set_new(o, "source", json_string(camera_kind_name(camera->kind)));
    json_object_set_new(o, "address", address_of(camera));
    json_object_set_new(o, "adopted", json_boolean(camera->adopted));
    json_object_set_new(o, "model", camera->model ? json_incref(camera->model) : json_null());
    json_object_set_new(o, "controlled", json_boolean(camera->controlled));
    json_object_set_new(o, "state", json_string(demand_state_name(d->state)));
    json_object_set_new(o, "state_since_s", null_or_seconds(true, now_us - d->since_us));
    json_object_set_new(o, "sleeping_for_s", sleeping_for(camera));
    json_object_set_new(o, "retry_in_s", null_or_seconds(d->backing_off, d->deadline_us - now_us));
    json_object_set_new(o, "error", error_of(camera));
    json_object_set_new(o, "width", null_or_integer(flows, camera->width));
    json_object_set_new(o, "height", null_or_integer(flows, camera->height));
    json_object_set_new(o, "fps", flows ? fps_of(camera) : json_null());
    describe_encoder(camera, o);
    json_object_set_new(o, "battery",
                        null_or_integer(camera->battery_percent >= 0, camera->battery_percent));
    json_object_set_new(o, "controls", camera_controls(camera));
    json_object_set_new(o, "streams", streams(camera));
    json_object_set_new(o, "why", why(camera, now_us));
    json_object_set_new(o, "awake_today_s", awake_today(camera));
    json_object_set_new(o, "last_frame_age_s",
                        null_or_seconds(last, last ? now_us - last->arrival_us : 0));
    return o;
}

json_t *camera_describe_awake(struct camera *camera, int64_t now_us)
{
    char day[16];
    json_t *hours = json_array();

    camera_account(camera, now_us);
    time_t midnight = (time_t)camera->awake.day * 24 * 3600;
    struct tm tm;
    gmtime_r(&midnight, &tm); /* the day is already in local time */
    strftime(day, sizeof(day), "%Y-%m-%d", &tm);
    for (unsigned hour = 0; hour < CAMERA_HOURS; hour++) {
        json_t *row = json_pack("{s:i}", "hour", (int)hour);
        for (unsigned column = 0; column < CAMERA_AWAKE_COLUMNS; column++) {
            int64_t span_us = camera->awake.hours_us[hour][column];
            if (span_us > 0 || column == CAMERA_AWAKE_TOTAL)
                json_object_set_new(row, column_name(column),
                                    json_real((double)span_us / US_PER_S));
        }
        json_array_append_new(hours, row);
    }
    return json_pack("{s:s, s:o, s:o}", "day", day, "hours", hours, "battery",
                     battery_describe(&camera->batteries, clock_wall_us(camera->home->env.clock)));
}
