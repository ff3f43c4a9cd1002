#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <unistd.h>

#include "app/config_key.h"
#include "base/alloc.h"
#include "base/text.h"

enum { MESSAGE_MAX_BYTES = 4096 };

/* The state of parsing all sources. */
struct parse {
    struct config *config;
    const char *file_name;
    const char *at, *end; /* what inih has not read yet */
    unsigned line;
    struct text error;   /* the first one; later ones are ignored */
    struct text ignored; /* names of variables, comma-separated */
};

static void fail(struct parse *parse, const char *where, const char *what, const char *right)
{
    if (parse->error.len == 0)
        text_add(&parse->error, "%s: %s%s%s", where, what, *right ? "; " : "", right);
}

/* Sets one key. where: the place for messages. */
static void set(struct parse *parse, const char *where, const char *name, const char *value)
{
    char what_bytes[512];
    struct text what = text_over(what_bytes, sizeof(what_bytes));
    int i = config_key_find(name);
    if (i < 0) {
        const char *near = config_key_near(name);
        text_add(&what, "there is no key `%s`", name);
        if (near) {
            text_add(&what, "; did you mean `%s`?", near);
            fail(parse, where, what.bytes, "");
        } else {
            fail(parse, where, what.bytes, "eyelid.conf(5) lists the keys");
        }
        return;
    }
    if (config_key_set(parse->config, (unsigned)i, value) < 0) {
        text_add(&what, "`%s` cannot be \"%s\"", name, value);
        fail(parse, where, what.bytes, config_key_right((unsigned)i));
        return;
    }
    struct config_value *record = &parse->config->values[i];
    mem_free(record->text);
    mem_free(record->origin);
    record->text = mem_strdup_or_die(value);
    record->origin = mem_strdup_or_die(where);
}

/* --- The file. --- */

/* Passes inih the next line without its leading blanks, which would make it a continuation of the
 * previous line. NULL at the end and after an error. */
static char *next_line(char *out, int cap, void *ctx)
{
    struct parse *parse = ctx;
    if (parse->at == parse->end || parse->error.len)
        return NULL;
    parse->line++;
    const char *newline = memchr(parse->at, '\n', (size_t)(parse->end - parse->at));
    const char *line_end = newline ? newline : parse->end;
    while (parse->at < line_end && isspace((unsigned char)*parse->at))
        parse->at++;
    if (parse->at < line_end && (*parse->at == '#' || *parse->at == ';'))
        parse->at = line_end; /* comments may have any length */
    size_t len = (size_t)(line_end - parse->at);
    char where[512];
    struct text place = text_over(where, sizeof(where));
    text_add(&place, "%s:%u", parse->file_name, parse->line);
    if (len > 0 && *parse->at == '[') {
        fail(parse, where, "eyelid.conf has no sections", "remove the line in brackets");
        return NULL;
    }
    if (memchr(parse->at, '\0', len)) {
        fail(parse, where, "this is not a text file", "eyelid.conf has lines like `key = value`");
        return NULL;
    }
    if (len + 2 > (size_t)cap) {
        fail(parse, where, "the line is too long", "at most 190 characters fit");
        return NULL;
    }
    memcpy(out, parse->at, len);
    strcpy(out + len, "\n");
    parse->at = newline ? newline + 1 : parse->end;
    return out;
}

static int on_pair(void *ctx, const char *section, const char *name, const char *value)
{
    (void)section; /* next_line rejects them */
    struct parse *parse = ctx;
    char where[512];
    struct text place = text_over(where, sizeof(where));
    text_add(&place, "%s:%u", parse->file_name, parse->line);
    int i = config_key_find(name);
    const char *before = i >= 0 ? parse->config->values[i].origin : "default";
    if (*value == '"' || *value == '\'') {
        fail(parse, where, "values are written without quotes", "remove the quotes");
    } else if (strcmp(before, "default") != 0) {
        char what[512];
        struct text message = text_over(what, sizeof(what));
        text_add(&message, "`%s` was set before, at %s", name, before);
        fail(parse, where, what, "keep one of the two");
    } else {
        set(parse, where, name, value);
    }
    return parse->error.len == 0;
}

static void parse_file(struct parse *parse, const struct config_sources *sources)
{
    parse->file_name = sources->file_name;
    parse->at = sources->file_text;
    parse->end = sources->file_text + sources->file_len_bytes;
    int line = ini_parse_stream(next_line, parse, on_pair, parse);
    if (line != 0 && parse->error.len == 0) {
        char where[512];
        struct text place = text_over(where, sizeof(where));
        text_add(&place, "%s:%d", parse->file_name, line);
        fail(parse, where, "this line is not a setting",
             "write `key = value`, or `#` before a comment");
    }
}

/* --- The environment and the command line. --- */

static void parse_environment(struct parse *parse, const char *const *environment)
{
    static const char PREFIX[] = "EYELID_";
    for (; *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (strncmp(*environment, PREFIX, sizeof(PREFIX) - 1) != 0 || !equals)
            continue;
        char variable[64] = "", key[64] = "";
        size_t len = (size_t)(equals - *environment), skip = sizeof(PREFIX) - 1;
        if (len >= sizeof(variable))
            len = sizeof(variable) - 1;
        memcpy(variable, *environment, len);
        for (size_t i = skip; i < len; i++)
            key[i - skip] = (char)tolower((unsigned char)variable[i]);
        /* Kubernetes and others inject variables like EYELID_SERVICE_HOST; a misspelt key is still
         * an error. */
        if (config_key_find(key) < 0 && !config_key_near(key))
            text_add(&parse->ignored, "%s%s", parse->ignored.len ? ", " : "", variable);
        else
            set(parse, variable, key, equals + 1);
    }
}

static void apply_lan(struct config *config)
{
    if (!config->lan)
        return;
    strcpy(config->http.host, "*");
    strcpy(config->https.host, "*");
    strcpy(config->device.host, "*");
}

static const char *origin_of(const struct config *config, const char *key)
{
    return config->values[config_key_find(key)].origin;
}

bool config_is_default(const struct config *config, const char *key)
{
    return strcmp(origin_of(config, key), "default") == 0;
}

/* Each listener needs a different address. */
static void check_address(struct parse *parse, const char *key, const struct address *address)
{
    const struct config *config = parse->config;
    if (parse->error.len || config->http.port == 0 || config->http.port != address->port ||
        strcmp(config->http.host, address->host) != 0)
        return;
    char what[128];
    struct text text = text_over(what, sizeof(what));
    text_add(&text, "`http` and `%s` are the same address", key);
    fail(parse, origin_of(config, config_is_default(config, key) ? "http" : key), what,
         "give them different ports");
}

/* By default https listens on the same address as http. */
static void complete_https(struct parse *parse)
{
    struct config *config = parse->config;
    if (config_is_default(config, "https"))
        memcpy(config->https.host, config->http.host, sizeof(config->https.host));
    if (parse->error.len == 0 && !config->tls_cert != !config->tls_key)
        fail(parse, origin_of(config, config->tls_cert ? "tls_cert" : "tls_key"),
             "`tls_cert` and `tls_key` go together", "set both, or neither");
}

/* Without both, anyone could forge the login, or it would never be accepted. */
static void check_proxies(struct parse *parse)
{
    const struct config *config = parse->config;
    if (parse->error.len == 0 && config->proxy_login != CONFIG_PROXY_LOGIN_OFF &&
        (!config->trusted_proxies.n || !config->proxy_secret_file))
        fail(parse, origin_of(config, "proxy_login"), "`proxy_login` alone has no effect",
             "set `trusted_proxies` and `proxy_secret_file` too");
}

static void set_defaults(struct parse *parse, const struct config_sources *sources)
{
    char data[1024];
    for (unsigned i = 0; config_key_name(i); i++) {
        const char *value = config_key_default(i);
        if (!value)
            value = config_default_data(sources->environment, sources->is_root, data, sizeof(data));
        set(parse, "default", config_key_name(i), value);
    }
}

int config_parse(const struct config_sources *sources, struct config **ret_config, char **ret_error)
{
    struct parse parse = {.config = mem_new(struct config),
                          .error = text_growing(MESSAGE_MAX_BYTES),
                          .ignored = text_growing(MESSAGE_MAX_BYTES)};
    parse.config->values = mem_new_array(struct config_value, config_key_count());
    set_defaults(&parse, sources);
    if (sources->file_name)
        parse_file(&parse, sources);
    if (sources->environment)
        parse_environment(&parse, sources->environment);
    for (size_t i = 0; i < sources->n_options; i++)
        set(&parse, sources->options[i].option, sources->options[i].key, sources->options[i].value);
    apply_lan(parse.config);
    complete_https(&parse);
    check_proxies(&parse);
    check_address(&parse, "device", &parse.config->device);
    if (parse.config->tls)
        check_address(&parse, "https", &parse.config->https);
    if (parse.ignored.len) {
        struct text sentence = text_growing(MESSAGE_MAX_BYTES);
        text_add(&sentence, "ignored environment variables: %s", parse.ignored.bytes);
        parse.config->ignored = sentence.bytes;
    }
    text_finish(&parse.ignored);
    if (parse.error.len) {
        config_destroy(parse.config);
        *ret_error = parse.error.bytes;
        return -EINVAL;
    }
    text_finish(&parse.error);
    *ret_config = parse.config;
    return 0;
}

void config_destroy(struct config *config)
{
    if (!config)
        return;
    for (unsigned i = 0; i < config_key_count(); i++) {
        mem_free(config->values[i].text);
        mem_free(config->values[i].origin);
    }
    for (unsigned i = 0; config->hosts[i]; i++)
        mem_free(config->hosts[i]);
    for (unsigned i = 0; config->embed_origins[i]; i++)
        mem_free(config->embed_origins[i]);
    mem_free(config->ignored);
    mem_free(config->values);
    mem_free(config->data);
    mem_free(config->cameras);
    mem_free(config->tls_cert);
    mem_free(config->tls_key);
    mem_free(config->control);
    mem_free(config->proxy_secret_file);
    mem_free(config->mqtt_host);
    mem_free(config->mqtt_ca_file);
    mem_free(config->mqtt_user);
    mem_free(config->mqtt_password_file);
    mem_free(config->mqtt_topic);
    mem_free(config->mqtt_discovery);
    mem_free(config);
}

int config_read_file(const char *path, char **ret_text, size_t *ret_len_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    char *text = mem_new_array(char, CONFIG_FILE_MAX_BYTES + 1);
    size_t len_bytes = 0;
    ssize_t n = 1;
    while (n > 0 && len_bytes <= CONFIG_FILE_MAX_BYTES) {
        n = read(fd, text + len_bytes, CONFIG_FILE_MAX_BYTES + 1 - len_bytes);
        if (n > 0)
            len_bytes += (size_t)n;
    }
    int error = n < 0 ? -errno : len_bytes > CONFIG_FILE_MAX_BYTES ? -EFBIG : 0;
    close(fd);
    if (error) {
        mem_free(text);
        return error;
    }
    *ret_text = text;
    *ret_len_bytes = len_bytes;
    return 0;
}
