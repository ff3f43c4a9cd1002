/* Which proxies are trusted, and with what secret. */
#pragma once
#include "api/api.h"
#include "app/config.h"

/* Reads the secret's file; *ret_secret is the caller's to free, and *ret_proxies borrows it and the
 * configuration. A negative errno, and a complaint was made. */
int proxies_read(const struct config *config, struct api_proxies *ret_proxies, char **ret_secret)
    __attribute__((warn_unused_result));
