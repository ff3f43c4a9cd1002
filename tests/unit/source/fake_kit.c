#include "fake_kit.h"

#include <string.h>

#include "base/clock.h"

enum { PATIENCE_S = 60 };

void kit_begin(struct source *source, const struct source_driver *driver, void *device)
{
    *source = (struct source){.driver = driver, .device = device, .has_room = true};
    source->said = text_over(source->said_bytes, sizeof(source->said_bytes));
    assert_int_equal(poke_init(&source->poke), 0);
}

void kit_end(struct source *source)
{
    source->is_ending = true;
    source->driver->close(source->device, 0);
    kit_drop_frame(source);
    packet_unref(&source->packet);
    controls_finish(&source->controls);
    poke_finish(&source->poke);
}

void kit_drop_frame(struct source *source)
{
    buf_unref(&source->frame);
}

static void handle(struct source *source, int r)
{
    char sentence[SOURCE_SENTENCE_MAX] = "";
    if (r >= 0)
        return;
    const bool is_there = source->driver->explain(source->device, r, sentence);
    source->driver->close(source->device, r);
    if (is_there)
        text_add(&source->said, "failed: %s ", sentence);
    else
        text_add(&source->said, "gone ");
}

void kit_obey(struct source *source, const struct source_orders *orders)
{
    handle(source, source->driver->obey(source->device, orders));
}

static bool turn(struct source *source, int64_t until_us)
{
    struct source_wait wait = source->driver->waits(source->device);
    if (until_us < wait.until_us)
        wait.until_us = until_us;
    const short revents = source_wait_for(source, &wait);
    if (revents)
        handle(source, source->driver->ready(source->device, revents));
    return revents;
}

void kit_until(struct source *source, const char *said)
{
    const int64_t until_us = clock_now_us(&clock_system) + PATIENCE_S * US_PER_S;
    while (!strstr(source->said_bytes, said)) {
        if (clock_now_us(&clock_system) >= until_us)
            fail_msg("not said: %s, but: %s", said, source->said_bytes);
        turn(source, until_us);
    }
}

void kit_drain(struct source *source)
{
    while (turn(source, 0))
        continue;
}

void kit_said(struct source *source, const char *expected)
{
    assert_string_equal(source->said_bytes, expected);
    source->said = text_over(source->said_bytes, sizeof(source->said_bytes));
}

/* --- The kit. --- */

void source_poke(void *source)
{
    poke_send(&((struct source *)source)->poke);
}

bool source_is_ending(struct source *source)
{
    return source->is_ending;
}

short source_wait_for(struct source *source, const struct source_wait *wait)
{
    return poke_wait(&source->poke, wait->fd, wait->events, wait->until_us);
}

bool source_has_room(struct source *source)
{
    return source->has_room;
}

void source_post_frame(struct source *source, const struct camera_frame *frame)
{
    kit_drop_frame(source);
    source->frame = frame->takes_buf;
    if (frame->raw)
        source->raw = *frame->raw;
    text_add(&source->said, "frame %ux%u ", frame->raw ? frame->raw->width : 0,
             frame->raw ? frame->raw->height : 0);
}

void source_post_drop(struct source *source, unsigned drop, size_t len_bytes)
{
    (void)len_bytes;
    source->drops[drop]++;
    text_add(&source->said, "drop %s ", camera_drop_name(drop));
}

static void keep(struct source *source, struct packet *takes_packet)
{
    packet_unref(&source->packet);
    source->packet = takes_packet;
    if (takes_packet)
        text_add(&source->said, "%ux%u ", takes_packet->width, takes_packet->height);
}

void source_post_still(struct source *source, uint32_t request, int error,
                       struct packet *takes_packet)
{
    text_add(&source->said, "still %u %d ", request, error);
    keep(source, takes_packet);
}

void source_post_poster(struct source *source, struct packet *takes_packet)
{
    text_add(&source->said, "poster ");
    keep(source, takes_packet);
}

void source_post_values(struct source *source, const struct control_values *values)
{
    text_add(&source->said, "values ");
    for (unsigned i = 0; i < CONTROLS_MAX; i++)
        if (values->mask >> i & 1)
            text_add(&source->said, "%u=%lld ", i, (long long)values->of[i]);
}

void source_post_refusal(struct source *source, unsigned control, const char *why)
{
    text_add(&source->said, "refusal %u: %s ", control, why);
}

void source_post_learned(struct source *source, const char *model, const struct controls *controls)
{
    controls_finish(&source->controls);
    controls_copy(&source->controls, controls);
    text_add(&source->said, "learned %s %u ", model, controls->count);
}

void source_post_trouble(struct source *source, const char *sentence)
{
    text_add(&source->said, "trouble: %s ", sentence);
}

void source_post_flush(struct source *source)
{
    text_add(&source->said, "flush ");
}
