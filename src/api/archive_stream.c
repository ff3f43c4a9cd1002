#include "api/archive_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/reply.h"
#include "base/alloc.h"

static void release(struct archive_stream *stream)
{
    if (stream->stream || stream->is_busy)
        return;
    stream->ops->finish(stream);
    buf_unref(&stream->block);
    mem_free(stream);
}

/* --- Reading. --- */

static int work_read(struct archive_job *job, struct shelf *shelf)
{
    struct archive_stream *stream = list_entry(job, struct archive_stream, read);
    if (buf_create(ARCHIVE_STREAM_BLOCK_BYTES, &stream->block) < 0)
        return -ENOMEM;
    int r = stream->ops->read(stream, shelf, stream->block->data, &stream->block_bytes);
    /* It would be more or less than announced. */
    return r == 0 && (stream->block_bytes == 0 || stream->block_bytes > stream->left_bytes) ? -EIO
                                                                                            : r;
}

static void on_read(struct archive_job *job)
{
    struct archive_stream *stream = list_entry(job, struct archive_stream, read);
    stream->is_busy = false;
    stream->is_broken |= job->error < 0;
    if (stream->stream)
        http_stream_ready(stream->stream);
    release(stream);
}

static int on_next(void *ctx, struct net_out *ret_out)
{
    struct archive_stream *stream = ctx;
    if (stream->is_broken)
        return -1; /* shorter than announced, which tells the peer that it failed */
    if (stream->is_busy)
        return 0;
    if (stream->block) {
        *ret_out = (struct net_out){.takes_buf = stream->block, .len_bytes = stream->block_bytes};
        stream->block = NULL;
        stream->left_bytes -= stream->block_bytes;
        return 1;
    }
    if (stream->left_bytes == 0)
        return -1;
    stream->is_busy = true;
    stream->read = (struct archive_job){.work = work_read, .done = on_read, .reads = true};
    archive_do(stream->archive, &stream->read);
    return 0;
}

/* --- The request. --- */

static void on_closed(void *ctx)
{
    struct archive_stream *stream = ctx;
    list_remove(&stream->guest.node);
    stream->stream = NULL;
    release(stream);
}

/* It holds nothing of the API's. */
static void leave(struct api_guest *guest)
{
    (void)guest;
}

static void refuse(struct archive_stream *stream, const struct problem *problem)
{
    stream->is_answered = true;
    reply_problem_late(stream->stream, stream->ops->is_json, problem);
}

/* Its principal lost its rights. */
static void revoke(struct api_guest *guest)
{
    struct archive_stream *stream = list_entry(guest, struct archive_stream, guest);
    list_remove(&guest->node);
    stream->is_broken = true;
    if (stream->is_answered)
        http_stream_ready(stream->stream);
    else
        refuse(stream, &endpoint_revoked);
}

static void on_found(struct service_archive_call *call, const struct problem *problem)
{
    struct archive_stream *stream = list_entry(call, struct archive_stream, call);
    stream->is_busy = false;
    if (stream->stream && !stream->is_answered) {
        if (problem)
            refuse(stream, problem);
        else
            stream->ops->found(stream);
    }
    release(stream);
}

void archive_stream_hold(const struct call *call, struct http_request *request,
                         const struct archive_stream_ops *ops, struct archive_stream *takes_stream)
{
    static const struct http_stream_ops OPS = {.next = on_next, .closed = on_closed};
    struct archive_stream *stream = takes_stream;
    stream->ops = ops;
    stream->archive = service_archive(call->permit.service);
    stream->call.done = on_found;
    stream->is_busy = true;
    stream->guest =
        (struct api_guest){.leave = leave, .revoke = revoke, .principal = call->principal};
    list_append(&call->api->guests, &stream->guest.node);
    stream->stream = http_hold(request, &OPS, stream);
}

void archive_stream_reply(struct archive_stream *stream, const struct http_response *response)
{
    stream->is_answered = true;
    reply_late(stream->stream, response);
}

void archive_stream_begin(struct archive_stream *stream, const struct http_response *head,
                          uint64_t len_bytes)
{
    enum { FIELDS_MAX = 8 };
    struct http_field fields[FIELDS_MAX];
    struct http_response full = *head;
    char length[24];
    const size_t n = head->n_fields < FIELDS_MAX ? head->n_fields : FIELDS_MAX - 1;
    snprintf(length, sizeof(length), "%llu", (unsigned long long)len_bytes);
    memcpy(fields, head->fields, n * sizeof(*fields));
    fields[n] = (struct http_field){"content-length", length};
    full.fields = fields;
    full.n_fields = n + 1;
    stream->left_bytes = len_bytes;
    stream->is_answered = true;
    reply_begin(stream->stream, &full);
}
