/* Replies: JSON, plain text and problems with the common headers, and buffers laid out for net_out.
 * Only for src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"

void reply_json(struct http_request *request, int status, json_t *takes_json);
void reply_text(struct http_request *request, int status, const char *text);
/* 204. */
void reply_nothing(struct http_request *request);

/* A problem: RFC 9457 below /api, a plain sentence elsewhere.
 * field: one more header; NULL = none. */
void reply_problem(struct http_request *request, const struct problem *problem);
void reply_problem_with(struct http_request *request, const struct problem *problem,
                        const struct http_field *field);
/* The same for a request that was held; json: its address is below /api. */
void reply_problem_late(struct http_stream *stream, bool json, const struct problem *problem);

/* Any other response; adds the common headers. */
void reply(struct http_request *request, const struct http_response *response);
void reply_late(struct http_stream *stream, const struct http_response *response);
void reply_begin(struct http_stream *stream, const struct http_response *head);

/* The JSON for a request that was held below /api, or the problem that there is no memory for it.
 */
void reply_json_late(struct http_stream *stream, const struct http_response *head,
                     json_t *takes_json);

/* True when problems at this path are JSON. */
bool reply_is_json_path(const char *path);

/* A buffer for net_out: room for the transport, then a copy of the bytes at REPLY_OFF. NULL: out of
 * memory. */
enum { REPLY_OFF = PACKET_TRANSPORT_ROOM };
struct buf *reply_buf(const void *bytes, size_t len_bytes) __attribute__((warn_unused_result));

/* The JSON as such a buffer; takes json. */
struct buf *reply_json_buf(json_t *takes_json, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));

/* Seconds since the Unix epoch as RFC 3339; null for 0. */
json_t *reply_instant(int64_t seconds);
