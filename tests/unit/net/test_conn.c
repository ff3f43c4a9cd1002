/* What connections share: buffers, patience, and the end. */
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/list.h"

/* A show: each session is sent every packet, latest wins; loop only but for the tallies. */
enum { PACKET_BYTES = 300 * 1000 };

struct show {
    struct site site;
    struct list seats;
    struct buf *packet;
    uint32_t number; /* of the packet */
    struct net_wake *publish, *end;
};

struct seat {
    struct list node;
    struct show *show;
    struct ws *ws;
    uint32_t sent;
    bool stalls; /* asked for by its path */
};

static struct tally opened = TALLY_INIT, closed = TALLY_INIT, heard = TALLY_INIT;
static atomic_uint sent_to_stalled;
static atomic_size_t pinned_bytes;

static void publish(void *ctx)
{
    struct show *show = ctx;
    buf_unref(&show->packet);
    show->packet = site_message("", 0, NULL);
    assert_int_equal(buf_resize(&show->packet, NET_OUT_ROOM + PACKET_BYTES), 0);
    memset(show->packet->data, (int)++show->number, show->packet->len_bytes);
    list_for_each (seat, &show->seats, struct seat, node) {
        if (seat->stalls)
            atomic_store(&pinned_bytes, net_stats(show->site.net).pinned_bytes);
        ws_ready(seat->ws);
    }
}

static void end_all(void *ctx)
{
    struct show *show = ctx;
    list_for_each (seat, &show->seats, struct seat, node) {
        ws_close(seat->ws, 4001, "the show is over");
        ws_close(seat->ws, 4002, "only the first counts");
        ws_ready(seat->ws);
    }
}

static void seat_opened(void *session, struct ws *ws)
{
    struct seat *seat = session;
    seat->ws = ws;
    seat->sent = seat->show->number;
    list_append(&seat->show->seats, &seat->node);
    tally_add(&opened);
}

static void seat_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    struct seat *seat = session;
    (void)binary;
    if (len_bytes == 4 && memcmp(takes_buf->data, "bye!", 4) == 0)
        ws_close(seat->ws, 4003, "as you wish");
    buf_unref(&takes_buf);
    tally_add(&heard);
}

static int seat_next(void *session, struct net_out *ret_out)
{
    struct seat *seat = session;
    struct show *show = seat->show;
    if (!show->packet || seat->sent == show->number)
        return 0;
    seat->sent = show->number;
    if (seat->stalls)
        atomic_fetch_add(&sent_to_stalled, 1);
    *ret_out = (struct net_out){.takes_buf = buf_ref(show->packet),
                                .off = NET_OUT_ROOM,
                                .len_bytes = PACKET_BYTES,
                                .binary = true};
    return 1;
}

static void seat_closed(void *session)
{
    struct seat *seat = session;
    list_remove(&seat->node);
    mem_free(seat);
    tally_add(&closed);
}

static const struct ws_ops OPS = {.max_message_bytes = 1 << 20,
                                  .opened = seat_opened,
                                  .message = seat_message,
                                  .next = seat_next,
                                  .closed = seat_closed};

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    struct seat *seat = mem_new(struct seat);
    list_init(&seat->node);
    seat->show = ctx;
    seat->stalls = strcmp(http_path(request), "/stalls") == 0;
    *ret_accept = (struct ws_accept){.ops = &OPS, .session = seat};
    return 0;
}

static int endless(void *ctx, struct net_out *ret_out)
{
    struct show *show = ctx;
    if (!show->packet)
        return 0;
    *ret_out = (struct net_out){
        .takes_buf = buf_ref(show->packet), .off = 0, .len_bytes = show->packet->len_bytes};
    return 1;
}

static void stream_closed(void *ctx)
{
    (void)ctx;
    tally_add(&closed);
}

static const struct http_stream_ops ENDLESS = {.next = endless, .closed = stream_closed};

static void on_request(void *ctx, struct http_request *request)
{
    if (strcmp(http_path(request), "/endless") == 0)
        http_stream_begin(http_hold(request, &ENDLESS, ctx),
                          &(struct http_response){.status = 200});
    else
        http_reply(request, &(struct http_response){.status = 200, .body = "ok", .len_bytes = 2});
}

static struct show show;

static void open_show(const struct net_params *params)
{
    const struct net_listener_params listener = {
        .ctx = &show, .on_request = on_request, .on_upgrade = on_upgrade};
    opened.count = closed.count = heard.count = 0;
    atomic_store(&sent_to_stalled, 0);
    show = (struct show){0};
    list_init(&show.seats);
    site_init(&show.site, params, &listener);
    show.publish = net_wake_create(show.site.net, publish, &show);
    show.end = net_wake_create(show.site.net, end_all, &show);
    site_run(&show.site);
}

static void close_show(void)
{
    site_stop(&show.site);
    assert_true(list_empty(&show.seats)); /* net_run's promise */
    net_wake_destroy(show.publish);
    net_wake_destroy(show.end);
    buf_unref(&show.packet);
    site_finish(&show.site);
}

static void wake(struct net_wake *which)
{
    struct waker waker = net_wake_waker(which);
    waker_wake(&waker);
}

static int take_seat(const char *path, bool narrow)
{
    int already = tally_count(&opened);
    int fd = narrow ? peer_connect_narrow(show.site.port) : peer_connect(show.site.port);
    assert_int_equal(peer_upgrade(fd, path, "", NULL, 0), 101);
    tally_wait(&opened, already + 1);
    return fd;
}

static uint8_t payload[1 << 20];

static void expect_packet(int fd, uint8_t number)
{
    size_t len;
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_BINARY);
    assert_int_equal(len, PACKET_BYTES);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(payload[i], number);
}

static void one_buffer_serves_all(void **state)
{
    (void)state;
    enum { SEATS = 8 };
    int fds[SEATS];
    open_show(NULL);
    for (int i = 0; i < SEATS; i++)
        fds[i] = take_seat("/", false);
    for (uint8_t number = 1; number <= 5; number++) {
        wake(show.publish);
        for (int i = 0; i < SEATS; i++)
            expect_packet(fds[i], number);
    }
    for (int i = 0; i < SEATS; i++)
        close(fds[i]);
    tally_wait(&closed, SEATS);
    close_show();
}

/* The kernel holds some packets for the one that stalls, the process at most one; the other gets
 * all of them. */
static void a_slow_reader_blocks_nobody(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    open_show(NULL);
    int slow = take_seat("/stalls", true), quick = take_seat("/", false);
    for (int i = 1; i <= PACKETS; i++) {
        wake(show.publish);
        expect_packet(quick, (uint8_t)i);
    }
    unsigned sent = atomic_load(&sent_to_stalled);
    assert_true(sent >= 1 && sent < 10);
    assert_int_equal(atomic_load(&pinned_bytes), PACKET_BYTES + NET_OUT_ROOM);
    /* when it reads again it gets the rest, and then the newest */
    for (unsigned i = 1; i <= sent; i++)
        expect_packet(slow, (uint8_t)i);
    expect_packet(slow, PACKETS);
    wake(show.publish);
    expect_packet(slow, PACKETS + 1);
    close(slow);
    close(quick);
    close_show();
}

static void a_peer_that_takes_nothing_is_given_up(void **state)
{
    (void)state;
    open_show(&(struct net_params){.stall_us = US_PER_S});
    int slow = take_seat("/stalls", true), quick = take_seat("/", false);
    wake(show.publish);
    expect_packet(quick, 1);
    int stream = peer_connect_narrow(show.site.port);
    peer_say(stream, "GET /endless HTTP/1.1\r\n\r\n");
    for (int i = 2; i <= 20; i++) {
        wake(show.publish);
        expect_packet(quick, (uint8_t)i);
    }
    tally_wait(&closed, 2); /* the stalled seat and the stream */
    wake(show.publish);
    expect_packet(quick, 21);
    close(slow);
    close(stream);
    close(quick);
    tally_wait(&closed, 3);
    close_show();
}

/* A trickle is no stall: the whole message takes many times the patience with a stalled peer. */
static void a_peer_that_takes_little_is_kept(void **state)
{
    (void)state;
    open_show(&(struct net_params){.stall_us = US_PER_S, .send_buffer_bytes = 4096});
    int slow = take_seat("/stalls", true);
    wake(show.publish);
    static uint8_t got[PACKET_BYTES + 10];
    int64_t until_us = net_now_us(show.site.net) + 3 * US_PER_S;
    size_t n = 0;
    while (net_now_us(show.site.net) < until_us) {
        peer_receive_all(slow, got + n, 1000);
        n += 1000;
        usleep(20000);
    }
    assert_true(n < sizeof(got));
    peer_receive_all(slow, got + n, sizeof(got) - n);
    assert_int_equal(tally_count(&closed), 0);
    close(slow);
    close_show();
}

static void closes_with_code_and_reason(void **state)
{
    (void)state;
    size_t len;
    open_show(NULL);
    int fd = take_seat("/", false), other = take_seat("/", false);
    wake(show.end);
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_int_equal(len, 2 + 16);
    assert_memory_equal(payload, "\x0f\xa1the show is over", len);
    /* messages before the peer's answer are not delivered */
    peer_frame(fd, PEER_FIN | PEER_TEXT, "late", 4);
    peer_frame(fd, PEER_FIN | PEER_CLOSE, payload, 2);
    assert_int_equal(peer_receive(fd, payload, 1), 0);
    close(fd);
    tally_wait(&closed, 1);
    assert_int_equal(tally_count(&heard), 0);
    /* a peer that never answers is not waited for for long */
    assert_int_equal(peer_read_frame(other, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    tally_wait(&closed, 2);
    close(other);
    close_show();
}

static void closes_from_within_a_message(void **state)
{
    (void)state;
    open_show(NULL);
    int fd = take_seat("/", false);
    uint8_t two[64];
    size_t n = peer_make_frame(two, PEER_FIN | PEER_TEXT, (const uint8_t[]){1, 2, 3, 4}, "bye!", 4);
    n += peer_make_frame(two + n, PEER_FIN | PEER_TEXT, (const uint8_t[]){1, 2, 3, 4}, "more", 4);
    peer_send(fd, two, n);
    size_t len;
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_memory_equal(payload, "\x0f\xa3", 2);
    close(fd);
    tally_wait(&closed, 1);
    assert_int_equal(tally_count(&heard), 1);
    close_show();
}

static void silent_peers_are_asked_and_given_up(void **state)
{
    (void)state;
    size_t len;
    open_show(&(struct net_params){.ping_us = US_PER_S / 2});
    int answers = take_seat("/", false), silent = take_seat("/", false);
    unsigned pings = 0;
    while (tally_count(&closed) == 0 || pings < 6) {
        assert_int_equal(peer_read_frame(answers, payload, sizeof(payload), &len),
                         PEER_FIN | PEER_PING);
        peer_frame(answers, PEER_FIN | PEER_PONG, payload, len);
        pings++;
    }
    assert_int_equal(tally_count(&closed), 1);
    assert_int_equal(peer_read_frame(silent, payload, sizeof(payload), &len), PEER_FIN | PEER_PING);
    close(answers);
    close(silent);
    close_show();
}

static void slow_heads_are_given_up(void **state)
{
    (void)state;
    open_show(&(struct net_params){.head_us = US_PER_S / 2});
    int mute = peer_connect(show.site.port), drip = peer_connect(show.site.port);
    struct answer answer;
    int served = peer_connect(show.site.port);
    peer_get(served, "/", &answer);
    /* a byte now and then does not help */
    for (int i = 0; i < 1000 && send(drip, "G", 1, MSG_NOSIGNAL) == 1; i++)
        usleep(20000);
    assert_true(peer_receive(drip, payload, 1) <= 0);
    assert_true(peer_receive(mute, payload, 1) <= 0);
    /* between requests there is more patience */
    peer_get(served, "/", &answer);
    assert_int_equal(answer.status, 200);
    close(mute);
    close(drip);
    close(served);
    close_show();
}

static void stopping_says_going_away(void **state)
{
    (void)state;
    size_t len;
    open_show(NULL);
    int fd = take_seat("/", false), stalled = take_seat("/stalls", true);
    int stream = peer_connect(show.site.port);
    struct answer answer;
    peer_say(stream, "GET /endless HTTP/1.1\r\n\r\n");
    peer_answer(stream, false, &answer);
    for (int i = 1; i < 10; i++) {
        wake(show.publish);
        expect_packet(fd, (uint8_t)i);
    }
    close_show(); /* returns although one peer reads nothing */
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_memory_equal(payload, "\x03\xe9", 2);
    assert_int_equal(tally_count(&closed), 3);
    close(fd);
    close(stalled);
    close(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_buffer_serves_all),
        cmocka_unit_test(a_slow_reader_blocks_nobody),
        cmocka_unit_test(a_peer_that_takes_nothing_is_given_up),
        cmocka_unit_test(a_peer_that_takes_little_is_kept),
        cmocka_unit_test(closes_with_code_and_reason),
        cmocka_unit_test(closes_from_within_a_message),
        cmocka_unit_test(silent_peers_are_asked_and_given_up),
        cmocka_unit_test(slow_heads_are_given_up),
        cmocka_unit_test(stopping_says_going_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
