#include "transcode/transcoder_opener.h"

#include "transcode/transcoder.h"

static int open_work(void *ctx, const struct opener_request *request, void **ret_work)
{
    const struct transcoder_opener_params *params = ctx;
    struct transcoder *transcoder;
    int r = transcoder_create(
        &(struct transcoder_params){.engine = params->engine,
                                    .engine_params = params->engine_params,
                                    .kind = request->kind,
                                    .source_hub = request->source_hub,
                                    .hub = request->hub,
                                    .stream = request->stream,
                                    .min_key_interval_us = params->min_key_interval_us,
                                    .about = request->about},
        &transcoder);
    if (r < 0)
        return r;
    *ret_work = transcoder;
    return 0;
}

static void close_work(void *work)
{
    transcoder_destroy(work);
}

static void want_key(void *work)
{
    transcoder_want_key(work);
}

static struct opener_stats stats(void *work)
{
    return transcoder_stats(work);
}

struct opener transcoder_opener(const struct transcoder_opener_params *params)
{
    return (struct opener){.open = open_work,
                           .close = close_work,
                           .want_key = want_key,
                           .stats = stats,
                           /* The ops never write through it; their ctx lacks the const. */
                           .ctx = (void *)(uintptr_t)params};
}
