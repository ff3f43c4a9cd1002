#include "transcode/transcoder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "transcode/maker.h"

enum {
    DEFAULT_MIN_KEY_INTERVAL_US = 300000,
    /* A frame that waits in the hub from before is live no longer than this. */
    MAX_JOIN_AGE_US = 500000,
    ENGINE_RETRY_US = 1000000,
};

struct transcoder {
    struct transcoder_params params;   /* immutable */
    char *about;                       /* immutable */
    const struct maker_ops *maker_ops; /* immutable */
    struct hub_watch watch;
    struct thread thread;

    struct lock lock;
    struct lock_cond cond; /* poked or stop */
    bool poked, stop;      /* this and all below: guarded by lock */
    bool key_wanted;
    struct opener_stats stats;

    /* Worker only. */
    struct hub_cursor cursor;
    void *maker;
    bool broken; /* tried again at retry_us */
    int64_t retry_us;
    uint64_t while_broken; /* frames that came before it was tried again */
    uint64_t published;    /* packets of the hub */
    int64_t last_key_us;
    bool key_sent; /* last_key_us means something */
};

/* By the publisher of a frame, under its hub's lock. */
static void poke(void *ctx)
{
    struct transcoder *t = ctx;
    lock_take(&t->lock);
    t->poked = true;
    lock_cond_signal(&t->cond);
    lock_drop(&t->lock);
}

/* Waits for the newest frame: a new reference, or NULL when it is time to stop. */
static struct packet *wait_for_frame(struct transcoder *t)
{
    struct packet *frame;
    for (;;) {
        lock_take(&t->lock);
        while (!t->poked && !t->stop)
            lock_cond_wait(&t->cond, &t->lock, CLOCK_NEVER_US);
        const bool stop = t->stop;
        t->poked = false;
        lock_drop(&t->lock);
        if (stop)
            return NULL;
        if (hub_next(t->params.source_hub, &t->cursor, &frame) == HUB_PACKET)
            return frame;
    }
}

/* Whether this frame is to be a key. A wish that comes too early stays one. */
static bool take_key_wish(struct transcoder *t, int64_t now_us)
{
    lock_take(&t->lock);
    const bool take =
        t->key_wanted && (!t->key_sent || now_us - t->last_key_us >= t->params.min_key_interval_us);
    if (take)
        t->key_wanted = false;
    lock_drop(&t->lock);
    return take;
}

static void count_skipped(struct transcoder *t)
{
    lock_take(&t->lock);
    t->stats.skipped = t->cursor.lost + t->while_broken;
    lock_drop(&t->lock);
}

static void count_undecodable(struct transcoder *t)
{
    lock_take(&t->lock);
    t->stats.undecodable++;
    lock_drop(&t->lock);
}

/* Once for each change. That there is no device is said where it was looked for. */
static void say_device(const struct transcoder *t, const struct maker_result *made)
{
    if (!made->device)
        return;
    if (made->device_error)
        log_warn("transcode", t->about, "the hardware encoder %s failed (%s); %s encodes",
                 made->device, strerror(-made->device_error), made->encoder);
    else
        log_info("transcode", t->about, "the hardware encoder %s works again", made->device);
}

static void count_made(struct transcoder *t, const struct maker_result *made)
{
    const struct packet *packet = made->packet;
    const uint64_t cost_us = (uint64_t)made->decode_us + made->encode_us;
    unsigned bucket = 0;
    while (bucket < OPENER_BUCKETS - 1 && cost_us > opener_bucket_us[bucket])
        bucket++;

    lock_take(&t->lock);
    t->stats.encoded++;
    t->stats.keys += packet->key;
    t->stats.unit_bytes += packet_unit_len_bytes(packet);
    t->stats.decode_us += made->decode_us;
    t->stats.encode_us += made->encode_us;
    t->stats.buckets[bucket]++;
    t->stats.width = packet->width;
    t->stats.height = packet->height;
    const bool is_news = t->stats.device_error != made->device_error;
    t->stats.encoder = made->encoder;
    t->stats.device = made->device;
    t->stats.device_error = made->device_error;
    t->stats.error = 0;
    if (packet->key)
        t->key_wanted = false; /* whoever asked up to now will see this one */
    lock_drop(&t->lock);
    if (is_news)
        say_device(t, made);
}

/* The encoder is beyond repair: another one gets its chance in a second. */
static void give_up(struct transcoder *t, int error, int64_t now_us)
{
    t->broken = true;
    t->retry_us = now_us + ENGINE_RETRY_US;

    lock_take(&t->lock);
    const bool is_news = t->stats.error != error;
    t->stats.error = error;
    lock_drop(&t->lock);
    if (is_news)
        log_warn("transcode", t->about,
                 "the encoder failed with error %d, trying again each second", -error);
}

/* 0 also for a frame that does not decode. */
static int make(struct transcoder *t, const struct packet *frame)
{
    const bool want_key = take_key_wish(t, frame->arrival_us);
    struct maker_result made;
    int r = t->maker_ops->make(t->maker, frame, (uint32_t)(t->published + 1), want_key, &made);
    if (r == -EBADMSG) {
        count_undecodable(t);
        if (want_key)
            transcoder_want_key(t); /* the next one, then */
        return 0;
    }
    if (r < 0)
        return r;
    if (made.packet->key) {
        t->key_sent = true;
        t->last_key_us = frame->arrival_us;
    }
    count_made(t, &made);
    hub_publish(t->params.hub, made.packet);
    t->published++;
    assert(hub_count(t->params.hub) == t->published);
    return 0;
}

static void *run(void *ctx)
{
    struct transcoder *t = ctx;
    struct packet *frame;
    while ((frame = wait_for_frame(t))) {
        if (!t->broken || frame->arrival_us >= t->retry_us) {
            t->broken = false;
            int r = make(t, frame);
            if (r < 0)
                give_up(t, r, frame->arrival_us);
        } else {
            t->while_broken++;
        }
        count_skipped(t);
        packet_unref(&frame);
    }
    return NULL;
}

static void finish(struct transcoder *t)
{
    t->maker_ops->destroy(t->maker);
    lock_cond_finish(&t->cond);
    lock_finish(&t->lock);
    mem_free(t->about);
    mem_free(t);
}

int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
{
    struct transcoder *t = mem_new(struct transcoder);
    t->params = *params;
    if (t->params.min_key_interval_us == 0)
        t->params.min_key_interval_us = DEFAULT_MIN_KEY_INTERVAL_US;
    t->about = mem_strdup_or_die(params->about);
    t->params.about = t->about;
    t->maker_ops = params->kind == RENDITION_H264 ? &maker_h264 : &maker_jpeg;
    lock_init(&t->lock, LOCK_RANK_WORKER);
    lock_cond_init(&t->cond);
    t->watch = (struct hub_watch){.poke = poke, .ctx = t};
    t->published = hub_count(params->hub);
    t->poked = true; /* for the frame that the hub may hold already */
    hub_join(params->source_hub, &t->cursor, clock_now_us(&clock_system), MAX_JOIN_AGE_US);

    int r = t->maker_ops->create(&(struct maker_params){.engine = params->engine,
                                                        .engine_params = params->engine_params,
                                                        .stream = params->stream},
                                 &t->maker);
    if (r < 0)
        goto fail;
    hub_watch_add(params->source_hub, &t->watch);
    char name[16];
    snprintf(name, sizeof(name), "%s", t->about ? t->about : "transcode");
    r = thread_start(&t->thread, name, run, t);
    if (r < 0) {
        hub_watch_remove(params->source_hub, &t->watch);
        goto fail;
    }
    *ret_transcoder = t;
    return 0;
fail:
    finish(t);
    return r;
}

void transcoder_destroy(struct transcoder *t)
{
    if (!t)
        return;
    hub_watch_remove(t->params.source_hub, &t->watch);
    lock_take(&t->lock);
    t->stop = true;
    lock_cond_signal(&t->cond);
    lock_drop(&t->lock);
    thread_join(&t->thread);
    finish(t);
    mem_trim(); /* the engine's megabytes: a camera that sleeps costs nothing */
}

void transcoder_want_key(struct transcoder *t)
{
    lock_take(&t->lock);
    t->key_wanted = true;
    lock_drop(&t->lock);
}

struct opener_stats transcoder_stats(struct transcoder *t)
{
    lock_take(&t->lock);
    const struct opener_stats stats = t->stats;
    lock_drop(&t->lock);
    return stats;
}
