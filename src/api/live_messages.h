/* Messages from a page (docs/protocol.md, section 2.1), parsed and checked completely: all values
 * are in range afterwards. Pure; any thread. */
#pragma once
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "service/problem.h"
#include "stream/packet.h"

enum { LIVE_MESSAGE_MAX_BYTES = 16 * 1024, LIVE_MESSAGE_ID_MAX = 32 };

enum live_message_type {
    LIVE_MESSAGE_START,
    LIVE_MESSAGE_STOP,
    LIVE_MESSAGE_KEY,
    LIVE_MESSAGE_CAPTURE,
    LIVE_MESSAGE_SET,
    LIVE_MESSAGE_RESET,
    LIVE_MESSAGE_PING,
    LIVE_MESSAGE_TYPES
};

struct live_message {
    enum live_message_type type;
    char camera[LIVE_MESSAGE_ID_MAX + 1]; /* a valid id, or "" (ping) */
    uint32_t request;                     /* capture, set, reset: from 1; else 0 */
    enum rendition_kind rendition;        /* start */
    uint16_t fps, width, height;          /* start: largest useful, 0 = any */
    json_t *values;                       /* set: an object, owned; else NULL */
    double t;                             /* ping */
};

/* Why a message was refused. camera and request are set if they could be read. */
struct live_message_error {
    enum problem_type type; /* PROBLEM_BAD_MESSAGE or PROBLEM_UNSUPPORTED */
    const char *message;    /* a sentence; static */
    char camera[LIVE_MESSAGE_ID_MAX + 1];
    uint32_t request;
};

/* 0 and *ret_message, to be given to live_message_finish; or -EINVAL and *ret_error. */
int live_message_parse(const char *text, size_t len_bytes, struct live_message *ret_message,
                       struct live_message_error *ret_error) __attribute__((warn_unused_result));

void live_message_finish(struct live_message *message);
