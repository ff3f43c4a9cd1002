/* The certificate of https while the server runs: its own is renewed before it expires, the owner's
 * is read again once its files have changed. Looked for every hour, on a thread, and when asked.
 * Loop only. */
#pragma once
#include "app/config.h"
#include "net/net.h"
#include "net/tls.h"

struct renewal;

/* Borrows all; the files in use now are taken as known. -EAGAIN: thread creation failed. */
int renewal_create(struct net *net, const struct config *config, struct tls *tls,
                   struct renewal **ret_renewal) __attribute__((warn_unused_result));
void renewal_destroy(struct renewal *renewal); /* before net_destroy and tls_destroy; takes NULL */

/* Looks now, and takes the files whether they have changed or not. */
void renewal_ask(struct renewal *renewal);
