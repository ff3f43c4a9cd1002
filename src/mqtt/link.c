#include "mqtt/link.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/thread.h"

enum { KEEPALIVE_S = 30, TURN_MS = 1000, FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 60000 };

struct outgoing {
    struct list node;
    const char *topic;
    size_t len_bytes, total_bytes;
    bool is_retained;
    uint8_t payload[]; /* then the topic */
};

struct news {
    struct list node;
    enum mqtt_news what;
    struct mqtt_incoming incoming;
};

struct mqtt_link {
    /* Immutable. */
    char *host, *ca_file, *client, *user, *password, *status;
    char *subscriptions[MQTT_SUBSCRIPTIONS_MAX];
    unsigned port;
    bool tls;
    int wake_fd; /* the loop has something for the thread */

    struct lock lock;
    /* Guarded by lock. */
    struct waker waker;
    bool is_ending, is_up;
    struct list outgoing, news;
    size_t queued_bytes;
    unsigned n_messages; /* in news */

    /* The thread's. */
    struct mosquitto *mosquitto;
    char error[MQTT_ERROR_MAX_BYTES];
    bool was_accepted;
};

/* --- Both sides. --- */

static struct list *first(struct list *head)
{
    struct list *node = list_empty(head) ? NULL : head->next;
    if (node)
        list_remove(node);
    return node;
}

static void poke(const struct mqtt_link *link)
{
    const uint64_t one = 1;
    (void)!write(link->wake_fd, &one, sizeof(one));
}

static void drop_outgoing(struct mqtt_link *link)
{
    struct list *node;
    while ((node = first(&link->outgoing)))
        mem_free(list_entry(node, struct outgoing, node));
    link->queued_bytes = 0;
}

static void destroy(struct mqtt_link *link)
{
    struct list *node;
    drop_outgoing(link);
    while ((node = first(&link->news)))
        mem_free(list_entry(node, struct news, node));
    if (link->mosquitto)
        mosquitto_destroy(link->mosquitto);
    if (link->wake_fd >= 0)
        close(link->wake_fd);
    for (unsigned i = 0; i < MQTT_SUBSCRIPTIONS_MAX; i++)
        mem_free(link->subscriptions[i]);
    if (link->password)
        explicit_bzero(link->password, strlen(link->password));
    mem_free(link->host);
    mem_free(link->ca_file);
    mem_free(link->client);
    mem_free(link->user);
    mem_free(link->password);
    mem_free(link->status);
    lock_finish(&link->lock);
    mem_free(link);
}

/* --- The thread. --- */

static bool is_ending(struct mqtt_link *link)
{
    lock_take(&link->lock);
    const bool ending = link->is_ending;
    lock_drop(&link->lock);
    return ending;
}

/* Takes the news. The waker is called under the lock, so that it is not after mqtt_link_close. */
static void tell(struct mqtt_link *link, struct news *takes_news)
{
    const enum mqtt_news what = takes_news->what;
    lock_take(&link->lock);
    if (link->is_ending || (what == MQTT_MESSAGE && link->n_messages >= MQTT_INCOMING_MAX)) {
        mem_free(takes_news);
    } else {
        link->is_up = what == MQTT_UP || (link->is_up && what != MQTT_DOWN);
        if (what == MQTT_DOWN)
            drop_outgoing(link);
        link->n_messages += what == MQTT_MESSAGE;
        list_append(&link->news, &takes_news->node);
        waker_wake(&link->waker);
    }
    lock_drop(&link->lock);
}

static void on_connect(struct mosquitto *mosquitto, void *ctx, int code)
{
    struct mqtt_link *link = ctx;
    if (code != 0) {
        snprintf(link->error, sizeof(link->error), "the broker refused: %s",
                 mosquitto_connack_string(code));
        return;
    }
    for (unsigned i = 0; i < MQTT_SUBSCRIPTIONS_MAX && link->subscriptions[i]; i++)
        (void)mosquitto_subscribe(mosquitto, NULL, link->subscriptions[i], 0);
    (void)mosquitto_publish(mosquitto, NULL, link->status, 6, "online", 0, true);
    link->was_accepted = true;
    struct news *news = mem_new(struct news);
    news->what = MQTT_UP;
    tell(link, news);
}

/* A broker that keeps commands and sends them again later would move things long after. */
static void on_message(struct mosquitto *mosquitto, void *ctx,
                       const struct mosquitto_message *message)
{
    struct mqtt_link *link = ctx;
    const size_t len = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
    (void)mosquitto;
    if (message->retain || len >= MQTT_PAYLOAD_MAX_BYTES ||
        strlen(message->topic) >= MQTT_TOPIC_MAX_BYTES || (len && memchr(message->payload, 0, len)))
        return;
    struct news *news = mem_new(struct news);
    news->what = MQTT_MESSAGE;
    strcpy(news->incoming.topic, message->topic);
    if (len)
        memcpy(news->incoming.payload, message->payload, len);
    tell(link, news);
}

static int make_mosquitto(struct mqtt_link *link)
{
    link->mosquitto = mosquitto_new(link->client, true, link);
    if (!link->mosquitto)
        return -ENOMEM;
    mosquitto_connect_callback_set(link->mosquitto, on_connect);
    mosquitto_message_callback_set(link->mosquitto, on_message);
    int code = mosquitto_will_set(link->mosquitto, link->status, 7, "offline", 0, true);
    if (code == MOSQ_ERR_SUCCESS && link->user)
        code = mosquitto_username_pw_set(link->mosquitto, link->user, link->password);
    if (code == MOSQ_ERR_SUCCESS && link->tls && link->ca_file)
        code = mosquitto_tls_set(link->mosquitto, link->ca_file, NULL, NULL, NULL, NULL);
    else if (code == MOSQ_ERR_SUCCESS && link->tls)
        code = mosquitto_int_option(link->mosquitto, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    return code == MOSQ_ERR_SUCCESS ? 0 : -EINVAL;
}

/* Gives the library what waits, as long as it can pass it on at once. */
static int send_waiting(struct mqtt_link *link)
{
    int code = MOSQ_ERR_SUCCESS;
    while (code == MOSQ_ERR_SUCCESS && !mosquitto_want_write(link->mosquitto)) {
        lock_take(&link->lock);
        struct list *node = first(&link->outgoing);
        struct outgoing *out = node ? list_entry(node, struct outgoing, node) : NULL;
        if (out)
            link->queued_bytes -= out->total_bytes;
        lock_drop(&link->lock);
        if (!out)
            break;
        code = mosquitto_publish(link->mosquitto, NULL, out->topic, (int)out->len_bytes,
                                 out->payload, 0, out->is_retained);
        mem_free(out);
    }
    return code;
}

static int turn(struct mqtt_link *link)
{
    struct mosquitto *m = link->mosquitto;
    const int socket = mosquitto_socket(m);
    struct pollfd fds[2] = {{.fd = link->wake_fd, .events = POLLIN},
                            {.fd = socket, .events = POLLIN}};
    uint64_t pokes;
    int code = MOSQ_ERR_SUCCESS;
    if (socket < 0)
        return MOSQ_ERR_NO_CONN;
    if (mosquitto_want_write(m))
        fds[1].events |= POLLOUT;
    (void)poll(fds, 2, TURN_MS);
    if (fds[0].revents)
        (void)!read(link->wake_fd, &pokes, sizeof(pokes));
    if (fds[1].revents & (POLLIN | POLLERR | POLLHUP))
        code = mosquitto_loop_read(m, 1);
    if (code == MOSQ_ERR_SUCCESS && fds[1].revents & POLLOUT)
        code = mosquitto_loop_write(m, 1);
    if (code == MOSQ_ERR_SUCCESS)
        code = mosquitto_loop_misc(m);
    if (code == MOSQ_ERR_SUCCESS && link->was_accepted)
        code = send_waiting(link);
    return code;
}

/* From a connection to its end. */
static void live(struct mqtt_link *link)
{
    link->error[0] = '\0';
    link->was_accepted = false;
    int code = mosquitto_connect(link->mosquitto, link->host, (int)link->port, KEEPALIVE_S);
    const int system_error = errno;
    while (code == MOSQ_ERR_SUCCESS && !is_ending(link))
        code = turn(link);
    if (is_ending(link))
        return;
    struct news *news = mem_new(struct news);
    news->what = MQTT_DOWN;
    if (link->error[0])
        memcpy(news->incoming.error, link->error, sizeof(link->error));
    else
        snprintf(news->incoming.error, sizeof(news->incoming.error), "%s",
                 code == MOSQ_ERR_ERRNO ? strerror(system_error) : mosquitto_strerror(code));
    tell(link, news);
}

static void *run(void *ctx)
{
    struct mqtt_link *link = ctx;
    int pause_ms = FIRST_PAUSE_MS;
    while (!is_ending(link)) {
        live(link);
        if (link->was_accepted)
            pause_ms = FIRST_PAUSE_MS;
        struct pollfd wait = {.fd = link->wake_fd, .events = POLLIN};
        if (!is_ending(link))
            (void)poll(&wait, 1, pause_ms);
        pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
    }
    destroy(link);
    return NULL;
}

/* --- The loop. --- */

int mqtt_link_open(const struct mqtt_link_params *params, struct mqtt_link **ret_link)
{
    mosquitto_lib_init(); /* it counts */
    struct mqtt_link *link = mem_new(struct mqtt_link);
    lock_init(&link->lock, LOCK_RANK_INBOX);
    list_init(&link->outgoing);
    list_init(&link->news);
    link->host = mem_strdup_or_die(params->host);
    link->port = params->port;
    link->tls = params->tls;
    link->ca_file = mem_strdup_or_die(params->ca_file);
    link->client = mem_strdup_or_die(params->client);
    link->user = mem_strdup_or_die(params->user);
    link->password = mem_strdup_or_die(params->password);
    link->status = mem_strdup_or_die(params->status);
    for (unsigned i = 0; i < MQTT_SUBSCRIPTIONS_MAX; i++)
        link->subscriptions[i] = mem_strdup_or_die(params->subscriptions[i]);
    link->waker = params->waker;
    link->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = link->wake_fd < 0 ? -errno : make_mosquitto(link);
    if (r == 0)
        r = thread_start_detached("mqtt", run, link);
    if (r < 0) {
        destroy(link);
        return r;
    }
    *ret_link = link;
    return 0;
}

void mqtt_link_close(struct mqtt_link *link)
{
    if (!link)
        return;
    lock_take(&link->lock);
    link->is_ending = true;
    poke(link); /* under the lock: the thread may free the link as soon as it is dropped */
    lock_drop(&link->lock);
}

bool mqtt_link_publish(struct mqtt_link *link, const char *topic, const void *payload,
                       size_t len_bytes, bool is_retained)
{
    const size_t topic_bytes = strlen(topic) + 1;
    struct outgoing *out = mem_try_alloc(sizeof(*out) + len_bytes + topic_bytes);
    if (!out)
        return false;
    *out = (struct outgoing){
        .len_bytes = len_bytes,
        .total_bytes = sizeof(*out) + len_bytes + topic_bytes,
        .is_retained = is_retained,
    };
    if (len_bytes)
        memcpy(out->payload, payload, len_bytes);
    memcpy(out->payload + len_bytes, topic, topic_bytes);
    out->topic = (const char *)out->payload + len_bytes;
    lock_take(&link->lock);
    const bool fits = link->is_up && link->queued_bytes + out->total_bytes <= MQTT_QUEUE_MAX_BYTES;
    if (fits) {
        list_append(&link->outgoing, &out->node);
        link->queued_bytes += out->total_bytes;
        poke(link);
    }
    lock_drop(&link->lock);
    if (!fits)
        mem_free(out);
    return fits;
}

enum mqtt_news mqtt_link_take(struct mqtt_link *link, struct mqtt_incoming *ret_incoming)
{
    lock_take(&link->lock);
    struct list *node = first(&link->news);
    struct news *news = node ? list_entry(node, struct news, node) : NULL;
    if (news && news->what == MQTT_MESSAGE)
        link->n_messages--;
    lock_drop(&link->lock);
    if (!news)
        return MQTT_NOTHING;
    const enum mqtt_news what = news->what;
    *ret_incoming = news->incoming;
    mem_free(news);
    return what;
}
