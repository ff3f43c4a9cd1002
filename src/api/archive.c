/* The archive over REST: list, days, one item, its star and note, removal. */
#include <stdio.h>
#include <string.h>

#include "api/archive_item.h"
#include "api/json_in.h"
#include "api/reply.h"
#include "base/alloc.h"
#include "base/text.h"
#include "service/quota.h"

/* A request that waits for the archive. It is freed when the connection is closed and the archive
 * has answered, since its job cannot be cancelled. */
struct asked {
    struct service_archive_call call;
    struct http_stream *stream; /* NULL: the connection is closed */
    bool is_done;
    json_t *(*describe)(const struct service_archive_call *call); /* NULL: 204 */
};

static void release(struct asked *asked)
{
    if (asked->stream || !asked->is_done)
        return;
    mem_free(asked->call.items);
    mem_free(asked->call.days);
    mem_free(asked->call.storage);
    mem_free(asked);
}

static void on_closed(void *ctx)
{
    struct asked *asked = ctx;
    asked->stream = NULL;
    release(asked);
}

static void answer(struct asked *asked, const struct problem *problem)
{
    if (problem)
        reply_problem_late(asked->stream, true, problem);
    else if (asked->describe)
        reply_json_late(asked->stream, &(struct http_response){.status = 200},
                        asked->describe(&asked->call));
    else
        reply_late(asked->stream, &(struct http_response){.status = 204});
}

static void on_done(struct service_archive_call *call, const struct problem *problem)
{
    struct asked *asked = list_entry(call, struct asked, call);
    asked->is_done = true;
    if (asked->stream)
        answer(asked, problem); /* closed() follows and releases it */
    else
        release(asked);
}

/* Holds the request; the caller then begins the command. */
static struct asked *hold(struct http_request *request,
                          json_t *(*describe)(const struct service_archive_call *call))
{
    static const struct http_stream_ops OPS = {.closed = on_closed};
    struct asked *asked = mem_new(struct asked);
    asked->describe = describe;
    asked->call.done = on_done;
    asked->stream = http_hold(request, &OPS, asked);
    return asked;
}

static void refuse(struct http_request *request, const char *detail)
{
    struct problem problem;
    (void)problem_set(&problem, PROBLEM_INVALID, NULL, "%s", detail);
    reply_problem(request, &problem);
}

/* --- The query. --- */

enum { PAGE_ITEMS = 100, VALUE_BYTES = 64 };

static const char *read_time(struct http_request *request, const char *name, int64_t *ret_us)
{
    char value[VALUE_BYTES];
    if (!http_query(request, name, value, sizeof(value)))
        return NULL;
    return archive_time_parse(value, ret_us) < 0
               ? "from and to must be times like 2026-11-30T14:03:22Z, or dates"
               : NULL;
}

/* "1796043802123456-17": start and id of the previous page's last item. */
static const char *read_cursor(struct http_request *request, struct index_filter *filter)
{
    char value[VALUE_BYTES];
    long long before_us, before_id;
    int n = 0;
    if (!http_query(request, "cursor", value, sizeof(value)))
        return NULL;
    if (sscanf(value, "%lld-%lld%n", &before_us, &before_id, &n) != 2 || value[n] || before_id < 1)
        return "cursor must be the previous page's \"next\"";
    filter->before_us = before_us;
    filter->before_id = before_id;
    return NULL;
}

static const char *read_kinds(struct http_request *request, struct index_filter *filter)
{
    char value[VALUE_BYTES];
    enum archive_kind kind;
    enum archive_reason reason;
    if (http_query(request, "kind", value, sizeof(value))) {
        if (archive_kind_find(value, &kind) < 0)
            return "kind must be photo, clip or film";
        filter->kind = (int)kind;
    }
    if (http_query(request, "reason", value, sizeof(value))) {
        if (archive_reason_find(value, &reason) < 0)
            return "reason must be manual, schedule, motion, continuous or import";
        filter->reason = (int)reason;
    }
    if (http_query(request, "starred", value, sizeof(value)))
        filter->starred = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    return NULL;
}

/* NULL, or what is invalid. */
static const char *read_query(struct http_request *request, struct service_archive_call *call)
{
    char value[VALUE_BYTES];
    int64_t max = PAGE_ITEMS;
    call->filter = (struct index_filter){.kind = -1, .reason = -1};
    if (http_query(request, "limit", value, sizeof(value)) &&
        text_to_int(value, 1, SERVICE_ARCHIVE_PAGE_MAX, &max) < 0)
        return "limit must be 1 to 500";
    call->max = (unsigned)max;
    if (http_query(request, "camera", value, sizeof(value))) {
        if (!text_is_id(value))
            return "camera must be a camera's id";
        snprintf(call->camera, sizeof(call->camera), "%.32s", value);
    }
    const char *wrong = read_time(request, "from", &call->filter.from_us);
    if (!wrong)
        wrong = read_time(request, "to", &call->filter.until_us);
    if (!wrong)
        wrong = read_kinds(request, &call->filter);
    return wrong ? wrong : read_cursor(request, &call->filter);
}

/* --- The endpoints. --- */

static json_t *describe_page(const struct service_archive_call *call)
{
    json_t *items = json_array(), *page = json_pack("{s:o, s:n}", "items", items, "next");
    for (unsigned i = 0; i < call->n_items; i++)
        if (access_allows(&call->principal, ACCESS_VIEWER, ACCESS_CAMERA, call->items[i].camera))
            json_array_append_new(items, archive_item_json(&call->items[i]));
    if (call->has_more) {
        const struct archive_item *last = &call->items[call->n_items - 1];
        char next[48];
        snprintf(next, sizeof(next), "%lld-%lld", (long long)last->start_us, (long long)last->id);
        json_object_set_new(page, "next", json_string(next));
    }
    return page;
}

static json_t *describe_days(const struct service_archive_call *call)
{
    json_t *days = json_object();
    for (unsigned i = 0; i < call->n_days; i++)
        json_object_set_new(days, call->days[i].day, json_integer((json_int_t)call->days[i].items));
    return json_pack("{s:o}", "days", days);
}

/* 0 is no limit. */
static json_t *limit(int64_t n)
{
    return n ? json_integer((json_int_t)n) : json_null();
}

/* By its age alone; when the space is used up is not known. */
static json_t *describe_next(const struct archive_item *item, const struct shelf_policy *policy)
{
    char due[ARCHIVE_TIME_MAX_BYTES];
    if (policy->max_age_us)
        archive_time_format(item->start_us + policy->max_age_us, due);
    return json_pack("{s:o, s:s?}", "item", archive_item_json(item), "due",
                     policy->max_age_us ? due : NULL);
}

static json_t *describe_use(const struct service *service, const struct index_use *use)
{
    char oldest[ARCHIVE_TIME_MAX_BYTES];
    const bool has_oldest = use->oldest_us != INT64_MAX;
    if (has_oldest)
        archive_time_format(use->oldest_us, oldest);
    return json_pack("{s:s, s:I, s:I, s:o, s:I, s:s?}", "camera", use->camera, "items",
                     (json_int_t)use->items, "bytes", (json_int_t)use->bytes, "quota_bytes",
                     limit((int64_t)service_quota(service, use->camera)), "recent_bytes",
                     (json_int_t)use->recent_bytes, "oldest", has_oldest ? oldest : NULL);
}

static json_t *describe_storage(const struct service_archive_call *call)
{
    const struct service_storage *storage = call->storage;
    const struct shelf_policy *policy = &storage->policy;
    json_t *cameras = json_array();
    for (unsigned i = 0; i < storage->n_cameras; i++)
        json_array_append_new(cameras, describe_use(storage->service, &storage->cameras[i]));
    return json_pack(
        "{s:o, s:I, s:I, s:{s:I, s:I}, s:{s:o, s:o, s:o}, s:o}", "cameras", cameras, "free_bytes",
        (json_int_t)storage->free_bytes, "total_bytes", (json_int_t)storage->total_bytes, "recent",
        "bytes", (json_int_t)storage->recent_bytes, "span_s", (json_int_t)storage->recent_s,
        "limits", "age_s", limit(policy->max_age_us / US_PER_S), "bytes",
        limit((int64_t)policy->max_bytes), "min_free_bytes", limit((int64_t)policy->min_free_bytes),
        "next",
        storage->has_oldest && (policy->max_age_us || policy->max_bytes || policy->min_free_bytes)
            ? describe_next(&call->item, policy)
            : json_null());
}

static json_t *describe_item(const struct service_archive_call *call)
{
    return archive_item_json(&call->item);
}

static void query(const struct call *call, struct http_request *request,
                  json_t *(*describe)(const struct service_archive_call *call),
                  void (*command)(const struct permit *permit, struct service_archive_call *call))
{
    struct service_archive_call wanted = {0};
    if (!archive_item_ready(call, request))
        return;
    const char *wrong = read_query(request, &wanted);
    if (wrong) {
        refuse(request, wrong);
        return;
    }
    struct asked *asked = hold(request, describe);
    wanted.done = asked->call.done;
    asked->call = wanted;
    command(&call->permit, &asked->call);
}

void archive_list(const struct call *call, struct http_request *request)
{
    query(call, request, describe_page, service_archive_list);
}

void archive_days_get(const struct call *call, struct http_request *request)
{
    query(call, request, describe_days, service_archive_days);
}

void archive_storage_get(const struct call *call, struct http_request *request)
{
    if (!archive_item_ready(call, request))
        return;
    struct asked *asked = hold(request, describe_storage);
    service_archive_storage(&call->permit, &asked->call);
}

void archive_get(const struct call *call, struct http_request *request)
{
    if (!archive_item_ready(call, request))
        return;
    struct asked *asked = hold(request, describe_item);
    asked->call.id = archive_item_id(call);
    service_archive_get(&call->permit, &asked->call);
}

void archive_delete(const struct call *call, struct http_request *request)
{
    if (!archive_item_ready(call, request))
        return;
    struct asked *asked = hold(request, NULL);
    asked->call.id = archive_item_id(call);
    service_archive_remove(&call->permit, &asked->call);
}

/* A note is one line of text, or "". */
static bool is_note(const char *text)
{
    return !*text || text_is_name(text, ARCHIVE_NOTE_MAX_BYTES);
}

/* NULL, or what is invalid. */
static const char *read_patch(json_t *body, struct service_archive_call *call)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        if (strcmp(name, "starred") == 0 && json_is_boolean(value)) {
            call->sets_star = true;
            call->star = json_is_true(value);
        } else if (strcmp(name, "note") == 0 && json_is_string(value) &&
                   is_note(json_string_value(value))) {
            call->sets_note = true;
            snprintf(call->note, sizeof(call->note), "%s", json_string_value(value));
        } else {
            return "only starred (true or false) and note (a line of up to 256 bytes) can be "
                   "changed";
        }
    }
    return NULL;
}

void archive_patch(const struct call *call, struct http_request *request)
{
    json_t *body = archive_item_ready(call, request) ? json_in_body(request) : NULL;
    if (!body)
        return;
    struct service_archive_call wanted = {.id = archive_item_id(call)};
    const char *wrong = read_patch(body, &wanted);
    json_decref(body);
    if (wrong) {
        refuse(request, wrong);
        return;
    }
    struct asked *asked = hold(request, describe_item);
    wanted.done = asked->call.done;
    asked->call = wanted;
    service_archive_change(&call->permit, &asked->call);
}
