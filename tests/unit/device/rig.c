#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

static const struct agent_size SIZES[] = {{160, 120}, {640, 480}, {1600, 1200}};
static const struct agent_control CONTROLS[] = {
    {.name = "brightness", .group = "image", .min = -2, .max = 2, .step = 1},
    {.name = "contrast", .min = -4, .max = 4, .step = 2},
    {.name = "mirror", .group = "image", .is_bool = true, .max = 1, .step = 1},
};
static const uint8_t JPEG[] = {0xFF, 0xD8, 0xFF, 0xD9};

static void hal_dial(void *ctx)
{
    ((struct rig *)ctx)->dials++;
}

static void hal_hangup(void *ctx)
{
    ((struct rig *)ctx)->hangups++;
}

static bool hal_ready(void *ctx)
{
    return !((struct rig *)ctx)->choked;
}

static struct rig_sent *next_sent(struct rig *rig)
{
    assert_false(rig->choked); /* the agent asks first */
    assert_true(rig->sent_count < RIG_MAX_SENT);
    if (rig->take && --rig->take == 0)
        rig->choked = true;
    return &rig->sent[rig->sent_count++];
}

static void hal_send_text(void *ctx, const char *text, size_t len_bytes)
{
    struct rig_sent *sent = next_sent(ctx);
    assert_true(len_bytes > 0 && len_bytes < RIG_TEXT_MAX_BYTES);
    memset(sent, 0, sizeof(*sent));
    sent->is_text = true;
    memcpy(sent->text, text, len_bytes);
}

static void hal_send_frame(void *ctx, const uint8_t *head, const struct agent_picture *picture)
{
    struct rig_sent *sent = next_sent(ctx);
    memset(sent, 0, sizeof(*sent));
    sent->picture = *picture;
    sent->has_head = head != NULL;
    if (head)
        assert_int_equal(wire_frame_read(head, WIRE_HEAD_BYTES, &sent->head), 0);
}

static int hal_start(void *ctx, const struct agent_stream *stream)
{
    struct rig *rig = ctx;
    rig->starts++;
    rig->stream = *stream;
    return rig->start_result;
}

static void hal_stop(void *ctx)
{
    ((struct rig *)ctx)->stops++;
}

static int give(struct rig *rig, int result, struct agent_picture *ret_picture)
{
    if (result < 0)
        return result;
    *ret_picture = (struct agent_picture){
        .jpeg = JPEG, .len_bytes = sizeof(JPEG), .capture_us = rig->now_us, .dark = rig->dark};
    return 0;
}

static int hal_grab(void *ctx, struct agent_picture *ret_picture)
{
    struct rig *rig = ctx;
    rig->grabs++;
    return give(rig, rig->grab_result, ret_picture);
}

static int hal_still(void *ctx, const struct agent_stream *wish, struct agent_picture *ret_picture)
{
    struct rig *rig = ctx;
    rig->stills++;
    rig->wish = *wish;
    return give(rig, rig->still_result, ret_picture);
}

static void hal_release(void *ctx)
{
    ((struct rig *)ctx)->releases++;
}

static int hal_apply(void *ctx, unsigned control, int32_t value)
{
    struct rig *rig = ctx;
    rig->applies++;
    rig->applied_control = control;
    rig->applied_value = value;
    return rig->apply_result;
}

static void hal_sleep(void *ctx, int64_t sleep_us)
{
    struct rig *rig = ctx;
    rig->sleeps++;
    rig->slept_us = sleep_us;
}

static uint32_t hal_random(void *ctx)
{
    return ((struct rig *)ctx)->random;
}

static const struct agent_hal HAL = {
    .dial = hal_dial,
    .hangup = hal_hangup,
    .ready = hal_ready,
    .send_text = hal_send_text,
    .send_frame = hal_send_frame,
    .start = hal_start,
    .stop = hal_stop,
    .grab = hal_grab,
    .still = hal_still,
    .release = hal_release,
    .apply = hal_apply,
    .sleep = hal_sleep,
    .random = hal_random,
};

struct rig *rig_create(void)
{
    struct rig *rig = mem_new(struct rig);
    rig->params = (struct agent_params){
        .id = "porch",
        .name = "Porch",
        .max_fps_milli = 30000,
        .sizes = SIZES,
        .sizes_count = 3,
        .default_size = 1,
        .controls = CONTROLS,
        .controls_count = 3,
    };
    rig->now_us = 1000000;
    return rig;
}

void rig_destroy(struct rig *rig)
{
    mem_free(rig);
}

static void step(struct rig *rig, const struct agent_event *event)
{
    rig->deadline_us = agent_step(&rig->agent, event, rig->now_us);
    assert_true(rig->deadline_us > rig->now_us); /* else a platform would spin */
    assert_int_equal(rig->releases, rig->grabs + rig->stills -
                                        (unsigned)rig->agent.stats.frames_failed -
                                        (rig->still_result < 0 ? rig->stills : 0));
}

void rig_step(struct rig *rig, enum agent_event_kind kind)
{
    step(rig, &(struct agent_event){.kind = kind});
}

void rig_hear(struct rig *rig, const char *text)
{
    step(rig, &(struct agent_event){.kind = AGENT_TEXT, .text = text, .len_bytes = strlen(text)});
}

void rig_battery(struct rig *rig, int percent)
{
    step(rig, &(struct agent_event){.kind = AGENT_BATTERY, .percent = percent});
}

void rig_run(struct rig *rig, int64_t us)
{
    int64_t end_us = rig->now_us + us;
    while (rig->deadline_us <= end_us) {
        rig->now_us = rig->deadline_us;
        rig_step(rig, AGENT_TICK);
    }
    rig->now_us = end_us;
}

void rig_boot(struct rig *rig)
{
    assert_int_equal(agent_init(&rig->agent, &rig->params, &HAL, rig), 0);
    rig_step(rig, AGENT_BOOT);
}

void rig_connect(struct rig *rig)
{
    rig_boot(rig);
    rig_step(rig, AGENT_UP);
    rig_forget(rig);
}

void rig_forget(struct rig *rig)
{
    rig->sent_count = 0;
}

const char *rig_text(const struct rig *rig, unsigned n)
{
    assert_true(n < rig->sent_count);
    assert_true(rig->sent[n].is_text);
    return rig->sent[n].text;
}

unsigned rig_frames(const struct rig *rig)
{
    unsigned count = 0;
    for (unsigned i = 0; i < rig->sent_count; i++)
        count += !rig->sent[i].is_text;
    return count;
}
