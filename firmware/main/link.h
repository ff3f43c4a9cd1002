/* One connection after another to the server: joins the network, finds the server, dials, sends.
 * What does not belong here: when to dial and what to say (the agent says). The camera's task only,
 * except for what the WebSocket client's task does inside. */
#pragma once
#include <esp_websocket_client.h>

#include "firmware/main/inbox.h"
#include "firmware/main/settings.h"

enum link_state {
    LINK_NONE,
    LINK_JOINING,  /* the network */
    LINK_DIALLING, /* the server */
    LINK_UP,
    LINK_BROKEN, /* a message was lost; AGENT_DOWN is on its way */
};

/* The text that comes in; of the WebSocket client's task while there is one. */
struct link_hearing {
    struct inbox_text *text; /* NULL: what comes is to be skipped */
    size_t len_bytes;
    bool has_lost; /* a text, and so the connection */
};

struct link {
    const struct settings *settings; /* borrowed for the link's life, as the inbox */
    struct inbox *inbox;
    enum link_state state;
    bool has_network;
    uint32_t generation; /* of the connection; what others say is of the past */
    esp_websocket_client_handle_t client;
    struct link_hearing hearing;
};

void link_init(struct link *link, const struct settings *settings, struct inbox *inbox);

/* As in struct agent_hal. */
void link_dial(struct link *link);
void link_hangup(struct link *link);
bool link_ready(const struct link *link);
void link_send_text(struct link *link, const char *text, size_t len_bytes);
void link_send_frame(struct link *link, const uint8_t head[WIRE_HEAD_BYTES], const uint8_t *jpeg,
                     size_t len_bytes);

/* What an event of the inbox means to the agent; false when nothing. The text goes back to the
 * inbox after the agent's step. */
bool link_hear(struct link *link, const struct inbox_event *event, struct agent_event *ret_event);
