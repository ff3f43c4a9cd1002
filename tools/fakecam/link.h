/* One WebSocket connection after another to the server, as a small device has it: one message in
 * flight at a time, and none while the socket is congested. What does not belong here: when to
 * connect and what to send (the agent decides). One thread. */
#pragma once
#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "device/agent.h"
#include "tools/fakecam/client.h"

enum {
    LINK_MAX_MESSAGE_BYTES = 8 << 20,
    LINK_SEND_BUFFER_BYTES = 128 << 10, /* of the socket: a device has little memory */
};

enum link_state { LINK_NONE, LINK_DIALLING, LINK_UP, LINK_CLOSING };

struct link_params {
    struct client *client;               /* all borrowed for the link's lifetime */
    const char *host, *authority, *path; /* authority: the Host header */
    uint16_t port;
    const char *subprotocol; /* NULL = none */
    const char *token;       /* presented in the handshake; NULL = none */
    size_t fragment_bytes;   /* size of the continuation frames; 0 = a message is one frame */
    /* kind is AGENT_UP, AGENT_DOWN, AGENT_READY or AGENT_TEXT; not called by the functions below */
    void (*report)(void *ctx, const struct agent_event *event);
    void *ctx;
};

struct link_message {
    bool is_text;
    uint8_t head[WIRE_HEAD_BYTES];
    size_t head_bytes;
    struct buf *body;
};

struct link {
    struct link_params params;
    enum link_state state;
    bool in_dial, dial_failed;
    struct lws *wsi; /* events of others belong to an abandoned connection */
    struct link_message message;
    bool has_message;
    size_t sent_bytes; /* of the message */
    size_t text_bytes; /* of the incoming text, as if there were no limit */
    char text[AGENT_TEXT_MAX_BYTES + 1];
};

void link_init(struct link *link, const struct link_params *params);
void link_finish(struct link *link);

/* Reported by AGENT_UP or AGENT_DOWN later; a negative error if it failed at once, and then nothing
 * is reported. */
int link_dial(struct link *link) __attribute__((warn_unused_result));
void link_hangup(struct link *link); /* after the message in flight; not reported */
void link_break(struct link *link);  /* at once, reported by AGENT_DOWN */

/* False while a message is in flight or the socket is congested; AGENT_READY follows then. */
bool link_ready(struct link *link);

/* Takes message->body. Call only while link_ready. */
void link_send(struct link *link, const struct link_message *message);

int link_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len);
