#include "api/archive_item.h"

#include <stdio.h>

#include "api/reply.h"
#include "base/text.h"

json_t *archive_item_json(const struct archive_item *item)
{
    char id[24], url[48], thumbnail[64], start[ARCHIVE_TIME_MAX_BYTES], end[ARCHIVE_TIME_MAX_BYTES];
    snprintf(id, sizeof(id), "%lld", (long long)item->id);
    snprintf(url, sizeof(url), "/archive/%s", id);
    snprintf(thumbnail, sizeof(thumbnail), "/archive/%s/thumbnail.jpg", id);
    archive_time_format(item->start_us, start);
    archive_time_format(item->end_us, end);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:i, s:i, s:b, s:s, s:s, s:s, s:s}", "id",
                     id, "camera", item->camera, "kind", archive_kind_name(item->kind), "reason",
                     archive_reason_name(item->reason), "start", start, "end", end, "bytes",
                     (json_int_t)item->bytes, "width", item->width, "height", item->height,
                     "starred", item->starred, "note", item->note, "file", item->path, "url", url,
                     "thumbnail", thumbnail);
}

bool archive_item_ready(const struct call *call, struct http_request *request)
{
    struct problem problem;
    if (service_archive(call->permit.service))
        return true;
    (void)problem_set(&problem, PROBLEM_BUSY, NULL, "the archive is not open");
    reply_problem(request, &problem);
    return false;
}

int64_t archive_item_id(const struct call *call)
{
    int64_t id;
    return text_to_int(call->id, 1, INT64_MAX, &id) == 0 ? id : 0;
}
