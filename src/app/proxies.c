#include "app/proxies.h"

#include <errno.h>
#include <string.h>

#include "access/proxy.h"
#include "app/complain.h"
#include "base/alloc.h"

static const enum http_header USERS[] = {
    [CONFIG_PROXY_LOGIN_OFF] = HTTP_REMOTE_USER,
    [CONFIG_PROXY_LOGIN_REMOTE_USER] = HTTP_REMOTE_USER,
    [CONFIG_PROXY_LOGIN_FORWARDED_USER] = HTTP_FORWARDED_USER,
    [CONFIG_PROXY_LOGIN_AUTHENTIK] = HTTP_AUTHENTIK_USER,
    [CONFIG_PROXY_LOGIN_HASS] = HTTP_HASS_USER,
    [CONFIG_PROXY_LOGIN_TAILSCALE] = HTTP_TAILSCALE_USER,
};

static int read_secret(const char *path, char **ret_secret)
{
    char *secret = NULL;
    size_t len;
    const int error = config_read_file(path, &secret, &len);
    if (error) {
        complain("%s: %s (set by proxy_secret_file)", path, strerror(-error));
        return error;
    }
    secret[strcspn(secret, "\r\n")] = '\0';
    len = strlen(secret);
    if (len < PROXY_SECRET_MIN_BYTES || len > PROXY_SECRET_MAX_BYTES) {
        complain("%s: the first line must be a secret of %d to %d characters", path,
                 PROXY_SECRET_MIN_BYTES, PROXY_SECRET_MAX_BYTES);
        mem_free(secret);
        return -EINVAL;
    }
    *ret_secret = secret;
    return 0;
}

int proxies_read(const struct config *config, struct api_proxies *ret_proxies, char **ret_secret)
{
    char *secret = NULL;
    if (config->proxy_login != CONFIG_PROXY_LOGIN_OFF) {
        const int error = read_secret(config->proxy_secret_file, &secret);
        if (error)
            return error;
    }
    *ret_proxies = (struct api_proxies){.trusted = config->trusted_proxies.list,
                                        .n_trusted = config->trusted_proxies.n,
                                        .user = USERS[config->proxy_login],
                                        .secret = secret};
    *ret_secret = secret;
    return 0;
}
