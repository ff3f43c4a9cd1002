/* Replies: JSON, plain text and errors with the headers that every answer carries, and buffers laid
 * out for net_out. Only for src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"

/* An error in the form that its address promises: JSON below /api, a plain sentence elsewhere. */
struct reply_error {
    int status;
    const char *code;        /* docs/protocol.md, section 2.2 */
    const char *message;     /* a sentence; borrowed */
    struct http_field field; /* one more header; its name is NULL where there is none */
    const char *why;         /* what the camera's owner is told, too; NULL or "" = nothing */
};

void reply_json(struct http_request *request, int status, json_t *takes_json);
void reply_text(struct http_request *request, int status, const char *text);
void reply_error(struct http_request *request, const struct reply_error *error);
/* The same for a request that was held; json: it came in below /api. */
void reply_error_late(struct http_stream *stream, bool json, const struct reply_error *error);

/* Any other response: adds the headers that every answer carries to its own. */
void reply(struct http_request *request, const struct http_response *response);
void reply_late(struct http_stream *stream, const struct http_response *response);
void reply_begin(struct http_stream *stream, const struct http_response *head);

/* True when errors at this path are JSON. */
bool reply_is_json_path(const char *path);

/* A buffer for net_out: room for the transport, then a copy of the bytes at REPLY_OFF. NULL when
 * there is no memory. */
enum { REPLY_OFF = PACKET_TRANSPORT_ROOM };
struct buf *reply_buf(const void *bytes, size_t len_bytes) __attribute__((warn_unused_result));

/* The JSON as such a buffer; takes json. */
struct buf *reply_json_buf(json_t *takes_json, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));
