/* Joining, dialling, hearing and sending, on a pretended network, client and queue. */
#include "firmware/main/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <esp_log.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "firmware/main/discover.h"
#include "firmware/main/rest.h"
#include "firmware/main/wifi.h"

enum { MAX_SENT = 64 << 10, MAX_ITEMS = 32, MAX_ITEM_BYTES = 64 };

esp_event_base_t const WEBSOCKET_EVENTS = "WEBSOCKET_EVENTS";

struct esp_websocket_client {
    esp_websocket_client_config_t config;
    char headers[128];
    char url[SETTINGS_URL_BYTES];
    esp_event_handler_t handler;
    void *arg;
};

struct QueueDefinition {
    size_t item_bytes, cap, from, count;
    char items[MAX_ITEMS][MAX_ITEM_BYTES];
};

static struct {
    struct QueueDefinition queues[2];
    unsigned queue_count;
    struct esp_websocket_client client;
    unsigned clients, joins, asked;
    bool has_server, is_remembered, send_fails, was_closed;
    struct settings_address remembered;
    uint8_t sent[MAX_SENT];
    size_t sent_bytes;
    unsigned frames;
    bool ended; /* the last frame had the end of the message */
    struct settings settings;
    struct inbox inbox;
    struct link link;
} rig;

QueueHandle_t xQueueCreate(UBaseType_t cap, UBaseType_t item_bytes)
{
    struct QueueDefinition *queue = &rig.queues[rig.queue_count++];
    assert_true(cap <= MAX_ITEMS && item_bytes <= MAX_ITEM_BYTES);
    *queue = (struct QueueDefinition){.cap = cap, .item_bytes = item_bytes};
    return queue;
}

BaseType_t xQueueSend(QueueHandle_t queue, const void *item, TickType_t wait)
{
    assert_int_equal(wait, 0); /* posting must not block */
    if (queue->count == queue->cap)
        return 0;
    memcpy(queue->items[(queue->from + queue->count++) % queue->cap], item, queue->item_bytes);
    return pdTRUE;
}

BaseType_t xQueueReceive(QueueHandle_t queue, void *ret_item, TickType_t wait)
{
    (void)wait;
    if (queue->count == 0)
        return 0;
    memcpy(ret_item, queue->items[queue->from], queue->item_bytes);
    queue->from = (queue->from + 1) % queue->cap;
    queue->count--;
    return pdTRUE;
}

esp_websocket_client_handle_t esp_websocket_client_init(const esp_websocket_client_config_t *config)
{
    assert_int_equal(rig.clients, 0); /* one at a time */
    rig.clients++;
    rig.client = (struct esp_websocket_client){.config = *config};
    snprintf(rig.client.url, sizeof(rig.client.url), "%s", config->uri);
    snprintf(rig.client.headers, sizeof(rig.client.headers), "%s",
             config->headers ? config->headers : "");
    return &rig.client;
}

esp_err_t esp_websocket_register_events(esp_websocket_client_handle_t client,
                                        esp_websocket_event_id_t event, esp_event_handler_t handler,
                                        void *arg)
{
    assert_int_equal(event, WEBSOCKET_EVENT_ANY);
    client->handler = handler;
    client->arg = arg;
    return ESP_OK;
}

esp_err_t esp_websocket_client_start(esp_websocket_client_handle_t client)
{
    assert_non_null(client->handler);
    return ESP_OK;
}

esp_err_t esp_websocket_client_destroy(esp_websocket_client_handle_t client)
{
    assert_ptr_equal(client, &rig.client);
    rig.clients--;
    return ESP_OK;
}

static int take(const void *data, int len, bool ends)
{
    if (rig.send_fails)
        return -1;
    assert_true(rig.sent_bytes + (size_t)len <= sizeof(rig.sent));
    memcpy(rig.sent + rig.sent_bytes, data, (size_t)len);
    rig.sent_bytes += (size_t)len;
    rig.frames++;
    rig.ended = ends;
    return len;
}

int esp_websocket_client_send_bin_partial(esp_websocket_client_handle_t client, const char *data,
                                          int len, TickType_t timeout)
{
    (void)client;
    (void)timeout;
    return take(data, len, false);
}

int esp_websocket_client_send_cont_msg(esp_websocket_client_handle_t client, const char *data,
                                       int len, TickType_t timeout)
{
    (void)client;
    (void)timeout;
    assert_false(rig.ended);
    return take(data, len, false);
}

int esp_websocket_client_send_with_opcode(esp_websocket_client_handle_t client,
                                          ws_transport_opcodes_t opcode, const uint8_t *data,
                                          int len, TickType_t timeout)
{
    (void)client;
    (void)timeout;
    if (opcode == WS_TRANSPORT_OPCODES_CLOSE) {
        rig.was_closed = true;
        return len;
    }
    assert_int_equal(opcode, WS_TRANSPORT_OPCODES_CONT);
    return take(data, len, true);
}

int esp_websocket_client_send_text(esp_websocket_client_handle_t client, const char *data, int len,
                                   TickType_t timeout)
{
    (void)client;
    (void)timeout;
    return take(data, len, true);
}

int64_t esp_timer_get_time(void)
{
    return 0;
}

esp_err_t esp_task_wdt_reset(void)
{
    return ESP_OK;
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    (void)level;
    (void)tag;
    (void)format;
}

void wifi_join(void)
{
    rig.joins++;
}

int discover_server(struct settings_address *ret_server)
{
    rig.asked++;
    if (!rig.has_server)
        return -ENOENT;
    *ret_server = (struct settings_address){.host = "10.0.0.9", .port = 8765};
    return 0;
}

void rest_remember(const struct settings_address *server)
{
    rig.remembered = *server;
    rig.is_remembered = true;
}

void rest_forget(void)
{
    rig.is_remembered = false;
}

bool rest_recall(struct settings_address *ret_server)
{
    if (rig.is_remembered)
        *ret_server = rig.remembered;
    return rig.is_remembered;
}

static void make(const char *server)
{
    static const uint8_t mac[6] = {0};
    memset(&rig, 0, sizeof(rig));
    settings_init(&rig.settings, mac);
    assert_int_equal(settings_set_id(&rig.settings, "porch"), 0);
    assert_int_equal(settings_set_server(&rig.settings, server), 0);
    assert_int_equal(inbox_init(&rig.inbox), 0);
    link_init(&rig.link, &rig.settings, &rig.inbox);
}

/* The next thing that the agent hears of; -1 for nothing. A text is checked and given back. */
static int hear(const char *text)
{
    struct inbox_event event;
    struct agent_event heard;
    while (inbox_take(&rig.inbox, 0, &event)) {
        bool is_news = link_hear(&rig.link, &event, &heard);
        if (is_news && heard.kind == AGENT_TEXT && text) {
            assert_int_equal(heard.len_bytes, strlen(text));
            assert_memory_equal(heard.text, text, heard.len_bytes);
        }
        if (event.kind == INBOX_LINK_TEXT)
            inbox_return(&rig.inbox, event.text);
        if (is_news)
            return (int)heard.kind;
    }
    return -1;
}

static void client_says(esp_websocket_event_id_t id)
{
    esp_websocket_event_data_t data = {.user_context = rig.client.config.user_context};
    rig.client.handler(rig.client.arg, WEBSOCKET_EVENTS, id, &data);
}

/* A piece of a frame, at offset in a payload of payload bytes. */
static void server_says(int opcode, const char *piece, int offset, int payload, bool fin)
{
    esp_websocket_event_data_t data = {.user_context = rig.client.config.user_context,
                                       .data_ptr = piece,
                                       .data_len = (int)strlen(piece),
                                       .payload_offset = offset,
                                       .payload_len = payload,
                                       .op_code = (uint8_t)opcode,
                                       .fin = fin};
    rig.client.handler(rig.client.arg, WEBSOCKET_EVENTS, WEBSOCKET_EVENT_DATA, &data);
}

static void network(bool is_up)
{
    inbox_post(&rig.inbox, &(struct inbox_event){.kind = is_up ? INBOX_NET_UP : INBOX_NET_DOWN});
}

static void connect_to(const char *server)
{
    make(server);
    rig.has_server = true;
    link_dial(&rig.link);
    network(true);
    assert_int_equal(hear(NULL), -1);
    client_says(WEBSOCKET_EVENT_CONNECTED);
    assert_int_equal(hear(NULL), AGENT_UP);
}

static void test_it_joins_then_dials(void **state)
{
    (void)state;
    make("10.0.0.2:9000");
    link_dial(&rig.link);
    assert_int_equal(rig.joins, 1);
    assert_int_equal(rig.clients, 0);
    network(true);
    assert_int_equal(hear(NULL), -1);
    assert_string_equal(rig.client.url, "ws://10.0.0.2:9000/porch");
    assert_string_equal(rig.client.config.subprotocol, "eyelid.device.v1");
    assert_true(rig.client.config.disable_auto_reconnect);
    assert_false(link_ready(&rig.link));
    client_says(WEBSOCKET_EVENT_CONNECTED);
    assert_int_equal(hear(NULL), AGENT_UP);
    assert_true(link_ready(&rig.link));
    assert_int_equal(rig.asked, 0);
}

static void test_a_token_is_shown(void **state)
{
    (void)state;
    make("10.0.0.2:9000");
    assert_string_equal(rig.client.headers, "");
    assert_int_equal(settings_set_token(&rig.settings, "0123456789abcdef"), 0);
    link_dial(&rig.link);
    network(true);
    assert_int_equal(hear(NULL), -1);
    assert_string_equal(rig.client.headers, "Authorization: Bearer 0123456789abcdef\r\n");
}

static void test_a_network_that_refuses_is_a_failed_dial(void **state)
{
    (void)state;
    make("10.0.0.2");
    link_dial(&rig.link);
    network(false);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    link_dial(&rig.link);
    assert_int_equal(rig.joins, 2);
}

static void test_a_found_server_is_remembered_until_it_fails(void **state)
{
    (void)state;
    connect_to("auto");
    assert_string_equal(rig.client.url, "ws://10.0.0.9:8765/porch");
    client_says(WEBSOCKET_EVENT_DISCONNECTED);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    link_dial(&rig.link);
    assert_int_equal(rig.asked, 1);
    client_says(WEBSOCKET_EVENT_DISCONNECTED);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    link_dial(&rig.link);
    assert_int_equal(rig.asked, 2);
}

static void test_no_server_is_a_failed_dial(void **state)
{
    (void)state;
    make("auto");
    link_dial(&rig.link);
    network(true);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    assert_int_equal(rig.clients, 0);
}

static void test_a_loss_is_reported_once(void **state)
{
    (void)state;
    connect_to("auto");
    client_says(WEBSOCKET_EVENT_DISCONNECTED);
    client_says(WEBSOCKET_EVENT_CLOSED);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    assert_int_equal(hear(NULL), -1);
    assert_int_equal(rig.clients, 0);
    connect_to("auto");
    network(false);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    assert_int_equal(rig.clients, 0);
}

static void test_the_past_says_nothing(void **state)
{
    (void)state;
    connect_to("auto");
    server_says(1, "{}", 0, 2, true);
    client_says(WEBSOCKET_EVENT_DISCONNECTED);
    link_hangup(&rig.link);
    assert_true(rig.was_closed);
    assert_int_equal(rig.clients, 0);
    assert_int_equal(hear(NULL), -1);
    for (unsigned i = 0; i < INBOX_TEXTS; i++)
        assert_non_null(inbox_borrow(&rig.inbox)); /* none was lost with it */
}

static void test_messages_in_pieces(void **state)
{
    (void)state;
    connect_to("auto");
    server_says(1, "{\"type\":", 0, 15, true);
    server_says(9, "ping", 0, 4, true);
    assert_int_equal(hear(NULL), -1);
    server_says(1, "\"stop\"}", 8, 15, true);
    assert_int_equal(hear("{\"type\":\"stop\"}"), AGENT_TEXT);
    server_says(1, "{\"a\"", 0, 4, false);
    server_says(2, "bytes", 0, 5, true); /* the contract has none: it spoils the message */
    server_says(0, ":1}", 0, 3, true);
    assert_int_equal(hear(NULL), -1);
    server_says(1, "{\"a\"", 0, 4, false);
    server_says(0, ":1}", 0, 3, true);
    assert_int_equal(hear("{\"a\":1}"), AGENT_TEXT);
}

static void test_a_message_too_long_is_cut_one_byte_over_the_limit(void **state)
{
    (void)state;
    static char piece[1001];
    struct inbox_event event;
    connect_to("auto");
    memset(piece, 'x', sizeof(piece) - 1);
    for (int i = 0; i < 6; i++)
        server_says(i ? 0 : 1, piece, 0, 1000, i == 5);
    assert_true(inbox_take(&rig.inbox, 0, &event));
    assert_int_equal(event.len_bytes, AGENT_TEXT_MAX_BYTES + 1);
}

static void test_more_texts_than_places_are_a_connection_lost(void **state)
{
    (void)state;
    connect_to("auto");
    for (unsigned i = 0; i < 100; i++)
        server_says(1, "{}", 0, 2, true);
    assert_int_equal(hear("{}"), AGENT_TEXT);
    server_says(1, "{}", 0, 2, true); /* without those before it, it might mislead */
    for (unsigned i = 1; i < INBOX_TEXTS; i++)
        assert_int_equal(hear("{}"), AGENT_TEXT);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    assert_int_equal(hear(NULL), -1);
    assert_int_equal(rig.clients, 0);
    link_dial(&rig.link);
    client_says(WEBSOCKET_EVENT_CONNECTED);
    assert_int_equal(hear(NULL), AGENT_UP);
    server_says(1, "{}", 0, 2, true);
    assert_int_equal(hear("{}"), AGENT_TEXT);
}

static void test_a_frame_is_one_message(void **state)
{
    (void)state;
    static uint8_t jpeg[20000];
    uint8_t head[WIRE_HEAD_BYTES] = "0123456789abcde";
    for (size_t i = 0; i < sizeof(jpeg); i++)
        jpeg[i] = (uint8_t)(i * 7);
    connect_to("auto");
    link_send_frame(&rig.link, head, jpeg, sizeof(jpeg));
    assert_int_equal(rig.sent_bytes, WIRE_HEAD_BYTES + sizeof(jpeg));
    assert_memory_equal(rig.sent, head, sizeof(head));
    assert_memory_equal(rig.sent + WIRE_HEAD_BYTES, jpeg, sizeof(jpeg));
    assert_int_equal(rig.frames, 4);
    assert_true(rig.ended);
    assert_true(link_ready(&rig.link));
}

static void test_a_message_lost_is_a_connection_lost(void **state)
{
    (void)state;
    connect_to("auto");
    rig.send_fails = true;
    link_send_text(&rig.link, "{}", 2);
    assert_false(link_ready(&rig.link));
    link_send_text(&rig.link, "{}", 2);
    assert_int_equal(hear(NULL), AGENT_DOWN);
    assert_int_equal(hear(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_joins_then_dials),
        cmocka_unit_test(test_a_token_is_shown),
        cmocka_unit_test(test_a_network_that_refuses_is_a_failed_dial),
        cmocka_unit_test(test_a_found_server_is_remembered_until_it_fails),
        cmocka_unit_test(test_no_server_is_a_failed_dial),
        cmocka_unit_test(test_a_loss_is_reported_once),
        cmocka_unit_test(test_the_past_says_nothing),
        cmocka_unit_test(test_messages_in_pieces),
        cmocka_unit_test(test_a_message_too_long_is_cut_one_byte_over_the_limit),
        cmocka_unit_test(test_more_texts_than_places_are_a_connection_lost),
        cmocka_unit_test(test_a_frame_is_one_message),
        cmocka_unit_test(test_a_message_lost_is_a_connection_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
