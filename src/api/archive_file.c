/* The archive's files over HTTP, with Range and conditional requests (RFC 9110, sections 13 and
 * 14). */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/archive_item.h"
#include "api/archive_stream.h"
#include "api/file_range.h"
#include "base/alloc.h"
#include "base/clock.h"

struct file {
    struct archive_stream stream; /* first member */
    char range[64], if_range[64], if_none_match[64], if_modified_since[64];
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

/* RFC 9110 section 5.6.7. English, since the server never sets a locale. */
static void format_date(int64_t wall_us, char out[32])
{
    const time_t seconds = (time_t)(wall_us / US_PER_S);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(out, 32, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

/* The peer has it already: RFC 9110 section 13.2.2. A date is compared as it is, since the newest
 * photo may be older than another one after a removal. */
static bool is_unmodified(const struct file *file, const char *etag, const char *date)
{
    if (file->if_none_match[0])
        return strstr(file->if_none_match, etag) || strcmp(file->if_none_match, "*") == 0;
    return strcmp(file->if_modified_since, date) == 0;
}

/* RFC 9110 section 13.1.5: a range of another version would not fit. */
static bool range_fits(const struct file *file, const char *etag, const char *date)
{
    return !file->if_range[0] || strcmp(file->if_range, etag) == 0 ||
           strcmp(file->if_range, date) == 0;
}

static const char *type_of(const struct service_archive_call *call)
{
    return call->thumbnail || call->item.kind == ARCHIVE_PHOTO ? "image/jpeg" : "video/mp4";
}

static void answer(struct archive_stream *stream)
{
    struct file *file = file_of(stream);
    const struct service_archive_call *call = &stream->call;
    char etag[64], date[32], content_range[72];
    uint64_t end = call->file_bytes;
    struct http_field fields[5] = {{"etag", etag},
                                   {"last-modified", date},
                                   {"accept-ranges", "bytes"},
                                   /* asks again each time: rights may have ended */
                                   {"cache-control", "private, no-cache"}};
    struct http_response head = {.status = 200, .fields = fields, .n_fields = 4};
    format_etag(call, etag);
    format_date(call->item.end_us, date);
    if (is_unmodified(file, etag, date)) {
        head.status = 304;
        archive_stream_reply(stream, &head);
        return;
    }
    const enum file_range wanted =
        range_fits(file, etag, date)
            ? file_range_parse(file->range, call->file_bytes, &file->at, &end)
            : FILE_RANGE_WHOLE;
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

static void keep(const struct http_request *request, enum http_header header, char out[64])
{
    if (!http_header(request, header, out, 64))
        out[0] = '\0';
}

/* Answers with what the file's call asks for. */
static void get(const struct call *call, struct http_request *request, struct file *takes_file)
{
    static const struct archive_stream_ops OPS = {
        .found = answer, .read = read_block, .finish = finish};
    keep(request, HTTP_RANGE, takes_file->range);
    keep(request, HTTP_IF_RANGE, takes_file->if_range);
    keep(request, HTTP_IF_NONE_MATCH, takes_file->if_none_match);
    keep(request, HTTP_IF_MODIFIED_SINCE, takes_file->if_modified_since);
    archive_stream_hold(call, request, &OPS, &takes_file->stream);
    service_archive_open(&call->permit, &takes_file->stream.call);
}

static void get_by_id(const struct call *call, struct http_request *request, bool thumbnail)
{
    if (!archive_item_ready(call, request))
        return;
    struct file *file = mem_new(struct file);
    file->stream.call.id = archive_item_id(call);
    file->stream.call.thumbnail = thumbnail;
    get(call, request, file);
}

void archive_file_get(const struct call *call, struct http_request *request)
{
    get_by_id(call, request, false);
}

void archive_thumbnail_get(const struct call *call, struct http_request *request)
{
    get_by_id(call, request, true);
}

void archive_path_get(const struct call *call, struct http_request *request)
{
    const char *path = http_path(request) + strlen("/files/");
    if (!archive_item_ready(call, request))
        return;
    struct file *file = mem_new(struct file);
    if (strlen(path) < sizeof(file->stream.call.path)) /* else the item 0, which does not exist */
        memcpy(file->stream.call.path, path, strlen(path) + 1);
    get(call, request, file);
}
