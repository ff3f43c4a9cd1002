#include "app/config_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "access/web.h"
#include "app/config.h"
#include "base/alloc.h"
#include "base/text.h"

enum kind {
    KIND_ADDRESS,
    KIND_INT,
    KIND_SWITCH,
    KIND_PATH,
    KIND_FILE,  /* may be empty: NULL */
    KIND_WORD,  /* may be empty: NULL */
    KIND_TOPIC, /* the beginning of topics of MQTT; may be empty: NULL */
    KIND_CONTROL,
    KIND_NAMES,
    KIND_ORIGINS,
    KIND_RANGES,
    KIND_LEVEL,
    KIND_FORMAT,
    KIND_ENCODER,
    KIND_CHOICE
};

struct key {
    const char *name;
    enum kind kind;
    size_t offset;              /* of its field in struct config */
    const char *initial;        /* NULL: determined at run time */
    const char *right;          /* a hint about valid values */
    int64_t min, max;           /* KIND_INT */
    const char *const *choices; /* KIND_CHOICE, NULL-terminated */
};

#define FIELD(name) #name, .offset = offsetof(struct config, name)
#define ADDRESS_RIGHT "it is ADDRESS:PORT like 127.0.0.1:8080 or [::1]:8080, or :8080 for all"
#define TOPIC_RIGHT "it is up to 64 of a-z, A-Z, 0-9, -, _ and /"
#define SWITCH_RIGHT "it is on or off"

static const char *const ACCESS[] = {
    [CONFIG_ACCESS_OPEN] = "open", [CONFIG_ACCESS_ACCOUNTS] = "accounts", NULL};
static const char *const OPEN_ROLE[] = {[CONFIG_OPEN_ROLE_VIEWER] = "viewer",
                                        [CONFIG_OPEN_ROLE_OPERATOR] = "operator",
                                        [CONFIG_OPEN_ROLE_ADMIN] = "admin",
                                        NULL};
static const char *const ADOPT[] = {
    [CONFIG_ADOPT_AUTO] = "auto", [CONFIG_ADOPT_ASK] = "ask", [CONFIG_ADOPT_ALL] = "all", NULL};
static const char *const PROXY_LOGIN[] = {[CONFIG_PROXY_LOGIN_OFF] = "off",
                                          [CONFIG_PROXY_LOGIN_REMOTE_USER] = "remote-user",
                                          [CONFIG_PROXY_LOGIN_FORWARDED_USER] = "x-forwarded-user",
                                          [CONFIG_PROXY_LOGIN_AUTHENTIK] = "x-authentik-username",
                                          [CONFIG_PROXY_LOGIN_HASS] = "x-remote-user-name",
                                          [CONFIG_PROXY_LOGIN_TAILSCALE] = "tailscale-user-login",
                                          NULL};
static const char *const LIBCAMERA[] = {[CONFIG_LIBCAMERA_AUTO] = "auto",
                                        [CONFIG_LIBCAMERA_RPICAM] = "rpicam",
                                        [CONFIG_LIBCAMERA_OFF] = "off",
                                        NULL};

static const struct key KEYS[] = {
    {FIELD(http), .kind = KIND_ADDRESS, .initial = "127.0.0.1:8080", .right = ADDRESS_RIGHT},
    {FIELD(https), .kind = KIND_ADDRESS, .initial = "127.0.0.1:8443", .right = ADDRESS_RIGHT},
    {FIELD(device), .kind = KIND_ADDRESS, .initial = "127.0.0.1:8765", .right = ADDRESS_RIGHT},
    {FIELD(tls), .kind = KIND_SWITCH, .initial = "on", .right = SWITCH_RIGHT},
    {FIELD(tls_cert), .kind = KIND_FILE, .initial = "", .right = "it is a PEM file"},
    {FIELD(tls_key), .kind = KIND_FILE, .initial = "", .right = "it is a PEM file"},
    {FIELD(lan), .kind = KIND_SWITCH, .initial = "off", .right = SWITCH_RIGHT},
    {FIELD(hosts), .kind = KIND_NAMES, .initial = "",
     .right = "it is up to 32 names like eyelid.example.org, separated by blanks"},
    {FIELD(embed_origins), .kind = KIND_ORIGINS, .initial = WEB_SAME_HOST,
     .right =
         "it is none, or up to 32 of same-host and origins like https://dash.example.org:3000, "
         "separated by blanks"},
    {FIELD(access), .kind = KIND_CHOICE, .choices = ACCESS, .initial = "accounts",
     .right = "it is open or accounts"},
    {FIELD(open_role), .kind = KIND_CHOICE, .choices = OPEN_ROLE, .initial = "viewer",
     .right = "it is viewer, operator or admin"},
    {FIELD(trusted_proxies), .kind = KIND_RANGES, .initial = "",
     .right = "it is up to 32 addresses like 127.0.0.1 or 172.16.0.0/12, separated by blanks"},
    {FIELD(proxy_login), .kind = KIND_CHOICE, .choices = PROXY_LOGIN, .initial = "off",
     .right =
         "it is off, remote-user, x-forwarded-user, x-authentik-username, x-remote-user-name or "
         "tailscale-user-login"},
    {FIELD(proxy_secret_file), .kind = KIND_FILE, .initial = "",
     .right = "it is a file with a secret of 16 to 256 characters"},
    {FIELD(mqtt_host), .kind = KIND_WORD, .initial = "", .right = "it is a name or address"},
    {FIELD(mqtt_port), .kind = KIND_INT, .initial = "0", .min = 0, .max = 65535,
     .right = "it is 1 to 65535, or 0 for 1883, with mqtt_tls 8883"},
    {FIELD(mqtt_tls), .kind = KIND_SWITCH, .initial = "off", .right = SWITCH_RIGHT},
    {FIELD(mqtt_ca_file), .kind = KIND_FILE, .initial = "", .right = "it is a PEM file"},
    {FIELD(mqtt_user), .kind = KIND_WORD, .initial = "", .right = "it is a name of up to 64 bytes"},
    {FIELD(mqtt_password_file), .kind = KIND_FILE, .initial = "",
     .right = "it is a file with a password"},
    {FIELD(mqtt_topic), .kind = KIND_TOPIC, .initial = "eyelid", .right = TOPIC_RIGHT},
    {FIELD(mqtt_discovery), .kind = KIND_TOPIC, .initial = "homeassistant", .right = TOPIC_RIGHT},
    {FIELD(pull_allow), .kind = KIND_RANGES, .initial = "",
     .right = "it is up to 32 addresses like 127.0.0.1 or 169.254.0.0/16, separated by blanks"},
    {FIELD(data), .kind = KIND_PATH, .initial = NULL, .right = "it is a folder"},
    {FIELD(cameras), .kind = KIND_FILE, .initial = "/etc/eyelid/cameras.d",
     .right = "it is a folder"},
    {FIELD(control), .kind = KIND_CONTROL, .initial = "auto",
     .right = "it is auto, off or an absolute path of at most 107 bytes"},
    {FIELD(log_level), .kind = KIND_LEVEL, .initial = "info",
     .right = "it is error, warn, info or debug"},
    {"log_format", .kind = KIND_FORMAT, .offset = offsetof(struct config, log_json),
     .initial = "text", .right = "it is text or json"},
    {FIELD(encoder), .kind = KIND_ENCODER, .initial = "auto",
     .right = "it is auto, hardware, x264 or openh264"},
    {FIELD(quality), .kind = KIND_INT, .initial = "0", .min = 0, .max = 100,
     .right = "it is 1 (smallest) to 100 (best), or 0 for the encoder's default"},
    {FIELD(sandbox), .kind = KIND_SWITCH, .initial = "on", .right = SWITCH_RIGHT},
    {FIELD(linger_s), .kind = KIND_INT, .initial = "10", .min = 0, .max = 3600,
     .right = "it is 0 to 3600 seconds"},
    {FIELD(start_timeout_s), .kind = KIND_INT, .initial = "5", .min = 1, .max = 300,
     .right = "it is 1 to 300 seconds"},
    {FIELD(skip_dark), .kind = KIND_SWITCH, .initial = "on", .right = SWITCH_RIGHT},
    {FIELD(adopt), .kind = KIND_CHOICE, .choices = ADOPT, .initial = "auto",
     .right = "it is auto, ask or all"},
    {FIELD(v4l2), .kind = KIND_SWITCH, .initial = "on", .right = SWITCH_RIGHT},
    {FIELD(libcamera), .kind = KIND_CHOICE, .choices = LIBCAMERA, .initial = "auto",
     .right = "it is auto, rpicam or off"},
    {FIELD(max_cameras), .kind = KIND_INT, .initial = "64", .min = 1, .max = 1000,
     .right = "it is 1 to 1000"},
    {FIELD(max_new_cameras_per_minute), .kind = KIND_INT, .initial = "10", .min = 1, .max = 1000,
     .right = "it is 1 to 1000"},
    {FIELD(archive_max_days), .kind = KIND_INT, .initial = "0", .min = 0, .max = 36500,
     .right = "it is 0 (for ever) to 36500 days"},
    {FIELD(archive_max_gib), .kind = KIND_INT, .initial = "0", .min = 0, .max = 1000000,
     .right = "it is 0 (no limit) to 1000000 GiB"},
    {FIELD(archive_min_free_gib), .kind = KIND_INT, .initial = "0", .min = 0, .max = 1000000,
     .right = "it is 0 (no matter) to 1000000 GiB"},
    {FIELD(max_width), .kind = KIND_INT, .initial = "4096", .min = 16, .max = 16384,
     .right = "it is 16 to 16384 pixels"},
    {FIELD(max_height), .kind = KIND_INT, .initial = "4096", .min = 16, .max = 16384,
     .right = "it is 16 to 16384 pixels"},
};

enum { N_KEYS = sizeof(KEYS) / sizeof(KEYS[0]) };

unsigned config_key_count(void)
{
    return N_KEYS;
}

const char *config_key_name(unsigned i)
{
    return i < N_KEYS ? KEYS[i].name : NULL;
}

const char *config_key_default(unsigned i)
{
    return KEYS[i].initial;
}

const char *config_key_right(unsigned i)
{
    return KEYS[i].right;
}

int config_key_find(const char *name)
{
    for (int i = 0; i < N_KEYS; i++)
        if (strcmp(KEYS[i].name, name) == 0)
            return i;
    return -1;
}

/* Number of letters to insert, remove or change (Levenshtein), at most max + 1. */
static unsigned distance(const char *a, const char *b, unsigned max)
{
    enum { LONGEST = 40 };
    size_t len_a = strlen(a), len_b = strlen(b);
    if (len_a > LONGEST || len_b > LONGEST)
        return max + 1;
    unsigned row[LONGEST + 1];
    for (size_t j = 0; j <= len_b; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= len_a; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= len_b; j++) {
            unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            unsigned one_more = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < one_more ? change : one_more;
        }
    }
    return row[len_b];
}

const char *config_key_near(const char *name)
{
    unsigned best = strlen(name) < 5 ? 2 : 3; /* a larger distance is not a typo */
    const char *near = NULL;
    for (int i = 0; i < N_KEYS; i++) {
        unsigned d = distance(name, KEYS[i].name, best);
        if (d < best + (near == NULL)) {
            best = d;
            near = KEYS[i].name;
        }
    }
    return near;
}

static int set_switch(bool *field, const char *value, const char *off, const char *on)
{
    bool is_on = strcmp(value, on) == 0;
    if (!is_on && strcmp(value, off) != 0)
        return -EINVAL;
    *field = is_on;
    return 0;
}

static int set_encoder(const char **field, const char *value)
{
    static const char *const ENCODERS[] = {"hardware", "x264", "openh264"};
    const char *encoder = NULL;
    for (unsigned i = 0; i < sizeof(ENCODERS) / sizeof(ENCODERS[0]); i++)
        if (strcmp(value, ENCODERS[i]) == 0)
            encoder = ENCODERS[i];
    if (!encoder && strcmp(value, "auto") != 0)
        return -EINVAL;
    *field = encoder;
    return 0;
}

/* The field's enumerators have the same order as the names. */
static int choose(const char *const *names, const char *value, unsigned *field)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(value, names[i]) == 0) {
            *field = i;
            return 0;
        }
    return -EINVAL;
}

static int set_path(char **field, const char *value)
{
    mem_free(*field);
    *field = *value ? mem_strdup_or_die(value) : NULL;
    return 0;
}

/* Without blanks and other characters that are not seen. */
static int set_word(char **field, const char *value)
{
    enum { WORD_MAX_BYTES = 253 };
    if (strlen(value) > WORD_MAX_BYTES)
        return -EINVAL;
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 127)
            return -EINVAL;
    return set_path(field, value);
}

/* Without wildcards (MQTT 3.1.1 section 4.7.1). */
static int set_topic(char **field, const char *value)
{
    enum { TOPIC_MAX_BYTES = 64 };
    const size_t len = strlen(value);
    for (const char *p = value; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("-_/", *p))
            return -EINVAL;
    if (len > TOPIC_MAX_BYTES || value[0] == '/' || (len && value[len - 1] == '/'))
        return -EINVAL;
    return set_path(field, value);
}

static int set_control(char **field, const char *value)
{
    const bool is_path = value[0] == '/' && strlen(value) <= CONFIG_SOCKET_MAX_BYTES;
    if (!is_path && strcmp(value, "auto") != 0 && strcmp(value, "off") != 0)
        return -EINVAL;
    return set_path(field, strcmp(value, "auto") == 0 ? "" : value);
}

/* Host names as browsers send them (RFC 1123 section 2.1), in lower case, without a port. */
static int set_names(char **field, const char *value)
{
    char *names[CONFIG_HOSTS_MAX + 1] = {0};
    unsigned n = 0;
    bool fine = true;
    for (const char *p = value; fine && *(p += strspn(p, " \t,"));) {
        size_t len = strcspn(p, " \t,");
        fine = n < CONFIG_HOSTS_MAX && len <= 253;
        for (size_t i = 0; i < len && fine; i++)
            fine = isalnum((unsigned char)p[i]) || p[i] == '-' || p[i] == '.';
        if (!fine)
            break;
        char name[254] = "";
        for (size_t i = 0; i < len; i++)
            name[i] = (char)tolower((unsigned char)p[i]);
        names[n++] = mem_strdup_or_die(name);
        p += len;
    }
    char **drop = fine ? field : names;
    for (unsigned i = 0; drop[i]; i++)
        mem_free(drop[i]);
    if (!fine)
        return -EINVAL;
    memcpy(field, names, sizeof(names));
    return 0;
}

static int set_origins(char **field, const char *value)
{
    char *origins[CONFIG_HOSTS_MAX + 1] = {0};
    unsigned n = 0;
    bool fine = *value != '\0';
    if (strcmp(value, "none") == 0)
        value = "";
    for (const char *p = value; fine && *(p += strspn(p, " \t,"));) {
        char text[320] = "";
        const size_t len = strcspn(p, " \t,");
        fine = n < CONFIG_HOSTS_MAX && len < sizeof(text);
        if (!fine)
            break;
        memcpy(text, p, len);
        fine = strcmp(text, WEB_SAME_HOST) == 0 || web_is_origin(text);
        origins[n++] = mem_strdup_or_die(text);
        p += len;
    }
    char **drop = fine ? field : origins;
    for (unsigned i = 0; drop[i]; i++)
        mem_free(drop[i]);
    if (!fine)
        return -EINVAL;
    memcpy(field, origins, sizeof(origins));
    return 0;
}

static int set_ranges(struct config_ranges *field, const char *value)
{
    struct config_ranges ranges = {0};
    for (const char *p = value; *(p += strspn(p, " \t,"));) {
        size_t len = strcspn(p, " \t,");
        char text[64] = "";
        if (ranges.n == CONFIG_RANGES_MAX || len >= sizeof(text))
            return -EINVAL;
        memcpy(text, p, len);
        if (outbound_range_parse(text, &ranges.list[ranges.n]) < 0)
            return -EINVAL;
        ranges.n++;
        p += len;
    }
    *field = ranges;
    return 0;
}

int config_key_set(struct config *config, unsigned i, const char *value)
{
    const struct key *key = &KEYS[i];
    void *field = (char *)config + key->offset;
    int64_t number;
    switch (key->kind) {
    case KIND_ADDRESS:
        return address_parse(value, field);
    case KIND_INT:
        if (text_to_int(value, key->min, key->max, &number) < 0)
            return -EINVAL;
        *(unsigned *)field = (unsigned)number;
        return 0;
    case KIND_SWITCH:
        return set_switch(field, value, "off", "on");
    case KIND_FORMAT:
        return set_switch(field, value, "text", "json");
    case KIND_CHOICE:
        return choose(key->choices, value, field);
    case KIND_LEVEL:
        return log_level_parse(value, field);
    case KIND_ENCODER:
        return set_encoder(field, value);
    case KIND_PATH:
        return *value ? set_path(field, value) : -EINVAL;
    case KIND_FILE:
        return set_path(field, value);
    case KIND_WORD:
        return set_word(field, value);
    case KIND_TOPIC:
        return set_topic(field, value);
    case KIND_CONTROL:
        return set_control(field, value);
    case KIND_NAMES:
        return set_names(field, value);
    case KIND_ORIGINS:
        return set_origins(field, value);
    case KIND_RANGES:
        return set_ranges(field, value);
    }
    return -EINVAL;
}

static const char *look_up(const char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=' &&
            (*environment)[len + 1])
            return *environment + len + 1;
    return NULL;
}

const char *config_default_data(const char *const *environment, bool is_root, char *out, size_t cap)
{
    const char *systemd = look_up(environment, "STATE_DIRECTORY");
    const char *state = look_up(environment, "XDG_STATE_HOME");
    const char *home = look_up(environment, "HOME");
    if (systemd)
        snprintf(out, cap, "%s", systemd);
    else if (is_root || (!state && !home))
        snprintf(out, cap, "/var/lib/eyelid");
    else if (state)
        snprintf(out, cap, "%s/eyelid", state);
    else
        snprintf(out, cap, "%s/.local/state/eyelid", home);
    return out;
}
