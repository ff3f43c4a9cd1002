#include "api/reply.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

enum { MAX_FIELDS = 12 };

/* No answer is cached or sends a referrer to other sites; net adds nosniff. */
static const struct http_field COMMON[] = {
    {"referrer-policy", "no-referrer"},
    {"cache-control", "private, no-store"},
    {"cross-origin-opener-policy", "same-origin"},
    {"cross-origin-resource-policy", "same-site"},
};
/* nginx would collect an endless answer in its buffers (ngx_http_proxy_module). */
static const struct http_field UNBUFFERED = {"x-accel-buffering", "no"};
enum { N_COMMON = sizeof(COMMON) / sizeof(COMMON[0]) };

static bool has_field(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->n_fields; i++)
        if (strcmp(response->fields[i].name, name) == 0)
            return true;
    return false;
}

/* Adds the common headers to the response, except those that it has already. */
static struct http_response with_common(const struct http_response *response,
                                        struct http_field fields[MAX_FIELDS])
{
    struct http_response full = *response;
    size_t n = 0;
    for (size_t i = 0; i < response->n_fields && n < MAX_FIELDS; i++)
        fields[n++] = response->fields[i];
    for (size_t i = 0; i < N_COMMON && n < MAX_FIELDS; i++)
        if (!has_field(response, COMMON[i].name))
            fields[n++] = COMMON[i];
    full.fields = fields;
    full.n_fields = n;
    return full;
}

void reply(struct http_request *request, const struct http_response *response)
{
    struct http_field fields[MAX_FIELDS];
    struct http_response full = with_common(response, fields);
    http_reply(request, &full);
}

void reply_late(struct http_stream *stream, const struct http_response *response)
{
    struct http_field fields[MAX_FIELDS];
    struct http_response full = with_common(response, fields);
    http_stream_reply(stream, &full);
}

void reply_begin(struct http_stream *stream, const struct http_response *head)
{
    struct http_field fields[MAX_FIELDS];
    struct http_response full = with_common(head, fields);
    if (full.n_fields < MAX_FIELDS)
        fields[full.n_fields++] = UNBUFFERED;
    http_stream_begin(stream, &full);
}

struct buf *reply_buf(const void *bytes, size_t len_bytes)
{
    struct buf *buf;
    if (buf_create(REPLY_OFF + len_bytes, &buf) < 0)
        return NULL;
    memcpy(buf->data + REPLY_OFF, bytes, len_bytes);
    return buf;
}

struct buf *reply_json_buf(json_t *takes_json, size_t *ret_len_bytes)
{
    struct buf *buf = NULL;
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15); /* 0.1, not 0.10000000000000001 */
    size_t len = json_dumpb(takes_json, NULL, 0, flags);
    if (len > 0 && buf_create(REPLY_OFF + len, &buf) == 0) {
        json_dumpb(takes_json, (char *)buf->data + REPLY_OFF, len, flags);
        *ret_len_bytes = len;
    }
    json_decref(takes_json);
    return buf;
}

void reply_json(struct http_request *request, int status, json_t *takes_json)
{
    size_t len = 0;
    struct buf *buf = reply_json_buf(takes_json, &len);
    if (!buf) {
        reply_text(request, 503, "out of memory");
        return;
    }
    reply(request, &(struct http_response){.status = status,
                                           .content_type = "application/json",
                                           .takes_buf = buf,
                                           .body_off = REPLY_OFF,
                                           .len_bytes = len});
}

void reply_text(struct http_request *request, int status, const char *text)
{
    char line[512];
    struct text t = text_over(line, sizeof(line));
    text_add(&t, "%s\n", text);
    reply(request, &(struct http_response){.status = status,
                                           .content_type = "text/plain; charset=utf-8",
                                           .body = line,
                                           .len_bytes = t.len});
}

bool reply_is_json_path(const char *path)
{
    return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/api") == 0;
}

void reply_nothing(struct http_request *request)
{
    reply(request, &(struct http_response){.status = 204});
}

/* A problem's detail is bounded; JSON needs at most six bytes for each of its bytes. */
enum { PROBLEM_MAX_BYTES = 6 * PROBLEM_DETAIL_MAX_BYTES + 512 };

static void problem_json(const struct problem *problem, struct text *out)
{
    const char *name = problem_name(problem->type);
    text_add(out, "{\"type\":\"urn:eyelid:problem:%s\",\"title\":", name);
    text_add_json(out, problem_title(problem->type));
    text_add(out, ",\"status\":%d,\"detail\":", problem_status(problem->type));
    text_add_json(out, problem->detail);
    if (problem->camera[0]) {
        text_add(out, ",\"camera\":");
        text_add_json(out, problem->camera);
    }
    text_add(out, "}");
}

static struct http_response problem_response(bool json, const struct problem *problem,
                                             char out[PROBLEM_MAX_BYTES])
{
    struct text text = text_over(out, PROBLEM_MAX_BYTES);
    if (json)
        problem_json(problem, &text);
    else
        text_add(&text, "%s\n", problem->detail);
    return (struct http_response){.status = problem_status(problem->type),
                                  .content_type = json ? "application/problem+json"
                                                       : "text/plain; charset=utf-8",
                                  .body = out,
                                  .len_bytes = text.len};
}

void reply_problem_with(struct http_request *request, const struct problem *problem,
                        const struct http_field *field)
{
    char out[PROBLEM_MAX_BYTES];
    struct http_response response =
        problem_response(reply_is_json_path(http_path(request)), problem, out);
    response.fields = field;
    response.n_fields = field ? 1 : 0;
    reply(request, &response);
}

void reply_problem(struct http_request *request, const struct problem *problem)
{
    reply_problem_with(request, problem, NULL);
}

void reply_problem_late(struct http_stream *stream, bool json, const struct problem *problem)
{
    char out[PROBLEM_MAX_BYTES];
    struct http_response response = problem_response(json, problem, out);
    reply_late(stream, &response);
}

void reply_json_late(struct http_stream *stream, const struct http_response *head,
                     json_t *takes_json)
{
    static const struct problem NO_MEMORY = {PROBLEM_NO_MEMORY, "", "out of memory"};
    struct http_response response = *head;
    response.takes_buf = reply_json_buf(takes_json, &response.len_bytes);
    response.body_off = REPLY_OFF;
    response.content_type = "application/json";
    if (response.takes_buf)
        reply_late(stream, &response);
    else
        reply_problem_late(stream, true, &NO_MEMORY);
}

json_t *reply_instant(int64_t seconds)
{
    char text[32];
    struct tm tm;
    time_t time = (time_t)seconds;
    if (!seconds || !gmtime_r(&time, &tm))
        return json_null();
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}
