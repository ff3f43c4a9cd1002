#include "transcode/transcoder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/h264.h"
#include "stream/pace.h"
#include "stream/reader.h"
#include "transcode/converter.h"

enum {
    DEFAULT_MIN_KEY_INTERVAL_US = 300000,
    /* A frame that was in the hub before counts as live for at most this long. */
    MAX_JOIN_AGE_US = 500000,
    ENGINE_RETRY_US = 1000000,
    MAX_SCALE = 4,
    /* Larger pictures get half a core at most. */
    FULL_HD_PIXELS = 1920 * 1088,
};

struct transcoder {
    struct transcoder_params params;           /* immutable, but for what follows of its request */
    char *about;                               /* immutable */
    const struct converter_ops *converter_ops; /* immutable */

    struct lock lock;
    struct lock_cond cond; /* poked or stop */
    bool poked, stop;      /* this and all below: guarded by lock */
    struct maker_pace wanted;
    struct maker_stats stats;

    /* Its thread only. */
    struct reader reader;
    struct hub *hub; /* owned reference */
    void *converter;
    struct maker_pace at_work; /* copy of wanted */
    struct pace pace;
    bool broken; /* tried again at retry_us */
    int64_t retry_us;
    uint64_t while_broken; /* frames that came before it was tried again */
    unsigned deaths;       /* of processes that decode */
    int64_t told_death_us;
    int64_t rested_us; /* frames that arrived before are skipped */
    int64_t last_key_us, last_frame_us;
    bool key_sent; /* last_key_us and last_frame_us are valid */
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

/* Waits for the newest frame, or takes the next one of the past: a new reference, or NULL when it
 * is time to stop. */
static struct packet *wait_for_frame(struct transcoder *t)
{
    for (;;) {
        lock_take(&t->lock);
        while (!t->poked && !t->stop && !t->reader.all)
            lock_cond_wait(&t->cond, &t->lock, CLOCK_NEVER_US);
        const bool stop = t->stop;
        t->poked = false;
        t->at_work = t->wanted;
        lock_drop(&t->lock);
        if (stop)
            return NULL;
        struct packet *frame = reader_next(&t->reader);
        if (frame)
            return frame;
        t->reader.all = false; /* the past is done: from now on only the latest one waits */
    }
}

/* Assumes that the next interval is like the last one: a key that becomes due before the next frame
 * is made now. */
static bool is_key_due(const struct transcoder *t, int64_t now_us)
{
    return t->at_work.key_interval_us &&
           now_us + (now_us - t->last_frame_us) - t->last_key_us > t->at_work.key_interval_us;
}

/* Whether this frame is to be a key. A request that comes too early stays pending. */
static bool wants_key(struct transcoder *t, int64_t now_us)
{
    if (!t->key_sent)
        return true;
    return now_us - t->last_key_us >= t->params.min_key_interval_us &&
           (hub_wants_key(t->hub) || is_key_due(t, now_us));
}

/* Encoders have a smallest size. */
static bool can_scale(const struct packet *frame, unsigned scale)
{
    return h264_fits((int)((frame->width + scale - 1) / scale),
                     (int)((frame->height + scale - 1) / scale));
}

/* The smallest size that covers the largest that the leases can use. This bounds the full-size
 * rendition too: a camera chooses the size that it sends, and each pixel costs time. */
static unsigned scale_of(const struct transcoder *t, const struct packet *frame)
{
    const struct maker_pace *box = &t->at_work;
    if (t->params.request.kind != RENDITION_H264)
        return t->params.request.scale;
    for (unsigned scale = MAX_SCALE; scale > 1; scale /= 2)
        if (((box->max_width && frame->width / scale >= box->max_width) ||
             (box->max_height && frame->height / scale >= box->max_height)) &&
            can_scale(frame, scale))
            return scale;
    return 1;
}

static void count_skipped(struct transcoder *t)
{
    lock_take(&t->lock);
    t->stats.skipped = t->reader.lost + t->while_broken;
    lock_drop(&t->lock);
}

static void count_undecodable(struct transcoder *t)
{
    lock_take(&t->lock);
    t->stats.undecodable++;
    lock_drop(&t->lock);
}

/* Logs each change once. A missing device is logged where it is searched. */
static void say_device(const struct transcoder *t, const struct converter_result *made)
{
    if (!made->device)
        return;
    if (made->device_error)
        log_warn("transcode", t->about, "the hardware encoder %s failed (%s); %s encodes",
                 made->device, strerror(-made->device_error), made->encoder);
    else
        log_info("transcode", t->about, "the hardware encoder %s works again", made->device);
}

static void count_made(struct transcoder *t, const struct converter_result *made)
{
    const struct packet *packet = made->packet;
    const uint64_t cost_us = (uint64_t)made->decode_us + made->encode_us;
    unsigned bucket = 0;
    while (bucket < MAKER_BUCKETS - 1 && cost_us > maker_bucket_us[bucket])
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
    lock_drop(&t->lock);
    if (is_news)
        say_device(t, made);
}

/* The encoder is broken: another one is opened in a second. */
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

static void say_death(struct transcoder *t, int64_t now_us)
{
    if (t->deaths++ == 0 || now_us - t->told_death_us >= 60 * US_PER_S) {
        t->told_death_us = now_us;
        log_warn("transcode", t->about,
                 "a picture ended the process that decodes it (%u so far); the next one gets a new "
                 "process",
                 t->deaths);
    }
}

/* 0 also for a frame that does not decode. */
static int convert(struct transcoder *t, const struct packet *frame)
{
    const struct converter_order order = {.want_key = wants_key(t, frame->arrival_us),
                                          .scale = scale_of(t, frame)};
    struct converter_result made;
    int r = t->converter_ops->convert(t->converter, frame, &order, &made);
    if (r == -EOWNERDEAD)
        say_death(t, frame->arrival_us);
    if (r == -EBADMSG || r == -EOWNERDEAD) {
        count_undecodable(t);
        return 0;
    }
    if (r < 0)
        return r;
    if (made.packet->key) {
        t->key_sent = true;
        t->last_key_us = frame->arrival_us;
    }
    t->last_frame_us = frame->arrival_us;
    if (made.packet->width * made.packet->height > FULL_HD_PIXELS)
        t->rested_us = frame->arrival_us + 2 * ((int64_t)made.decode_us + made.encode_us);
    count_made(t, &made);
    (void)hub_publish(t->hub, t->params.request.turn, made.packet);
    return 0;
}

static void finish(struct transcoder *t)
{
    t->converter_ops->destroy(t->converter);
    reader_close(&t->reader);
    hub_unref(&t->hub);
    lock_cond_finish(&t->cond);
    lock_finish(&t->lock);
    mem_free(t->about);
    mem_free(t);
}

static void leave(struct transcoder_yard *yard)
{
    lock_take(&yard->lock);
    yard->alive--;
    lock_cond_signal(&yard->cond);
    lock_drop(&yard->lock);
}

static void *run(void *ctx)
{
    struct transcoder *t = ctx;
    struct transcoder_yard *yard = t->params.yard;
    struct packet *frame;
    while ((frame = wait_for_frame(t))) {
        if (!t->broken || frame->arrival_us >= t->retry_us) {
            t->broken = false;
            int r = 0;
            if (frame->arrival_us >= t->rested_us &&
                pace_take(&t->pace, t->at_work.max_fps, frame->arrival_us))
                r = convert(t, frame);
            if (r < 0)
                give_up(t, r, frame->arrival_us);
        } else {
            t->while_broken++;
        }
        count_skipped(t);
        packet_unref(&frame);
    }
    finish(t);
    mem_trim(); /* returns the engine's megabytes to the system */
    leave(yard);
    return NULL;
}

/* Starts the thread, which frees its context. */
static int start(struct transcoder *t)
{
    struct transcoder_yard *yard = t->params.yard;
    char name[16];
    snprintf(name, sizeof(name), "%s", t->about ? t->about : "transcode");
    lock_take(&yard->lock);
    yard->alive++;
    lock_drop(&yard->lock);
    int r = thread_start_detached(name, run, t);
    if (r < 0)
        leave(yard);
    return r;
}

static const struct converter_ops *const CONVERTERS[RENDITION_KINDS] = {
    [RENDITION_JPEG] = &converter_jpeg,
    [RENDITION_H264] = &converter_h264,
    [RENDITION_LUMA] = &converter_luma};

int transcoder_create(const struct transcoder_params *params, struct transcoder **ret_transcoder)
{
    const struct maker_request *request = &params->request;
    struct transcoder *t = mem_new(struct transcoder);
    t->params = *params;
    if (t->params.min_key_interval_us == 0)
        t->params.min_key_interval_us = DEFAULT_MIN_KEY_INTERVAL_US;
    t->about = mem_strdup_or_die(request->about);
    t->params.request.about = t->about;
    t->converter_ops = CONVERTERS[request->kind];
    t->wanted = request->pace;
    t->hub = hub_ref(request->hub);
    lock_init(&t->lock, LOCK_RANK_WORKER);
    lock_cond_init(&t->cond);
    t->poked = true; /* for the frame that the hub may hold already */

    int r =
        t->converter_ops->create(&(struct converter_params){.engine = params->engine,
                                                            .engine_params = params->engine_params},
                                 &t->converter);
    if (r < 0)
        goto fail;
    reader_open(&t->reader, request->source_hub,
                &(struct reader_params){.poke = poke,
                                        .ctx = t,
                                        .now_us = clock_now_us(&clock_system),
                                        .back_us = MAX_JOIN_AGE_US + request->back_us,
                                        .all = request->back_us > 0});
    r = start(t);
    if (r < 0)
        goto fail;
    *ret_transcoder = t;
    return 0;
fail:
    finish(t);
    return r;
}

void transcoder_close(struct transcoder *t)
{
    if (!t)
        return;
    lock_take(&t->lock);
    t->stop = true;
    lock_cond_signal(&t->cond);
    lock_drop(&t->lock);
}

void transcoder_adjust(struct transcoder *t, const struct maker_pace *pace)
{
    lock_take(&t->lock);
    t->wanted = *pace;
    lock_drop(&t->lock);
}

struct maker_stats transcoder_stats(struct transcoder *t)
{
    lock_take(&t->lock);
    const struct maker_stats stats = t->stats;
    lock_drop(&t->lock);
    return stats;
}

void transcoder_yard_init(struct transcoder_yard *yard)
{
    *yard = (struct transcoder_yard){0};
    lock_init(&yard->lock, LOCK_RANK_WORKER);
    lock_cond_init(&yard->cond);
}

void transcoder_yard_finish(struct transcoder_yard *yard)
{
    lock_take(&yard->lock);
    while (yard->alive > 0)
        lock_cond_wait(&yard->cond, &yard->lock, CLOCK_NEVER_US);
    lock_drop(&yard->lock);
    lock_cond_finish(&yard->cond);
    lock_finish(&yard->lock);
}
