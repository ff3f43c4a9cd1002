/* The trusted proxies and their secret. */
#pragma once
#include "api/api.h"
#include "app/config.h"

/* Reads the secret's file; the caller frees *ret_secret, and *ret_proxies borrows it and the
 * configuration. Errors are printed; returns a negative errno. */
int proxies_read(const struct config *config, struct api_proxies *ret_proxies, char **ret_secret)
    __attribute__((warn_unused_result));
