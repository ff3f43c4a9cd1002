/* The API: everything that browsers and scripts can request over HTTP and the page's WebSocket
 * (docs/protocol.md, sections 2 and 3), and the addresses that devices connect to. One endpoint per
 * file, one route table (routes.c), one place for the web gate and permits (api.c). The rules are
 * in the service. Loop only.
 *
 * What does not belong here: sockets (net), cameras and their state (camera), pixels. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "net/outbound.h"
#include "net/server.h"
#include "service/service.h"
#include "ui/assets.h"

/* Reverse proxies that may name the user. */
struct api_proxies {
    const struct outbound_range *trusted; /* their addresses */
    size_t n_trusted;
    enum http_header user; /* the header that names the user; only with secret */
    const char *secret;    /* that it must present for this; NULL = no login by header */
};

struct api_params {
    struct net *net;
    struct service *service;
    const struct clock *clock;
    const struct asset *assets; /* the page's files, sorted by path; static */
    size_t n_assets;
    const char *version;      /* "0.1.0" */
    const char *data;         /* the data folder, whose disk usage is reported; NULL = none */
    const char *const *hosts; /* further names of this server, NULL-terminated; NULL = none */
    /* Origins whose pages may show our pictures, and WEB_SAME_HOST; NULL-terminated; NULL = none */
    const char *const *embeds;
    struct api_proxies proxies;
};

struct api;

/* Borrows all that params points to. */
struct api *api_create(const struct api_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* Releases every lease and capture. Connections that are still open get nothing more, and net may
 * close them later. Before service_destroy and net_destroy. Takes NULL. */
void api_destroy(struct api *api);

/* The certificate of the server's own authority, for browsers to download; borrowed. NULL = none.
 */
void api_use_ca(struct api *api, const char *pem);

/* Addresses of the page, NULL-terminated, for links; borrowed. */
void api_use_pages(struct api *api, const char *const *pages);

/* One for each listener: its net_listener_params.ctx. Plain data of the caller. */
enum api_door_kind {
    API_DOOR_PAGE,  /* the HTTP port: page, API, and devices under /device */
    API_DOOR_DEVICE /* the devices' own port: ws://HOST:8765/ID */
};
struct api_door {
    struct api *api;
    enum api_door_kind kind;
    bool is_loopback;    /* only this machine can reach it */
    bool is_secure;      /* https */
    bool is_control;     /* the control socket: anyone who may open its file is the owner */
    uint16_t https_port; /* to which a plain door redirects browsers of the network; 0 = none */
};

/* net_listener_params.on_request and .on_upgrade; door is a struct api_door. */
void api_request(void *door, struct http_request *request);
int api_upgrade(void *door, struct http_request *request, struct ws_accept *ret_accept);
