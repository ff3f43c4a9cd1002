#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

/* A session that sends every message back, in the same kind. */
struct echo {
    struct ws *ws;
    struct net_out queue[16];
    int head, count;
};

static struct tally closed = TALLY_INIT;

static void echo_opened(void *session, struct ws *ws)
{
    ((struct echo *)session)->ws = ws;
}

static void echo_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    struct echo *echo = session;
    if (!binary)
        assert_int_equal(takes_buf->data[NET_OUT_ROOM + len_bytes], 0);
    if (echo->count == 16) {
        buf_unref(&takes_buf);
        ws_close(echo->ws, 1011, "too fast");
        return;
    }
    echo->queue[(echo->head + echo->count++) % 16] = (struct net_out){
        .takes_buf = takes_buf, .off = NET_OUT_ROOM, .len_bytes = len_bytes, .binary = binary};
    ws_ready(echo->ws);
}

static int echo_next(void *session, struct net_out *ret_out)
{
    struct echo *echo = session;
    if (!echo->count)
        return 0;
    *ret_out = echo->queue[echo->head];
    echo->head = (echo->head + 1) % 16;
    echo->count--;
    return 1;
}

static void echo_closed(void *session)
{
    struct echo *echo = session;
    while (echo->count--)
        buf_unref(&echo->queue[echo->head++ % 16].takes_buf);
    mem_free(echo);
    tally_add(&closed);
}

static const struct ws_ops PLAIN = {.max_message_bytes = 1 << 20,
                                    .headroom = NET_OUT_ROOM,
                                    .opened = echo_opened,
                                    .message = echo_message,
                                    .next = echo_next,
                                    .closed = echo_closed};
static const struct ws_ops NAMED = {.subprotocol = "test.echo.v1",
                                    .max_message_bytes = 1000,
                                    .headroom = NET_OUT_ROOM,
                                    .opened = echo_opened,
                                    .message = echo_message,
                                    .next = echo_next,
                                    .closed = echo_closed};

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    (void)ctx;
    const char *path = http_path(request);
    if (strcmp(path, "/forbidden") == 0)
        return 403;
    if (strcmp(path, "/full") == 0)
        return 503;
    if (strcmp(path, "/plain") != 0 && strcmp(path, "/named") != 0)
        return 404;
    ret_accept->ops = strcmp(path, "/plain") == 0 ? &PLAIN : &NAMED;
    ret_accept->session = mem_new(struct echo);
    return 0;
}

static void on_request(void *ctx, struct http_request *request)
{
    (void)ctx;
    http_reply(request, &(struct http_response){.status = 200, .body = "plain", .len_bytes = 5});
}

static const struct net_listener_params LISTENER = {.on_request = on_request,
                                                    .on_upgrade = on_upgrade};

static int set_up(void **state)
{
    static struct site site;
    closed.count = 0;
    site_init(&site, NULL, &LISTENER);
    site_run(&site);
    *state = &site;
    return 0;
}

static int tear_down(void **state)
{
    site_finish(*state);
    return 0;
}

static int open_plain(const struct site *site)
{
    int fd = peer_connect(site->port);
    assert_int_equal(peer_upgrade(fd, "/plain", "", NULL, 0), 101);
    return fd;
}

static void expect(int fd, unsigned first, const void *bytes, size_t len_bytes)
{
    static uint8_t payload[1 << 20];
    size_t len;
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), first);
    assert_int_equal(len, len_bytes);
    assert_memory_equal(payload, bytes, len);
}

static void says_what_the_standard_says(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    char head[4096];
    assert_int_equal(peer_upgrade(fd, "/plain", "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                                  head, sizeof(head)),
                     101);
    /* RFC 6455 section 1.3's example */
    assert_non_null(strstr(head, "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert_null(strstr(head, "sec-websocket-protocol"));
    assert_null(strstr(head, "sec-websocket-extensions"));
    peer_frame(fd, PEER_FIN | PEER_TEXT, "Hello", 5);
    expect(fd, PEER_FIN | PEER_TEXT, "Hello", 5);
    close(fd);
    tally_wait(&closed, 1);
}

static void negotiates_subprotocols(void **state)
{
    const struct site *site = *state;
    char head[4096];
    int fd = peer_connect(site->port);
    assert_int_equal(peer_upgrade(fd, "/named", "Sec-WebSocket-Protocol: other, test.echo.v1\r\n",
                                  head, sizeof(head)),
                     101);
    assert_non_null(strstr(head, "sec-websocket-protocol: test.echo.v1\r\n"));
    close(fd);
    /* asked for, not offered */
    fd = peer_connect(site->port);
    assert_int_equal(peer_upgrade(fd, "/named", "", NULL, 0), 400);
    close(fd);
    fd = peer_connect(site->port);
    assert_int_equal(
        peer_upgrade(fd, "/named", "Sec-WebSocket-Protocol: Test.Echo.V1\r\n", NULL, 0), 400);
    close(fd);
    tally_wait(&closed, 3);
    /* offered, not asked for: hobby libraries send "arduino" and mean nothing by it */
    fd = peer_connect(site->port);
    assert_int_equal(
        peer_upgrade(fd, "/plain", "Sec-WebSocket-Protocol: arduino\r\n", head, sizeof(head)), 101);
    assert_null(strstr(head, "sec-websocket-protocol"));
    close(fd);
}

static void refuses_with_a_status(void **state)
{
    const struct site *site = *state;
    static const struct {
        const char *path;
        int status;
    } CASES[] = {{"/forbidden", 403}, {"/full", 503}, {"/nothing", 404}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        int fd = peer_connect(site->port);
        assert_int_equal(peer_upgrade(fd, CASES[i].path, "", NULL, 0), CASES[i].status);
        close(fd);
    }
    static const struct {
        const char *lines;
        int status;
    } HANDSHAKES[] = {
        {"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426},
        {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426},
        {"Sec-WebSocket-Version: 13\r\n", 400},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", 400},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
         400},
    };
    for (size_t i = 0; i < sizeof(HANDSHAKES) / sizeof(*HANDSHAKES); i++) {
        struct answer answer;
        int fd = peer_connect(site->port);
        peer_say(fd,
                 "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n"
                 "Upgrade: websocket\r\n%s\r\n",
                 HANDSHAKES[i].lines);
        peer_answer(fd, true, &answer);
        assert_int_equal(answer.status, HANDSHAKES[i].status);
        close(fd);
    }
}

static void ignores_other_upgrades(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_say(fd, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                 "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 200);
    close(fd);
}

static void takes_frames_byte_by_byte(void **state)
{
    const struct site *site = *state;
    int fd = open_plain(site);
    uint8_t frame[300];
    uint8_t payload[200];
    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = (uint8_t)(i * 7);
    size_t n = peer_make_frame(frame, PEER_FIN | PEER_BINARY, (const uint8_t[]){1, 2, 3, 4},
                               payload, sizeof(payload));
    for (size_t i = 0; i < n; i++)
        peer_send(fd, frame + i, 1);
    expect(fd, PEER_FIN | PEER_BINARY, payload, sizeof(payload));
    close(fd);
}

static void assembles_continuations_with_a_ping_between(void **state)
{
    const struct site *site = *state;
    int fd = open_plain(site);
    static uint8_t picture[50000];
    for (size_t i = 0; i < sizeof(picture); i++)
        picture[i] = (uint8_t)(i * 31 >> 3);
    for (int round = 0; round < 3; round++) {
        for (size_t at = 0; at < sizeof(picture);) {
            size_t n = sizeof(picture) - at < 1024 ? sizeof(picture) - at : 1024;
            bool last = at + n == sizeof(picture);
            peer_frame(fd, (last ? PEER_FIN : 0) | (at == 0 ? PEER_BINARY : 0), picture + at, n);
            if (at == 10240)
                peer_frame(fd, PEER_FIN | PEER_PING, "still there?", 12);
            at += n;
        }
        expect(fd, PEER_FIN | PEER_PONG, "still there?", 12);
        expect(fd, PEER_FIN | PEER_BINARY, picture, sizeof(picture));
    }
    close(fd);
}

static void takes_zero_masks_and_empty_messages(void **state)
{
    const struct site *site = *state;
    int fd = open_plain(site);
    uint8_t frame[64];
    size_t n = peer_make_frame(frame, PEER_FIN | PEER_TEXT, (const uint8_t[4]){0}, "zero", 4);
    peer_send(fd, frame, n);
    expect(fd, PEER_FIN | PEER_TEXT, "zero", 4);
    peer_frame(fd, PEER_FIN | PEER_BINARY, "", 0);
    expect(fd, PEER_FIN | PEER_BINARY, "", 0);
    peer_frame(fd, PEER_TEXT, "", 0);
    peer_frame(fd, 0, "ab", 2);
    peer_frame(fd, PEER_FIN, "", 0);
    expect(fd, PEER_FIN | PEER_TEXT, "ab", 2);
    close(fd);
}

static void every_length_form_arrives(void **state)
{
    const struct site *site = *state;
    static const size_t LENGTHS[] = {125, 126, 127, 65535, 65536, 300000, 1 << 20};
    static uint8_t payload[1 << 20];
    int fd = open_plain(site);
    for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++) {
        memset(payload, (int)i, LENGTHS[i]);
        peer_frame(fd, PEER_FIN | PEER_BINARY, payload, LENGTHS[i]);
        expect(fd, PEER_FIN | PEER_BINARY, payload, LENGTHS[i]);
    }
    close(fd);
}

static void closes_on_oversized_messages(void **state)
{
    const struct site *site = *state;
    static uint8_t payload[1 << 20];
    int fd = open_plain(site);
    /* announced in one frame: refused before it is sent */
    peer_send(fd, (const uint8_t[]){0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0}, 14);
    peer_expect_close(fd, 1009);
    close(fd);
    /* and a huge one */
    fd = open_plain(site);
    peer_send(
        fd,
        (const uint8_t[]){0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0},
        14);
    peer_expect_close(fd, 1009);
    close(fd);
    /* grown by continuations */
    fd = open_plain(site);
    peer_frame(fd, PEER_BINARY, payload, sizeof(payload));
    peer_frame(fd, PEER_FIN, payload, 1);
    peer_expect_close(fd, 1009);
    close(fd);
    tally_wait(&closed, 3);
}

static void closes_bad_text(void **state)
{
    const struct site *site = *state;
    static const struct {
        const char *bytes;
        bool good;
    } CASES[] = {
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x91\x81", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\xc0\xaf", false},
        {"\xed\xa0\x80", false},
        {"\xf4\x90\x80\x80", false},
        {"\xe2\x82", false},
        {"a\xff", false},
        {"\x80", false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        int fd = open_plain(site);
        size_t len = strlen(CASES[i].bytes);
        /* split inside a character: that alone is no fault */
        peer_frame(fd, PEER_TEXT, CASES[i].bytes, 1);
        peer_frame(fd, PEER_FIN, CASES[i].bytes + 1, len - 1);
        if (CASES[i].good)
            expect(fd, PEER_FIN | PEER_TEXT, CASES[i].bytes, len);
        else
            peer_expect_close(fd, 1007);
        close(fd);
    }
}

static void closes_on_protocol_violations(void **state)
{
    const struct site *site = *state;
    static const struct {
        const char *bytes;
        size_t len_bytes;
    } CASES[] = {
        {"\x81\x05Hello", 7},                       /* unmasked */
        {"\xc1\x80\0\0\0\0", 6},                    /* a reserved bit */
        {"\x83\x80\0\0\0\0", 6},                    /* a reserved opcode */
        {"\x8b\x80\0\0\0\0", 6},                    /* a reserved control opcode */
        {"\x09\x80\0\0\0\0", 6},                    /* a fragmented ping */
        {"\x89\xfe\0\x7e\0\0\0\0", 8},              /* a long ping */
        {"\x80\x80\0\0\0\0", 6},                    /* a continuation of nothing */
        {"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 12},   /* a new message inside one */
        {"\x82\xff\x80\0\0\0\0\0\0\0\0\0\0\0", 14}, /* the top bit of the length */
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        int fd = open_plain(site);
        peer_send(fd, CASES[i].bytes, CASES[i].len_bytes);
        peer_expect_close(fd, 1002);
        close(fd);
    }
}

static void answers_a_close(void **state)
{
    const struct site *site = *state;
    static const struct {
        const char *payload;
        size_t len_bytes;
        unsigned answer;
    } CASES[] = {
        {"\x03\xe8", 2, 1000}, {"\x0f\xa1now", 5, 4001}, {"\x03\xe8\xff", 3, 1007},
        {"\x03", 1, 1002},     {"\x03\xed", 2, 1002},    {"\x00\x01", 2, 1002},
        {"\xff\xff", 2, 1002},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        int fd = open_plain(site);
        peer_frame(fd, PEER_FIN | PEER_CLOSE, CASES[i].payload, CASES[i].len_bytes);
        peer_expect_close(fd, CASES[i].answer);
        close(fd);
    }
    /* without a code */
    int fd = open_plain(site);
    uint8_t payload[8];
    size_t len;
    peer_frame(fd, PEER_FIN | PEER_CLOSE, "", 0);
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_int_equal(len, 0);
    assert_int_equal(peer_receive(fd, payload, 1), 0);
    close(fd);
    tally_wait(&closed, 8);
}

static void frames_behind_the_handshake_count(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    char request[1024];
    int n = snprintf(request, sizeof(request),
                     "GET /plain HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    n += (int)peer_make_frame((uint8_t *)request + n, PEER_FIN | PEER_TEXT,
                              (const uint8_t[]){9, 8, 7, 6}, "early", 5);
    peer_send(fd, request, (size_t)n);
    struct answer answer;
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 101);
    expect(fd, PEER_FIN | PEER_TEXT, "early", 5);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_what_the_standard_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(negotiates_subprotocols, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_with_a_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ignores_other_upgrades, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_frames_byte_by_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(assembles_continuations_with_a_ping_between, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(takes_zero_masks_and_empty_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_length_form_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closes_on_oversized_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closes_bad_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closes_on_protocol_violations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_a_close, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_behind_the_handshake_count, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
