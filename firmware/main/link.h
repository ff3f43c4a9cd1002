/* One connection after another to the server: joins the network, finds the server, dials, sends.
 * What does not belong here: when to dial and what to send (the agent decides). The camera's task
 * only, except inside the WebSocket client's task. */
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

/* The incoming text; owned by the WebSocket client's task while there is one. */
struct link_hearing {
    struct inbox_text *text; /* NULL: skip what arrives */
    size_t len_bytes;
    bool has_lost; /* a text, and so the connection */
};

struct link {
    const struct settings *settings; /* borrowed for the link's lifetime, like the inbox */
    struct inbox *inbox;
    enum link_state state;
    bool has_network;
    uint32_t generation; /* of the connection; reports of others are outdated */
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

/* What an event of the inbox means to the agent; false if nothing. The text returns to the inbox
 * after the agent's step. */
bool link_hear(struct link *link, const struct inbox_event *event, struct agent_event *ret_event);
