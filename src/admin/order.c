#include "admin/order.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum argument { NO_ARGUMENT, ARGUMENT_IN_TARGET, ARGUMENT_IN_BODY };
enum {
    TAKES_ROLE = 1,
    TAKES_CAMERAS = 2,
    TAKES_DAYS = 4,
    TAKES_JSON = 8,
    TAKES_ROLE_WORD = 16, /* a second argument */
    NEEDS_ROLE = 32,
    NEEDS_PASSWORD = 64,
};

static const struct verb {
    const char *noun, *verb;              /* verb NULL: the noun stands alone */
    const char *usage;                    /* of what follows */
    const char *method, *target, *suffix; /* what stands behind an argument; NULL = nothing */
    enum argument argument;
    unsigned takes;
    enum order_show show;
} VERBS[] = {
    {"user", "list", "[--json]", "GET", "/api/v1/users", NULL, NO_ARGUMENT, TAKES_JSON,
     ORDER_USERS},
    {"user", "add", "NAME [--role viewer|operator|admin] [--cameras ID,ID]", "POST",
     "/api/v1/users", NULL, ARGUMENT_IN_BODY,
     TAKES_ROLE | TAKES_CAMERAS | NEEDS_ROLE | NEEDS_PASSWORD, ORDER_SAYS},
    {"user", "remove", "NAME", "DELETE", "/api/v1/users/", NULL, ARGUMENT_IN_TARGET, 0, ORDER_SAYS},
    {"user", "passwd", "NAME", "PATCH", "/api/v1/users/", NULL, ARGUMENT_IN_TARGET, NEEDS_PASSWORD,
     ORDER_SAYS},
    {"user", "role", "NAME viewer|operator|admin [--cameras ID,ID|all]", "PATCH", "/api/v1/users/",
     NULL, ARGUMENT_IN_TARGET, TAKES_ROLE_WORD | TAKES_CAMERAS, ORDER_SAYS},
    {"user", "reset-totp", "NAME", "DELETE", "/api/v1/users/", "/totp", ARGUMENT_IN_TARGET, 0,
     ORDER_SAYS},
    {"token", "list", "[--json]", "GET", "/api/v1/tokens", NULL, NO_ARGUMENT, TAKES_JSON,
     ORDER_TOKENS},
    {"token", "add", "NAME [--role viewer|operator|admin] [--cameras ID,ID] [--days N] [--json]",
     "POST", "/api/v1/tokens", NULL, ARGUMENT_IN_BODY,
     TAKES_ROLE | TAKES_CAMERAS | TAKES_DAYS | TAKES_JSON | NEEDS_ROLE, ORDER_TOKEN},
    {"token", "remove", "ID", "DELETE", "/api/v1/tokens/", NULL, ARGUMENT_IN_TARGET, 0, ORDER_SAYS},
    {"session", "list", "[--json]", "GET", "/api/v1/sessions", NULL, NO_ARGUMENT, TAKES_JSON,
     ORDER_SESSIONS},
    {"session", "remove", "ID", "DELETE", "/api/v1/sessions/", NULL, ARGUMENT_IN_TARGET, 0,
     ORDER_SAYS},
    {"camera", "list", "[--json]", "GET", "/api/v1/cameras", NULL, NO_ARGUMENT, TAKES_JSON,
     ORDER_CAMERAS},
    {"camera", "token", "ID [--json]", "POST", "/api/v1/cameras/", "/token", ARGUMENT_IN_TARGET,
     TAKES_JSON, ORDER_TOKEN},
    {"setup", NULL, "[--json]", "GET", "/api/v1/setup", NULL, NO_ARGUMENT, TAKES_JSON, ORDER_SETUP},
};
enum { N_VERBS = sizeof(VERBS) / sizeof(VERBS[0]) };

bool order_is_noun(const char *word)
{
    for (unsigned i = 0; i < N_VERBS; i++)
        if (strcmp(VERBS[i].noun, word) == 0)
            return true;
    return false;
}

static int wrong_verb(const char *noun, char error[ORDER_ERROR_MAX])
{
    struct text text = text_over(error, ORDER_ERROR_MAX);
    const char *before = "";
    text_add(&text, "%s takes ", noun);
    for (unsigned i = 0; i < N_VERBS; i++)
        if (VERBS[i].verb && strcmp(VERBS[i].noun, noun) == 0) {
            text_add(&text, "%s%s", before, VERBS[i].verb);
            before = ", ";
        }
    return -EINVAL;
}

static int wrong_use(const struct verb *verb, char error[ORDER_ERROR_MAX])
{
    snprintf(error, ORDER_ERROR_MAX, "usage: eyelid %s %s%s%s", verb->noun,
             verb->verb ? verb->verb : "", verb->verb ? " " : "", verb->usage);
    return -EINVAL;
}

/* The value after "=", or the next word; NULL: the word is not this option, or lacks a value. */
static const char *option(unsigned n_words, const char *const *words, unsigned *i, const char *name)
{
    const size_t len = strlen(name);
    if (!words[*i] || strncmp(words[*i], name, len) != 0)
        return NULL;
    if (words[*i][len] == '=')
        return words[*i] + len + 1;
    return words[*i][len] == '\0' && *i + 1 < n_words ? words[++*i] : NULL;
}

static bool read_option(const struct verb *verb, unsigned n_words, const char *const *words,
                        unsigned *i, struct order *order)
{
    const char *value;
    int64_t days;
    if ((verb->takes & TAKES_JSON) && strcmp(words[*i], "--json") == 0) {
        order->json = true;
        return true;
    }
    if ((verb->takes & TAKES_ROLE) && (value = option(n_words, words, i, "--role"))) {
        order->role = value;
        return true;
    }
    if ((verb->takes & TAKES_CAMERAS) && (value = option(n_words, words, i, "--cameras"))) {
        order->cameras = value;
        return true;
    }
    if ((verb->takes & TAKES_DAYS) && (value = option(n_words, words, i, "--days")) &&
        text_to_int(value, 1, 36500, &days) == 0) {
        order->expires_days = (unsigned)days;
        return true;
    }
    return false;
}

/* A name or an id, which may become part of the address. */
static bool read_argument(const struct verb *verb, const char *word, struct order *order)
{
    if (!text_is_id(word))
        return false;
    if (verb->argument == ARGUMENT_IN_TARGET)
        snprintf(order->target, sizeof(order->target), "%s%s%s", verb->target, word,
                 verb->suffix ? verb->suffix : "");
    else
        order->name = word;
    return true;
}

static int read_words(const struct verb *verb, unsigned n_words, const char *const *words,
                      struct order *order)
{
    unsigned n_wanted = (verb->argument != NO_ARGUMENT) + ((verb->takes & TAKES_ROLE_WORD) != 0);
    unsigned n_read = 0;
    for (unsigned i = 0; i < n_words; i++) {
        const bool is_option = words[i][0] == '-';
        if (!is_option && n_read == n_wanted)
            return -EINVAL;
        if (is_option) {
            if (!read_option(verb, n_words, words, &i, order))
                return -EINVAL;
        } else if (n_read++ == 1) {
            order->role = words[i];
        } else if (!read_argument(verb, words[i], order)) {
            return -EINVAL;
        }
    }
    if ((verb->takes & NEEDS_ROLE) && !order->role)
        order->role = "viewer";
    return n_read == n_wanted ? 0 : -EINVAL;
}

int order_parse(unsigned n_words, const char *const *words, struct order *ret_order,
                char error[ORDER_ERROR_MAX])
{
    const struct verb *verb = NULL;
    for (unsigned i = 0; i < N_VERBS && !verb; i++)
        if (strcmp(VERBS[i].noun, words[0]) == 0 &&
            (!VERBS[i].verb || (n_words > 1 && strcmp(VERBS[i].verb, words[1]) == 0)))
            verb = &VERBS[i];
    if (!verb)
        return wrong_verb(words[0], error);
    struct order order = {.method = verb->method,
                          .show = verb->show,
                          .needs_password = verb->takes & NEEDS_PASSWORD,
                          .has_body = verb->method[0] == 'P'};
    const unsigned skip = verb->verb ? 2 : 1;
    snprintf(order.target, sizeof(order.target), "%s", verb->target);
    if (read_words(verb, n_words - skip, words + skip, &order) < 0)
        return wrong_use(verb, error);
    *ret_order = order;
    return 0;
}

static json_t *cameras_json(const char *cameras)
{
    if (strcmp(cameras, "all") == 0)
        return json_null();
    json_t *list = json_array();
    for (const char *p = cameras; *(p += strspn(p, ", "));) {
        const size_t len = strcspn(p, ", ");
        json_array_append_new(list, json_stringn(p, len));
        p += len;
    }
    return list;
}

char *order_body(const struct order *order, const char *password)
{
    if (!order->has_body)
        return NULL;
    json_t *body = json_object();
    if (order->name)
        json_object_set_new(body, "name", json_string(order->name));
    if (order->role)
        json_object_set_new(body, "role", json_string(order->role));
    if (order->cameras)
        json_object_set_new(body, "cameras", cameras_json(order->cameras));
    if (order->expires_days)
        json_object_set_new(body, "expires_s",
                            json_integer((json_int_t)order->expires_days * 24 * 3600));
    const bool is_utf8 =
        !password || json_object_set_new(body, "password", json_string(password)) == 0;
    char *text = is_utf8 ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

void order_free_body(char *body)
{
    json_malloc_t allocate;
    json_free_t release;
    json_get_alloc_funcs(&allocate, &release);
    if (body) {
        explicit_bzero(body, strlen(body));
        release(body);
    }
}
