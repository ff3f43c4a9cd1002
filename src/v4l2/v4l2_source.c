#include "v4l2/v4l2_source.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "camera/capture.h"
#include "v4l2/v4l2_schema.h"
#include "v4l2/v4l2_worker.h"

/* --- From the camera. --- */

static void source_start(void *ctx, const struct camera_wish *wish)
{
    struct v4l2_source *source = ctx;
    source->wish = *wish;
    struct v4l2_target target =
        v4l2_target_bound(&source->owner, wish->fps, wish->width, wish->height);
    v4l2_worker_run(source->worker, &target);
}

static void source_adjust(void *ctx, const struct camera_wish *wish)
{
    struct v4l2_source *source = ctx;
    source->wish = *wish;
    struct v4l2_target target =
        v4l2_target_bound(&source->owner, wish->fps, wish->width, wish->height);
    v4l2_worker_adjust(source->worker, &target);
}

static void source_stop(void *ctx)
{
    struct v4l2_source *source = ctx;
    v4l2_worker_rest(source->worker);
}

static int source_still(void *ctx, uint32_t request)
{
    struct v4l2_source *source = ctx;
    v4l2_worker_still(source->worker, request);
    return 0;
}

static int source_set(void *ctx, const struct control_values *values)
{
    struct v4l2_source *source = ctx;
    struct v4l2_target before = source->owner;
    v4l2_schema_take(camera_schema(source->camera), values, &source->found->modes,
                     &source->found->knobs, &source->owner, &source->wanted);
    v4l2_worker_want(source->worker, &source->wanted);
    if (!v4l2_target_equals(&before, &source->owner))
        source_adjust(source, &source->wish);
    return 0;
}

static void source_detached(void *ctx)
{
    struct v4l2_source *source = ctx;
    source->camera = NULL;
    source->is_dismissed = true;
    v4l2_worker_quit(source->worker);
}

static const struct source_ops OPS = {
    .start = source_start,
    .adjust = source_adjust,
    .restart = source_start,
    .stop = source_stop,
    .still = source_still,
    .set = source_set,
    .detached = source_detached,
};

/* --- From the worker. --- */

static void on_frame(struct camera *camera, struct v4l2_report *report)
{
    camera_count_received(camera, report->len_bytes);
    /* After a change of format the kind of picture may differ from the last one's. */
    camera_native(camera, report->frame.raw ? RENDITION_RAW : RENDITION_JPEG);
    camera_frame(camera, &report->frame);
    report->frame.takes_buf = NULL;
}

/* The last one's reason is told last, because the camera remembers that one. */
static void on_drops(struct v4l2_source *source)
{
    struct v4l2_drops drops = v4l2_worker_take_drops(source->worker);
    for (unsigned i = 1; i <= CAMERA_DROPS; i++) {
        unsigned drop = (drops.last + i) % CAMERA_DROPS;
        camera_count_drops(source->camera, drop, drops.of[drop].frames, drops.of[drop].len_bytes);
    }
}

static void on_values(struct v4l2_source *source, const struct v4l2_report *report)
{
    struct v4l2_knobs *knobs = &source->found->knobs;
    const struct controls *schema = camera_schema(source->camera);
    struct control_values values;
    for (unsigned i = 0; i < knobs->count; i++) {
        int place = controls_find(schema, knobs->list[i].name);
        knobs->list[i].value = report->values[i];
        if (report->errors[i] && place >= 0)
            camera_refused(source->camera, (unsigned)place, strerror(-report->errors[i]));
    }
    v4l2_schema_values(schema, knobs, &values);
    camera_controls_changed(source->camera, &values);
}

static void on_report(struct v4l2_source *source, struct v4l2_report *report)
{
    struct camera *camera = source->camera;
    switch (report->kind) {
    case V4L2_REPORT_FRAME:
        on_frame(camera, report);
        break;
    case V4L2_REPORT_DROPS:
        on_drops(source);
        break;
    case V4L2_REPORT_STILL:
        camera_captured(camera, report->request, report->error, report->packet);
        break;
    case V4L2_REPORT_POSTER:
        camera_set_poster(camera, report->packet);
        report->packet = NULL;
        break;
    case V4L2_REPORT_VALUES:
        on_values(source, report);
        break;
    case V4L2_REPORT_ERROR:
        camera_failed(camera, report->sentence);
        break;
    case V4L2_REPORT_GONE:
        v4l2_source_gone(source);
        break;
    case V4L2_REPORT_ENDED:
        break;
    }
}

static void on_wake(void *ctx)
{
    struct v4l2_source *source = ctx;
    bool has_ended = false;
    for (struct v4l2_report *report; (report = v4l2_worker_next(source->worker));) {
        has_ended = has_ended || report->kind == V4L2_REPORT_ENDED;
        if (source->camera)
            on_report(source, report);
        v4l2_report_free(source->worker, report);
    }
    if (has_ended)
        source->ended(source->ctx, source);
}

/* --- Creation and destruction. --- */

static int find_camera(struct v4l2_source *source)
{
    const struct v4l2_found *found = source->found;
    struct camera_identity identity = {.id = found->identity.id,
                                       .name = found->device.card,
                                       .kind = CAMERA_V4L2,
                                       .address = found->identity.address};
    const struct camera *twin = registry_find(source->registry, identity.id);
    /* Two cameras that claim one serial number, or an id that a device on the network has: the port
     * distinguishes it. */
    if (twin && (camera_view(twin).has_source || camera_view(twin).kind != CAMERA_V4L2)) {
        identity.id = found->identity.place_id;
        identity.address = found->identity.place_address;
        twin = registry_find(source->registry, identity.id);
        if (twin && camera_view(twin).has_source)
            return -EEXIST;
    }
    return registry_add(source->registry, &identity, &source->camera);
}

static void bring_up(struct v4l2_source *source)
{
    const struct v4l2_found *found = source->found;
    struct v4l2_mode mode;
    enum raw_format raw = RAW_NONE;
    struct controls controls;
    v4l2_schema(&found->modes, &source->owner, &found->knobs, &controls);
    if (v4l2_mode_choose(&found->modes, &source->owner, &mode))
        v4l2_fourcc_format(mode.fourcc, &raw);
    camera_source_up(
        source->camera, &OPS, source,
        &(struct camera_source_info){.native = raw == RAW_NONE ? RENDITION_JPEG : RENDITION_RAW,
                                     .controlled = true,
                                     .model = found->device.card,
                                     .controls = &controls});
    controls_finish(&controls);
}

int v4l2_source_create(struct registry *registry, struct v4l2_found *takes_found,
                       void (*ended)(void *ctx, struct v4l2_source *source), void *ctx,
                       struct v4l2_source **ret_source)
{
    const struct camera_env *env = registry_env(registry);
    struct v4l2_source *source = mem_new(struct v4l2_source);
    list_init(&source->node);
    source->registry = registry;
    source->found = takes_found;
    source->owner = v4l2_mode_default(&takes_found->modes);
    source->ended = ended;
    source->ctx = ctx;
    source->wake = net_wake_create(env->net, on_wake, source);
    int r = v4l2_worker_create(takes_found, env, net_wake_waker(source->wake), &source->worker);
    if (r == 0)
        r = find_camera(source);
    if (r < 0) {
        source->found = NULL;
        v4l2_source_destroy(source);
        return r;
    }
    bring_up(source);
    *ret_source = source;
    return 0;
}

void v4l2_source_gone(struct v4l2_source *source)
{
    struct camera *camera = source->camera;
    source->camera = NULL;
    source->is_dismissed = false;
    v4l2_worker_quit(source->worker);
    if (camera)
        camera_source_down(camera);
}

void v4l2_source_destroy(struct v4l2_source *source)
{
    if (!source)
        return;
    struct camera *camera = source->camera;
    source->camera = NULL;
    if (camera)
        camera_source_down(camera);
    v4l2_worker_destroy(source->worker);
    net_wake_destroy(source->wake);
    list_remove(&source->node);
    mem_free(source->found);
    mem_free(source);
}
