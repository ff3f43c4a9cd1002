#include "firmware/main/link.h"

#include <stdio.h>
#include <string.h>

#include <esp_log.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>

#include "firmware/main/discover.h"
#include "firmware/main/rest.h"
#include "firmware/main/wifi.h"

enum {
    BUFFER_BYTES = 8192, /* of the client: the largest frame on the wire */
    STACK_BYTES = 6144,
    NETWORK_TIMEOUT_MS = 8000, /* how long ending a dial may take: less than the watchdog's limit */
    SEND_TIMEOUT_MS = 5000,    /* of a frame on the wire */
    MESSAGE_TIMEOUT_MS = 15000,
    PING_S = 10,
    PONG_TIMEOUT_S = 20,
    CLOSE_TIMEOUT_MS = 1000,
};

static const char TAG[] = "link";

void link_init(struct link *link, const struct settings *settings, struct inbox *inbox)
{
    *link = (struct link){.settings = settings, .inbox = inbox};
}

static void post(struct link *link, enum inbox_kind kind)
{
    inbox_post(link->inbox, &(struct inbox_event){.kind = kind, .generation = link->generation});
}

/* It may have been `stop`: the server repeats everything on a new connection. */
static void lose_text(struct link *link, uint32_t generation)
{
    link->hearing.has_lost = true;
    ESP_LOGW(TAG, "too many messages at once: reconnecting");
    inbox_post(link->inbox,
               &(struct inbox_event){.kind = INBOX_LINK_DOWN, .generation = generation});
}

/* In the WebSocket client's task. A message arrives in parts: frames, and pieces of frames. */
static void hear_data(struct link *link, uint32_t generation,
                      const esp_websocket_event_data_t *data)
{
    struct link_hearing *hearing = &link->hearing;
    if (hearing->has_lost)
        return;
    if (data->op_code == WS_TRANSPORT_OPCODES_TEXT && data->payload_offset == 0) {
        if (!hearing->text)
            hearing->text = inbox_borrow(link->inbox);
        hearing->len_bytes = 0;
        if (!hearing->text)
            lose_text(link, generation);
    } else if (data->op_code == WS_TRANSPORT_OPCODES_BINARY) {
        inbox_return(link->inbox, hearing->text); /* the protocol has none */
        hearing->text = NULL;
    }
    bool is_text =
        data->op_code == WS_TRANSPORT_OPCODES_TEXT || data->op_code == WS_TRANSPORT_OPCODES_CONT;
    if (!hearing->text || !is_text || data->data_len < 0)
        return;
    size_t room = sizeof(hearing->text->bytes) - hearing->len_bytes;
    size_t take = (size_t)data->data_len < room ? (size_t)data->data_len : room;
    memcpy(hearing->text->bytes + hearing->len_bytes, data->data_ptr, take);
    hearing->len_bytes += take;
    if (!data->fin || data->payload_offset + data->data_len < data->payload_len)
        return;
    inbox_post(link->inbox, &(struct inbox_event){.kind = INBOX_LINK_TEXT,
                                                  .generation = generation,
                                                  .text = hearing->text,
                                                  .len_bytes = hearing->len_bytes});
    hearing->text = NULL;
}

/* In the WebSocket client's task, or in this one if a send fails. */
static void hear_client(void *arg, esp_event_base_t base, int32_t id, void *event_data)
{
    (void)base;
    const esp_websocket_event_data_t *data = event_data;
    struct link *link = data->user_context;
    uint32_t generation = (uint32_t)(uintptr_t)arg;
    if (id == WEBSOCKET_EVENT_DATA)
        hear_data(link, generation, data);
    else if (id == WEBSOCKET_EVENT_CONNECTED)
        inbox_post(link->inbox,
                   &(struct inbox_event){.kind = INBOX_LINK_UP, .generation = generation});
    else if (id == WEBSOCKET_EVENT_DISCONNECTED || id == WEBSOCKET_EVENT_CLOSED)
        inbox_post(link->inbox,
                   &(struct inbox_event){.kind = INBOX_LINK_DOWN, .generation = generation});
}

/* Ends the client and its task; its later reports are ignored. */
static void drop_client(struct link *link)
{
    if (link->client)
        (void)esp_websocket_client_destroy(link->client);
    link->client = NULL;
    link->generation++;
    link->state = LINK_NONE;
    inbox_return(link->inbox, link->hearing.text);
    link->hearing = (struct link_hearing){0};
}

static bool find_server(const struct link *link, struct settings_address *ret_server)
{
    if (link->settings->server.host[0]) {
        *ret_server = link->settings->server;
        return true;
    }
    if (rest_recall(ret_server))
        return true;
    if (discover_server(ret_server) < 0) {
        ESP_LOGW(TAG, "no server answers on this network");
        return false;
    }
    rest_remember(ret_server);
    return true;
}

static bool open_client(struct link *link)
{
    struct settings_address server;
    char url[SETTINGS_URL_BYTES];
    if (!find_server(link, &server))
        return false;
    settings_url(&server, link->settings->id, url);
    char head[sizeof("Authorization: " WIRE_TOKEN_SCHEME "\r\n") + SETTINGS_TOKEN_MAX_BYTES];
    snprintf(head, sizeof(head), "Authorization: " WIRE_TOKEN_SCHEME "%s\r\n",
             link->settings->token);
    ESP_LOGI(TAG, "dials %s", url);
    const esp_websocket_client_config_t config = {
        .uri = url, /* copied by the client, as the headers */
        .headers = link->settings->token[0] ? head : NULL,
        .subprotocol = "eyelid.device.v1",
        .disable_auto_reconnect = true, /* the agent does that */
        .user_context = link,
        .buffer_size = BUFFER_BYTES,
        .task_stack = STACK_BYTES,
        .network_timeout_ms = NETWORK_TIMEOUT_MS,
        .ping_interval_sec = PING_S,
        .pingpong_timeout_sec = PONG_TIMEOUT_S,
    };
    link->client = esp_websocket_client_init(&config);
    return link->client &&
           esp_websocket_register_events(link->client, WEBSOCKET_EVENT_ANY, hear_client,
                                         (void *)(uintptr_t)link->generation) == ESP_OK &&
           esp_websocket_client_start(link->client) == ESP_OK;
}

static void dial_server(struct link *link)
{
    link->state = LINK_DIALLING;
    if (!open_client(link))
        post(link, INBOX_LINK_DOWN);
}

void link_dial(struct link *link)
{
    drop_client(link);
    if (link->has_network) {
        dial_server(link);
        return;
    }
    link->state = LINK_JOINING;
    wifi_join();
}

/* A clean close, but never one that waits forever on a congested socket. */
void link_hangup(struct link *link)
{
    static const uint8_t normal[2] = {0x03, 0xe8}; /* 1000, RFC 6455, section 7.4.1 */
    if (link->state == LINK_UP)
        (void)esp_websocket_client_send_with_opcode(link->client, WS_TRANSPORT_OPCODES_CLOSE,
                                                    normal, sizeof(normal),
                                                    pdMS_TO_TICKS(CLOSE_TIMEOUT_MS));
    drop_client(link);
}

bool link_ready(const struct link *link)
{
    return link->state == LINK_UP;
}

static void lose(struct link *link)
{
    link->state = LINK_BROKEN;
    post(link, INBOX_LINK_DOWN);
}

void link_send_text(struct link *link, const char *text, size_t len_bytes)
{
    if (link->state == LINK_UP &&
        esp_websocket_client_send_text(link->client, text, (int)len_bytes,
                                       pdMS_TO_TICKS(SEND_TIMEOUT_MS)) != (int)len_bytes)
        lose(link);
}

/* The pieces of the JPEG after the head: all but the last without the FIN bit. */
static bool send_pieces(struct link *link, const uint8_t *jpeg, size_t len_bytes)
{
    const TickType_t timeout = pdMS_TO_TICKS(SEND_TIMEOUT_MS);
    int64_t until_us = esp_timer_get_time() + MESSAGE_TIMEOUT_MS * INT64_C(1000);
    for (size_t at = 0; at < len_bytes;) {
        size_t left = len_bytes - at;
        int piece = left > BUFFER_BYTES ? BUFFER_BYTES : (int)left;
        int sent = (size_t)piece < left
                       ? esp_websocket_client_send_cont_msg(link->client, (const char *)jpeg + at,
                                                            piece, timeout)
                       : esp_websocket_client_send_with_opcode(
                             link->client, WS_TRANSPORT_OPCODES_CONT, jpeg + at, piece, timeout);
        if (sent != piece || esp_timer_get_time() > until_us)
            return false;
        (void)esp_task_wdt_reset(); /* slow is not stalled */
        at += (size_t)piece;
    }
    return true;
}

/* One message in several frames: so the head needs no copy of the picture. */
void link_send_frame(struct link *link, const uint8_t head[WIRE_HEAD_BYTES], const uint8_t *jpeg,
                     size_t len_bytes)
{
    if (link->state != LINK_UP)
        return;
    if (esp_websocket_client_send_bin_partial(link->client, (const char *)head, WIRE_HEAD_BYTES,
                                              pdMS_TO_TICKS(SEND_TIMEOUT_MS)) != WIRE_HEAD_BYTES ||
        !send_pieces(link, jpeg, len_bytes))
        lose(link);
}

static bool hear_network(struct link *link, bool is_up, struct agent_event *ret_event)
{
    link->has_network = is_up;
    if (is_up && link->state == LINK_JOINING)
        dial_server(link);
    if (is_up || link->state == LINK_NONE)
        return false;
    drop_client(link);
    *ret_event = (struct agent_event){.kind = AGENT_DOWN};
    return true;
}

bool link_hear(struct link *link, const struct inbox_event *event, struct agent_event *ret_event)
{
    if (event->kind == INBOX_NET_UP || event->kind == INBOX_NET_DOWN)
        return hear_network(link, event->kind == INBOX_NET_UP, ret_event);
    if (event->generation != link->generation || link->state == LINK_NONE)
        return false;
    switch (event->kind) {
    case INBOX_LINK_UP:
        link->state = LINK_UP;
        *ret_event = (struct agent_event){.kind = AGENT_UP};
        return true;
    case INBOX_LINK_DOWN:
        if (link->state == LINK_DIALLING)
            rest_forget(); /* the server may have moved: ask the network again */
        drop_client(link);
        *ret_event = (struct agent_event){.kind = AGENT_DOWN};
        return true;
    default:
        *ret_event = (struct agent_event){
            .kind = AGENT_TEXT, .text = event->text->bytes, .len_bytes = event->len_bytes};
        return link->state == LINK_UP;
    }
}
