#include "transcode/transcoder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "transcode/chunker.h"

enum {
    DEFAULT_MIN_KEY_INTERVAL_US = 300000,
    /* A frame that waits in the hub from before is live no longer than this. */
    MAX_JOIN_AGE_US = 500000,
    ENGINE_RETRY_US = 1000000,
};

struct transcoder {
    struct transcoder_params params; /* immutable */
    char *about, *encoder;           /* immutable */
    struct hub_watch watch;
    struct thread thread;

    struct lock lock;
    struct lock_cond cond; /* poked or stop */
    bool poked, stop;      /* this and all below: guarded by lock */
    bool key_wanted;
    struct opener_stats stats;

    /* Worker only. */
    struct hub_cursor cursor;
    struct engine *engine; /* NULL: broken, tried again at retry_us */
    int64_t retry_us;
    uint64_t without_engine; /* frames that came before it was tried again */
    struct chunker chunker;
    uint64_t published; /* packets of h264_hub */
    int64_t last_key_us;
    bool key_sent; /* last_key_us means something */
};

/* By the publisher of a JPEG, under its hub's lock. */
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
        if (hub_next(t->params.jpeg_hub, &t->cursor, &frame) == HUB_PACKET)
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
    t->stats.skipped = t->cursor.lost + t->without_engine;
    lock_drop(&t->lock);
}

static void count_undecodable(struct transcoder *t)
{
    lock_take(&t->lock);
    t->stats.undecodable++;
    lock_drop(&t->lock);
}

static void count_unit(struct transcoder *t, const struct engine_output *output)
{
    const uint64_t cost_us = (uint64_t)output->decode_us + output->encode_us;
    unsigned bucket = 0;
    while (bucket < OPENER_BUCKETS - 1 && cost_us > opener_bucket_us[bucket])
        bucket++;

    lock_take(&t->lock);
    t->stats.encoded++;
    t->stats.keys += output->key;
    t->stats.unit_bytes += output->len_bytes;
    t->stats.decode_us += output->decode_us;
    t->stats.encode_us += output->encode_us;
    t->stats.buckets[bucket]++;
    t->stats.width = output->width;
    t->stats.height = output->height;
    t->stats.error = 0;
    if (output->key)
        t->key_wanted = false; /* whoever asked up to now will see this one */
    lock_drop(&t->lock);
}

/* The engine is beyond repair: another one gets its chance in a second. */
static void give_up_engine(struct transcoder *t, int error, int64_t now_us)
{
    t->params.engine->destroy(t->engine);
    t->engine = NULL;
    t->retry_us = now_us + ENGINE_RETRY_US;

    lock_take(&t->lock);
    const bool is_news = t->stats.error != error;
    t->stats.error = error;
    lock_drop(&t->lock);
    if (is_news)
        log_warn("transcode", t->about,
                 "the encoder failed with error %d, trying again each second", -error);
}

static int open_engine(struct transcoder *t)
{
    return t->params.engine->create(&t->params.engine_params, &t->engine);
}

/* 0 also for a frame that does not decode. */
static int encode(struct transcoder *t, const struct packet *frame)
{
    int r = t->engine ? 0 : open_engine(t);
    if (r < 0)
        return r;
    const struct engine_input input = {.jpeg = packet_unit(frame),
                                       .len_bytes = packet_unit_len_bytes(frame),
                                       .pts_us = frame->arrival_us,
                                       .want_key = take_key_wish(t, frame->arrival_us)};
    struct engine_output output;
    r = t->params.engine->encode(t->engine, &input, &output);
    if (r == -EBADMSG) {
        count_undecodable(t);
        if (input.want_key)
            transcoder_want_key(t); /* the next one, then */
        return 0;
    }
    if (r < 0)
        return r;

    struct packet *packet;
    r = chunker_make(&t->chunker, &output, frame, (uint32_t)(t->published + 1), &packet);
    if (r < 0)
        return r;
    if (output.key) {
        t->key_sent = true;
        t->last_key_us = frame->arrival_us;
    }
    count_unit(t, &output);
    hub_publish(t->params.h264_hub, packet);
    t->published++;
    assert(hub_count(t->params.h264_hub) == t->published);
    return 0;
}

static void *run(void *ctx)
{
    struct transcoder *t = ctx;
    struct packet *frame;
    while ((frame = wait_for_frame(t))) {
        if (t->engine || frame->arrival_us >= t->retry_us) {
            int r = encode(t, frame);
            if (r < 0)
                give_up_engine(t, r, frame->arrival_us);
        } else {
            t->without_engine++;
        }
        count_skipped(t);
        packet_unref(&frame);
    }
    return NULL;
}

static void finish(struct transcoder *t)
{
    t->params.engine->destroy(t->engine);
    chunker_finish(&t->chunker);
    lock_cond_finish(&t->cond);
    lock_finish(&t->lock);
    mem_free(t->about);
    mem_free(t->encoder);
    mem_free(t);
}

int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
{
    struct transcoder *t = mem_new(struct transcoder);
    t->params = *params;
    if (t->params.min_key_interval_us == 0)
        t->params.min_key_interval_us = DEFAULT_MIN_KEY_INTERVAL_US;
    t->about = mem_strdup_or_die(params->about);
    t->encoder = mem_strdup_or_die(params->engine_params.encoder);
    t->params.about = t->about;
    t->params.engine_params.encoder = t->encoder;
    lock_init(&t->lock, LOCK_RANK_WORKER);
    lock_cond_init(&t->cond);
    t->watch = (struct hub_watch){.poke = poke, .ctx = t};
    t->retry_us = INT64_MIN;
    t->published = hub_count(params->h264_hub);
    t->poked = true; /* for the frame that the hub may hold already */
    chunker_init(&t->chunker, params->stream);
    hub_join(params->jpeg_hub, &t->cursor, clock_now_us(&clock_system), MAX_JOIN_AGE_US);

    int r = open_engine(t);
    if (r < 0)
        goto fail;
    hub_watch_add(params->jpeg_hub, &t->watch);
    char name[16];
    snprintf(name, sizeof(name), "%s", t->about ? t->about : "transcode");
    r = thread_start(&t->thread, name, run, t);
    if (r < 0) {
        hub_watch_remove(params->jpeg_hub, &t->watch);
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
    hub_watch_remove(t->params.jpeg_hub, &t->watch);
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
