#include "tell/receiver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const KINDS[RECEIVER_KINDS] = {"webhook", "ntfy", "apprise"};

const char *receiver_kind_name(enum receiver_kind kind)
{
    return KINDS[kind];
}

static int wrong(char *error, const char *field, const char *expected)
{
    snprintf(error, RECEIVER_ERROR_MAX, "%.32s: expected %s", field, expected);
    return -EINVAL;
}

static int take_kind(const json_t *json, struct receiver *receiver, char *error)
{
    const char *name = json_string_value(json_object_get(json, "kind"));
    for (unsigned i = 0; name && i < RECEIVER_KINDS; i++)
        if (strcmp(name, KINDS[i]) == 0) {
            receiver->kind = (enum receiver_kind)i;
            return 0;
        }
    return wrong(error, "kind", "\"webhook\", \"ntfy\" or \"apprise\"");
}

static int take_bool(const json_t *json, const char *field, bool *value, char *error)
{
    const json_t *member = json_object_get(json, field);
    if (member && !json_is_boolean(member))
        return wrong(error, field, "true or false");
    if (member)
        *value = json_is_true(member);
    return 0;
}

static int take_url(const json_t *json, struct receiver *receiver, char *error)
{
    const char *text = json_string_value(json_object_get(json, "url")), *why;
    struct url url;
    if (!text || strlen(text) > URL_MAX_BYTES || url_parse(text, &url, &why) < 0)
        return wrong(error, "url", "an http or https URL of up to 512 bytes");
    snprintf(receiver->url, sizeof(receiver->url), "%s", text);
    return 0;
}

/* It becomes a header, so it must not contain line ends. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < 0x21 || *text > 0x7e)
            return false;
    return true;
}

static int take_secret(const json_t *json, struct receiver *receiver, bool *has, char *error)
{
    const json_t *member = json_object_get(json, "secret");
    const char *text = json_string_value(member);
    *has = member != NULL;
    if (!member)
        return 0;
    if (!text || strlen(text) > RECEIVER_SECRET_MAX_BYTES || !is_plain(text))
        return wrong(error, "secret", "up to 128 characters of ASCII, without blanks");
    snprintf(receiver->secret, sizeof(receiver->secret), "%s", text);
    return 0;
}

static int take_cameras(const json_t *json, struct receiver *receiver, char *error)
{
    const json_t *list = json_object_get(json, "cameras");
    if (!list)
        return 0;
    if (!json_is_array(list) || json_array_size(list) > RECEIVER_CAMERAS_MAX)
        return wrong(error, "cameras", "a list of up to 32 ids of cameras; empty: all");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (!id || !text_is_id(id))
            return wrong(error, "cameras", "a list of ids of cameras");
        snprintf(receiver->cameras[i], sizeof(receiver->cameras[i]), "%s", id);
    }
    receiver->n_cameras = (unsigned)json_array_size(list);
    return 0;
}

static int check_fields(const json_t *json, char *error)
{
    /* The last two are read-only, and ignored in requests. */
    static const char *const KNOWN[] = {"id",  "kind",   "name",    "enabled",    "picture",
                                        "url", "secret", "cameras", "has_secret", "state"};
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        const char *key = json_object_iter_key(at);
        bool is_known = false;
        for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
            is_known = is_known || strcmp(key, KNOWN[i]) == 0;
        if (!is_known) {
            snprintf(error, RECEIVER_ERROR_MAX, "%.40s: no such setting", key);
            return -EINVAL;
        }
    }
    return 0;
}

int receiver_from_json(const json_t *json, struct receiver *ret_receiver, bool *ret_has_secret,
                       char error[RECEIVER_ERROR_MAX])
{
    struct receiver receiver = {.enabled = true, .picture = true};
    bool has_secret = false;
    if (!json_is_object(json))
        return wrong(error, "receiver", "a JSON object");
    const char *id = json_string_value(json_object_get(json, "id"));
    if (!id || !text_is_id(id))
        return wrong(error, "id", "1 to 32 characters of a-z, 0-9 and -");
    snprintf(receiver.id, sizeof(receiver.id), "%s", id);
    const json_t *name = json_object_get(json, "name");
    if (name && (!json_is_string(name) || !text_is_name(json_string_value(name), 64)))
        return wrong(error, "name", "1 to 64 bytes of text");
    snprintf(receiver.name, sizeof(receiver.name), "%s", name ? json_string_value(name) : id);
    int r = check_fields(json, error);
    if (r == 0)
        r = take_kind(json, &receiver, error);
    if (r == 0)
        r = take_bool(json, "enabled", &receiver.enabled, error);
    if (r == 0)
        r = take_bool(json, "picture", &receiver.picture, error);
    if (r == 0)
        r = take_url(json, &receiver, error);
    if (r == 0)
        r = take_secret(json, &receiver, &has_secret, error);
    if (r == 0)
        r = take_cameras(json, &receiver, error);
    if (r < 0)
        return r;
    *ret_receiver = receiver;
    *ret_has_secret = has_secret;
    return 0;
}

json_t *receiver_to_json(const struct receiver *receiver, bool with_secret)
{
    json_t *cameras = json_array();
    for (unsigned i = 0; i < receiver->n_cameras; i++)
        json_array_append_new(cameras, json_string(receiver->cameras[i]));
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:o}", "id", receiver->id, "kind",
                  KINDS[receiver->kind], "name", receiver->name, "enabled", receiver->enabled,
                  "picture", receiver->picture, "url", receiver->url, "cameras", cameras);
    if (with_secret)
        json_object_set_new(json, "secret", json_string(receiver->secret));
    return json;
}

bool receiver_wants(const struct receiver *receiver, const char *camera)
{
    bool wants = receiver->n_cameras == 0;
    for (unsigned i = 0; i < receiver->n_cameras; i++)
        wants = wants || strcmp(receiver->cameras[i], camera) == 0;
    return receiver->enabled && wants;
}
