#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static struct tally closed = TALLY_INIT, asked = TALLY_INIT;
static struct http_stream *held; /* loop only, but for the tests' pokes through wakes */

/* --- What the server does. --- */

static void on_stream_closed(void *ctx)
{
    (void)ctx;
    held = NULL;
    tally_add(&closed);
}

static int count_up(void *ctx, struct net_out *ret_out)
{
    int *left = ctx;
    if (*left == 0)
        return -1;
    char line[32];
    int n = snprintf(line, sizeof(line), "%d\n", --*left);
    site_message(line, (size_t)n, ret_out);
    return 1;
}

static const struct http_stream_ops HOLD = {.closed = on_stream_closed};
static const struct http_stream_ops COUNT = {.next = count_up, .closed = on_stream_closed};

static void tell_request(struct http_request *request)
{
    char bytes[8192], value[512];
    struct text text = text_over(bytes, sizeof(bytes));
    size_t body_len;
    const char *body = http_body(request, &body_len);
    text_add(&text, "%s %s peer=%s loopback=%d body=%zu:%s", http_method(request),
             http_path(request), http_peer(request), http_peer_is_loopback(request), body_len,
             body);
    if (http_query(request, "a", value, sizeof(value)))
        text_add(&text, " a=%s", value);
    if (http_query(request, "long", value, 4))
        text_add(&text, " long=%s", value);
    if (http_header(request, HTTP_HOST, value, sizeof(value)))
        text_add(&text, " host=%s", value);
    if (http_header(request, HTTP_COOKIE, value, sizeof(value)))
        text_add(&text, " cookie=%s", value);
    const struct http_field fields[] = {{"cache-control", "no-store"}, {"x-name", "a\r\nb"}};
    http_reply(request, &(struct http_response){.status = 200,
                                                .content_type = "text/plain",
                                                .fields = fields,
                                                .n_fields = 2,
                                                .body = text.bytes,
                                                .len_bytes = text.len});
}

enum { LARGE_BYTES = 5 * 1000 * 1000 };
static uint8_t large[LARGE_BYTES];

static void reply_large(struct http_request *request, bool is_static)
{
    struct http_response response = {.status = 200, .len_bytes = LARGE_BYTES - 10, .body_off = 10};
    if (is_static) {
        response.body = large;
        response.body_is_static = true;
    } else {
        struct buf *buf;
        assert_int_equal(buf_create(LARGE_BYTES, &buf), 0);
        memcpy(buf->data, large, LARGE_BYTES);
        response.takes_buf = buf;
    }
    http_reply(request, &response);
}

static void on_request(void *ctx, struct http_request *request)
{
    static int left;
    (void)ctx;
    const char *path = http_path(request);
    if (strcmp(path, "/hold") == 0) {
        held = http_hold(request, &HOLD, NULL);
    } else if (strcmp(path, "/count") == 0) {
        left = 1000;
        struct http_stream *stream = http_hold(request, &COUNT, &left);
        http_stream_begin(stream,
                          &(struct http_response){.status = 200, .content_type = "text/count"});
    } else if (strcmp(path, "/late") == 0) {
        struct http_stream *stream = http_hold(request, &HOLD, NULL);
        http_stream_reply(stream,
                          &(struct http_response){.status = 201, .body = "late", .len_bytes = 4});
    } else if (strcmp(path, "/large") == 0) {
        reply_large(request, false);
    } else if (strcmp(path, "/large-static") == 0) {
        reply_large(request, true);
    } else if (strcmp(path, "/always") == 0) {
        http_always(request, "x-name", "always");
        http_always(request, "x-more", "a\r\nb");
        tell_request(request);
    } else if (strcmp(path, "/always-too-much") == 0) {
        char much[1200];
        memset(much, 'm', sizeof(much) - 1);
        much[sizeof(much) - 1] = '\0';
        http_always(request, "x-more", "first");
        http_always(request, "x-much", much);
        tell_request(request);
    } else if (strcmp(path, "/empty") == 0) {
        http_reply(request, &(struct http_response){.status = 204});
    } else if (strcmp(path, "/unchanged") == 0) {
        http_reply(request, &(struct http_response){.status = 304, .body = "no", .len_bytes = 2});
    } else if (strcmp(path, "/forgets") != 0) {
        tell_request(request);
    }
    tally_add(&asked);
}

static const struct net_listener_params LISTENER = {.on_request = on_request,
                                                    .max_body_bytes = 1000};

static struct net_wake *finisher; /* answers held requests */

static void reply_to_held(void *ctx)
{
    (void)ctx;
    if (held)
        http_stream_reply(
            held, &(struct http_response){.status = 200, .body = "at last", .len_bytes = 7});
}

static int set_up(void **state)
{
    static struct site site;
    closed.count = asked.count = 0;
    held = NULL;
    site_init(&site, NULL, &LISTENER);
    finisher = net_wake_create(site.net, reply_to_held, NULL);
    for (size_t i = 0; i < LARGE_BYTES; i++)
        large[i] = (uint8_t)(i * 2654435761u >> 24);
    site_run(&site);
    *state = &site;
    return 0;
}

static int tear_down(void **state)
{
    site_stop(*state);
    net_wake_destroy(finisher);
    site_finish(*state);
    return 0;
}

static void wake(struct net_wake *which)
{
    struct waker waker = net_wake_waker(which);
    waker_wake(&waker);
}

/* --- The tests. --- */

static void hands_up_all_parts(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    struct answer answer;
    peer_say(fd, "GET /a%%20b/%%c3%%a4%%2541?x=1&a=1%%2b1+2&long=12345 HTTP/1.1\r\n"
                 "hOST:   here:80  \r\nCookie: k=v; l=w\r\nX-Other: y\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "GET /a b/\xc3\xa4%41 peer=127.0.0.1 loopback=1 body=0: "
                                     "a=1+1 2 host=here:80 cookie=k=v; l=w");
    assert_true(answer_has(&answer, "content-type: text/plain"));
    assert_true(answer_has(&answer, "cache-control: no-store"));
    assert_true(answer_has(&answer, "x-content-type-options: nosniff"));
    assert_true(answer_has(&answer, "connection: keep-alive"));
    assert_true(answer_has(&answer, "x-name: a  b"));
    assert_null(strcasestr(answer.head, "server:"));
    assert_non_null(strstr(answer.head, "\r\ndate: "));
    close(fd);
}

/* Headers that go with whichever answer, and with no other. */
static void headers_of_every_answer_go_in_front(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    struct answer answer;
    peer_say(fd, "GET /always HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_true(answer_has(&answer, "x-name: always"));
    assert_false(answer_has(&answer, "x-name: a  b")); /* the answer's own gives way */
    assert_true(answer_has(&answer, "x-more: a  b"));
    assert_true(answer_has(&answer, "cache-control: no-store"));
    peer_say(fd, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_true(answer_has(&answer, "x-name: a  b"));
    assert_null(strstr(answer.head, "x-more"));
    /* More than 1 KiB of them is left out, and the answer is whole. */
    peer_say(fd, "GET /always-too-much HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "x-name: a  b"));
    assert_null(strstr(answer.head, "mmmm"));
    close(fd);
}

static void serves_one_after_another(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    struct answer answer;
    for (int i = 0; i < 50; i++) {
        char path[16];
        snprintf(path, sizeof(path), "/%d", i);
        peer_get(fd, path, &answer);
        assert_non_null(strstr(answer.body, path));
    }
    /* sent ahead, in one piece, with a body and empty lines in between */
    peer_say(fd, "POST /one HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc\r\n"
                 "GET /two HTTP/1.1\r\n\r\nGET /three HTTP/1.1\r\nConnection: close\r\n\r\n"
                 "GET /never HTTP/1.1\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "POST /one "));
    assert_non_null(strstr(answer.body, "body=3:abc"));
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "GET /two "));
    assert_non_null(strstr(answer.body, "body=0:"));
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "GET /three "));
    assert_true(answer_has(&answer, "connection: close"));
    assert_int_equal(peer_receive(fd, answer.body, 1), 0);
    close(fd);
}

static void knows_http_1_0(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_say(fd, "GET /old HTTP/1.0\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_true(answer_has(&answer, "connection: close"));
    assert_int_equal(peer_receive(fd, answer.body, 1), 0);
    close(fd);
    fd = peer_connect(site->port);
    for (int i = 0; i < 2; i++) {
        peer_say(fd, "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        peer_answer(fd, true, &answer);
        assert_true(answer_has(&answer, "connection: keep-alive"));
    }
    close(fd);
}

static void bodiless_answers_stay_so(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_say(fd, "HEAD /large HTTP/1.1\r\n\r\n");
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "content-length: 4999990"));
    peer_say(fd, "GET /empty HTTP/1.1\r\n\r\n");
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 204);
    assert_null(strstr(answer.head, "content-length"));
    peer_say(fd, "GET /unchanged HTTP/1.1\r\n\r\n");
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 304);
    peer_get(fd, "/after", &answer);
    assert_non_null(strstr(answer.body, "GET /after "));
    close(fd);
}

static void takes_bodies_in_pieces(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    const char *request = "PUT /slow HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789";
    for (const char *c = request; *c; c++)
        peer_send(fd, c, 1);
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "body=10:0123456789"));
    /* the largest body there may be */
    char body[1001];
    memset(body, 'x', 1000);
    body[1000] = '\0';
    peer_say(fd, "PATCH /most HTTP/1.1\r\nContent-Length: 1000\r\n\r\n%s", body);
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "body=1000:xxx"));
    peer_say(fd, "POST /none HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "body=0:"));
    peer_say(fd, "POST /none HTTP/1.1\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "body=0:"));
    /* a peer that asks first */
    peer_say(fd, "POST /asks HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_send(fd, "ok", 2);
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "body=2:ok"));
    /* a head and a body that together are more than the input buffer holds at first */
    char pad[1900];
    memset(pad, 'y', sizeof(pad) - 1);
    pad[sizeof(pad) - 1] = '\0';
    peer_say(fd,
             "PATCH /long HTTP/1.1\r\nX-Pad: %s\r\nContent-Length: 1000\r\n"
             "Expect: 100-continue\r\n\r\n",
             pad);
    peer_answer(fd, false, &answer);
    assert_int_equal(answer.status, 100);
    peer_say(fd, "%sGET /behind HTTP/1.1\r\n\r\n", body);
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "PATCH /long "));
    assert_non_null(strstr(answer.body, "body=1000:xxx"));
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "GET /behind "));
    close(fd);
}

static void refuses_large_bodies(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_say(fd, "POST /much HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 413);
    assert_true(answer_has(&answer, "connection: close"));
    assert_int_equal(peer_receive(fd, answer.body, 1), 0);
    close(fd);
    /* the answer survives a peer that goes on sending */
    fd = peer_connect(site->port);
    peer_say(fd, "POST /much HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n");
    peer_send(fd, large, LARGE_BYTES);
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 413);
    close(fd);
    assert_int_equal(tally_count(&asked), 0);
}

static void refuses_what_is_no_request(void **state)
{
    const struct site *site = *state;
    static const struct {
        const char *request;
        int status;
    } CASES[] = {
        {"\x16\x03\x01\x02\x01\r\n\r\n", 400},
        {"GET\r\n\r\n", 400},
        {"GET / HTTP/1.1 \r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\n", 505},
        {"GET * HTTP/1.1\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\n\r\n", 400},
        {"GET /%2 HTTP/1.1\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\n\r\n", 400},
        {"GET /../etc/passwd HTTP/1.1\r\n\r\n", 400},
        {"GET /a/%2e%2e/b HTTP/1.1\r\n\r\n", 400},
        {"GET /a%2f..%2fb HTTP/1.1\r\n\r\n", 400},
        {"GET /a\\..\\b HTTP/1.1\r\n\r\n", 400},
        {"GET /.. HTTP/1.1\r\n\r\n", 400},
        {"GET /%0d%0aevil HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
        {"GET / HTTP/1.1\r\nExpect: magic\r\n\r\n", 417},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct answer answer;
        int fd = peer_connect(site->port);
        peer_send(fd, CASES[i].request, strlen(CASES[i].request));
        peer_answer(fd, true, &answer);
        if (answer.status != CASES[i].status)
            print_error("%s", CASES[i].request);
        assert_int_equal(answer.status, CASES[i].status);
        assert_int_equal(peer_receive(fd, answer.body, 1), 0);
        close(fd);
    }
    assert_int_equal(tally_count(&asked), 0);
}

static void refuses_large_heads(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    static char value[20000];
    memset(value, 'v', sizeof(value) - 1);
    int fd = peer_connect(site->port);
    peer_say(fd, "GET / HTTP/1.1\r\nX: %s", value);
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 431);
    close(fd);
    fd = peer_connect(site->port);
    peer_say(fd, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 101; i++)
        peer_say(fd, "X: %d\r\n", i);
    peer_say(fd, "\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 431);
    close(fd);
    fd = peer_connect(site->port);
    peer_say(fd, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 100; i++)
        peer_say(fd, "X: %d\r\n", i);
    peer_say(fd, "\r\n");
    peer_answer(fd, true, &answer);
    assert_int_equal(answer.status, 200);
    close(fd);
}

static void takes_an_absolute_target(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_say(fd, "GET http://there:8080/x?a=b HTTP/1.1\r\nHost: here\r\n\r\n");
    peer_answer(fd, true, &answer);
    assert_non_null(strstr(answer.body, "GET /x "));
    assert_non_null(strstr(answer.body, " a=b host=there:8080"));
    close(fd);
}

static void answers_for_a_handler_that_forgets(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_get(fd, "/forgets", &answer);
    assert_int_equal(answer.status, 500);
    close(fd);
}

static void large_bodies_reach_slow_readers(void **state)
{
    const struct site *site = *state;
    static const char *const PATHS[] = {"/large", "/large-static"};
    static uint8_t got[LARGE_BYTES];
    for (size_t i = 0; i < 2; i++) {
        int fd = peer_connect_narrow(site->port);
        peer_say(fd, "GET %s HTTP/1.1\r\nConnection: close\r\n\r\n", PATHS[i]);
        struct answer answer;
        peer_answer(fd, false, &answer);
        /* another one is served meanwhile */
        int other = peer_connect(site->port);
        peer_get(other, "/meanwhile", &answer);
        assert_int_equal(answer.status, 200);
        close(other);
        peer_receive_all(fd, got, LARGE_BYTES - 10);
        assert_memory_equal(got, large + 10, LARGE_BYTES - 10);
        assert_int_equal(peer_receive(fd, got, 1), 0);
        close(fd);
    }
}

static void answers_late(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    int fd = peer_connect(site->port);
    peer_get(fd, "/late", &answer); /* held and answered in one go */
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body, "late");
    tally_wait(&closed, 1);
    peer_say(fd, "GET /hold HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    tally_wait(&asked, 2);
    assert_int_equal(tally_count(&closed), 1);
    wake(finisher);
    peer_answer(fd, true, &answer);
    assert_string_equal(answer.body, "at last");
    tally_wait(&closed, 2);
    peer_answer(fd, true, &answer); /* bytes sent in advance were kept */
    assert_non_null(strstr(answer.body, "GET /next "));
    close(fd);
}

static void tells_when_the_peer_of_a_held_request_leaves(void **state)
{
    const struct site *site = *state;
    int fd = peer_connect(site->port);
    peer_say(fd, "GET /hold HTTP/1.1\r\n\r\n");
    tally_wait(&asked, 1);
    assert_int_equal(tally_count(&closed), 0);
    close(fd);
    tally_wait(&closed, 1);
}

static void streams_until_the_end(void **state)
{
    const struct site *site = *state;
    struct answer answer;
    static char text[65536], expected[65536];
    int fd = peer_connect(site->port);
    peer_say(fd, "GET /count HTTP/1.1\r\n\r\n");
    peer_answer(fd, false, &answer);
    assert_true(answer_has(&answer, "content-type: text/count"));
    assert_true(answer_has(&answer, "connection: close"));
    assert_null(strstr(answer.head, "content-length"));
    peer_receive_rest(fd, text, sizeof(text));
    size_t len = 0;
    for (int i = 999; i >= 0; i--)
        len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%d\n", i);
    assert_string_equal(text, expected);
    tally_wait(&closed, 1);
    close(fd);
}

static void stopping_ends_what_is_held(void **state)
{
    struct site *site = *state;
    struct answer answer;
    char byte;
    int fd = peer_connect(site->port), resting = peer_connect(site->port);
    peer_get(resting, "/x", &answer);
    peer_say(fd, "GET /hold HTTP/1.1\r\n\r\n");
    tally_wait(&asked, 2);
    site_stop(site);
    assert_int_equal(tally_count(&closed), 1);
    assert_true(peer_receive(fd, &byte, 1) <= 0);
    assert_true(peer_receive(resting, &byte, 1) <= 0);
    close(fd);
    close(resting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(hands_up_all_parts),
        TEST(headers_of_every_answer_go_in_front),
        TEST(serves_one_after_another),
        TEST(knows_http_1_0),
        TEST(bodiless_answers_stay_so),
        TEST(takes_bodies_in_pieces),
        TEST(refuses_large_bodies),
        TEST(refuses_what_is_no_request),
        TEST(refuses_large_heads),
        TEST(takes_an_absolute_target),
        TEST(answers_for_a_handler_that_forgets),
        TEST(large_bodies_reach_slow_readers),
        TEST(answers_late),
        TEST(tells_when_the_peer_of_a_held_request_leaves),
        TEST(streams_until_the_end),
        TEST(stopping_ends_what_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
