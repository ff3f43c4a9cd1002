/* One WebSocket connection after another to the server, as a small device has it: one message at a
 * time on its way, nothing more while the socket is choked. What does not belong here: when to
 * connect and what to send (the agent says). One thread. */
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
    LINK_SEND_BUFFER_BYTES = 128 << 10, /* of the socket: a device has little, too */
};

enum link_state { LINK_NONE, LINK_DIALLING, LINK_UP, LINK_CLOSING };

struct link_params {
    struct client *client;               /* all borrowed for the link's life */
    const char *host, *authority, *path; /* authority: the Host header */
    uint16_t port;
    const char *subprotocol; /* NULL = none */
    const char *token;       /* shown in the handshake; NULL = none */
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
    struct lws *wsi; /* events of any other belong to a connection that was given up */
    struct link_message message;
    bool has_message;
    size_t sent_bytes; /* of the message */
    size_t text_bytes; /* of the text that comes in, as it would be without a limit */
    char text[AGENT_TEXT_MAX_BYTES + 1];
};

void link_init(struct link *link, const struct link_params *params);
void link_finish(struct link *link);

/* Reported by AGENT_UP or AGENT_DOWN later; a negative error when it failed at once, then nothing
 * is reported. */
int link_dial(struct link *link) __attribute__((warn_unused_result));
void link_hangup(struct link *link); /* after the message on its way; not reported */
void link_break(struct link *link);  /* at once, reported by AGENT_DOWN */

/* False while a message is on its way or the socket is choked; AGENT_READY follows then. */
bool link_ready(struct link *link);

/* Takes message->body. Call only while link_ready. */
void link_send(struct link *link, const struct link_message *message);

int link_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len);
