/* A selection of the archive as one zip file. The keeper makes it block by block, while it is sent;
 * the loop never waits for the disk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/archive_item.h"
#include "api/reply.h"
#include "archive/export.h"
#include "base/alloc.h"
#include "base/text.h"

/* A list of ids must fit in a request's head. */
enum { IDS_MAX_BYTES = 16 * 1024 };

/* Lives until the connection is closed and no job is running. */
struct export_stream {
    struct service_archive_call call; /* the first job: find the items */
    struct archive_job read;          /* the later jobs */
    struct archive *archive;
    struct http_stream *stream; /* NULL: the peer has left */
    bool is_busy;               /* a job is running */
    struct export *export;
    uint64_t sent, total_bytes;
    struct buf *block; /* ready to send; NULL = none */
    size_t block_bytes;
    bool is_broken;
};

static void release(struct export_stream *out)
{
    if (out->stream || out->is_busy)
        return;
    export_destroy(out->export);
    buf_unref(&out->block);
    mem_free(out->call.ids);
    mem_free(out->call.items);
    mem_free(out);
}

static int work_read(struct archive_job *job, struct shelf *shelf)
{
    struct export_stream *out = list_entry(job, struct export_stream, read);
    if (buf_create(EXPORT_BLOCK_BYTES, &out->block) < 0)
        return -ENOMEM;
    return export_read(out->export, shelf->root, out->block->data, &out->block_bytes);
}

static void on_read(struct archive_job *job)
{
    struct export_stream *out = list_entry(job, struct export_stream, read);
    out->is_busy = false;
    out->is_broken = job->error < 0;
    if (out->stream)
        http_stream_ready(out->stream);
    release(out);
}

static void read_on(struct export_stream *out)
{
    out->is_busy = true;
    out->read = (struct archive_job){.work = work_read, .done = on_read, .reads = true};
    archive_do(out->archive, &out->read);
}

static int on_next(void *ctx, struct net_out *ret_out)
{
    struct export_stream *out = ctx;
    if (out->is_broken)
        return -1; /* shorter than announced: the peer can tell */
    if (out->is_busy)
        return 0;
    if (!out->block)
        return -1;
    *ret_out = (struct net_out){.takes_buf = out->block, .len_bytes = out->block_bytes};
    out->block = NULL;
    out->sent += out->block_bytes;
    if (out->sent < out->total_bytes)
        read_on(out);
    return 1;
}

static void on_closed(void *ctx)
{
    struct export_stream *out = ctx;
    out->stream = NULL;
    release(out);
}

static void answer(struct export_stream *out)
{
    char length[24];
    const struct http_field fields[] = {
        {"content-length", length},
        {"content-disposition", "attachment; filename=\"eyelid.zip\""},
        {"cache-control", "no-store"}};
    out->export = export_create(out->call.items, out->call.n_items);
    out->call.items = NULL;
    out->total_bytes = export_bytes(out->export);
    snprintf(length, sizeof(length), "%llu", (unsigned long long)out->total_bytes);
    read_on(out);
    reply_begin(out->stream, &(struct http_response){.status = 200,
                                                     .content_type = "application/zip",
                                                     .fields = fields,
                                                     .n_fields = 3});
}

static void on_found(struct service_archive_call *call, const struct problem *problem)
{
    struct export_stream *out = list_entry(call, struct export_stream, call);
    out->is_busy = false;
    if (out->stream && problem)
        reply_problem_late(out->stream, true, problem);
    else if (out->stream)
        answer(out);
    release(out);
}

/* "1,2,3": their number; 0: not such a list, or too long. */
static unsigned read_ids(const char *text, int64_t ids[EXPORT_ITEMS_MAX])
{
    unsigned n = 0;
    while (n < EXPORT_ITEMS_MAX) {
        char *end;
        errno = 0;
        const long long id = strtoll(text, &end, 10);
        if (end == text || id < 1 || errno || (*end && *end != ','))
            return 0;
        ids[n++] = id;
        if (!*end)
            return n;
        text = end + 1;
    }
    return 0;
}

void archive_export_get(const struct call *call, struct http_request *request)
{
    static const struct http_stream_ops OPS = {.next = on_next, .closed = on_closed};
    if (!archive_item_ready(call, request))
        return;
    char *text = mem_new_array(char, IDS_MAX_BYTES);
    int64_t *ids = mem_new_array(int64_t, EXPORT_ITEMS_MAX);
    const unsigned n = http_query(request, "ids", text, IDS_MAX_BYTES) ? read_ids(text, ids) : 0;
    mem_free(text);
    if (n == 0) {
        struct problem problem;
        mem_free(ids);
        (void)problem_set(&problem, PROBLEM_INVALID, NULL,
                          "ids is a list of 1 to %d items, as in 17,18", EXPORT_ITEMS_MAX);
        reply_problem(request, &problem);
        return;
    }
    struct export_stream *out = mem_new(struct export_stream);
    out->archive = service_archive(call->permit.service);
    out->call.ids = ids;
    out->call.n_ids = n;
    out->call.done = on_found;
    out->is_busy = true;
    out->stream = http_hold(request, &OPS, out);
    service_archive_export(&call->permit, &out->call);
}
