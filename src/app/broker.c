#include "app/broker.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/complain.h"
#include "base/alloc.h"
#include "base/log.h"

enum { PORT = 1883, PORT_TLS = 8883 };

/* "eyelid_" and the machine's name, as an id of Home Assistant. */
static void name_server(const char *machine, char out[80])
{
    snprintf(out, 80, "eyelid_%s", machine);
    for (char *p = out; *p; p++)
        *p = isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : '_';
}

/* The first line of the file; NULL after a message. */
static char *read_password(const char *path)
{
    char *text = NULL;
    size_t len_bytes;
    const int error = config_read_file(path, &text, &len_bytes);
    if (error) {
        complain("%s: %s (set by mqtt_password_file)", path, strerror(-error));
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

int broker_open(struct broker *broker, const struct config *config, struct net *net,
                struct service *service, const char *machine)
{
    if (!config->mqtt_host)
        return 0;
    char *password = NULL;
    if (config->mqtt_password_file && !(password = read_password(config->mqtt_password_file)))
        return 1;
    name_server(machine, broker->name);
    const unsigned usual = config->mqtt_tls ? PORT_TLS : PORT;
    const int r = mqtt_open(
        &(struct mqtt_params){
            .net = net,
            .service = service,
            .clock = &clock_system,
            .names = {.prefix = config->mqtt_topic ? config->mqtt_topic : "eyelid",
                      .discovery = config->mqtt_discovery,
                      .server = broker->name,
                      .version = EYELID_VERSION},
            .link = {.host = config->mqtt_host,
                     .port = config->mqtt_port ? config->mqtt_port : usual,
                     .tls = config->mqtt_tls,
                     .ca_file = config->mqtt_ca_file,
                     .client = broker->name,
                     .user = config->mqtt_user,
                     .password = password}},
        &broker->mqtt);
    if (password)
        explicit_bzero(password, strlen(password));
    mem_free(password);
    if (r < 0)
        log_error("mqtt", NULL, "%s",
                  r == -EINVAL ? "mqtt_ca_file is not a PEM file of certificates" : strerror(-r));
    return r < 0 ? 1 : 0;
}

void broker_close(struct broker *broker)
{
    mqtt_close(broker->mqtt);
    broker->mqtt = NULL;
}
