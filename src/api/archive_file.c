/* The archive's files over HTTP, with Range and conditional requests (RFC 9110, sections 13 and
 * 14). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/archive_item.h"
#include "api/archive_stream.h"
#include "api/file_range.h"
#include "base/alloc.h"

struct file {
    struct archive_stream stream; /* first member */
    char range[64], if_none_match[64];
    uint64_t at;
};

static struct file *file_of(struct archive_stream *stream)
{
    return list_entry(stream, struct file, stream);
}

static void finish(struct archive_stream *stream)
{
    if (stream->call.fd >= 0)
        close(stream->call.fd);
}

static int read_block(struct archive_stream *stream, struct shelf *shelf, uint8_t *block,
                      size_t *ret_len_bytes)
{
    (void)shelf;
    struct file *file = file_of(stream);
    const size_t len = stream->left_bytes < ARCHIVE_STREAM_BLOCK_BYTES ? (size_t)stream->left_bytes
                                                                       : ARCHIVE_STREAM_BLOCK_BYTES;
    int r = archive_read(stream->call.fd, file->at, block, len);
    file->at += len;
    *ret_len_bytes = len;
    return r;
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

static void answer(struct archive_stream *stream)
{
    struct file *file = file_of(stream);
    const struct service_archive_call *call = &stream->call;
    char etag[64], content_range[72];
    uint64_t end = call->file_bytes;
    struct http_field fields[4] = {{"etag", etag},
                                   {"accept-ranges", "bytes"},
                                   /* asks again each time: rights may have ended */
                                   {"cache-control", "private, no-cache"}};
    struct http_response head = {.status = 200, .fields = fields, .n_fields = 3};
    format_etag(call, etag);
    if (file->if_none_match[0] && strstr(file->if_none_match, etag)) {
        head.status = 304;
        archive_stream_reply(stream, &head);
        return;
    }
    const enum file_range wanted = file_range_parse(file->range, call->file_bytes, &file->at, &end);
    if (wanted == FILE_RANGE_IMPOSSIBLE) {
        snprintf(content_range, sizeof(content_range), "bytes */%llu",
                 (unsigned long long)call->file_bytes);
        fields[0] = (struct http_field){"content-range", content_range};
        archive_stream_reply(
            stream, &(struct http_response){.status = 416, .fields = fields, .n_fields = 1});
        return;
    }
    if (wanted == FILE_RANGE_PART) {
        head.status = 206;
        snprintf(content_range, sizeof(content_range), "bytes %llu-%llu/%llu",
                 (unsigned long long)file->at, (unsigned long long)end - 1,
                 (unsigned long long)call->file_bytes);
        fields[head.n_fields++] = (struct http_field){"content-range", content_range};
    }
    head.content_type = type_of(call);
    archive_stream_begin(stream, &head, end - file->at);
}

static void get(const struct call *call, struct http_request *request, bool thumbnail)
{
    static const struct archive_stream_ops OPS = {
        .found = answer, .read = read_block, .finish = finish};
    if (!archive_item_ready(call, request))
        return;
    struct file *file = mem_new(struct file);
    file->stream.call.id = archive_item_id(call);
    file->stream.call.thumbnail = thumbnail;
    if (!http_header(request, HTTP_RANGE, file->range, sizeof(file->range)))
        file->range[0] = '\0';
    if (!http_header(request, HTTP_IF_NONE_MATCH, file->if_none_match, sizeof(file->if_none_match)))
        file->if_none_match[0] = '\0';
    archive_stream_hold(call, request, &OPS, &file->stream);
    service_archive_open(&call->permit, &file->stream.call);
}

void archive_file_get(const struct call *call, struct http_request *request)
{
    get(call, request, false);
}

void archive_thumbnail_get(const struct call *call, struct http_request *request)
{
    get(call, request, true);
}
