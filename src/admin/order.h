/* Parses orders of the command line to a running server into requests of its API. Pure: a table of
 * verbs, without sockets and rules. Any thread. */
#pragma once
#include <stdbool.h>

enum { ORDER_TARGET_MAX_BYTES = 128, ORDER_ERROR_MAX = 256, ORDER_FIELDS_MAX = 4 };

/* How the answer is shown. */
enum order_show {
    ORDER_SAYS, /* only that it was done */
    ORDER_USERS,
    ORDER_TOKENS,
    ORDER_TOKEN, /* a new one */
    ORDER_SESSIONS,
    ORDER_CAMERAS,
    ORDER_SETUP,
};

struct order {
    const char *method; /* static */
    char target[ORDER_TARGET_MAX_BYTES];
    /* Members of the body, borrowed from the words; NULL = absent. */
    const char *name, *role, *cameras; /* cameras: "all", or ids separated by commas */
    unsigned expires_days;             /* 0 = absent */
    bool has_body, needs_password;
    enum order_show show;
    bool json; /* the unchanged answer */
};

/* The first of the words is a noun like "user". -EINVAL: error says what is wrong and what is
 * expected. */
int order_parse(unsigned n_words, const char *const *words, struct order *ret_order,
                char error[ORDER_ERROR_MAX]) __attribute__((warn_unused_result));

/* True if the word begins an order. */
bool order_is_noun(const char *word);

/* The body as JSON, freed by order_free_body; NULL: no body, or it is not UTF-8. password: NULL =
 * not needed. */
char *order_body(const struct order *order, const char *password);
void order_free_body(char *body); /* overwrites it, for it may hold a password */
