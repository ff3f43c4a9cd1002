/* Cameras at an MQTT broker: their states and pictures are published, Home Assistant is told of
 * them, and motion detection is armed and cameras are woken from there. An adapter over the
 * service. Loop only. */
#pragma once
#include "mqtt/link.h"
#include "mqtt/topics.h"
#include "net/net.h"
#include "service/service.h"

struct mqtt;

/* Borrowed; names for as long as it is open. */
struct mqtt_params {
    struct net *net;
    struct service *service;
    const struct clock *clock;
    struct mqtt_names names;
    struct mqtt_link_params link; /* without status, subscriptions and waker */
};

/* As mqtt_link_open. */
int mqtt_open(const struct mqtt_params *params, struct mqtt **ret_mqtt)
    __attribute__((warn_unused_result));
/* Before the service stops. Takes NULL. */
void mqtt_close(struct mqtt *mqtt);
