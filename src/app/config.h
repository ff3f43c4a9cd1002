/* The configuration: everything that belongs to the process (addresses, folders, limits). Parsed
 * once, then immutable. Precedence: command line, environment (EYELID_KEY), file,
 * default.
 *
 * What does not belong here: cameras and their settings, which are in the store. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/address.h"
#include "base/log.h"
#include "net/outbound.h"

enum {
    CONFIG_HOSTS_MAX = 32,
    CONFIG_RANGES_MAX = 32,
    CONFIG_FILE_MAX_BYTES = 64 * 1024,
    CONFIG_SOCKET_MAX_BYTES = 107, /* of the path of a Unix socket, unix(7) */
};

struct config_ranges {
    struct outbound_range list[CONFIG_RANGES_MAX];
    unsigned n;
};

/* How Raspberry Pi cameras are driven: by the helper if it is installed, else by rpicam's programs;
 * always by rpicam's programs; not at all. */
enum config_libcamera { CONFIG_LIBCAMERA_AUTO, CONFIG_LIBCAMERA_RPICAM, CONFIG_LIBCAMERA_OFF };

enum config_access { CONFIG_ACCESS_OPEN, CONFIG_ACCESS_ACCOUNTS };
enum config_open_role {
    CONFIG_OPEN_ROLE_VIEWER,
    CONFIG_OPEN_ROLE_OPERATOR,
    CONFIG_OPEN_ROLE_ADMIN
};

/* Whether new cameras wait for the owner: devices do once there is an administrator; all do; none
 * does. */
enum config_adopt { CONFIG_ADOPT_AUTO, CONFIG_ADOPT_ASK, CONFIG_ADOPT_ALL };

/* The header in which a trusted proxy names the user. */
enum config_proxy_login {
    CONFIG_PROXY_LOGIN_OFF,
    CONFIG_PROXY_LOGIN_REMOTE_USER,
    CONFIG_PROXY_LOGIN_FORWARDED_USER,
    CONFIG_PROXY_LOGIN_AUTHENTIK,
    CONFIG_PROXY_LOGIN_HASS,
    CONFIG_PROXY_LOGIN_TAILSCALE
};

struct config {
    struct address http, https, device;
    bool tls;                 /* https is served */
    char *tls_cert, *tls_key; /* the owner's PEM files; NULL = the server makes its own */
    bool lan;                 /* listen on all interfaces; the addresses above include this */
    char *data;
    char *cameras; /* the folder of declared cameras (app/declared.h); NULL = none */
    char *control; /* the path of the control socket, "off", or NULL = found out (app/control.h) */
    char *hosts[CONFIG_HOSTS_MAX + 1];         /* further names of this server, NULL-terminated */
    char *embed_origins[CONFIG_HOSTS_MAX + 1]; /* as api_params.embeds */
    enum config_access access;
    enum config_open_role open_role;
    struct config_ranges trusted_proxies;
    enum config_proxy_login proxy_login;
    char *proxy_secret_file; /* or NULL */
    char *mqtt_host;         /* NULL: no broker */
    unsigned mqtt_port;      /* 0: the usual one */
    bool mqtt_tls;
    char *mqtt_ca_file, *mqtt_user, *mqtt_password_file; /* or NULL */
    char *mqtt_topic, *mqtt_discovery;                   /* prefixes; discovery: NULL = off */
    struct config_ranges pull_allow; /* addresses of network cameras allowed as exceptions */
    enum log_level log_level;
    bool log_json;
    const char *encoder; /* "hardware", a library's name, or NULL = the best available */
    unsigned quality;    /* 1 to 100; 0 = the encoder's default */
    unsigned linger_s, start_timeout_s;
    unsigned max_cameras, max_new_cameras_per_minute;
    unsigned archive_max_days, archive_max_gib, archive_min_free_gib; /* 0 = no limit */
    unsigned max_width, max_height;
    bool skip_dark;
    bool sandbox; /* decode JPEGs in processes that may do nothing else */
    bool v4l2;    /* look for V4L2 cameras of this machine */
    enum config_adopt adopt;
    enum config_libcamera libcamera;

    char *ignored; /* a sentence about environment variables that are not keys, or NULL */

    struct config_value *values; /* one for each key, in the order of config_key_name */
};

/* A key's value and its origin. */
struct config_value {
    char *text;
    char *origin; /* "default", "eyelid.conf:12", "EYELID_HTTP", "--http" */
};

struct config_option {
    const char *key, *value;
    const char *option; /* as written, "--http" */
};

/* Where values come from; borrowed during the call. */
struct config_sources {
    const char *file_name; /* for messages; NULL = there is no file */
    const char *file_text;
    size_t file_len_bytes;
    const char *const *environment; /* "NAME=value", NULL-terminated; NULL = none */
    const struct config_option *options;
    size_t n_options;
    bool is_root; /* selects the default data folder */
};

/* -EINVAL: *ret_error says where, what is wrong, and what is expected. The caller frees it with
 * mem_free. */
int config_parse(const struct config_sources *sources, struct config **ret_config, char **ret_error)
    __attribute__((warn_unused_result));
void config_destroy(struct config *config); /* takes NULL */

/* True if this key, which must exist, was not set. */
bool config_is_default(const struct config *config, const char *key);

/* Reads a whole file and adds a NUL; the caller frees *ret_text. Negative errno of the system;
 * -EFBIG: larger than CONFIG_FILE_MAX_BYTES. */
int config_read_file(const char *path, char **ret_text, size_t *ret_len_bytes)
    __attribute__((warn_unused_result));

/* The keys, in the order of documentation; NULL after the last. */
const char *config_key_name(unsigned i);
