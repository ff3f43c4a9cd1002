/* The archive's files over HTTP, with Range and conditional requests (RFC 9110, sections 13 and
 * 14). The keeper reads block by block; the loop never waits for the disk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/archive_item.h"
#include "api/file_range.h"
#include "api/reply.h"
#include "base/alloc.h"

enum { BLOCK_BYTES = 128 * 1024 };

/* Freed when the connection is closed and no job is running. */
struct file_stream {
    struct service_archive_call call; /* the first job: find and open */
    struct archive_job read;          /* the following jobs */
    struct archive *archive;
    struct http_stream *stream; /* NULL: the connection is closed */
    bool is_busy;               /* a job is running */
    char range[64], if_none_match[64];
    uint64_t at, end;  /* the range still to be read */
    struct buf *block; /* the last one read; NULL = none */
    size_t block_bytes;
    bool is_broken;
};

static void release(struct file_stream *file)
{
    if (file->stream || file->is_busy)
        return;
    if (file->call.fd >= 0)
        close(file->call.fd);
    buf_unref(&file->block);
    mem_free(file);
}

static int work_read(struct archive_job *job, struct shelf *shelf)
{
    (void)shelf;
    struct file_stream *file = list_entry(job, struct file_stream, read);
    const uint64_t left = file->end - file->at;
    file->block_bytes = left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
    if (buf_create(file->block_bytes, &file->block) < 0)
        return -ENOMEM;
    return archive_read(file->call.fd, file->at, file->block->data, file->block_bytes);
}

static void on_read(struct archive_job *job)
{
    struct file_stream *file = list_entry(job, struct file_stream, read);
    file->is_busy = false;
    file->is_broken = job->error < 0;
    if (file->stream)
        http_stream_ready(file->stream);
    release(file);
}

static void read_on(struct file_stream *file)
{
    file->is_busy = true;
    file->read = (struct archive_job){.work = work_read, .done = on_read, .reads = true};
    archive_do(file->archive, &file->read);
}

static int on_next(void *ctx, struct net_out *ret_out)
{
    struct file_stream *file = ctx;
    if (file->is_broken)
        return -1; /* shorter than announced, which tells the peer that it failed */
    if (file->is_busy)
        return 0;
    if (!file->block)
        return -1;
    *ret_out = (struct net_out){.takes_buf = file->block, .len_bytes = file->block_bytes};
    file->block = NULL;
    file->at += file->block_bytes;
    if (file->at < file->end)
        read_on(file);
    return 1;
}

static void on_closed(void *ctx)
{
    struct file_stream *file = ctx;
    file->stream = NULL;
    release(file);
}

/* The file of an item never changes, but another archive in the same place has other items under
 * the same ids: their times differ. */
static void format_etag(const struct service_archive_call *call, char out[64])
{
    snprintf(out, 64, "\"%lld-%llx%s\"", (long long)call->id,
             (unsigned long long)call->item.start_us, call->thumbnail ? "t" : "");
}

static const char *type_of(const struct service_archive_call *call)
{
    return call->thumbnail || call->item.kind == ARCHIVE_PHOTO ? "image/jpeg" : "video/mp4";
}

static void answer(struct file_stream *file)
{
    const struct service_archive_call *call = &file->call;
    char etag[64], length[24], content_range[72];
    struct http_field fields[5] = {{"etag", etag},
                                   {"accept-ranges", "bytes"},
                                   /* asks again each time: rights may have ended */
                                   {"cache-control", "private, no-cache"}};
    struct http_response head = {.status = 200, .fields = fields, .n_fields = 3};
    format_etag(call, etag);
    if (file->if_none_match[0] && strstr(file->if_none_match, etag)) {
        head.status = 304;
        reply_late(file->stream, &head);
        return;
    }
    file->at = 0;
    file->end = call->file_bytes;
    const enum file_range wanted =
        file_range_parse(file->range, call->file_bytes, &file->at, &file->end);
    if (wanted == FILE_RANGE_IMPOSSIBLE) {
        snprintf(content_range, sizeof(content_range), "bytes */%llu",
                 (unsigned long long)call->file_bytes);
        fields[0] = (struct http_field){"content-range", content_range};
        reply_late(file->stream,
                   &(struct http_response){.status = 416, .fields = fields, .n_fields = 1});
        return;
    }
    if (wanted == FILE_RANGE_PART) {
        head.status = 206;
        snprintf(content_range, sizeof(content_range), "bytes %llu-%llu/%llu",
                 (unsigned long long)file->at, (unsigned long long)file->end - 1,
                 (unsigned long long)call->file_bytes);
        fields[head.n_fields++] = (struct http_field){"content-range", content_range};
    }
    snprintf(length, sizeof(length), "%llu", (unsigned long long)(file->end - file->at));
    fields[head.n_fields++] = (struct http_field){"content-length", length};
    head.content_type = type_of(call);
    if (file->at < file->end)
        read_on(file);
    reply_begin(file->stream, &head);
}

static void on_open(struct service_archive_call *call, const struct problem *problem)
{
    struct file_stream *file = list_entry(call, struct file_stream, call);
    file->is_busy = false;
    if (file->stream && problem)
        reply_problem_late(file->stream, false, problem);
    else if (file->stream)
        answer(file);
    release(file);
}

static void get(const struct call *call, struct http_request *request, bool thumbnail)
{
    static const struct http_stream_ops OPS = {.next = on_next, .closed = on_closed};
    if (!archive_item_ready(call, request))
        return;
    struct file_stream *file = mem_new(struct file_stream);
    file->archive = service_archive(call->permit.service);
    file->call.id = archive_item_id(call);
    file->call.thumbnail = thumbnail;
    file->call.done = on_open;
    file->is_busy = true;
    if (!http_header(request, HTTP_RANGE, file->range, sizeof(file->range)))
        file->range[0] = '\0';
    if (!http_header(request, HTTP_IF_NONE_MATCH, file->if_none_match, sizeof(file->if_none_match)))
        file->if_none_match[0] = '\0';
    file->stream = http_hold(request, &OPS, file);
    service_archive_open(&call->permit, &file->call);
}

void archive_file_get(const struct call *call, struct http_request *request)
{
    get(call, request, false);
}

void archive_thumbnail_get(const struct call *call, struct http_request *request)
{
    get(call, request, true);
}
