#include "rig.h"

#include <stdlib.h>

#include "camera/control_json.h"
#include "net/net.h"

/* --- The loop. --- */

struct net_timer {
    struct list node;
    int64_t deadline_us;
    void (*fire)(void *ctx);
    void *ctx;
    struct net *net;
};

struct net_timer *net_timer_create(struct net *net, void (*fire)(void *ctx), void *ctx)
{
    struct net_timer *timer = calloc(1, sizeof(*timer));
    assert_non_null(timer);
    *timer =
        (struct net_timer){.deadline_us = CLOCK_NEVER_US, .fire = fire, .ctx = ctx, .net = net};
    list_append(&net->timers, &timer->node);
    net->n_timers++;
    return timer;
}

void net_timer_destroy(struct net_timer *timer)
{
    if (!timer)
        return;
    timer->net->n_timers--;
    list_remove(&timer->node);
    free(timer);
}

void net_timer_set(struct net_timer *timer, int64_t deadline_us)
{
    timer->deadline_us = deadline_us;
}

struct net_wake {
    struct list node;
    bool poked;
    void (*run)(void *ctx);
    void *ctx;
};

struct net_wake *net_wake_create(struct net *net, void (*run)(void *ctx), void *ctx)
{
    struct net_wake *wake = calloc(1, sizeof(*wake));
    assert_non_null(wake);
    *wake = (struct net_wake){.run = run, .ctx = ctx};
    list_append(&net->wakes, &wake->node);
    return wake;
}

void net_wake_destroy(struct net_wake *wake)
{
    if (!wake)
        return;
    list_remove(&wake->node);
    free(wake);
}

static void poke(void *ctx)
{
    struct net_wake *wake = ctx;
    wake->poked = true;
}

struct waker net_wake_waker(struct net_wake *wake)
{
    return (struct waker){.wake = poke, .ctx = wake};
}

/* Runs one wake or timer that is due; false when there is none. */
static bool run_one(struct rig *rig)
{
    list_for_each (wake, &rig->net.wakes, struct net_wake, node) {
        if (wake->poked) {
            wake->poked = false;
            wake->run(wake->ctx);
            return true;
        }
    }
    list_for_each (timer, &rig->net.timers, struct net_timer, node) {
        if (timer->deadline_us <= rig->now_us) {
            timer->deadline_us = CLOCK_NEVER_US;
            timer->fire(timer->ctx);
            return true;
        }
    }
    return false;
}

void rig_turn(struct rig *rig)
{
    int turns = 0;
    while (run_one(rig))
        assert_true(++turns < 1000); /* somebody sets a timer in the past again and again */
}

void rig_pass(struct rig *rig, int64_t span_us)
{
    int64_t until_us = rig->now_us + span_us;
    rig_turn(rig);
    for (;;) {
        int64_t next_us = until_us;
        list_for_each (timer, &rig->net.timers, struct net_timer, node)
            if (timer->deadline_us < next_us)
                next_us = timer->deadline_us;
        rig->wall_us += next_us - rig->now_us;
        rig->now_us = next_us;
        rig_turn(rig);
        if (next_us == until_us)
            return;
    }
}

static int64_t now_us(void *ctx)
{
    return ((struct rig *)ctx)->now_us;
}

static int64_t wall_us(void *ctx)
{
    return ((struct rig *)ctx)->wall_us;
}

/* --- The encoder. --- */

static int open_maker(void *ctx, const struct maker_request *request, void **ret_maker)
{
    struct rig *rig = ctx;
    if (rig->open_result < 0)
        return rig->open_result;
    char scale[16] = "";
    if (request->scale > 1)
        snprintf(scale, sizeof(scale), "1/%u ", request->scale);
    text_add(&rig->said, "open %s %s", rendition_name(request->kind), scale);
    rig->stats = (struct maker_stats){0};
    rig->pace = request->pace;
    *ret_maker = rig;
    return 0;
}

static void adjust_maker(void *maker, const struct maker_pace *pace)
{
    ((struct rig *)maker)->pace = *pace;
}

static void close_maker(void *maker)
{
    text_add(&((struct rig *)maker)->said, "close ");
}

static struct maker_stats maker_stats(void *maker)
{
    return ((struct rig *)maker)->stats;
}

/* --- The source. --- */

static void source_start(void *source, const struct camera_wish *wish)
{
    text_add(&((struct rig *)source)->said, "start %u %ux%u ", wish->fps, wish->width,
             wish->height);
}

static void source_adjust(void *source, const struct camera_wish *wish)
{
    text_add(&((struct rig *)source)->said, "adjust %u %ux%u ", wish->fps, wish->width,
             wish->height);
}

static void source_restart(void *source, const struct camera_wish *wish)
{
    text_add(&((struct rig *)source)->said, "restart %u %ux%u ", wish->fps, wish->width,
             wish->height);
}

static void source_stop(void *source)
{
    text_add(&((struct rig *)source)->said, "stop ");
}

static int source_still(void *source, uint32_t request)
{
    struct rig *rig = source;
    text_add(&rig->said, "still %u ", request);
    rig->last_request = request;
    return rig->capture_result;
}

static int source_set(void *source, const struct control_values *values)
{
    struct rig *rig = source;
    json_t *object = control_json_values(camera_schema(rig->camera), values);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    text_add(&rig->said, "set %s ", text);
    free(text);
    return rig->set_result;
}

static void source_detached(void *source)
{
    text_add(&((struct rig *)source)->said, "detached ");
}

static const struct source_ops SOURCE_OPS = {.start = source_start,
                                             .adjust = source_adjust,
                                             .restart = source_restart,
                                             .stop = source_stop,
                                             .still = source_still,
                                             .set = source_set,
                                             .detached = source_detached};

void rig_device_up(struct rig *rig, bool controlled)
{
    json_t *controls = json_loads(
        "[{\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,\"default\":0,"
        "\"value\":0,\"group\":\"image\"},{\"name\":\"mirror\",\"type\":\"bool\",\"default\":false,"
        "\"value\":false,\"group\":\"image\"}]",
        0, NULL);
    assert_non_null(controls);
    struct controls schema;
    control_json_schema(controls, &schema);
    camera_source_up(rig->camera, &SOURCE_OPS, rig,
                     &(struct camera_source_info){.controlled = controlled,
                                                  .model = controlled ? "AtomS3R-M12" : NULL,
                                                  .controls = controlled ? &schema : NULL});
    controls_finish(&schema);
    json_decref(controls);
}

struct camera *rig_camera(struct rig *rig, bool controlled)
{
    assert_int_equal(registry_get_or_add(rig->registry, "porch", NULL, &rig->camera), 0);
    rig_device_up(rig, controlled);
    rig_said(rig, "stop ");
    rig_turn(rig);
    return rig->camera;
}

void rig_frame(struct rig *rig, uint16_t width, uint16_t height, uint8_t luma, bool dark)
{
    struct camera_frame frame = {.unit_off = CAMERA_FRAME_ROOM,
                                 .end_off = CAMERA_FRAME_ROOM + 100,
                                 .info = {.width = width, .height = height, .len_bytes = 100},
                                 .is_admitted = true,
                                 .capture_us = rig->now_us - 40000,
                                 .arrival_us = rig->now_us,
                                 .dark = dark};
    assert_int_equal(buf_create(frame.end_off, &frame.takes_buf), 0);
    memset(frame.takes_buf->data, luma, frame.end_off);
    camera_frame(rig->camera, &frame);
}

void rig_good_frame(struct rig *rig)
{
    rig_frame(rig, 640, 480, 128, false);
}

static void ready(void *ctx)
{
    (void)ctx;
}

struct lease *rig_lease(struct rig *rig, enum lease_reason reason, enum rendition_kind kind)
{
    return camera_lease(
        rig->camera, &(struct lease_params){.reason = reason, .rendition = kind, .ready = ready});
}

/* --- All of it. --- */

static void changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)camera;
    ((struct rig *)ctx)->told_of++;
}

void rig_registry(struct rig *rig, const struct registry_params *params)
{
    registry_destroy(rig->registry);
    struct registry_params p = *params;
    p.env.net = &rig->net;
    p.env.clock = &rig->clock;
    p.env.makers = (struct makers){.open = open_maker,
                                   .adjust = adjust_maker,
                                   .close = close_maker,
                                   .stats = maker_stats,
                                   .ctx = rig};
    rig->registry = registry_create(&p);
    rig->observer = (struct registry_observer){.changed = changed, .ctx = rig};
    registry_observe(rig->registry, &rig->observer);
    rig->camera = NULL;
}

int rig_setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    if (!rig)
        return -1;
    setenv("TZ", "UTC", 1);
    list_init(&rig->net.timers);
    list_init(&rig->net.wakes);
    rig->clock = (struct clock){.now_us = now_us, .wall_us = wall_us, .ctx = rig};
    rig->now_us = 1000 * US_PER_S;
    rig->wall_us = INT64_C(1795132800) * US_PER_S; /* 2026-11-20 00:00:00 UTC, a Friday */
    rig->said = text_over(rig->said_bytes, sizeof(rig->said_bytes));
    rig_registry(rig, &(struct registry_params){0});
    *state = rig;
    return 0;
}

int rig_teardown(void **state)
{
    struct rig *rig = *state;
    registry_destroy(rig->registry);
    int left = rig->net.n_timers > 0 || !list_empty(&rig->net.wakes);
    free(rig);
    return left; /* everything that was made was destroyed */
}

void rig_said(struct rig *rig, const char *expected)
{
    assert_string_equal(rig->said_bytes, expected);
    rig->said = text_over(rig->said_bytes, sizeof(rig->said_bytes));
}

const char *rig_described(struct rig *rig, const char *member)
{
    static char text[1024];
    json_t *o = camera_describe(rig->camera, rig->now_us);
    char *dumped = json_dumps(json_object_get(o, member),
                              JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    snprintf(text, sizeof(text), "%s", dumped ? dumped : "absent");
    free(dumped);
    json_decref(o);
    return text;
}
