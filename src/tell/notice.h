/* A notice, and the HTTP request that sends it to a receiver. Pure except for its memory. */
#pragma once
#include "stream/packet.h"
#include "tell/receiver.h"

struct notice {
    char camera[33], name[65]; /* its id and its name */
    bool has_ended;            /* else the movement has begun */
    int64_t number;            /* of the event */
    int64_t start_us, end_us;  /* wall clock */
    float box[4], area_percent, score;
    int64_t photo, clip;    /* items of the archive; 0 = none */
    struct packet *picture; /* a JPEG, owned reference; NULL: none */
};

enum { NOTICE_FIELDS_MAX = 8, NOTICE_FIELD_MAX_BYTES = 320 };

struct notice_request {
    const char *method;
    char fields[NOTICE_FIELDS_MAX][NOTICE_FIELD_MAX_BYTES]; /* "Name: value" */
    unsigned n_fields;
    char *text;          /* the body; NULL: the body is the picture */
    const uint8_t *body; /* of either; valid as long as notice and request are */
    size_t len_bytes;
};

/* now_s: the date of a signature. */
void notice_request(const struct notice *notice, const struct receiver *receiver, int64_t now_s,
                    struct notice_request *ret_request);
void notice_request_finish(struct notice_request *request);

/* The event as JSON, for webhooks. */
json_t *notice_to_json(const struct notice *notice) __attribute__((returns_nonnull));

/* HMAC-SHA256 (RFC 2104) of "TIME.BODY", in hexadecimal. */
enum { NOTICE_SIGNATURE_CHARS = 64 };
void notice_sign(const char *key, int64_t time_s, const void *body, size_t len_bytes,
                 char out[NOTICE_SIGNATURE_CHARS + 1]);
