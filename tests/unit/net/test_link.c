/* What connections with unsent data keep in memory, and which of them are closed when it is too
 * much. */
#include "site.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/list.h"

/* More than a narrow peer's and the server's socket buffers hold: the first packet chokes. */
enum { PACKET_BYTES = 600 * 1000, SEATS_MAX = 8 };

struct seat {
    struct list node;
    struct ws *ws;
    int number; /* in the order in which they came */
    unsigned wanted;
};

static struct {
    struct site site;
    struct list seats;
    struct buf *packet;
    unsigned packets;
    int seats_taken;
    struct net_wake *publish, *look;
    size_t packet_bytes;
    atomic_uint sent; /* packets that seats were given */
    /* What look saw. */
    struct net_stats stats;
    unsigned packet_refs;
} show;

static struct tally opened = TALLY_INIT, closed = TALLY_INIT, published = TALLY_INIT,
                    looked = TALLY_INIT, heard = TALLY_INIT;
static int closed_numbers[SEATS_MAX]; /* guarded by closed */

static void publish(void *ctx)
{
    (void)ctx;
    buf_unref(&show.packet);
    assert_int_equal(buf_create(NET_OUT_ROOM + show.packet_bytes, &show.packet), 0);
    memset(show.packet->data, 'x', show.packet->len_bytes);
    show.packets++;
    list_for_each (seat, &show.seats, struct seat, node) {
        seat->wanted = show.packets;
        ws_ready(seat->ws);
    }
    tally_add(&published);
}

static void look(void *ctx)
{
    (void)ctx;
    show.stats = net_stats(show.site.net);
    show.packet_refs = show.packet ? atomic_load(&show.packet->refs) : 0;
    tally_add(&looked);
}

static void seat_opened(void *session, struct ws *ws)
{
    struct seat *seat = session;
    seat->ws = ws;
    list_append(&show.seats, &seat->node);
    tally_add(&opened);
}

static void seat_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    (void)session, (void)len_bytes, (void)binary;
    buf_unref(&takes_buf);
    tally_add(&heard);
}

static int seat_next(void *session, struct net_out *ret_out)
{
    struct seat *seat = session;
    if (!seat->wanted)
        return 0;
    seat->wanted = 0;
    atomic_fetch_add(&show.sent, 1);
    *ret_out = (struct net_out){.takes_buf = buf_ref(show.packet),
                                .off = NET_OUT_ROOM,
                                .len_bytes = show.packet_bytes,
                                .binary = true};
    return 1;
}

static void seat_closed(void *session)
{
    struct seat *seat = session;
    closed_numbers[tally_count(&closed)] = seat->number;
    list_remove(&seat->node);
    mem_free(seat);
    tally_add(&closed);
}

static const struct ws_ops OPS = {.max_message_bytes = 1024,
                                  .opened = seat_opened,
                                  .message = seat_message,
                                  .next = seat_next,
                                  .closed = seat_closed};

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    (void)ctx, (void)request;
    struct seat *seat = mem_new(struct seat);
    list_init(&seat->node);
    seat->number = show.seats_taken++;
    *ret_accept = (struct ws_accept){.ops = &OPS, .session = seat};
    return 0;
}

/* A stream that holds more than what is being sent. */
enum { HELD_BYTES = 12345 };

static int stream_next(void *ctx, struct net_out *ret_out)
{
    (void)ctx;
    *ret_out =
        (struct net_out){.takes_buf = buf_ref(show.packet), .len_bytes = show.packet->len_bytes};
    return 1;
}

static void stream_closed(void *ctx)
{
    (void)ctx;
    tally_add(&closed);
}

static void on_request(void *ctx, struct http_request *request)
{
    static const struct http_stream_ops STREAM = {.next = stream_next, .closed = stream_closed};
    struct http_stream *stream = http_hold(request, &STREAM, ctx);
    http_stream_begin(stream, &(struct http_response){.status = 200});
    http_stream_holds(stream, HELD_BYTES);
    tally_add(&opened);
}

static void open_show(const struct net_params *params)
{
    const struct net_listener_params listener = {.on_request = on_request,
                                                 .on_upgrade = on_upgrade};
    opened.count = closed.count = published.count = looked.count = heard.count = 0;
    memset(&show, 0, sizeof(show));
    list_init(&show.seats);
    show.packet_bytes = PACKET_BYTES;
    site_init(&show.site, params, &listener);
    show.publish = net_wake_create(show.site.net, publish, NULL);
    show.look = net_wake_create(show.site.net, look, NULL);
    site_run(&show.site);
}

static void close_show(void)
{
    show.site.grace_us = 0;
    site_stop(&show.site);
    net_wake_destroy(show.publish);
    net_wake_destroy(show.look);
    if (show.packet)
        assert_int_equal(atomic_load(&show.packet->refs), 1);
    buf_unref(&show.packet);
    assert_int_equal(net_stats(show.site.net).pinned_bytes, 0);
    assert_int_equal(net_stats(show.site.net).choked, 0);
    site_finish(&show.site);
}

static void wake(struct net_wake *which)
{
    struct waker waker = net_wake_waker(which);
    waker_wake(&waker);
}

/* Publishes, and returns when every seat was offered the packet. */
static void show_packet(void)
{
    int before = tally_count(&published);
    wake(show.publish);
    tally_wait(&published, before + 1);
}

/* What the loop has counted when all that came before has been sent. */
static void take_look(void)
{
    for (int i = 0; i < 2; i++) { /* the first may be in the same turn, before anything is sent */
        int before = tally_count(&looked);
        wake(show.look);
        tally_wait(&looked, before + 1);
    }
}

static int take_seat(void)
{
    int before = tally_count(&opened);
    int fd = peer_connect_narrow(show.site.port);
    assert_int_equal(peer_upgrade(fd, "/", "", NULL, 0), 101);
    tally_wait(&opened, before + 1);
    return fd;
}

/* Takes a connection that stalls with a packet that no other one waits for. */
static int stall_alone(void)
{
    int fd = take_seat();
    show_packet();
    take_look();
    return fd;
}

static void each_stalled_peer_holds_one_reference(void **state)
{
    (void)state;
    int fds[5];
    open_show(NULL);
    for (int i = 0; i < 5; i++)
        fds[i] = take_seat();
    show_packet();
    take_look();
    assert_int_equal(show.stats.choked, 5);
    assert_int_equal(show.packet_refs, 1 + 5);
    assert_int_equal(show.stats.pinned_bytes, NET_OUT_ROOM + PACKET_BYTES);
    /* packets published meanwhile are held by no reader */
    show_packet();
    take_look();
    assert_int_equal(show.packet_refs, 1);
    assert_int_equal(show.stats.pinned_bytes, NET_OUT_ROOM + PACKET_BYTES);
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    tally_wait(&closed, 5);
    take_look();
    assert_int_equal(show.stats.pinned_bytes, 0);
    assert_int_equal(show.stats.stalled_closed, 0);
    close_show();
}

static void what_a_stalled_stream_holds_counts(void **state)
{
    (void)state;
    open_show(NULL);
    show_packet();
    int fd = peer_connect_narrow(show.site.port);
    peer_say(fd, "GET /stream HTTP/1.1\r\n\r\n");
    tally_wait(&opened, 1);
    take_look();
    assert_int_equal(show.stats.choked, 1);
    assert_int_equal(show.stats.pinned_bytes, NET_OUT_ROOM + PACKET_BYTES + HELD_BYTES);
    close(fd);
    tally_wait(&closed, 1);
    take_look();
    assert_int_equal(show.stats.pinned_bytes, 0);
    close_show();
}

static const struct net_params THREE_PACKETS = {
    .max_pinned_bytes = 3 * PACKET_BYTES + PACKET_BYTES / 2,
    .stall_us = 3600 * US_PER_S, /* and no hurry while memory is scarce */
};

static void beyond_the_cap_the_longest_stalled_is_closed(void **state)
{
    (void)state;
    int fds[5];
    open_show(&THREE_PACKETS);
    for (int i = 0; i < 3; i++)
        fds[i] = stall_alone();
    assert_int_equal(show.stats.choked, 3);
    assert_int_equal(show.stats.pinned_bytes, 3 * (NET_OUT_ROOM + PACKET_BYTES));
    for (int i = 3; i < 5; i++) {
        fds[i] = stall_alone();
        assert_int_equal(tally_count(&closed), i - 2);
        assert_int_equal(closed_numbers[i - 3], i - 3);
        assert_int_equal(show.stats.pinned_bytes, 3 * (NET_OUT_ROOM + PACKET_BYTES));
    }
    assert_int_equal(show.stats.stalled_closed, 2);
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    close_show();
}

static void a_slow_peer_is_spared(void **state)
{
    (void)state;
    static uint8_t bytes[100 * 1000];
    int fds[4];
    open_show(&THREE_PACKETS);
    for (int i = 0; i < 3; i++)
        fds[i] = stall_alone();
    peer_receive_all(fds[0], bytes, sizeof(bytes));
    fds[3] = stall_alone();
    assert_int_equal(tally_count(&closed), 1);
    assert_int_equal(closed_numbers[0], 1);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    close_show();
}

static void when_memory_is_scarce_patience_is_short(void **state)
{
    (void)state;
    open_show(&(struct net_params){.max_pinned_bytes = 4 * PACKET_BYTES - 1,
                                   .stall_us = 3600 * US_PER_S,
                                   .crowded_us = US_PER_S / 20});
    int fd = stall_alone();
    tally_wait(&closed, 1);
    take_look();
    assert_int_equal(show.stats.stalled_closed, 1);
    close(fd);
    close_show();
}

/* What a slow link has not taken yet is a few packets, not a socket buffer full of them: a session
 * is asked for the next one as late as possible. */
static void little_waits_in_the_kernel(void **state)
{
    (void)state;
    enum { SMALL_BYTES = 4000, PACKETS = 100 };
    static uint8_t bytes[SMALL_BYTES];
    size_t len;
    open_show(NULL);
    show.packet_bytes = SMALL_BYTES;
    int fd = take_seat();
    for (int i = 0; i < PACKETS; i++) {
        show_packet();
        take_look();
    }
    unsigned sent = atomic_load(&show.sent);
    assert_true(sent >= 1 && sent <= 8); /* 2; it was 28 with the kernel's buffer alone */
    assert_int_equal(show.stats.choked, 1);
    /* as the peer takes them, the newest follows */
    for (unsigned i = 0; i < sent + 1; i++)
        assert_int_equal(peer_read_frame(fd, bytes, sizeof(bytes), &len), PEER_FIN | PEER_BINARY);
    take_look();
    assert_int_equal(atomic_load(&show.sent), sent + 1);
    assert_int_equal(show.stats.choked, 0);
    close(fd);
    close_show();
}

/* A page on a slow link can still send its commands. */
static void a_choked_peer_is_heard(void **state)
{
    (void)state;
    open_show(NULL);
    int fd = stall_alone();
    assert_int_equal(show.stats.choked, 1);
    peer_frame(fd, PEER_FIN | PEER_TEXT, "stop", 4);
    tally_wait(&heard, 1);
    take_look();
    assert_int_equal(show.stats.choked, 1);
    close(fd);
    tally_wait(&closed, 1);
    close_show();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stalled_peer_holds_one_reference),
        cmocka_unit_test(what_a_stalled_stream_holds_counts),
        cmocka_unit_test(beyond_the_cap_the_longest_stalled_is_closed),
        cmocka_unit_test(a_slow_peer_is_spared),
        cmocka_unit_test(when_memory_is_scarce_patience_is_short),
        cmocka_unit_test(little_waits_in_the_kernel),
        cmocka_unit_test(a_choked_peer_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
