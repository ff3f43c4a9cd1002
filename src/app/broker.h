/* The MQTT broker of the configuration, if there is one. */
#pragma once
#include "app/config.h"
#include "mqtt/mqtt.h"

struct broker {
    struct mqtt *mqtt;
    char name[80]; /* of this server, at the broker */
};

/* machine: this machine's name. An exit status, after a message. */
int broker_open(struct broker *broker, const struct config *config, struct net *net,
                struct service *service, const char *machine) __attribute__((warn_unused_result));
void broker_close(struct broker *broker); /* takes a zeroed one */
