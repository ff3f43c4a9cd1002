/* A connection to an MQTT broker (MQTT 3.1.1, by libmosquitto), on a thread of its own, since names
 * are looked up and connections made there. It connects again by itself, after 1 s at first and 60
 * s at most. All functions are for the loop.
 *
 * Outgoing messages wait in a queue of bounded size while the broker is slow, and are dropped while
 * there is no connection: who publishes does so again on MQTT_UP. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/waker.h"

struct mqtt_link;

enum {
    MQTT_QUEUE_MAX_BYTES = 2 << 20, /* of outgoing messages; more are dropped */
    MQTT_INCOMING_MAX = 64,         /* messages that the loop has not taken; more are dropped */
    MQTT_PAYLOAD_MAX_BYTES = 256,   /* of an incoming message; longer ones are dropped */
    MQTT_TOPIC_MAX_BYTES = 192,
    MQTT_ERROR_MAX_BYTES = 128,
    MQTT_SUBSCRIPTIONS_MAX = 4,
};

/* All is borrowed until the link is closed and copied where it is needed longer. */
struct mqtt_link_params {
    const char *host;
    unsigned port;
    bool tls;
    const char *ca_file;         /* NULL: the system's authorities */
    const char *client;          /* unique at the broker */
    const char *user, *password; /* or NULL */
    const char *status;          /* the topic that says online or, as the last will, offline */
    const char *subscriptions[MQTT_SUBSCRIPTIONS_MAX]; /* topic filters; NULL after the last */
    struct waker waker;                                /* something can be taken */
};

/* -EINVAL: the authorities' file cannot be used; -EAGAIN: no thread. */
int mqtt_link_open(const struct mqtt_link_params *params, struct mqtt_link **ret_link)
    __attribute__((warn_unused_result));
/* Ends it, without waiting: the broker then tells its last will. The waker is not called any more.
 * Takes NULL. */
void mqtt_link_close(struct mqtt_link *link);

/* At quality 0: the payload is copied. False: it was dropped. */
bool mqtt_link_publish(struct mqtt_link *link, const char *topic, const void *payload,
                       size_t len_bytes, bool is_retained);

enum mqtt_news { MQTT_NOTHING, MQTT_UP, MQTT_DOWN, MQTT_MESSAGE };
struct mqtt_incoming {
    char topic[MQTT_TOPIC_MAX_BYTES];     /* MQTT_MESSAGE */
    char payload[MQTT_PAYLOAD_MAX_BYTES]; /* ends with NUL; contains none */
    char error[MQTT_ERROR_MAX_BYTES];     /* MQTT_DOWN: why */
};
/* The oldest piece of news. */
enum mqtt_news mqtt_link_take(struct mqtt_link *link, struct mqtt_incoming *ret_incoming);
