#include "transcode/transcoder_makers.h"

static int open_maker(void *ctx, const struct maker_request *request, void **ret_maker)
{
    const struct transcoder_makers_params *params = ctx;
    struct transcoder *transcoder;
    int r = transcoder_create(
        &(struct transcoder_params){.engine = params->engine,
                                    .engine_params = params->engine_params,
                                    .yard = params->yard,
                                    .request = *request,
                                    .min_key_interval_us = params->min_key_interval_us},
        &transcoder);
    if (r < 0)
        return r;
    *ret_maker = transcoder;
    return 0;
}

static void adjust(void *maker, const struct maker_pace *pace)
{
    transcoder_adjust(maker, pace);
}

static void close_maker(void *maker)
{
    transcoder_close(maker);
}

static struct maker_stats stats(void *maker)
{
    return transcoder_stats(maker);
}

struct makers transcoder_makers(const struct transcoder_makers_params *params)
{
    return (struct makers){.open = open_maker,
                           .adjust = adjust,
                           .close = close_maker,
                           .stats = stats,
                           /* The ops never write through it; their ctx lacks the const. */
                           .ctx = (void *)(uintptr_t)params};
}
