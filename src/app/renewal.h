/* The certificate of https while the server runs: its own is renewed before it expires, the owner's
 * is read again when its files have changed. Checked every hour, on a thread, and on request.
 * Loop only. */
#pragma once
#include "app/config.h"
#include "net/net.h"
#include "net/tls.h"

struct renewal;

/* Borrows everything; the current files count as known. -EAGAIN: thread creation failed. */
int renewal_create(struct net *net, const struct config *config, struct tls *tls,
                   struct renewal **ret_renewal) __attribute__((warn_unused_result));
void renewal_destroy(struct renewal *renewal); /* before net_destroy and tls_destroy; takes NULL */

/* Checks now, and reads the files even if they have not changed. */
void renewal_ask(struct renewal *renewal);
