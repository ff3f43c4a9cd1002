/* The listeners: page, devices, https, and the control socket. Loop only. */
#pragma once
#include "api/api.h"
#include "app/config.h"

struct doors {
    const struct config *config;
    struct net *net;
    struct api *api;
    const char *const *hosts;
    struct api_door page, secure, device, control; /* the listeners borrow them */
    struct tls *tls;                               /* NULL: no https */
    struct renewal *renewal;                       /* of its certificate; or NULL */
    char *ca_pem;                                  /* the authority's certificate, or NULL */
    char links[2][300];
    const char *pages[3]; /* addresses of the page, for api_use_pages */
};

/* Opens the listeners that need no data folder: page and devices. hosts: names of this server,
 * NULL-terminated. Everything is borrowed. Errors are printed; returns a negative errno. */
int doors_open(struct doors *doors, const struct config *config, struct net *net, struct api *api,
               const char *const *hosts) __attribute__((warn_unused_result));
/* Opens those that need the data folder: https (its certificates) and the control socket. */
int doors_open_with_data(struct doors *doors) __attribute__((warn_unused_result));
void doors_stop(struct doors *doors);   /* before net_destroy; zeroed is fine */
void doors_finish(struct doors *doors); /* after net_destroy; zeroed is fine */
