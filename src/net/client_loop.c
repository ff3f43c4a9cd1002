/* libcurl's sockets and its one timer on libuv's loop. */
#include <errno.h>

#include "base/alloc.h"
#include "net/client_internal.h"

struct watched {
    uv_poll_t poll; /* first member: freed when libuv has closed it */
    struct client *client;
    curl_socket_t fd;
};

static void act(struct client *client, curl_socket_t fd, int events)
{
    int running;
    client_enter(client);
    curl_multi_socket_action(client->multi, fd, events, &running);
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left));)
        if (message->msg == CURLMSG_DONE)
            client_completed(client, message->easy_handle, message->data.result);
    client_leave(client);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = (struct watched *)(void *)poll;
    int what = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(watched->client, watched->fd, what);
}

static void on_timer(void *ctx)
{
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static void free_handle(uv_handle_t *handle)
{
    mem_free(handle);
}

static struct watched *watch(struct client *client, curl_socket_t fd)
{
    struct watched *watched = mem_new(struct watched);
    watched->client = client;
    watched->fd = fd;
    if (uv_poll_init_socket(&client->params.net->loop, &watched->poll, fd) < 0) {
        mem_free(watched);
        return NULL;
    }
    curl_multi_assign(client->multi, fd, watched);
    return watched;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    (void)easy;
    struct client *client = ctx;
    struct watched *watched = socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        if (watched)
            uv_close((uv_handle_t *)&watched->poll, free_handle);
        curl_multi_assign(client->multi, fd, NULL);
        return 0;
    }
    if (!watched)
        watched = watch(client, fd);
    if (!watched)
        return -1;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watched->poll, events, on_poll) < 0 ? -1 : 0;
}

static int on_timeout_wanted(CURLM *multi, long timeout_ms, void *ctx)
{
    (void)multi;
    struct client *client = ctx;
    int64_t at_us = net_now_us(client->params.net) + timeout_ms * US_PER_MS;
    net_timer_set(client->timer, timeout_ms < 0 ? CLOCK_NEVER_US : at_us);
    return 0;
}

int client_loop_init(struct client *client)
{
    client->multi = curl_multi_init();
    if (!client->multi)
        return -ENOMEM;
    client->timer = net_timer_create(client->params.net, on_timer, client);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    return 0;
}

void client_loop_finish(struct client *client)
{
    curl_multi_cleanup(client->multi); /* calls on_socket for the remaining sockets */
    net_timer_destroy(client->timer);
}
