#include "tools/fakecam/client.h"

#include <errno.h>
#include <libwebsockets.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "tools/fakecam/link.h"

enum { SPARE_DESCRIPTORS = 32 };

struct client {
    struct lws_context *context;
    struct lws_vhost *vhost;
    int timer_fd; /* owned by the context once adopted */
    bool ending;
    uint8_t *scratch;
    size_t scratch_bytes;
};

/* libwebsockets' own timers spin through the last millisecond; a timerfd does not. */
static int wake_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                         size_t len)
{
    (void)user, (void)in, (void)len;
    uint64_t count;
    if (reason == LWS_CALLBACK_RAW_RX_FILE &&
        read(lws_get_socket_fd(wsi), &count, sizeof(count)) < 0)
        return errno == EAGAIN ? 0 : -1;
    return 0;
}

static int signal_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                           size_t len)
{
    (void)user, (void)in, (void)len;
    struct client *client = lws_context_user(lws_get_context(wsi));
    if (reason == LWS_CALLBACK_RAW_RX_FILE)
        client->ending = true;
    return 0;
}

static const struct lws_protocols PROTOCOLS[] = {
    {.name = "link", .callback = link_callback, .tx_packet_size = LINK_MAX_MESSAGE_BYTES},
    {.name = "wake", .callback = wake_callback},
    {.name = "signal", .callback = signal_callback},
    {0},
};

static int adopt(struct client *client, int fd, const char *protocol)
{
    if (fd < 0)
        return -errno;
    lws_sock_file_fd_type descriptor = {.filefd = fd};
    if (!lws_adopt_descriptor_vhost(client->vhost, LWS_ADOPT_RAW_FILE_DESC, descriptor, protocol,
                                    NULL))
        return -EIO; /* it has closed the descriptor */
    return 0;
}

static int watch_signals(struct client *client)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return adopt(client, signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), "signal");
}

/* One descriptor per connection and a few more, within the system's limit. */
static int raise_descriptor_limit(unsigned count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    if (limit.rlim_cur >= count)
        return 0;
    if (limit.rlim_max < count)
        return -EMFILE;
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

int client_create(unsigned connections, struct client **ret_client)
{
    int result = raise_descriptor_limit(connections + SPARE_DESCRIPTORS);
    if (result < 0)
        return result;
    struct client *client = mem_new(struct client);
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = PROTOCOLS,
        .user = client,
        .fd_limit_per_thread = connections + SPARE_DESCRIPTORS,
    };
    result = -EIO;
    client->context = lws_create_context(&info);
    if (!client->context)
        goto fail;
    client->vhost = lws_get_vhost_by_name(client->context, "default");
    client->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    result = adopt(client, client->timer_fd, "wake");
    if (result < 0)
        goto fail;
    result = watch_signals(client);
    if (result < 0)
        goto fail;
    *ret_client = client;
    return 0;
fail:
    client_destroy(client);
    return result;
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    client->ending = true;
    if (client->context)
        lws_context_destroy(client->context);
    mem_free(client->scratch);
    mem_free(client);
}

struct lws_context *client_context(struct client *client)
{
    return client->context;
}

bool client_wait(struct client *client, int64_t until_us)
{
    struct itimerspec at = {0}; /* all zero: never */
    if (until_us < 1)
        until_us = 1;
    if (until_us != CLOCK_NEVER_US) {
        at.it_value.tv_sec = until_us / US_PER_S;
        at.it_value.tv_nsec = until_us % US_PER_S * 1000;
    }
    if (timerfd_settime(client->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0 ||
        lws_service(client->context, 0) < 0)
        return false;
    return !client->ending;
}

uint8_t *client_scratch(struct client *client, size_t len_bytes)
{
    if (len_bytes > client->scratch_bytes) {
        uint8_t *scratch = mem_try_realloc(client->scratch, len_bytes);
        if (!scratch)
            return NULL;
        client->scratch = scratch;
        client->scratch_bytes = len_bytes;
    }
    return client->scratch;
}

bool client_is_ending(const struct client *client)
{
    return client->ending;
}
