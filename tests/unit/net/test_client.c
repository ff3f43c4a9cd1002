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
#include "visit.h"

static void test_a_whole_answer(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    visit_get(visit);
    int fd = visit_accept_request(visit, head, sizeof(head));
    assert_memory_equal(head, "GET /stream?a=b HTTP/1.1\r\n", 26);
    assert_null(strstr(head, "Authorization"));
    assert_null(strstr(head, "Accept-Encoding"));
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nhello");
    visit_expect_done(visit, 0, "");
    assert_int_equal(visit->status, 200);
    assert_string_equal(visit->type, "image/jpeg");
    assert_string_equal(visit->body, "hello");
    /* The connection is kept, and used again. */
    visit_get(visit);
    peer_receive_all(fd, head, 26);
    assert_memory_equal(head, "GET /stream?a=b HTTP/1.1\r\n", 26);
    close(fd);
}

static void test_chunks_and_no_length(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    tally_wait(&visit->bodies, 1); /* as it comes, not at the end */
    peer_say(fd, "2;x=y\r\nde\r\n0\r\n\r\n");
    visit_expect_done(visit, 0, "");
    assert_string_equal(visit->type, "");
    assert_int_equal(visit->body_bytes, 5);
    assert_memory_equal(visit->body, "abcde", 5);
    close(fd);

    visit_get(visit);
    fd = visit_serve(visit);
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
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 204 No Content\r\n\r\n");
    visit_expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_int_equal(visit->status, 204);
    close(fd);
}

static void test_user_and_password(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    visit_point_to(visit, "http://me:s%3acret@", "127.0.0.1", "/");
    visit_get(visit);
    int fd = visit_accept_request(visit, head, sizeof(head));
    peer_say(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n"
                 "Content-Length: 2\r\n\r\nno");
    size_t len = 0;
    memset(head, 0, sizeof(head));
    while (!strstr(head, "\r\n\r\n"))
        peer_receive_all(fd, head + len++, 1);
    assert_non_null(strstr(head, "Authorization: Basic bWU6czpjcmV0\r\n"));
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    visit_expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_memory_equal(visit->body, "hi", 2);
    close(fd);
}

static void test_wrong_password(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n"
                 "Content-Length: 0\r\n\r\n");
    visit_expect_done(visit, 0, "");
    assert_int_equal(visit->status, 401);
    close(fd);
}

static void test_nobody_there(void **state)
{
    struct visit *visit = *state;
    close(visit->server);
    visit->server = -1;
    visit_get(visit);
    visit_expect_about(visit, -ECONNREFUSED, "connection refused by ", "");
}

static void test_denied_addresses(void **state)
{
    struct visit *visit = *state;
    static const char *const LOCAL[] = {"127.0.0.1", "localhost", "2130706433", "0x7f.1"};
    visit->params.policy.n_allow = 0;
    for (int i = 0; i < 4; i++) {
        visit_point_to(visit, "http://", LOCAL[i], "/");
        visit_get(visit);
        tally_wait(&visit->dones, i + 1);
        assert_int_equal(visit->error, -EACCES);
        assert_non_null(strstr(visit->sentence, "is a loopback address; pull_allow in"));
    }
    visit_point_to(visit, "http://", "169.254.169.254", "/");
    visit_get(visit);
    tally_wait(&visit->dones, 5);
    assert_int_equal(visit->error, -EACCES);
    assert_int_equal(accept(visit->server, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
}

static void test_no_such_host(void **state)
{
    struct visit *visit = *state;
    visit_point_to(visit, "http://", "no-such-camera.invalid", "/");
    visit_get(visit);
    visit_expect_done(visit, -EHOSTUNREACH, "host not found: no-such-camera.invalid");
}

static void test_redirects(void **state)
{
    struct visit *visit = *state;
    char head[4096];
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /other?x=y\r\nContent-Length: 4\r\n\r\nhere");
    peer_receive_all(fd, head, 25);
    assert_memory_equal(head, "GET /other?x=y HTTP/1.1\r\n", 25);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    visit_expect_done(visit, 0, "");
    assert_int_equal(tally_count(&visit->heads), 1);
    assert_int_equal(visit->body_bytes, 2);
    close(fd);
}

static void redirect(int fd, const char *where)
{
    peer_say(fd, "HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", where);
}

/* The password stays with the one that it is for. */
static void test_redirect_to_another_host(void **state)
{
    struct visit *visit = *state;
    char head[4096], where[64];
    visit_point_to(visit, "http://me:secret@", "127.0.0.1", "/");
    visit_get(visit);
    int fd = visit_serve(visit);
    snprintf(where, sizeof(where), "http://localhost:%u/there", visit->port);
    redirect(fd, where);
    int there = visit_accept_request(visit, head, sizeof(head));
    assert_memory_equal(head, "GET /there HTTP/1.1\r\n", 21);
    peer_say(there, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n"
                    "Content-Length: 0\r\n\r\n");
    visit_expect_done(visit, 0, "");
    assert_int_equal(visit->status, 401);
    close(there);
    close(fd);
}

static void test_redirect_to_a_denied_address(void **state)
{
    struct visit *visit = *state;
    struct outbound_range loopback;
    assert_int_equal(outbound_range_parse("127.0.0.0/8", &loopback), 0);
    visit->params.policy.allow = &loopback;
    visit_get(visit);
    int fd = visit_serve(visit);
    redirect(fd, "http://169.254.169.254/latest/meta-data/");
    tally_wait(&visit->dones, 1);
    assert_int_equal(visit->error, -EACCES);
    assert_non_null(strstr(visit->sentence, "169.254.169.254 is "));
    assert_int_equal(tally_count(&visit->heads), 0);
    close(fd);
}

static void test_redirect_to_another_scheme(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    redirect(fd, "file:///etc/passwd");
    visit_expect_about(visit, -ELOOP, "", " redirects to an invalid URL");
    close(fd);
}

static void test_a_length_that_is_none(void **state)
{
    struct visit *visit = *state;
    static const char *const LENGTHS[] = {"-1", "many"};
    for (int i = 0; i < 2; i++) {
        visit->body_bytes = 0;
        visit_get(visit);
        for (int try = 0; try < 2; try++) { /* it asks again, and does without */
            int fd = visit_serve(visit);
            peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\nhi",
                     LENGTHS[i]);
            close(fd);
        }
        tally_wait(&visit->dones, i + 1);
        assert_int_equal(visit->error, 0);
        assert_int_equal(visit->body_bytes, 2);
    }
}

static void test_redirects_without_end(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    for (int i = 0; i <= CLIENT_REDIRECTS_MAX; i++) {
        char byte = 0;
        while (i > 0 && byte != 'G') /* the next GET */
            peer_receive_all(fd, &byte, 1);
        peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    }
    visit_expect_about(visit, -ELOOP, "", " redirects more than 3 times");
    close(fd);
}

static void test_a_head_of_many_lines(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < CLIENT_HEAD_MAX_LINES; i++)
        peer_say(fd, "X: y\r\n");
    peer_say(fd, "\r\nhi");
    tally_wait(&visit->bodies, 1); /* so many may be */
    visit_do_now(visit, visit_cancel_now);
    close(fd);
    visit_get(visit);
    fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i <= CLIENT_HEAD_MAX_LINES; i++)
        peer_say(fd, "X: y\r\n");
    peer_say(fd, "\r\nhi");
    visit_expect_about(visit, -EMSGSIZE, "", " sends headers that are too long");
    close(fd);
}

static void test_a_long_head(void **state)
{
    struct visit *visit = *state;
    char line[CLIENT_HEAD_MAX_BYTES + 1];
    memset(line, 'x', sizeof(line));
    line[CLIENT_HEAD_MAX_BYTES] = '\0';
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", line);
    visit_expect_about(visit, -EMSGSIZE, "", " sends headers that are too long");
    close(fd);
}

static void test_a_large_body(void **state)
{
    struct visit *visit = *state;
    visit->get.max_body_bytes = 10;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789");
    tally_wait(&visit->bodies, 1);
    peer_say(fd, "a");
    visit_expect_about(visit, -EMSGSIZE, "", " sends more than 10 bytes");
    close(fd);
}

static void test_silence_at_first(void **state)
{
    struct visit *visit = *state;
    visit->params.first_byte_us = 100 * US_PER_MS;
    visit_get(visit);
    int fd = visit_serve(visit);
    visit_expect_about(visit, -ETIMEDOUT, "no answer from ", " within 0.1 s");
    close(fd);
}

static void test_silence_later(void **state)
{
    struct visit *visit = *state;
    visit->params.silence_us = 100 * US_PER_MS;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n\r\nhi");
    visit_expect_about(visit, -ETIMEDOUT, "", " sent nothing for 0.1 s");
    close(fd);
}

static void test_an_answer_that_trickles(void **state)
{
    struct visit *visit = *state;
    visit->get.total_us = 2 * US_PER_S;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\n\r\nhi");
    tally_wait(&visit->bodies, 1);
    visit_expect_about(visit, -ETIMEDOUT, "", " did not finish its answer within 2 s");
    close(fd);
}

static void test_a_redirect_that_talks_on(void **state)
{
    struct visit *visit = *state;
    static char much[CLIENT_HEAD_MAX_BYTES + 2];
    memset(much, 'x', sizeof(much) - 1);
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n%s", much);
    visit_expect_about(visit, -EMSGSIZE, "", " sends a redirect with too large a body");
    close(fd);
}

static void test_nobody_takes_the_connection(void **state)
{
    struct visit *visit = *state;
    visit->params.connect_us = 100 * US_PER_MS;
    /* TLS to a server that says nothing is not connected yet. */
    visit_point_to(visit, "https://", "127.0.0.1", "/");
    visit_get(visit);
    visit_expect_about(visit, -ETIMEDOUT, "connecting to ", " timed out after 0.1 s");
}

static void test_garbage(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    visit_expect_about(visit, -EPROTO, "", " sends an invalid HTTP answer");
    close(fd);
}

static void test_half_an_answer(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    close(fd);
    visit_expect_about(visit, -EIO, "", " closed the connection");
}

static void test_no_answer(void **state)
{
    struct visit *visit = *state;
    visit_get(visit);
    close(visit_serve(visit));
    visit_expect_about(visit, -EIO, "", " closed the connection");
}

static void test_cancelled_anywhere(void **state)
{
    struct visit *visit = *state;
    char byte;
    for (int conduct = CARRY_ON; conduct <= DESTROY_IN_BODY; conduct++) {
        visit->planned = (enum conduct)conduct;
        visit_get(visit);
        int fd = visit_serve(visit);
        if (conduct == CARRY_ON)
            visit_do_now(visit, visit_cancel_now);
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
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    peer_receive_all(fd, head, sizeof(head)); /* the next one on the same connection */
    peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    tally_wait(&visit->dones, 2);
    close(fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, visit_setup, visit_teardown)

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
        T(test_redirect_to_a_denied_address),
        T(test_a_length_that_is_none),
        T(test_redirects_without_end),
        T(test_a_head_of_many_lines),
        T(test_a_long_head),
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
