#include "api/reply.h"

#include <string.h>

#include "base/text.h"

enum { MAX_FIELDS = 8 };

/* Every answer is fresh and tells nobody where it was read; net adds that it is what it says. */
static const struct http_field COMMON[] = {
    {"referrer-policy", "no-referrer"},
    {"cache-control", "no-store"},
};
enum { N_COMMON = sizeof(COMMON) / sizeof(COMMON[0]) };

static bool has_field(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->n_fields; i++)
        if (strcmp(response->fields[i].name, name) == 0)
            return true;
    return false;
}

/* The response with the common headers, but for those that it brings itself. */
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
    size_t len = json_dumpb(takes_json, NULL, 0, JSON_COMPACT);
    if (len > 0 && buf_create(REPLY_OFF + len, &buf) == 0) {
        json_dumpb(takes_json, (char *)buf->data + REPLY_OFF, len, JSON_COMPACT);
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

enum { ERROR_MAX_BYTES = 1024 };

static struct http_response error_response(bool json, const struct reply_error *error,
                                           char out[ERROR_MAX_BYTES])
{
    char sentence[ERROR_MAX_BYTES / 2];
    struct text t = text_over(out, ERROR_MAX_BYTES), said = text_over(sentence, sizeof(sentence));
    bool has_why = error->why && *error->why;
    text_add(&said, "%s%s%s", error->message, has_why ? ": " : "", has_why ? error->why : "");
    if (json) {
        text_add(&t, "{\"error\":{\"code\":\"%s\",\"message\":", error->code);
        text_add_json(&t, sentence);
        text_add(&t, "}}");
    } else {
        text_add(&t, "%s\n", sentence);
    }
    return (struct http_response){.status = error->status,
                                  .content_type =
                                      json ? "application/json" : "text/plain; charset=utf-8",
                                  .fields = &error->field,
                                  .n_fields = error->field.name ? 1 : 0,
                                  .body = out,
                                  .len_bytes = t.len};
}

void reply_error(struct http_request *request, const struct reply_error *error)
{
    char out[ERROR_MAX_BYTES];
    struct http_response response =
        error_response(reply_is_json_path(http_path(request)), error, out);
    reply(request, &response);
}

void reply_error_late(struct http_stream *stream, bool json, const struct reply_error *error)
{
    char out[ERROR_MAX_BYTES];
    struct http_response response = error_response(json, error, out);
    reply_late(stream, &response);
}
