/* The client against a server that is a socket in this test's own hands. */
#include "net/client.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/socket.h"
#include "site.h"

static const struct outbound_range LOOPBACK = {{[15] = 1}, 0}; /* everything */

enum { NEVER_MS = 60000 };

/* One client on a loop of its own, and what it was told. */
struct visit {
    struct site site;
    struct net_wake *poke;
    void (*act)(struct visit *visit); /* on the loop, when poked */
    struct client *client;
    struct client_params params;
    struct client_get get;
    struct client_request *request;
    struct url url;
    struct tally heads, bodies, dones, acts;
    unsigned status;
    char type[64], body[4096], sentence[CLIENT_SENTENCE_MAX_BYTES];
    size_t body_bytes;
    int error;
    enum conduct {
        CARRY_ON,
        CANCEL_IN_HEAD,
        CANCEL_IN_BODY,
        DESTROY_IN_BODY,
        AGAIN_IN_DONE
    } planned,
        conduct; /* of the next request, of the one that runs */
    int server;  /* the listening socket */
    uint16_t port;
};

static void on_head(void *ctx, const struct client_head *head)
{
    struct visit *visit = ctx;
    visit->status = head->status;
    snprintf(visit->type, sizeof(visit->type), "%s", head->content_type);
    if (visit->conduct == CANCEL_IN_HEAD)
        client_cancel(visit->request);
    tally_add(&visit->heads);
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    struct visit *visit = ctx;
    size_t room = sizeof(visit->body) - 1 - visit->body_bytes;
    memcpy(visit->body + visit->body_bytes, bytes, len_bytes < room ? len_bytes : room);
    visit->body_bytes += len_bytes < room ? len_bytes : room;
    if (visit->conduct == CANCEL_IN_BODY)
        client_cancel(visit->request);
    if (visit->conduct == DESTROY_IN_BODY) {
        client_destroy(visit->client);
        visit->client = NULL;
    }
    tally_add(&visit->bodies);
}

static void get_now(struct visit *visit);

static void on_done(void *ctx, int error, const char *sentence)
{
    struct visit *visit = ctx;
    visit->request = NULL;
    visit->error = error;
    snprintf(visit->sentence, sizeof(visit->sentence), "%s", sentence);
    if (visit->conduct == AGAIN_IN_DONE) {
        visit->planned = CARRY_ON;
        get_now(visit);
    }
    tally_add(&visit->dones);
}

static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};

static void get_now(struct visit *visit)
{
    visit->get.url = &visit->url;
    visit->get.ops = &OPS;
    visit->get.ctx = visit;
    visit->body_bytes = 0;
    visit->conduct = visit->planned;
    if (!visit->client)
        visit->client = client_create(&visit->params);
    visit->request = client_get(visit->client, &visit->get);
}

static void cancel_now(struct visit *visit)
{
    client_cancel(visit->request);
    visit->request = NULL;
}

static void destroy_now(struct visit *visit)
{
    client_destroy(visit->client);
    visit->client = NULL;
}

static void on_poke(void *ctx)
{
    struct visit *visit = ctx;
    visit->act(visit);
    tally_add(&visit->acts);
}

static void do_now(struct visit *visit, void (*act)(struct visit *visit))
{
    int so_far = tally_count(&visit->acts);
    struct waker waker = net_wake_waker(visit->poke);
    visit->act = act;
    waker_wake(&waker);
    tally_wait(&visit->acts, so_far + 1);
}

static void point_to(struct visit *visit, const char *before, const char *host, const char *path)
{
    char text[256];
    const char *wrong = "";
    snprintf(text, sizeof(text), "%s%s:%u%s", before, host, visit->port, path);
    if (url_parse(text, &visit->url, &wrong) < 0)
        fail_msg("%s: %s", text, wrong);
}

static void get(struct visit *visit)
{
    do_now(visit, get_now);
}

static int setup(void **state)
{
    static const struct tally NONE = TALLY_INIT;
    struct visit *visit = calloc(1, sizeof(*visit));
    visit->heads = visit->bodies = visit->dones = visit->acts = NONE;
    site_init(&visit->site, NULL, &(struct net_listener_params){0});
    visit->poke = net_wake_create(visit->site.net, on_poke, visit);
    visit->params = (struct client_params){
        .net = visit->site.net,
        .policy = {.allow = &LOOPBACK, .n_allow = 1},
        .connect_us = NEVER_MS * US_PER_MS,
        .first_byte_us = NEVER_MS * US_PER_MS,
        .silence_us = NEVER_MS * US_PER_MS,
    };
    visit->server = socket_listen("127.0.0.1", &visit->port);
    assert_true(visit->server >= 0);
    point_to(visit, "http://", "127.0.0.1", "/stream?a=b");
    site_run(&visit->site);
    *state = visit;
    return 0;
}

static int teardown(void **state)
{
    struct visit *visit = *state;
    do_now(visit, destroy_now);
    site_stop(&visit->site);
    net_wake_destroy(visit->poke);
    site_finish(&visit->site);
    if (visit->server >= 0)
        close(visit->server);
    free(visit);
    return 0;
}

/* The next connection; its request's head is read into head. */
static int accept_request(struct visit *visit, char *head, size_t cap)
{
    struct timeval patience = {.tv_sec = 10};
    int fd = -1;
    for (int tries = 0; fd < 0 && tries < 1000; tries++) {
        fd = accept(visit->server, NULL, NULL);
        if (fd < 0)
            usleep(10000); /* the listening socket does not block */
    }
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    size_t len = 0;
    head[0] = '\0';
    while (!strstr(head, "\r\n\r\n")) {
        assert_true(len + 1 < cap);
        peer_receive_all(fd, head + len, 1);
        head[++len] = '\0';
    }
    return fd;
}

static int serve(struct visit *visit)
{
    char head[4096];
    return accept_request(visit, head, sizeof(head));
}

static void expect_done(struct visit *visit, int error, const char *sentence)
{
    tally_wait(&visit->dones, 1);
    assert_string_equal(visit->sentence, sentence);
    assert_int_equal(visit->error, error);
}

/* The sentence has the server's place in it. */
static void expect_about(struct visit *visit, int error, const char *before, const char *after)
{
    char sentence[128];
    snprintf(sentence, sizeof(sentence), "%s127.0.0.1:%u%s", before, visit->port, after);
    expect_done(visit, error, sentence);
}

static void test_a_whole_answer(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    get(visit);
    int fd = accept_request(visit, head, sizeof(head));
    assert_memory_equal(head, "GET /stream?a=b HTTP/1.1\r\n", 26);
    assert_null(strstr(head, "Authorization"));
    assert_null(strstr(head, "Accept-Encoding"));
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nhello");
    expect_done(visit, 0, "");
    assert_int_equal(visit->status, 200);
    assert_string_equal(visit->type, "image/jpeg");
    assert_string_equal(visit->body, "hello");
    /* The connection is kept, and used again. */
    get(visit);
    peer_receive_all(fd, head, 26);
    assert_memory_equal(head, "GET /stream?a=b HTTP/1.1\r\n", 26);
    close(fd);
}

static void test_chunks_and_no_length(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    tally_wait(&visit->bodies, 1); /* as it comes, not at the end */
    peer_say(fd, "2;x=y\r\nde\r\n0\r\n\r\n");
    expect_done(visit, 0, "");
    assert_string_equal(visit->type, "");
    assert_int_equal(visit->body_bytes, 5);
    assert_memory_equal(visit->body, "abcde", 5);
    close(fd);

    get(visit);
    fd = serve(visit);
    peer_say(fd, "HTTP/1.0 404 Not Found\nContent-Type: text/html\n\nuntil the end");
    close(fd);
    tally_wait(&visit->dones, 2);
    assert_int_equal(visit->error, 0);
    assert_int_equal(visit->status, 404);
    assert_memory_equal(visit->body, "until the end", 13);
}

static void test_an_answer_without_a_body(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 204 No Content\r\n\r\n");
    expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_int_equal(visit->status, 204);
    close(fd);
}

static void test_user_and_password(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    point_to(visit, "http://me:s%3acret@", "127.0.0.1", "/");
    get(visit);
    int fd = accept_request(visit, head, sizeof(head));
    peer_say(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n"
                 "Content-Length: 2\r\n\r\nno");
    size_t len = 0;
    memset(head, 0, sizeof(head));
    while (!strstr(head, "\r\n\r\n"))
        peer_receive_all(fd, head + len++, 1);
    assert_non_null(strstr(head, "Authorization: Basic bWU6czpjcmV0\r\n"));
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_memory_equal(visit->body, "hi", 2);
    close(fd);
}

static void test_wrong_password(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n"
                 "Content-Length: 0\r\n\r\n");
    expect_done(visit, 0, "");
    assert_int_equal(visit->status, 401);
    close(fd);
}

static void test_nobody_there(void **state)
{
    struct visit *visit = *state;
    close(visit->server);
    visit->server = -1;
    get(visit);
    expect_about(visit, -ECONNREFUSED, "connection refused by ", "");
}

static void test_denied_addresses(void **state)
{
    struct visit *visit = *state;
    static const char *const LOCAL[] = {"127.0.0.1", "localhost", "2130706433", "0x7f.1"};
    visit->params.policy.n_allow = 0;
    for (int i = 0; i < 4; i++) {
        point_to(visit, "http://", LOCAL[i], "/");
        get(visit);
        tally_wait(&visit->dones, i + 1);
        assert_int_equal(visit->error, -EACCES);
        assert_non_null(strstr(visit->sentence, "is a loopback address; pull_allow in"));
    }
    point_to(visit, "http://", "169.254.169.254", "/");
    get(visit);
    tally_wait(&visit->dones, 5);
    assert_int_equal(visit->error, -EACCES);
    assert_int_equal(accept(visit->server, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
}

static void test_no_such_host(void **state)
{
    struct visit *visit = *state;
    point_to(visit, "http://", "no-such-camera.invalid", "/");
    get(visit);
    expect_done(visit, -EHOSTUNREACH, "there is no host called no-such-camera.invalid");
}

static void test_redirects(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /other?x=y\r\nContent-Length: 4\r\n\r\nhere");
    peer_receive_all(fd, head, 25);
    assert_memory_equal(head, "GET /other?x=y HTTP/1.1\r\n", 25);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_int_equal(visit->body_bytes, 2);
    close(fd);
}

static void redirect_to(struct visit *visit, const char *where)
{
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", where);
    expect_about(visit, -ELOOP, "", " redirects elsewhere, which is not followed");
    assert_int_equal(tally_count(&visit->heads), 0);
    close(fd);
}

static void test_redirect_to_another_host(void **state)
{
    redirect_to(*state, "http://localhost:80/");
}

static void test_redirect_to_another_scheme(void **state)
{
    redirect_to(*state, "file:///etc/passwd");
}

static void test_redirect_to_another_port(void **state)
{
    redirect_to(*state, "//127.0.0.1:1/");
}

static void test_redirects_without_end(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    for (int i = 0; i <= CLIENT_REDIRECTS_MAX; i++) {
        char byte = 0;
        while (i > 0 && byte != 'G') /* the next GET */
            peer_receive_all(fd, &byte, 1);
        peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    }
    expect_about(visit, -ELOOP, "", " redirects more than 3 times");
    close(fd);
}

static void test_a_head_of_many_lines(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < CLIENT_HEAD_MAX_LINES; i++)
        peer_say(fd, "X: y\r\n");
    peer_say(fd, "\r\nhi");
    tally_wait(&visit->bodies, 1); /* so many may be */
    do_now(visit, cancel_now);
    close(fd);
    get(visit);
    fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i <= CLIENT_HEAD_MAX_LINES; i++)
        peer_say(fd, "X: y\r\n");
    peer_say(fd, "\r\nhi");
    expect_about(visit, -EMSGSIZE, "the head of the answer of ", " is too long");
    close(fd);
}

static void test_a_long_head(void **state)
{
    struct visit *visit = *state;
    char line[CLIENT_HEAD_MAX_BYTES + 1];
    memset(line, 'x', sizeof(line));
    line[CLIENT_HEAD_MAX_BYTES] = '\0';
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", line);
    expect_about(visit, -EMSGSIZE, "the head of the answer of ", " is too long");
    close(fd);
}

static void test_a_line_beyond_libcurls_own_limit(void **state)
{
    struct visit *visit = *state;
    char part[1024];
    memset(part, 'x', sizeof(part));
    part[sizeof(part) - 1] = '\0';
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nX: ");
    for (int i = 0; i < 101; i++) /* 100 KiB; the last one ends it */
        peer_say(fd, "%s", part);
    expect_about(visit, -EMSGSIZE, "the head of the answer of ", " is too long");
    close(fd);
}

static void test_a_large_body(void **state)
{
    struct visit *visit = *state;
    visit->get.max_body_bytes = 10;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789");
    tally_wait(&visit->bodies, 1);
    peer_say(fd, "a");
    expect_about(visit, -EMSGSIZE, "", " sends more than 10 bytes");
    close(fd);
}

static void test_silence_at_first(void **state)
{
    struct visit *visit = *state;
    visit->params.first_byte_us = 100 * US_PER_MS;
    get(visit);
    int fd = serve(visit);
    expect_about(visit, -ETIMEDOUT, "", " did not answer for 0.1 s");
    close(fd);
}

static void test_silence_later(void **state)
{
    struct visit *visit = *state;
    visit->params.silence_us = 100 * US_PER_MS;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n\r\nhi");
    expect_about(visit, -ETIMEDOUT, "", " was silent for 0.1 s");
    close(fd);
}

static void test_an_answer_that_trickles(void **state)
{
    struct visit *visit = *state;
    visit->get.total_us = 300 * US_PER_MS;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n\r\nhi");
    tally_wait(&visit->bodies, 1);
    expect_about(visit, -ETIMEDOUT, "", " did not end its answer in 0.3 s");
    close(fd);
}

static void test_a_redirect_that_talks_on(void **state)
{
    struct visit *visit = *state;
    static char much[CLIENT_HEAD_MAX_BYTES + 2];
    memset(much, 'x', sizeof(much) - 1);
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n%s", much);
    expect_about(visit, -EMSGSIZE, "", " sends too much with a redirect");
    close(fd);
}

static void test_nobody_takes_the_connection(void **state)
{
    struct visit *visit = *state;
    visit->params.connect_us = 100 * US_PER_MS;
    /* TLS to a server that says nothing is not connected yet. */
    point_to(visit, "https://", "127.0.0.1", "/");
    get(visit);
    expect_about(visit, -ETIMEDOUT, "", " was not reached for 0.1 s");
}

static void test_garbage(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    expect_about(visit, -EPROTO, "", " does not speak HTTP as it should");
    close(fd);
}

static void test_half_an_answer(void **state)
{
    struct visit *visit = *state;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    close(fd);
    expect_about(visit, -EIO, "", " hung up");
}

static void test_no_answer(void **state)
{
    struct visit *visit = *state;
    get(visit);
    close(serve(visit));
    expect_about(visit, -EIO, "", " hung up");
}

static void test_cancelled_anywhere(void **state)
{
    struct visit *visit = *state;
    char byte;
    for (int conduct = CARRY_ON; conduct <= DESTROY_IN_BODY; conduct++) {
        visit->planned = (enum conduct)conduct;
        get(visit);
        int fd = serve(visit);
        if (conduct == CARRY_ON)
            do_now(visit, cancel_now);
        else
            peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        assert_true(peer_receive(fd, &byte, 1) <= 0); /* the client hung up */
        close(fd);
    }
    assert_int_equal(tally_count(&visit->bodies), 2);
    assert_int_equal(tally_count(&visit->dones), 0);
}

static void test_again_from_done(void **state)
{
    struct visit *visit = *state;
    char head[26];
    visit->planned = AGAIN_IN_DONE;
    get(visit);
    int fd = serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    peer_receive_all(fd, head, sizeof(head)); /* the next one on the same connection */
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    tally_wait(&visit->dones, 2);
    close(fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_whole_answer),
        T(test_chunks_and_no_length),
        T(test_an_answer_without_a_body),
        T(test_user_and_password),
        T(test_wrong_password),
        T(test_nobody_there),
        T(test_denied_addresses),
        T(test_no_such_host),
        T(test_redirects),
        T(test_redirect_to_another_host),
        T(test_redirect_to_another_scheme),
        T(test_redirect_to_another_port),
        T(test_redirects_without_end),
        T(test_a_head_of_many_lines),
        T(test_a_long_head),
        T(test_a_line_beyond_libcurls_own_limit),
        T(test_a_large_body),
        T(test_silence_at_first),
        T(test_silence_later),
        T(test_an_answer_that_trickles),
        T(test_a_redirect_that_talks_on),
        T(test_nobody_takes_the_connection),
        T(test_garbage),
        T(test_half_an_answer),
        T(test_no_answer),
        T(test_cancelled_anywhere),
        T(test_again_from_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
