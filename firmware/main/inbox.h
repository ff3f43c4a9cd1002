/* What other tasks post to the camera's task: events, and the server's texts in a fixed number of
 * slots. Posting never waits. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/agent.h"
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>

enum { INBOX_EVENTS = 24, INBOX_TEXTS = 6 };

enum inbox_kind {
    INBOX_NET_UP,
    INBOX_NET_DOWN,
    INBOX_LINK_UP,
    INBOX_LINK_DOWN,
    INBOX_LINK_TEXT, /* text and len_bytes */
};

struct inbox_text {
    /* One byte over the limit tells the agent that a message was too long. */
    char bytes[AGENT_TEXT_MAX_BYTES + 1];
};

struct inbox_event {
    enum inbox_kind kind;
    uint32_t generation; /* of the connection that it is about */
    struct inbox_text *text;
    size_t len_bytes;
};

struct inbox {
    QueueHandle_t events, free_texts; /* of struct inbox_event, of struct inbox_text * */
    struct inbox_text texts[INBOX_TEXTS];
};

/* Once, before any task uses it. 0 or -ENOMEM. */
int inbox_init(struct inbox *inbox) __attribute__((warn_unused_result));

/* Any task. */
void inbox_post(struct inbox *inbox, const struct inbox_event *event);

/* A free slot for a text, or NULL; returned by inbox_return. Any task. */
struct inbox_text *inbox_borrow(struct inbox *inbox);
void inbox_return(struct inbox *inbox, struct inbox_text *text); /* takes NULL */

/* Waits up to wait_ms for an event. */
bool inbox_take(struct inbox *inbox, unsigned wait_ms, struct inbox_event *ret_event);
