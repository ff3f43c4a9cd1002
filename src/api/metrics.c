/* Prometheus text exposition format, version 0.0.4. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/live.h"
#include "api/reply.h"
#include "base/text.h"
#include "service/archive.h"
#include "service/motion.h"
#include "service/receivers.h"
#include "service/schedules.h"

enum { METRICS_MAX_BYTES = 4 * 1024 * 1024 };

static void family(struct text *out, const char *name, const char *type, const char *help)
{
    text_add(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label with its value escaped. */
static void add_label(struct text *out, const char *name, const char *value)
{
    text_add(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n')
            text_add(out, "\\n");
        else if (*value == '"' || *value == '\\')
            text_add(out, "\\%c", *value);
        else
            text_add(out, "%c", *value);
    }
    text_add(out, "\"");
}

/* The metric's name with the camera, and one more label if name is not NULL. */
static void add_series(struct text *out, const char *metric, const struct camera *camera,
                       const char *name, const char *value)
{
    text_add(out, "%s{", metric);
    add_label(out, "camera", camera_id(camera));
    if (name) {
        text_add(out, ",");
        add_label(out, name, value);
    }
    text_add(out, "} ");
}

static double seconds(int64_t us)
{
    return (double)us / (double)US_PER_S;
}

static const char AWAKE[] = "eyelid_awake_seconds_total";

/* --- One function for each metric of a camera that is a single number. --- */

struct sample {
    struct camera_view camera;
    struct maker_stats encode;
    struct service_recorded recorded;
    struct guard_view guard;
    const struct archive_camera *archived; /* NULL = nothing is archived */
};

static double received(const struct sample *s)
{
    return (double)s->camera.stats.received;
}
static double received_bytes(const struct sample *s)
{
    return (double)s->camera.stats.received_bytes;
}
static double encoded(const struct sample *s)
{
    return (double)s->encode.encoded;
}
static double encode_skipped(const struct sample *s)
{
    return (double)s->encode.skipped;
}
static double sent(const struct sample *s)
{
    return (double)s->camera.stats.sent;
}
static double skipped_slow(const struct sample *s)
{
    return (double)s->camera.stats.skipped_for_slow;
}
static double starts(const struct sample *s)
{
    return (double)s->camera.stats.starts;
}
static double start_timeouts(const struct sample *s)
{
    return (double)s->camera.stats.start_timeouts;
}
static double awake(const struct sample *s)
{
    return seconds(s->camera.awake_us);
}
static double archive_bytes(const struct sample *s)
{
    return s->archived ? (double)s->archived->bytes : 0;
}
static double recording(const struct sample *s)
{
    return s->recorded.is_recording;
}
static double recorded_bytes(const struct sample *s)
{
    return (double)s->recorded.bytes;
}
static double armed(const struct sample *s)
{
    return s->guard.armed;
}
static double motion_events(const struct sample *s)
{
    return (double)s->guard.events;
}
static double motion_unrecorded(const struct sample *s)
{
    return (double)s->guard.unrecorded;
}
static double motion_pictures(const struct sample *s)
{
    return (double)s->guard.looked;
}
static double frame_age(const struct sample *s)
{
    const struct packet *newest = s->camera.poster;
    return newest ? seconds(newest->arrival_us - newest->capture_us) : 0;
}

static const struct {
    const char *name, *type, *help;
    double (*value)(const struct sample *sample);
} PER_CAMERA[] = {
    {"eyelid_frames_received_total", "counter", "Frames received, dropped ones included.",
     received},
    {"eyelid_received_bytes_total", "counter", "Bytes of those frames.", received_bytes},
    {"eyelid_frames_encoded_total", "counter", "Frames encoded to H.264.", encoded},
    {"eyelid_frames_encode_skipped_total", "counter",
     "Frames replaced by a newer one before the encoder took them.", encode_skipped},
    {"eyelid_frames_sent_total", "counter", "Frames sent to all viewers together.", sent},
    {"eyelid_frames_skipped_slow_total", "counter",
     "Frames that slow viewers missed, all together.", skipped_slow},
    {"eyelid_starts_total", "counter", "Start commands sent to the camera.", starts},
    {"eyelid_start_timeouts_total", "counter", "Starts without a picture in time.", start_timeouts},
    {AWAKE, "counter", "Time that the camera ran; by reason, for whom.", awake},
    {"eyelid_frame_age_seconds", "gauge", "Time from capture to arrival of the newest frame.",
     frame_age},
    {"eyelid_archive_bytes", "gauge", "Bytes of archived photos and clips.", archive_bytes},
    {"eyelid_recording", "gauge", "1 while the camera is being recorded.", recording},
    {"eyelid_recorded_bytes_total", "counter", "Bytes written to clips.", recorded_bytes},
    {"eyelid_motion_armed", "gauge", "1 while motion is to be detected.", armed},
    {"eyelid_motion_events_total", "counter", "Movements that were detected.", motion_events},
    {"eyelid_motion_unrecorded_total", "counter",
     "Movements that were not recorded, because there were too many within an hour.",
     motion_unrecorded},
    {"eyelid_motion_pictures_total", "counter", "Pictures that the motion detector examined.",
     motion_pictures},
};

/* NULL: nothing of this camera is archived. */
static const struct archive_camera *archived(const struct permit *permit,
                                             const struct camera *camera)
{
    const struct archive *archive = service_archive(permit->service);
    const struct archive_state *state = archive ? archive_state(archive) : NULL;
    for (unsigned i = 0; state && i < state->n_cameras; i++)
        if (strcmp(state->cameras[i].id, camera_id(camera)) == 0)
            return &state->cameras[i];
    return NULL;
}

/* The total by camera is among the numbers above, under the same name. A reason's time counts while
 * at least one lease of it is held, so that the reasons may add up to more. */
static void add_awake_reasons(struct text *out, const struct permit *permit)
{
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));)
        for (unsigned reason = 0; reason < LEASE_REASONS; reason++) {
            const int64_t us = camera_awake_us(camera, (enum lease_reason)reason);
            if (us == 0)
                continue;
            add_series(out, AWAKE, camera, "reason", lease_reason_name((enum lease_reason)reason));
            text_add(out, "%.15g\n", seconds(us));
        }
}

static void add_numbers(struct text *out, const struct permit *permit)
{
    for (size_t i = 0; i < sizeof(PER_CAMERA) / sizeof(PER_CAMERA[0]); i++) {
        family(out, PER_CAMERA[i].name, PER_CAMERA[i].type, PER_CAMERA[i].help);
        for (struct camera *camera = NULL; (camera = service_next(permit, camera));) {
            struct sample sample = {camera_view(camera), camera_encode_stats(camera),
                                    service_recorded(permit->service, camera_id(camera)),
                                    service_motion_view(permit->service, camera_id(camera)),
                                    archived(permit, camera)};
            add_series(out, PER_CAMERA[i].name, camera, NULL, NULL);
            text_add(out, "%.15g\n", PER_CAMERA[i].value(&sample));
        }
        if (PER_CAMERA[i].name == AWAKE)
            add_awake_reasons(out, permit);
    }
}

static void add_states(struct text *out, const struct permit *permit)
{
    family(out, "eyelid_camera_state", "gauge", "1 for the state that the camera is in.");
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));)
        for (unsigned state = 0; state < DEMAND_STATES; state++) {
            add_series(out, "eyelid_camera_state", camera, "state",
                       demand_state_name((enum demand_state)state));
            text_add(out, "%d\n", camera_state(camera) == state);
        }
}

static void add_drops(struct text *out, const struct permit *permit)
{
    family(out, "eyelid_frames_dropped_total", "counter", "Frames dropped, by reason.");
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));)
        for (unsigned drop = JPEG_OK + 1; drop < CAMERA_DROPS; drop++) {
            add_series(out, "eyelid_frames_dropped_total", camera, "reason",
                       camera_drop_name(drop));
            text_add(out, "%" PRIu64 "\n", camera_dropped(camera, drop));
        }
}

static void add_leases(struct text *out, const struct permit *permit)
{
    family(out, "eyelid_leases", "gauge", "What keeps the camera awake, by reason.");
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));)
        for (unsigned reason = 0; reason < LEASE_REASONS; reason++) {
            add_series(out, "eyelid_leases", camera, "reason",
                       lease_reason_name((enum lease_reason)reason));
            text_add(out, "%u\n", camera_view(camera).leases_by_reason[reason]);
        }
}

static void add_schedules(struct text *out, const struct permit *permit)
{
    static const enum run_result ENDED[] = {RUN_DONE, RUN_FAILED, RUN_MISSED};
    static const char NAME[] = "eyelid_schedule_runs_total";
    family(out, NAME, "counter", "Runs of schedules, by how they ended.");
    for (size_t i = 0; i < sizeof(ENDED) / sizeof(ENDED[0]); i++)
        text_add(out, "%s{result=\"%s\"} %" PRIu64 "\n", NAME, run_result_name(ENDED[i]),
                 service_schedule_count(permit->service, ENDED[i]));
}

static void add_encode_times(struct text *out, const struct permit *permit)
{
    family(out, "eyelid_encode_seconds", "histogram", "CPU time to decode and encode one frame.");
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));) {
        struct maker_stats stats = camera_encode_stats(camera);
        uint64_t count = 0;
        for (unsigned i = 0; i < MAKER_BUCKETS; i++) {
            char bound[24] = "+Inf";
            if (i < MAKER_BUCKETS - 1)
                snprintf(bound, sizeof(bound), "%g", seconds(maker_bucket_us[i]));
            count += stats.buckets[i];
            add_series(out, "eyelid_encode_seconds_bucket", camera, "le", bound);
            text_add(out, "%" PRIu64 "\n", count);
        }
        add_series(out, "eyelid_encode_seconds_sum", camera, NULL, NULL);
        text_add(out, "%.15g\n", seconds((int64_t)(stats.decode_us + stats.encode_us)));
        add_series(out, "eyelid_encode_seconds_count", camera, NULL, NULL);
        text_add(out, "%" PRIu64 "\n", count);
    }
}

static void add_notification(struct text *out, const struct tell_view *view, const char *result,
                             uint64_t count)
{
    text_add(out, "eyelid_notifications_total{");
    add_label(out, "receiver", view->receiver->id);
    text_add(out, ",");
    add_label(out, "result", result);
    text_add(out, "} %" PRIu64 "\n", count);
}

static void add_notifications(struct text *out, const struct permit *permit)
{
    struct tell_view view;
    family(out, "eyelid_notifications_total", "counter",
           "Notices to receivers, by result; dropped: the queue was full.");
    for (unsigned i = 0; service_receiver_view(permit, i, &view); i++) {
        add_notification(out, &view, "sent", view.sent);
        add_notification(out, &view, "failed", view.failed);
        add_notification(out, &view, "dropped", view.dropped);
    }
}

static void add_number(struct text *out, const char *name, const char *type, const char *help,
                       double value)
{
    family(out, name, type, help);
    text_add(out, "%s %.15g\n", name, value);
}

static double resident_bytes(void)
{
    unsigned long size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void add_process(struct text *out, const struct api *api)
{
    struct net_stats net = net_stats(api->params.net);
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    family(out, "eyelid_build_info", "gauge", "The running version.");
    text_add(out, "eyelid_build_info{");
    add_label(out, "version", api->params.version);
    text_add(out, "} 1\n");
    add_number(out, "eyelid_connections", "gauge", "Open connections of every kind.",
               net.connections);
    add_number(out, "eyelid_websockets", "gauge", "Open WebSockets, devices and pages.",
               net.websockets);
    add_number(out, "eyelid_connections_choked", "gauge", "Connections with unsent data.",
               net.choked);
    add_number(out, "eyelid_connections_pinned_bytes", "gauge",
               "Memory held by unsent data, each buffer counted once.", (double)net.pinned_bytes);
    add_number(out, "eyelid_connections_inbound_bytes", "gauge",
               "Memory of incomplete messages and requests.", (double)net.inbound_bytes);
    add_number(out, "eyelid_connections_idle_closed_total", "counter",
               "Idle connections closed to make room for others.", (double)net.idle_closed);
    add_number(out, "eyelid_connections_stalled_closed_total", "counter",
               "Stalled connections closed because unsent data held too much memory.",
               (double)net.stalled_closed);
    add_number(out, "eyelid_pages", "gauge", "Connected pages.", live_sessions(api->live));
    add_number(out, "eyelid_http_requests_total", "counter", "HTTP requests.",
               (double)net.requests);
    add_number(out, "eyelid_http_refused_total", "counter", "Connections and requests refused.",
               (double)net.refused);
    add_number(out, "process_cpu_seconds_total", "counter", "CPU time, all threads.",
               (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    add_number(out, "process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
}

void metrics_get(const struct call *call, struct http_request *request)
{
    struct api *api = call->api;
    const struct permit *permit = &call->permit;
    int64_t now_us = api_now_us(api);
    for (struct camera *camera = NULL; (camera = service_next(permit, camera));)
        camera_account(camera, now_us);

    struct text out = text_growing(METRICS_MAX_BYTES);
    add_states(&out, permit);
    add_numbers(&out, permit);
    add_schedules(&out, permit);
    add_drops(&out, permit);
    add_leases(&out, permit);
    add_encode_times(&out, permit);
    add_notifications(&out, permit);
    add_process(&out, api);
    if (out.cut)
        reply_text(request, 503, "the metrics exceed their size limit");
    else
        reply(request,
              &(struct http_response){.status = 200,
                                      .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                      .body = out.bytes,
                                      .len_bytes = out.len});
    text_finish(&out);
}
