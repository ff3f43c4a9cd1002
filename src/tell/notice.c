#include "tell/notice.h"

#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/item.h"
#include "base/alloc.h"
#include "base/text.h"

static void field(struct notice_request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void field(struct notice_request *request, const char *format, ...)
{
    struct text text = text_over(request->fields[request->n_fields++], NOTICE_FIELD_MAX_BYTES);
    va_list args;
    va_start(args, format);
    text_add_list(&text, format, args);
    va_end(args);
}

/* --- JSON. --- */

static json_t *short_number(float number)
{
    return json_real(round((double)number * 1e4) / 1e4);
}

static json_t *item(int64_t id)
{
    return id ? json_sprintf("/archive/%lld", (long long)id) : json_null();
}

json_t *notice_to_json(const struct notice *notice)
{
    char start[ARCHIVE_TIME_MAX_BYTES], end[ARCHIVE_TIME_MAX_BYTES];
    archive_time_format(notice->start_us, start);
    archive_time_format(notice->end_us, end);
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:[o,o,o,o], s:o, s:o, s:o, s:o}", "type",
                     "motion", "state", notice->has_ended ? "ended" : "began", "camera",
                     notice->camera, "name", notice->name, "event", (json_int_t)notice->number,
                     "start", start, "end", notice->has_ended ? json_string(end) : json_null(),
                     "box", short_number(notice->box[0]), short_number(notice->box[1]),
                     short_number(notice->box[2]), short_number(notice->box[3]), "area",
                     short_number(notice->area_percent), "score", short_number(notice->score),
                     "photo", item(notice->photo), "clip", item(notice->clip));
}

void notice_sign(const char *key, int64_t time_s, const void *body, size_t len_bytes,
                 char out[NOTICE_SIGNATURE_CHARS + 1])
{
    crypto_auth_hmacsha256_state state;
    uint8_t digest[crypto_auth_hmacsha256_BYTES];
    char time[24];
    const int n = snprintf(time, sizeof(time), "%lld.", (long long)time_s);
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)time, (unsigned long long)n);
    crypto_auth_hmacsha256_update(&state, body, len_bytes);
    crypto_auth_hmacsha256_final(&state, digest);
    sodium_bin2hex(out, NOTICE_SIGNATURE_CHARS + 1, digest, sizeof(digest));
}

/* --- Requests. --- */

static void use_text(struct notice_request *request, char *takes_text)
{
    request->text = takes_text;
    request->body = (const uint8_t *)takes_text;
    request->len_bytes = strlen(takes_text);
}

static void use_json(struct notice_request *request, json_t *takes_json)
{
    use_text(request, json_dumps(takes_json, JSON_COMPACT | JSON_REAL_PRECISION(9)));
    json_decref(takes_json);
    field(request, "Content-Type: application/json");
}

static void webhook(const struct notice *notice, const struct receiver *receiver, int64_t now_s,
                    struct notice_request *request)
{
    char signature[NOTICE_SIGNATURE_CHARS + 1];
    request->method = "POST";
    use_json(request, notice_to_json(notice));
    if (!receiver->secret[0])
        return;
    notice_sign(receiver->secret, now_s, request->body, request->len_bytes, signature);
    field(request, "X-Eyelid-Timestamp: %lld", (long long)now_s);
    field(request, "X-Eyelid-Signature: sha256=%s", signature);
}

/* RFC 2047, which ntfy decodes: a name may be in any script. */
static void add_encoded(struct text *text, const char *value)
{
    char base64[sodium_base64_ENCODED_LEN(64 + 16, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(base64, sizeof(base64), (const uint8_t *)value, strlen(value),
                      sodium_base64_VARIANT_ORIGINAL);
    text_add(text, "=?UTF-8?B?%s?=", base64);
}

static void ntfy(const struct notice *notice, const struct receiver *receiver,
                 struct notice_request *request)
{
    const bool has_picture = receiver->picture && notice->picture;
    request->method = has_picture ? "PUT" : "POST";
    struct text title = text_over(request->fields[request->n_fields++], NOTICE_FIELD_MAX_BYTES);
    text_add(&title, "Title: ");
    add_encoded(&title, notice->name);
    field(request, "Tags: eye");
    field(request, "Priority: default");
    if (receiver->secret[0])
        field(request, "Authorization: Bearer %s", receiver->secret);
    if (!has_picture) {
        use_text(request, mem_strdup_or_die("Motion"));
        return;
    }
    field(request, "Message: Motion");
    field(request, "Filename: %s.jpg", notice->camera);
    request->body = packet_unit(notice->picture);
    request->len_bytes = packet_unit_len_bytes(notice->picture);
}

void notice_request(const struct notice *notice, const struct receiver *receiver, int64_t now_s,
                    struct notice_request *ret_request)
{
    memset(ret_request, 0, sizeof(*ret_request));
    switch (receiver->kind) {
    case RECEIVER_WEBHOOK:
        webhook(notice, receiver, now_s, ret_request);
        break;
    case RECEIVER_NTFY:
        ntfy(notice, receiver, ret_request);
        break;
    default:
        ret_request->method = "POST";
        use_json(ret_request, json_pack("{s:s, s:s, s:s}", "title", notice->name, "body", "Motion",
                                        "type", "info"));
    }
}

void notice_request_finish(struct notice_request *request)
{
    mem_free(request->text);
    request->text = NULL;
}
