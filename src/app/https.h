/* The https listener's certificate: the owner's, by path, or the server's own. Blocks on the disk.
 */
#pragma once
#include "app/config.h"
#include "net/tls.h"

/* Makes the server's own certificates in DATA/tls, or reads those named in the configuration.
 * ret_ca: path of the authority's PEM file, CERT_PATH_MAX bytes; "" with the owner's certificate.
 * Failures are logged; returns a negative errno. */
int https_create(const struct config *config, struct tls **ret_tls, char *ret_ca)
    __attribute__((warn_unused_result));

/* Renews the server's own certificate if it is due. Failures are logged. Any thread, one at
 * a time, but not beside https_create. */
int https_renew(const struct config *config, bool *ret_renewed) __attribute__((warn_unused_result));
