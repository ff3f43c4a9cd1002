/* The certificate that the https listener shows: the owner's, by path, or the server's own. Main
 * thread; blocks on the disk. */
#pragma once
#include "app/config.h"
#include "net/tls.h"

/* Makes the server's own certificates in DATA/tls, or reads those that the configuration names.
 * ret_ca: the authority's certificate as a PEM file's path, CERT_PATH_MAX bytes; "" where the owner
 * brings certificates. A negative errno after it was logged. */
int https_create(const struct config *config, struct tls **ret_tls, char *ret_ca)
    __attribute__((warn_unused_result));
