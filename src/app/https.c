#include "app/https.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cert/cert.h"

/* The server's own certificate, made if it is missing or no longer valid for the names. */
static int ensure(const struct config *config, struct cert_paths *ret_paths, bool *ret_renewed)
{
    static struct cert_names names; /* 16 KiB; one at a time */
    char dir[CERT_PATH_MAX];
    bool renewed = false;
    names.count = 0;
    if (snprintf(dir, sizeof(dir), "%s/tls", config->data) >= (int)sizeof(dir))
        return -ENAMETOOLONG;
    cert_names_of_machine(&names);
    for (unsigned i = 0; config->hosts[i]; i++)
        (void)cert_names_add(&names, config->hosts[i]);
    int r = cert_paths_of(dir, ret_paths);
    if (r == 0)
        r = cert_ensure(dir, &names, clock_wall_us(&clock_system) / US_PER_S, &renewed);
    if (r < 0)
        log_error("app", dir, "certificates: %s",
                  r == -EBADMSG ? "a file is damaged; restore it, or remove the folder to have new "
                                  "ones made"
                                : strerror(-r));
    else if (renewed)
        log_info("app", dir, "made a certificate for %u names and addresses of this machine",
                 names.count);
    *ret_renewed = renewed;
    return r;
}

int https_renew(const struct config *config, bool *ret_renewed)
{
    struct cert_paths paths;
    return ensure(config, &paths, ret_renewed);
}

int https_create(const struct config *config, struct tls **ret_tls, char *ret_ca)
{
    struct cert_paths paths;
    char error[TLS_ERROR_MAX];
    const char *cert = config->tls_cert, *key = config->tls_key;
    ret_ca[0] = '\0';
    if (!cert) {
        bool renewed;
        int r = ensure(config, &paths, &renewed);
        if (r < 0)
            return r;
        cert = paths.server;
        key = paths.server_key;
        snprintf(ret_ca, CERT_PATH_MAX, "%s", paths.ca);
    }
    int r = tls_create(cert, key, ret_tls, error);
    if (r < 0)
        log_error("app", NULL, "https: %s", error);
    return r;
}
