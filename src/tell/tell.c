#include "tell/tell.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/log.h"

static const int64_t RETRY_US = 2 * US_PER_S, ATTEMPT_US = 15 * US_PER_S;
enum { ANSWER_MAX_BYTES = 64 * 1024 };

struct waiting {
    struct list node;
    struct notice notice;
};

struct channel {
    struct list node;
    struct tell *tell;
    struct receiver receiver;
    struct url url;
    struct client *client;
    struct client_request *at_work; /* of the queue's first */
    struct notice_request request;  /* while at_work is set */
    unsigned status;                /* of the answer; 0 = none yet */
    unsigned attempts;              /* of the queue's first */
    struct net_timer *timer;        /* the next attempt */
    bool waits;                     /* the timer is set */
    struct list queue;
    unsigned n_queued;
    uint64_t sent, failed, dropped;
    char error[CLIENT_SENTENCE_MAX_BYTES];
};

struct tell {
    struct tell_params params;
    struct list channels;
};

static void begin(struct channel *channel);

static struct waiting *first_of(const struct channel *channel)
{
    return list_entry(channel->queue.next, struct waiting, node);
}

static void drop(struct channel *channel, struct waiting *waiting)
{
    list_remove(&waiting->node);
    channel->n_queued--;
    packet_unref(&waiting->notice.picture);
    mem_free(waiting);
}

/* --- One attempt. --- */

static void on_head(void *ctx, const struct client_head *head)
{
    ((struct channel *)ctx)->status = head->status;
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    (void)ctx, (void)bytes, (void)len_bytes;
}

/* Failures that a retry does not change. */
static bool is_final(unsigned status)
{
    return status / 100 == 3 || (status / 100 == 4 && status != 408 && status != 429);
}

static void succeed(struct channel *channel)
{
    channel->sent++;
    channel->error[0] = '\0';
    channel->attempts = 0;
    drop(channel, first_of(channel));
}

static void fail(struct channel *channel, const char *sentence)
{
    const struct tell_params *params = &channel->tell->params;
    if (strcmp(channel->error, sentence) != 0)
        log_warn("tell", channel->receiver.id, "not delivered: %s", sentence);
    snprintf(channel->error, sizeof(channel->error), "%s", sentence);
    if (++channel->attempts == TELL_ATTEMPTS_MAX || is_final(channel->status)) {
        channel->failed++;
        channel->attempts = 0;
        drop(channel, first_of(channel));
        return;
    }
    int64_t wait_us = params->retry_us ? params->retry_us : RETRY_US;
    for (unsigned i = 1; i < channel->attempts; i++)
        wait_us *= 4;
    channel->waits = true;
    net_timer_set(channel->timer, clock_now_us(params->clock) + wait_us);
}

static void on_done(void *ctx, int error, const char *sentence)
{
    struct channel *channel = ctx;
    char refused[64];
    channel->at_work = NULL;
    notice_request_finish(&channel->request);
    snprintf(refused, sizeof(refused), "it answered %u", channel->status);
    if (error)
        fail(channel, sentence);
    else if (channel->status / 100 == 2)
        succeed(channel);
    else
        fail(channel, refused);
    begin(channel);
}

static void begin(struct channel *channel)
{
    static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};
    const char *fields[NOTICE_FIELDS_MAX + 1] = {NULL};
    if (channel->at_work || channel->waits || channel->n_queued == 0)
        return;
    const struct clock *clock = channel->tell->params.clock;
    struct notice_request *request = &channel->request;
    notice_request(&first_of(channel)->notice, &channel->receiver, clock_wall_us(clock) / US_PER_S,
                   request);
    for (unsigned i = 0; i < request->n_fields; i++)
        fields[i] = request->fields[i];
    channel->status = 0;
    channel->at_work =
        client_get(channel->client, &(struct client_get){.url = &channel->url,
                                                         .method = request->method,
                                                         .fields = fields,
                                                         .body = request->body,
                                                         .body_bytes = request->len_bytes,
                                                         .max_body_bytes = ANSWER_MAX_BYTES,
                                                         .total_us = ATTEMPT_US,
                                                         .ops = &OPS,
                                                         .ctx = channel});
}

static void on_timer(void *ctx)
{
    struct channel *channel = ctx;
    channel->waits = false;
    begin(channel);
}

/* --- Channels. --- */

static void destroy(struct channel *channel)
{
    list_remove(&channel->node);
    client_destroy(channel->client); /* cancels the running request */
    notice_request_finish(&channel->request);
    net_timer_destroy(channel->timer);
    list_for_each (waiting, &channel->queue, struct waiting, node)
        drop(channel, waiting);
    mem_free(channel);
}

static struct channel *create(struct tell *tell)
{
    struct channel *channel = mem_new(struct channel);
    channel->tell = tell;
    list_init(&channel->queue);
    channel->timer = net_timer_create(tell->params.net, on_timer, channel);
    channel->client = client_create(
        &(struct client_params){.net = tell->params.net, .policy = tell->params.policy});
    list_append(&tell->channels, &channel->node);
    return channel;
}

static struct channel *find(struct tell *tell, const char *id)
{
    list_for_each (channel, &tell->channels, struct channel, node)
        if (strcmp(channel->receiver.id, id) == 0)
            return channel;
    return NULL;
}

static bool is_among(const struct receiver *receivers, unsigned n, const char *id)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(receivers[i].id, id) == 0)
            return true;
    return false;
}

void tell_set(struct tell *tell, const struct receiver *receivers, unsigned n)
{
    const char *wrong;
    list_for_each (channel, &tell->channels, struct channel, node)
        if (!is_among(receivers, n, channel->receiver.id))
            destroy(channel);
    for (unsigned i = 0; i < n; i++) {
        struct channel *channel = find(tell, receivers[i].id);
        if (!channel)
            channel = create(tell);
        channel->receiver = receivers[i];
        (void)!url_parse(receivers[i].url, &channel->url, &wrong); /* checked before */
        list_remove(&channel->node);
        list_append(&tell->channels, &channel->node); /* in the given order */
    }
}

void tell_notice(struct tell *tell, const struct notice *takes_notice)
{
    struct notice notice = *takes_notice;
    list_for_each (channel, &tell->channels, struct channel, node) {
        if (!receiver_wants(&channel->receiver, notice.camera) ||
            (notice.has_ended && channel->receiver.kind != RECEIVER_WEBHOOK))
            continue;
        if (channel->n_queued == TELL_QUEUE_MAX) {
            channel->dropped++;
            continue;
        }
        struct waiting *waiting = mem_new(struct waiting);
        waiting->notice = notice;
        waiting->notice.picture = notice.picture ? packet_ref(notice.picture) : NULL;
        list_append(&channel->queue, &waiting->node);
        channel->n_queued++;
        begin(channel);
    }
    packet_unref(&notice.picture);
}

bool tell_view(const struct tell *tell, unsigned index, struct tell_view *ret_view)
{
    list_for_each (channel, &tell->channels, struct channel, node)
        if (index-- == 0) {
            *ret_view = (struct tell_view){&channel->receiver, channel->sent,     channel->failed,
                                           channel->dropped,   channel->n_queued, channel->error};
            return true;
        }
    return false;
}

struct tell *tell_create(const struct tell_params *params)
{
    struct tell *tell = mem_new(struct tell);
    tell->params = *params;
    list_init(&tell->channels);
    return tell;
}

void tell_destroy(struct tell *tell)
{
    if (!tell)
        return;
    list_for_each (channel, &tell->channels, struct channel, node)
        destroy(channel);
    mem_free(tell);
}
