#include "visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/socket.h"

static const struct outbound_range EVERYTHING;

enum { NEVER_MS = 60000 };

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

static void on_done(void *ctx, int error, const char *sentence)
{
    struct visit *visit = ctx;
    visit->request = NULL;
    visit->error = error;
    snprintf(visit->sentence, sizeof(visit->sentence), "%s", sentence);
    if (visit->conduct == AGAIN_IN_DONE) {
        visit->planned = CARRY_ON;
        visit_get_now(visit);
    }
    tally_add(&visit->dones);
}

static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};

void visit_get_now(struct visit *visit)
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

void visit_cancel_now(struct visit *visit)
{
    client_cancel(visit->request);
    visit->request = NULL;
}

void visit_destroy_now(struct visit *visit)
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

void visit_do_now(struct visit *visit, void (*act)(struct visit *visit))
{
    int so_far = tally_count(&visit->acts);
    struct waker waker = net_wake_waker(visit->poke);
    visit->act = act;
    waker_wake(&waker);
    tally_wait(&visit->acts, so_far + 1);
}

void visit_point_to(struct visit *visit, const char *before, const char *host, const char *path)
{
    char text[256];
    const char *wrong = "";
    snprintf(text, sizeof(text), "%s%s:%u%s", before, host, visit->port, path);
    if (url_parse(text, &visit->url, &wrong) < 0)
        fail_msg("%s: %s", text, wrong);
}

void visit_get(struct visit *visit)
{
    visit_do_now(visit, visit_get_now);
}

int visit_setup(void **state)
{
    static const struct tally NONE = TALLY_INIT;
    struct visit *visit = calloc(1, sizeof(*visit));
    visit->heads = visit->bodies = visit->dones = visit->acts = NONE;
    site_init(&visit->site, NULL, &(struct net_listener_params){0});
    visit->poke = net_wake_create(visit->site.net, on_poke, visit);
    visit->params = (struct client_params){
        .net = visit->site.net,
        .policy = {.allow = &EVERYTHING, .n_allow = 1},
        .connect_us = NEVER_MS * US_PER_MS,
        .first_byte_us = NEVER_MS * US_PER_MS,
        .silence_us = NEVER_MS * US_PER_MS,
    };
    visit->server = socket_listen("127.0.0.1", &visit->port);
    assert_true(visit->server >= 0);
    visit_point_to(visit, "http://", "127.0.0.1", "/stream?a=b");
    site_run(&visit->site);
    *state = visit;
    return 0;
}

int visit_teardown(void **state)
{
    struct visit *visit = *state;
    visit_do_now(visit, visit_destroy_now);
    site_stop(&visit->site);
    net_wake_destroy(visit->poke);
    site_finish(&visit->site);
    if (visit->server >= 0)
        close(visit->server);
    free(visit);
    return 0;
}

int visit_accept_request(struct visit *visit, char *head, size_t cap)
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

int visit_serve(struct visit *visit)
{
    char head[4096];
    return visit_accept_request(visit, head, sizeof(head));
}

void visit_expect_done(struct visit *visit, int error, const char *sentence)
{
    tally_wait(&visit->dones, 1);
    assert_string_equal(visit->sentence, sentence);
    assert_int_equal(visit->error, error);
}

void visit_expect_about(struct visit *visit, int error, const char *before, const char *after)
{
    char sentence[128];
    snprintf(sentence, sizeof(sentence), "%s127.0.0.1:%u%s", before, visit->port, after);
    visit_expect_done(visit, error, sentence);
}
