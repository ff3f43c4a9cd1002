#include "device/agent.h"

#include <errno.h>
#include <string.h>

#include "device/agent_parts.h"

int agent_init(struct agent *agent, const struct agent_params *params, const struct agent_hal *hal,
               void *ctx)
{
    if (!params->id || !params->name || params->max_fps_milli < 1 ||
        params->max_fps_milli > AGENT_MAX_FPS_MILLI || params->sizes_count < 1 ||
        params->sizes_count > AGENT_MAX_SIZES || params->default_size >= params->sizes_count ||
        params->controls_count > AGENT_MAX_CONTROLS)
        return -EINVAL;
    memset(agent, 0, sizeof(*agent));
    agent->params = params;
    agent->hal = hal;
    agent->ctx = ctx;
    agent->battery_percent = AGENT_BATTERY_UNKNOWN;
    for (unsigned i = 0; i < params->controls_count; i++)
        agent->values[i] = params->controls[i].preset;
    return agent_say_hello(agent) ? 0 : -E2BIG;
}

static bool is_connected(const struct agent *agent)
{
    return agent->state == AGENT_IDLE || agent->state == AGENT_STREAMING ||
           agent->state == AGENT_LEAVING;
}

static void dial(struct agent *agent, int64_t now_us)
{
    agent->state = AGENT_DIALLING;
    agent->deadline_us = now_us + AGENT_DIAL_TIMEOUT_US;
    agent->hal->dial(agent->ctx);
}

/* Doubles from the first to the last wait; jitter keeps many devices from reconnecting in step
 * after a server restart. */
static int64_t backoff_us(const struct agent *agent)
{
    int64_t wait_us = AGENT_BACKOFF_FIRST_US;
    for (unsigned i = 0; i < agent->failures && wait_us < AGENT_BACKOFF_LAST_US; i++)
        wait_us *= 2;
    if (wait_us > AGENT_BACKOFF_LAST_US)
        wait_us = AGENT_BACKOFF_LAST_US;
    uint64_t half_us = (uint64_t)wait_us / 2;
    return (int64_t)(half_us + (half_us * agent->hal->random(agent->ctx) >> 32));
}

static void forget_link(struct agent *agent)
{
    agent->due = 0;
    agent->capture.is_due = false;
}

static void rest(struct agent *agent, int64_t now_us)
{
    forget_link(agent);
    agent->failures = 0;
    agent->state = AGENT_RESTING;
    agent->deadline_us = now_us + agent->params->rest_us;
    agent->hal->sleep(agent->ctx, agent->params->rest_us);
}

/* A dial failed or the connection was lost. */
static void link_lost(struct agent *agent, int64_t now_us)
{
    if (agent->state == AGENT_LEAVING) {
        rest(agent, now_us);
        return;
    }
    if (agent->state == AGENT_STREAMING)
        agent->hal->stop(agent->ctx);
    if (is_connected(agent) && now_us - agent->up_since_us >= AGENT_STEADY_US)
        agent->failures = 0;
    forget_link(agent);
    agent->state = AGENT_WAITING;
    agent->deadline_us = now_us + backoff_us(agent);
    agent->failures++;
}

void agent_stream_start(struct agent *agent, const struct agent_stream *stream, int64_t now_us)
{
    if (agent->state != AGENT_IDLE && agent->state != AGENT_STREAMING)
        return;
    if (agent->hal->start(agent->ctx, stream) < 0) {
        agent->state = AGENT_IDLE;
        agent->idle_since_us = now_us;
        agent->due |= DUE_STATE; /* "idle": starting failed */
        return;
    }
    if (agent->state == AGENT_IDLE)
        agent->due |= DUE_STATE;
    agent->state = AGENT_STREAMING;
    agent->stream = *stream;
    agent->pace_from_us = now_us;
    agent->pace_count = 0;
}

void agent_stream_stop(struct agent *agent, int64_t now_us)
{
    if (agent->state != AGENT_STREAMING)
        return;
    agent->hal->stop(agent->ctx);
    agent->state = AGENT_IDLE;
    agent->idle_since_us = now_us;
    agent->due |= DUE_STATE;
}

static void leave(struct agent *agent, int64_t now_us)
{
    agent->state = AGENT_LEAVING;
    agent->deadline_us = now_us + AGENT_FAREWELL_US;
    agent->due |= DUE_STATE;
}

static void link_up(struct agent *agent, int64_t now_us)
{
    agent->stats.connects++;
    agent->up_since_us = agent->idle_since_us = now_us;
    agent->state = AGENT_IDLE;
    if (!agent->params->plain) {
        agent->due = DUE_HELLO;
        return;
    }
    const struct agent_stream stream = {.size = agent->params->sizes[agent->params->default_size],
                                        .fps_milli = agent->params->max_fps_milli};
    agent_stream_start(agent, &stream, now_us);
    agent->due = 0;
    if (agent->state == AGENT_STREAMING)
        return;
    agent->hal->hangup(agent->ctx); /* no second request comes: retry with the next connection */
    link_lost(agent, now_us);
}

static void take_event(struct agent *agent, const struct agent_event *event, int64_t now_us)
{
    switch (event->kind) {
    case AGENT_BOOT:
        for (unsigned i = 0; i < agent->params->controls_count; i++)
            (void)agent->hal->apply(agent->ctx, i, agent->values[i]);
        dial(agent, now_us);
        break;
    case AGENT_UP:
        if (agent->state == AGENT_DIALLING)
            link_up(agent, now_us);
        break;
    case AGENT_DOWN:
        if (agent->state == AGENT_DIALLING || is_connected(agent))
            link_lost(agent, now_us);
        break;
    case AGENT_TEXT:
        if ((agent->state == AGENT_IDLE || agent->state == AGENT_STREAMING) &&
            !agent->params->plain)
            agent_hear(agent, event->text, event->len_bytes, now_us);
        break;
    case AGENT_BATTERY:
        if (event->percent != agent->battery_percent && is_connected(agent) &&
            !agent->params->plain)
            agent->due |= DUE_STATE;
        agent->battery_percent = event->percent;
        break;
    case AGENT_TICK:
    case AGENT_READY:
        break;
    }
}

static void take_time(struct agent *agent, int64_t now_us)
{
    const struct agent_params *params = agent->params;
    if (agent->state == AGENT_IDLE && params->rest_after_us && !agent->capture.is_due &&
        now_us - agent->idle_since_us >= params->rest_after_us)
        leave(agent, now_us);
    if (agent->state == AGENT_OFF || agent->state == AGENT_IDLE ||
        agent->state == AGENT_STREAMING || now_us < agent->deadline_us)
        return;
    if (agent->state == AGENT_DIALLING || agent->state == AGENT_LEAVING) {
        agent->hal->hangup(agent->ctx);
        link_lost(agent, now_us);
    } else {
        dial(agent, now_us);
    }
}

static bool ready(struct agent *agent)
{
    return agent->hal->ready(agent->ctx);
}

static void send_due(struct agent *agent, int64_t now_us)
{
    while (agent->due && ready(agent)) {
        size_t len_bytes;
        unsigned sent;
        if (agent->due & DUE_HELLO) {
            sent = DUE_HELLO;
            len_bytes = agent_say_hello(agent);
        } else if (agent->due & DUE_TIME) {
            sent = DUE_TIME;
            len_bytes = agent_say_time(agent, now_us);
        } else if (agent->due & DUE_VALUES) {
            sent = DUE_VALUES;
            len_bytes = agent_say_values(agent);
        } else {
            sent = DUE_STATE;
            len_bytes = agent_say_state(agent);
        }
        agent->due &= ~sent;
        agent->hal->send_text(agent->ctx, agent->out, len_bytes);
    }
}

static void send_picture(struct agent *agent, const struct agent_picture *picture, unsigned flags,
                         uint32_t sequence)
{
    uint8_t head[WIRE_HEAD_BYTES];
    const struct wire_frame frame = {
        .flags = (uint8_t)(flags | (picture->dark ? WIRE_FLAG_DARK : 0)),
        .sequence = sequence,
        .capture_us = picture->capture_us,
    };
    wire_frame_write(&frame, head);
    agent->hal->send_frame(agent->ctx, agent->params->plain ? NULL : head, picture);
    agent->hal->release(agent->ctx);
}

/* The still, then `captured`; or `captured` alone if there is no still. */
static void send_capture(struct agent *agent, int64_t now_us)
{
    struct agent_capture *capture = &agent->capture;
    if (capture->is_due && !capture->is_taken && ready(agent)) {
        struct agent_picture picture;
        capture->is_taken = true;
        capture->is_ok = agent->hal->still(agent->ctx, &capture->wish, &picture) == 0;
        if (capture->is_ok)
            send_picture(agent, &picture, WIRE_FLAG_STILL, capture->request);
    }
    if (capture->is_due && capture->is_taken && ready(agent)) {
        agent->hal->send_text(agent->ctx, agent->out, agent_say_captured(agent));
        capture->is_due = false;
        agent->idle_since_us = now_us;
    }
}

static int64_t slot_us(const struct agent *agent, int64_t slot)
{
    return agent->pace_from_us + slot * 1000000000 / agent->stream.fps_milli;
}

/* One frame per slot of the requested rate, on a fixed grid, so that the rate does not drift and
 * missed slots stay missed after a stall. A frame whose slot finds the socket congested waits for
 * it, but only until the next slot. Returns the time of the next action. */
static int64_t send_frames(struct agent *agent, int64_t now_us)
{
    if (now_us < slot_us(agent, agent->pace_count))
        return slot_us(agent, agent->pace_count);
    int64_t slot = (now_us - agent->pace_from_us) * agent->stream.fps_milli / 1000000000;
    if (slot_us(agent, slot + 1) <= now_us)
        slot++;
    agent->stats.frames_skipped += (uint64_t)(slot - agent->pace_count);
    agent->pace_count = slot;
    if (!ready(agent))
        return slot_us(agent, slot + 1);

    struct agent_picture picture;
    if (agent->hal->grab(agent->ctx, &picture) == 0) {
        send_picture(agent, &picture, 0, agent->sequence++);
        agent->stats.frames_sent++;
    } else {
        agent->stats.frames_failed++;
    }
    agent->pace_count++;
    return slot_us(agent, agent->pace_count);
}

int64_t agent_step(struct agent *agent, const struct agent_event *event, int64_t now_us)
{
    take_event(agent, event, now_us);
    take_time(agent, now_us);
    if (is_connected(agent))
        send_due(agent, now_us);
    if (agent->state == AGENT_LEAVING && !agent->due) {
        agent->hal->hangup(agent->ctx);
        rest(agent, now_us);
    }
    if (agent->state == AGENT_IDLE || agent->state == AGENT_STREAMING)
        send_capture(agent, now_us);
    if (agent->state == AGENT_STREAMING)
        return send_frames(agent, now_us);
    if (agent->state == AGENT_IDLE)
        return agent->params->rest_after_us && !agent->capture.is_due
                   ? agent->idle_since_us + agent->params->rest_after_us
                   : AGENT_NEVER_US;
    return agent->state == AGENT_OFF ? AGENT_NEVER_US : agent->deadline_us;
}
