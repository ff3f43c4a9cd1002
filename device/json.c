#include "device/json.h"

#include <errno.h>
#include <string.h>

/* jsmn accepts some invalid texts; what matters here is that every member is a name with one
 * value. */
static bool is_well_formed(const struct json *json)
{
    for (int i = 0; i < json->count; i++) {
        const jsmntok_t *token = &json->tokens[i];
        bool is_name = token->parent >= 0 && json->tokens[token->parent].type == JSMN_OBJECT;
        if (is_name && (token->type != JSMN_STRING || token->size != 1))
            return false;
        if (!is_name && token->size != 0 && token->type != JSMN_OBJECT && token->type != JSMN_ARRAY)
            return false;
        if (i > 0 && token->parent < 0)
            return false;
    }
    return true;
}

int json_parse(struct json *json, const char *text, size_t len_bytes)
{
    jsmn_parser parser;
    jsmn_init(&parser);
    json->text = text;
    json->count = jsmn_parse(&parser, text, len_bytes, json->tokens, JSON_MAX_TOKENS);
    if (json->count == JSMN_ERROR_NOMEM)
        return -E2BIG;
    if (json->count < 1 || json->tokens[0].type != JSMN_OBJECT || !is_well_formed(json))
        return -EINVAL;
    return 0;
}

bool json_next(const struct json *json, int object, int *at, int *ret_name, int *ret_value)
{
    int i = *at > 0 ? *at : object + 1;
    while (i < json->count && json->tokens[i].start < json->tokens[object].end) {
        if (json->tokens[i].parent == object) {
            *ret_name = i;
            *ret_value = i + 1;
            *at = i + 2;
            return true;
        }
        i++;
    }
    return false;
}

int json_find(const struct json *json, int object, const char *name)
{
    int at = 0, name_token, value, found = -1;
    while (json_next(json, object, &at, &name_token, &value))
        if (json_equals(json, name_token, name))
            found = value;
    return found;
}

bool json_is_object(const struct json *json, int token)
{
    return token >= 0 && json->tokens[token].type == JSMN_OBJECT;
}

static bool is_text(const struct json *json, int token, const char *text)
{
    const jsmntok_t *t = &json->tokens[token];
    size_t len_bytes = (size_t)(t->end - t->start);
    return strlen(text) == len_bytes && memcmp(json->text + t->start, text, len_bytes) == 0;
}

bool json_equals(const struct json *json, int token, const char *string)
{
    return token >= 0 && json->tokens[token].type == JSMN_STRING && is_text(json, token, string);
}

int json_to_int(const struct json *json, int token, int64_t *ret_value)
{
    if (token < 0 || json->tokens[token].type != JSMN_PRIMITIVE)
        return -EINVAL;
    const char *p = json->text + json->tokens[token].start;
    const char *end = json->text + json->tokens[token].end;
    bool negative = *p == '-';
    p += negative;
    if (p == end)
        return -EINVAL;
    int64_t value = 0; /* kept negative: the range is larger on that side */
    for (; p < end; p++) {
        if (*p < '0' || *p > '9' || value < (INT64_MIN + (*p - '0')) / 10)
            return -EINVAL;
        value = value * 10 - (*p - '0');
    }
    if (!negative && value == INT64_MIN)
        return -EINVAL;
    *ret_value = negative ? value : -value;
    return 0;
}

int json_to_bool(const struct json *json, int token, bool *ret_value)
{
    if (token < 0 || json->tokens[token].type != JSMN_PRIMITIVE)
        return -EINVAL;
    bool is_true = is_text(json, token, "true");
    if (!is_true && !is_text(json, token, "false"))
        return -EINVAL;
    *ret_value = is_true;
    return 0;
}

struct json_writer json_write_over(char *bytes, size_t cap_bytes)
{
    bytes[0] = '\0';
    return (struct json_writer){.bytes = bytes, .cap_bytes = cap_bytes};
}

static void write_bytes(struct json_writer *writer, const char *bytes, size_t len_bytes)
{
    if (writer->cut || len_bytes >= writer->cap_bytes - writer->len_bytes) {
        writer->cut = true;
        return;
    }
    memcpy(writer->bytes + writer->len_bytes, bytes, len_bytes);
    writer->len_bytes += len_bytes;
    writer->bytes[writer->len_bytes] = '\0';
}

void json_write(struct json_writer *writer, const char *raw)
{
    write_bytes(writer, raw, strlen(raw));
}

void json_write_int(struct json_writer *writer, int64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    int64_t rest = value;
    do {
        int64_t digit = rest % 10;
        digits[--at] = (char)('0' + (digit < 0 ? -digit : digit));
        rest /= 10;
    } while (rest != 0);
    if (value < 0)
        digits[--at] = '-';
    write_bytes(writer, digits + at, sizeof(digits) - at);
}

void json_write_string(struct json_writer *writer, const char *s)
{
    static const char hex[] = "0123456789abcdef";
    json_write(writer, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            write_bytes(writer, (const char[]){'\\', *s}, 2);
        else if (c < 0x20)
            write_bytes(writer, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
        else
            write_bytes(writer, s, 1);
    }
    json_write(writer, "\"");
}
