/* A receiver of notices: plain data and its JSON. Pure; any thread.
 *
 *     {"id": "phone", "kind": "ntfy", "name": "Phone", "enabled": true, "picture": true,
 *      "url": "https://ntfy.sh/our-garden", "secret": "tk_…", "cameras": ["porch"]}
 *
 * The secret is the key that signs webhooks, or the access token of ntfy. It is write-only: a
 * receiver that is written without a secret keeps its current one. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

#include "net/url.h"

enum {
    RECEIVERS_MAX = 16,
    RECEIVER_CAMERAS_MAX = 32,
    RECEIVER_SECRET_MAX_BYTES = 128,
    RECEIVER_ERROR_MAX = 160
};

enum receiver_kind {
    RECEIVER_WEBHOOK, /* POST of JSON, signed */
    RECEIVER_NTFY,    /* PUT of the picture, with headers (docs.ntfy.sh/publish) */
    RECEIVER_APPRISE, /* POST of JSON for apprise-api */
    RECEIVER_KINDS
};
const char *receiver_kind_name(enum receiver_kind kind); /* "webhook", …; immutable */

struct receiver {
    char id[33];
    enum receiver_kind kind;
    char name[65];
    bool enabled;
    bool picture;
    char url[URL_MAX_BYTES + 1];
    char secret[RECEIVER_SECRET_MAX_BYTES + 1]; /* "" = none */
    char cameras[RECEIVER_CAMERAS_MAX][33];
    unsigned n_cameras; /* 0 = all */
};

/* -EINVAL: error says which field, and what was expected. *ret_has_secret: a secret was given,
 * maybe "". */
int receiver_from_json(const json_t *json, struct receiver *ret_receiver, bool *ret_has_secret,
                       char error[RECEIVER_ERROR_MAX]) __attribute__((warn_unused_result));

/* A new reference. with_secret: only for the store. */
json_t *receiver_to_json(const struct receiver *receiver, bool with_secret)
    __attribute__((returns_nonnull));

bool receiver_wants(const struct receiver *receiver, const char *camera);
