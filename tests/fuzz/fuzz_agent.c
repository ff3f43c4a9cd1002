/* The server's messages into a device's agent. Input: a byte of setup, then records of a kind byte,
 * a length byte and, for texts, so many bytes. Time passes with every record. */
#include <stdint.h>
#include <stdlib.h>

#include "device/agent.h"

struct platform {
    bool choked, wants_to_fail;
    unsigned taken; /* pictures not released yet */
};

static void hal_nothing(void *ctx)
{
    (void)ctx;
}

static bool hal_ready(void *ctx)
{
    return !((struct platform *)ctx)->choked;
}

static void hal_send_text(void *ctx, const char *text, size_t len_bytes)
{
    if (((struct platform *)ctx)->choked || len_bytes < 2 || text[len_bytes - 1] != '}')
        abort();
}

static void hal_send_frame(void *ctx, const uint8_t *head, const struct agent_picture *picture)
{
    (void)head, (void)picture;
    if (((struct platform *)ctx)->choked)
        abort();
}

static int hal_start(void *ctx, const struct agent_stream *stream)
{
    if (stream->fps_milli < 1 || stream->fps_milli > 30000)
        abort();
    return ((struct platform *)ctx)->wants_to_fail ? -1 : 0;
}

static int hal_grab(void *ctx, struct agent_picture *ret_picture)
{
    static const uint8_t jpeg[2];
    struct platform *platform = ctx;
    if (platform->wants_to_fail)
        return -1;
    platform->taken++;
    *ret_picture = (struct agent_picture){.jpeg = jpeg, .len_bytes = sizeof(jpeg)};
    return 0;
}

static int hal_still(void *ctx, const struct agent_stream *wish, struct agent_picture *ret_picture)
{
    (void)wish;
    return hal_grab(ctx, ret_picture);
}

static void hal_release(void *ctx)
{
    ((struct platform *)ctx)->taken--;
}

static int hal_apply(void *ctx, unsigned control, int32_t value)
{
    if (control > 1 || value < -2 || value > 2)
        abort();
    return ((struct platform *)ctx)->wants_to_fail ? -1 : 0;
}

static void hal_sleep(void *ctx, int64_t sleep_us)
{
    (void)ctx;
    if (sleep_us < 1)
        abort();
}

static uint32_t hal_random(void *ctx)
{
    (void)ctx;
    return 0x80000000;
}

static const struct agent_hal HAL = {
    .dial = hal_nothing,
    .hangup = hal_nothing,
    .ready = hal_ready,
    .send_text = hal_send_text,
    .send_frame = hal_send_frame,
    .start = hal_start,
    .stop = hal_nothing,
    .grab = hal_grab,
    .still = hal_still,
    .release = hal_release,
    .apply = hal_apply,
    .sleep = hal_sleep,
    .random = hal_random,
};

static const struct agent_size SIZES[] = {{160, 120}, {640, 480}};
static const struct agent_control CONTROLS[] = {
    {.name = "brightness", .min = -2, .max = 2, .step = 1},
    {.name = "mirror", .is_bool = true, .max = 1, .step = 1},
};
static const struct agent_params PARAMS = {.id = "fuzz",
                                           .name = "Fuzz",
                                           .max_fps_milli = 30000,
                                           .sizes = SIZES,
                                           .sizes_count = 2,
                                           .controls = CONTROLS,
                                           .controls_count = 2,
                                           .rest_after_us = 5000000,
                                           .rest_us = 1000000};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static struct agent agent; /* large, and wholly set by agent_init */
    struct platform platform = {0};
    int64_t now_us = 0;
    if (len_bytes < 1 || agent_init(&agent, &PARAMS, &HAL, &platform) < 0)
        return 0;
    platform.wants_to_fail = data[0] & 1;
    int64_t due_us = agent_step(&agent, &(struct agent_event){.kind = AGENT_BOOT}, now_us);
    due_us = agent_step(&agent, &(struct agent_event){.kind = AGENT_UP}, now_us);
    (void)due_us; /* the first event below comes in any case */
    for (size_t at = 1; at + 2 <= len_bytes;) {
        struct agent_event event = {.kind = (enum agent_event_kind)(data[at] % 7)};
        size_t text_bytes = data[at + 1];
        at += 2;
        if (event.kind == AGENT_BOOT)
            event.kind = AGENT_TICK; /* comes once */
        if (event.kind == AGENT_BATTERY)
            event.percent = (int)text_bytes % 101;
        platform.choked = event.kind == AGENT_TICK && text_bytes & 1;
        if (event.kind == AGENT_TEXT) {
            event.len_bytes = text_bytes < len_bytes - at ? text_bytes : len_bytes - at;
            event.text = (const char *)data + at;
            at += event.len_bytes;
        }
        now_us += (int64_t)(text_bytes + 1) * 10000;
        int64_t deadline_us = agent_step(&agent, &event, now_us);
        if (deadline_us <= now_us || platform.taken)
            abort();
    }
    return 0;
}
