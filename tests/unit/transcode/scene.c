#include "scene.h"

#include <string.h>

#include "base/clock.h"
#include "media/live.h"

static void poke(void *ctx)
{
    struct scene *s = ctx;
    lock_take(&s->lock);
    s->poked = true;
    lock_cond_signal(&s->cond);
    lock_drop(&s->lock);
}

void scene_hubs(struct scene *s)
{
    fake_engine_reset();
    transcoder_yard_init(&s->yard);
    s->jpeg_hub = hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    s->h264_hub = hub_create(&(struct hub_params){.max_packets = MAX_PACKETS, .stream = STREAM});
    lock_init(&s->lock, LOCK_RANK_STORE);
    lock_cond_init(&s->cond);
    reader_open(&s->reader, s->h264_hub, &(struct reader_params){.poke = poke, .ctx = s});
}

struct maker_request scene_request(const struct scene *s)
{
    return (struct maker_request){.about = "porch",
                                  .kind = RENDITION_H264,
                                  .scale = 1,
                                  .source_hub = s->jpeg_hub,
                                  .hub = s->h264_hub};
}

void scene_open(struct scene *s, const struct engine_ops *engine)
{
    *s = (struct scene){0};
    scene_hubs(s);
    assert_int_equal(transcoder_create(&(struct transcoder_params){.engine = engine,
                                                                   .yard = &s->yard,
                                                                   .request = scene_request(s)},
                                       &s->transcoder),
                     0);
}

void scene_close_hubs(struct scene *s)
{
    transcoder_yard_finish(&s->yard);
    reader_close(&s->reader);
    hub_unref(&s->h264_hub);
    hub_unref(&s->jpeg_hub);
    lock_cond_finish(&s->cond);
    lock_finish(&s->lock);
    assert_int_equal(fake_engine_alive(), 0);
}

void scene_close(struct scene *s)
{
    transcoder_close(s->transcoder);
    scene_close_hubs(s);
}

void scene_publish(struct scene *s, const void *jpeg, size_t len_bytes, int64_t arrival_us)
{
    struct buf *buf;
    const uint32_t room = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES;
    assert_int_equal(buf_create(room + len_bytes, &buf), 0);
    memcpy(buf->data + room, jpeg, len_bytes);
    struct packet *packet = packet_create(buf, NULL);
    packet->message_off = PACKET_TRANSPORT_ROOM;
    packet->chunk_off = packet->unit_off = room;
    packet->end_off = (uint32_t)(room + len_bytes);
    packet->key = true;
    if (len_bytes > 0 && *(const char *)jpeg == 'H') {
        packet->width = 4096;
        packet->height = 2304;
    }
    packet->arrival_us = arrival_us;
    packet->capture_us = arrival_us - 1000;
    assert_true(hub_publish(s->jpeg_hub, 0, packet));
}

void scene_publish_text(struct scene *s, const char *text, int64_t arrival_us)
{
    scene_publish(s, text, strlen(text), arrival_us);
}

/* The next unit that the transcoder publishes. */
struct packet *scene_next(struct scene *s)
{
    struct packet *packet;
    while (!(packet = reader_next(&s->reader))) {
        lock_take(&s->lock);
        while (!s->poked)
            lock_cond_wait(&s->cond, &s->lock, CLOCK_NEVER_US);
        s->poked = false;
        lock_drop(&s->lock);
    }
    return packet;
}

void scene_assert_unit(const struct packet *packet, const char *text)
{
    assert_int_equal(packet_unit_len_bytes(packet), strlen(text));
    assert_memory_equal(packet_unit(packet), text, strlen(text));
}

void scene_expect(struct scene *s, const char *text, bool key)
{
    struct packet *packet = scene_next(s);
    scene_assert_unit(packet, text);
    assert_int_equal(packet->key, key);
    packet_unref(&packet);
}

/* The worker counts what it has done with a frame before it looks for the next one: when a unit is
 * out, all figures of the frames before it stand. */
struct maker_stats scene_stats_after(struct scene *s, const char *text, int64_t arrival_us)
{
    scene_publish_text(s, text, arrival_us);
    struct packet *packet = scene_next(s);
    packet_unref(&packet);
    return transcoder_stats(s->transcoder);
}
