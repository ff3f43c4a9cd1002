#include "app/doors.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/complain.h"
#include "app/control.h"
#include "app/https.h"
#include "app/renewal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "net/tls.h"

static void say_why_not(const struct address *address, const char *option, int error)
{
    char where[ADDRESS_TEXT_MAX];
    address_format(address, where);
    switch (error) {
    case -EADDRINUSE:
        complain("%s is in use by another program; stop it, or choose another address with "
                 "%s",
                 where, option);
        break;
    case -EADDRNOTAVAIL:
        complain("this machine does not have the address %s; choose another, or :%u for all, "
                 "with %s",
                 where, address->port, option);
        break;
    case -EACCES:
        complain("this user may not listen on %s; choose a port above 1023 with %s", where, option);
        break;
    default:
        complain("cannot listen on %s: %s; choose another address with %s", where, strerror(-error),
                 option);
    }
}

/* Notes the page's addresses for browsers: on this machine, and with the machine's name if it
 * listens on the network. */
static void note_pages(struct doors *doors, const struct address *real)
{
    const bool is_every = strcmp(real->host, "*") == 0 || strcmp(real->host, "0.0.0.0") == 0;
    struct address shown = *real;
    char where[ADDRESS_TEXT_MAX];
    if (is_every)
        strcpy(shown.host, "127.0.0.1");
    address_format(&shown, where);
    snprintf(doors->links[0], sizeof(doors->links[0]), "http://%s/", where);
    doors->pages[0] = doors->links[0];
    if (is_every && doors->hosts[0]) {
        snprintf(doors->links[1], sizeof(doors->links[1]), "http://%s:%u/", doors->hosts[0],
                 real->port);
        doors->pages[1] = doors->links[1];
    }
    api_use_pages(doors->api, doors->pages);
}

/* Connections reserved for devices, so that clients of the page's address cannot use up all of
 * them.
 */
enum { DEVICE_PLACES = 2048 };

static int listen_on(struct doors *doors, const struct address *address, const char *option,
                     struct api_door *door, enum api_door_kind kind, struct tls *tls)
{
    *door = (struct api_door){.api = doors->api,
                              .kind = kind,
                              .is_loopback = address_is_loopback(address),
                              .is_secure = tls != NULL};
    struct net_listener_params params = {.address = address->host,
                                         .port = address->port,
                                         .tls = tls,
                                         .reserved = kind == API_DOOR_DEVICE ? DEVICE_PLACES : 0,
                                         .ctx = door,
                                         .on_request = api_request,
                                         .on_upgrade = api_upgrade};
    struct net_listener *listener = NULL;
    int error = net_listen(doors->net, &params, &listener);
    if (error) {
        if (option)
            say_why_not(address, option, error);
        return error;
    }
    struct address real = *address;
    real.port = net_listener_port(listener);
    char where[ADDRESS_TEXT_MAX];
    address_format(&real, where);
    if (kind == API_DOOR_PAGE && !tls)
        note_pages(doors, &real);
    if (kind == API_DOOR_PAGE)
        log_info("app", NULL, "page: %s://%s/", tls ? "https" : "http", where);
    else
        log_info("app", NULL, "cameras: ws://%s/ID", where);
    if (tls)
        doors->page.https_port = real.port;
    else if (!door->is_loopback && kind == API_DOOR_PAGE &&
             doors->config->access == CONFIG_ACCESS_OPEN)
        log_warn("app", where,
                 "open to the network without accounts: anyone who can reach this address has the "
                 "rights of open_role");
    return 0;
}

/* After locking the data folder, which contains the certificates. If https was not configured
 * explicitly, the server starts without it. */
static int listen_securely(struct doors *doors)
{
    const struct config *config = doors->config;
    const bool is_asked = !config_is_default(config, "https") || config->tls_cert;
    char ca[PATH_MAX];
    size_t len;
    if (!config->tls)
        return 0;
    int error = https_create(config, &doors->tls, ca);
    if (!error && ca[0])
        error = config_read_file(ca, &doors->ca_pem, &len);
    if (!error) {
        api_use_ca(doors->api, doors->ca_pem);
        error = listen_on(doors, &config->https, is_asked ? "--https" : NULL, &doors->secure,
                          API_DOOR_PAGE, doors->tls);
    }
    if (!error && renewal_create(doors->net, config, doors->tls, &doors->renewal) < 0)
        log_warn("app", NULL, "no thread to renew the certificate: restart eyelid once a year");
    if (!error || is_asked)
        return error;
    log_warn("app", NULL, "no https: port %u: %s", config->https.port, strerror(-error));
    return 0;
}

/* The server also runs without it, but the command line then cannot reach it. */
static int listen_for_orders(struct doors *doors)
{
    char path[CONFIG_SOCKET_MAX_BYTES + 1];
    const bool is_asked = doors->config->control != NULL;
    struct net_listener *listener = NULL;
    int error = control_place(doors->config, getenv("RUNTIME_DIRECTORY"), path);
    if (error == -ENOENT)
        return 0;
    doors->control = (struct api_door){
        .api = doors->api, .kind = API_DOOR_PAGE, .is_loopback = true, .is_control = true};
    if (!error)
        error = net_listen(doors->net,
                           &(struct net_listener_params){.address = path,
                                                         .group = "eyelid",
                                                         .ctx = &doors->control,
                                                         .on_request = api_request,
                                                         .on_upgrade = api_upgrade},
                           &listener);
    if (!error)
        log_info("app", NULL, "control socket: %s", path);
    else if (is_asked)
        complain("cannot listen on %s: %s; choose another path with --control", path,
                 strerror(-error));
    else
        log_warn("app", NULL, "no control socket: %s", strerror(-error));
    return is_asked ? error : 0;
}

int doors_open(struct doors *doors, const struct config *config, struct net *net, struct api *api,
               const char *const *hosts)
{
    *doors = (struct doors){.config = config, .net = net, .api = api, .hosts = hosts};
    int error = listen_on(doors, &config->http, "--http", &doors->page, API_DOOR_PAGE, NULL);
    if (!error)
        error =
            listen_on(doors, &config->device, "--device", &doors->device, API_DOOR_DEVICE, NULL);
    return error;
}

int doors_open_with_data(struct doors *doors)
{
    const int error = listen_securely(doors);
    return error ? error : listen_for_orders(doors);
}

void doors_stop(struct doors *doors)
{
    renewal_destroy(doors->renewal);
    doors->renewal = NULL;
}

void doors_finish(struct doors *doors)
{
    tls_destroy(doors->tls);
    mem_free(doors->ca_pem);
}
