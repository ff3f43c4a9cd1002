/* A selection of the archive as one zip file, made while it is sent. */
#include <errno.h>
#include <stdlib.h>

#include "api/archive_item.h"
#include "api/archive_stream.h"
#include "api/reply.h"
#include "archive/export.h"
#include "base/alloc.h"

/* A list of ids must fit in a request's head. */
enum { IDS_MAX_BYTES = 16 * 1024 };
_Static_assert((int)EXPORT_BLOCK_BYTES <= (int)ARCHIVE_STREAM_BLOCK_BYTES,
               "a block takes its part");

struct export_stream {
    struct archive_stream stream; /* first member */
    struct export *export;        /* NULL: not yet found */
};

static struct export_stream *export_of(struct archive_stream *stream)
{
    return list_entry(stream, struct export_stream, stream);
}

static void finish(struct archive_stream *stream)
{
    export_destroy(export_of(stream)->export);
    mem_free(stream->call.ids);
    mem_free(stream->call.items);
}

static int read_block(struct archive_stream *stream, struct shelf *shelf, uint8_t *block,
                      size_t *ret_len_bytes)
{
    return export_read(export_of(stream)->export, shelf->root, block, ret_len_bytes);
}

static void answer(struct archive_stream *stream)
{
    static const struct http_field FIELDS[] = {
        {"content-disposition", "attachment; filename=\"eyelid.zip\""},
        {"cache-control", "no-store"}};
    struct service_archive_call *call = &stream->call;
    struct export *export = export_create(call->items, call->n_items);
    export_of(stream)->export = export;
    mem_free(call->ids);
    mem_free(call->items);
    call->ids = NULL;
    call->items = NULL;
    http_stream_holds(stream->stream, export_memory_bytes(export));
    archive_stream_begin(
        stream,
        &(struct http_response){
            .status = 200, .content_type = "application/zip", .fields = FIELDS, .n_fields = 2},
        export_bytes(export));
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
    static const struct archive_stream_ops OPS = {
        .found = answer, .read = read_block, .finish = finish, .is_json = true};
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
    out->stream.call.ids = ids;
    out->stream.call.n_ids = n;
    archive_stream_hold(call, request, &OPS, &out->stream);
    service_archive_export(&call->permit, &out->stream.call);
}
