/* Messages that are not whole: how large, for how long, and how much of them all together. */
#include "site.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum { MOST_BYTES = 1 << 20, PART_BYTES = 100 * 1000 };

static struct tally closed = TALLY_INIT, heard = TALLY_INIT;

static void on_opened(void *session, struct ws *ws)
{
    *(struct ws **)session = ws;
}

/* The first message lifts the limit, as a device's hello does. */
static void on_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    (void)len_bytes, (void)binary;
    buf_unref(&takes_buf);
    ws_limit(*(struct ws **)session, MOST_BYTES);
    tally_add(&heard);
}

static int nothing(void *session, struct net_out *ret_out)
{
    (void)session, (void)ret_out;
    return 0;
}

static void on_closed(void *session)
{
    mem_free(session);
    tally_add(&closed);
}

static void on_opened_limited(void *session, struct ws *ws)
{
    on_opened(session, ws);
    ws_limit(ws, 1000);
}

static const struct ws_ops OPS = {.max_message_bytes = MOST_BYTES,
                                  .opened = on_opened,
                                  .message = on_message,
                                  .next = nothing,
                                  .closed = on_closed};
static const struct ws_ops LIMITED = {.max_message_bytes = MOST_BYTES,
                                      .opened = on_opened_limited,
                                      .message = on_message,
                                      .next = nothing,
                                      .closed = on_closed};

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    (void)ctx;
    ret_accept->ops = strcmp(http_path(request), "/limited") == 0 ? &LIMITED : &OPS;
    ret_accept->session = mem_new(struct ws *);
    return 0;
}

static void on_request(void *ctx, struct http_request *request)
{
    (void)ctx;
    http_reply(request, &(struct http_response){.status = 200});
}

static struct site site;
static uint8_t bytes[MOST_BYTES];

static void begin(const struct net_params *params)
{
    closed.count = heard.count = 0;
    site_init(&site, params,
              &(struct net_listener_params){.on_request = on_request, .on_upgrade = on_upgrade});
    site_run(&site);
}

static void finish(void)
{
    site_stop(&site);
    assert_int_equal(net_stats(site.net).inbound_bytes, 0);
    site_finish(&site);
}

static int open_ws(const char *path)
{
    int fd = peer_connect(site.port);
    assert_int_equal(peer_upgrade(fd, path, "", NULL, 0), 101);
    return fd;
}

/* Sends a part of a message, and returns when the server has read it. */
static void send_part(int fd, unsigned first, size_t len_bytes)
{
    uint8_t pong[16];
    size_t len;
    peer_frame(fd, first, bytes, len_bytes);
    peer_frame(fd, PEER_FIN | PEER_PING, "?", 1);
    assert_int_equal(peer_read_frame(fd, pong, sizeof(pong), &len), PEER_FIN | PEER_PONG);
}

static void a_limit_holds_until_it_is_lifted(void **state)
{
    (void)state;
    begin(NULL);
    int fd = open_ws("/limited"), other = open_ws("/limited");
    peer_frame(fd, PEER_FIN | PEER_BINARY, bytes, 1000);
    peer_frame(fd, PEER_FIN | PEER_BINARY, bytes, MOST_BYTES);
    tally_wait(&heard, 2);
    peer_frame(other, PEER_FIN | PEER_BINARY, bytes, 1001);
    peer_expect_close(other, 1009);
    close(fd);
    close(other);
    finish();
}

static void a_message_has_a_deadline(void **state)
{
    (void)state;
    begin(&(struct net_params){.message_us = US_PER_S / 2});
    int slow = open_ws("/"), quick = open_ws("/");
    send_part(slow, PEER_BINARY, 10);
    for (int i = 0; i < 5; i++) /* whole ones are not held against it */
        peer_frame(quick, PEER_FIN | PEER_BINARY, bytes, 10);
    peer_expect_close(slow, 1008);
    tally_wait(&closed, 1);
    peer_frame(quick, PEER_FIN | PEER_BINARY, bytes, 10);
    tally_wait(&heard, 6);
    assert_int_equal(tally_count(&closed), 1);
    close(slow);
    close(quick);
    finish();
}

/* Peers that begin messages and do not end them cannot keep others from sending theirs. */
static void the_oldest_gives_way_when_all_have_too_much(void **state)
{
    (void)state;
    enum { PEERS = 8 };
    int fds[PEERS];
    /* buffers double: three fit */
    begin(&(struct net_params){.max_inbound_bytes = 5 * PART_BYTES});
    for (int i = 0; i < PEERS; i++)
        fds[i] = open_ws("/");
    for (int i = 0; i < PEERS; i++)
        send_part(fds[i], PEER_BINARY, PART_BYTES);
    peer_frame(fds[PEERS - 1], PEER_FIN, bytes, 10);
    tally_wait(&heard, 1);
    for (int i = 0; i < PEERS - 3; i++)
        peer_expect_close(fds[i], 1013);
    for (int i = 0; i < PEERS; i++)
        close(fds[i]);
    tally_wait(&closed, PEERS);
    finish();
}

static void bodies_count_too(void **state)
{
    (void)state;
    struct answer answer;
    begin(&(struct net_params){.max_inbound_bytes = 40 * 1000});
    int first = peer_connect(site.port), second = peer_connect(site.port);
    peer_say(first, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 30000\r\n\r\n");
    peer_receive_all(first, bytes, 25); /* HTTP/1.1 100 Continue */
    peer_say(second, "POST / HTTP/1.1\r\nContent-Length: 30000\r\n\r\n");
    peer_answer(second, true, &answer);
    assert_int_equal(answer.status, 503);
    peer_send(first, bytes, 30000);
    peer_answer(first, true, &answer);
    assert_int_equal(answer.status, 200);
    close(first);
    close(second);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_holds_until_it_is_lifted),
        cmocka_unit_test(a_message_has_a_deadline),
        cmocka_unit_test(the_oldest_gives_way_when_all_have_too_much),
        cmocka_unit_test(bodies_count_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
