/* JSON for a small device: reads messages with jsmn into a fixed number of tokens, writes into a
 * fixed array. No allocation, no recursion. Format: RFC 8259. Guarded by its owner. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#define JSMN_HEADER
#include <jsmn.h>

/* A `set` of all 32 controls needs 70. */
enum { JSON_MAX_TOKENS = 96 };

struct json {
    const char *text; /* borrowed while the tokens are read */
    int count;
    jsmntok_t tokens[JSON_MAX_TOKENS];
};

/* Parses one object. -EINVAL: not a well-formed JSON object, -E2BIG: too many parts (deep nesting
 * included). */
int json_parse(struct json *json, const char *text, size_t len_bytes)
    __attribute__((warn_unused_result));

/* Iterates over the members of the object at token `object`. *at starts at 0; true with the tokens
 * of the name and the value while there is another. */
bool json_next(const struct json *json, int object, int *at, int *ret_name, int *ret_value);

/* The token of the named member's value, or -1. Of duplicate members the last counts. */
int json_find(const struct json *json, int object, const char *name);

bool json_is_object(const struct json *json, int token);

/* True if the token is exactly this string, written without escapes. */
bool json_equals(const struct json *json, int token, const char *string);

/* A whole number without fraction or exponent; -EINVAL for anything else. */
int json_to_int(const struct json *json, int token, int64_t *ret_value)
    __attribute__((warn_unused_result));

int json_to_bool(const struct json *json, int token, bool *ret_value)
    __attribute__((warn_unused_result));

struct json_writer {
    char *bytes; /* the caller's; ends in a NUL within cap_bytes */
    size_t cap_bytes, len_bytes;
    bool cut; /* something did not fit: the text is not valid JSON */
};

struct json_writer json_write_over(char *bytes, size_t cap_bytes);
void json_write(struct json_writer *writer, const char *raw);
void json_write_int(struct json_writer *writer, int64_t value);

/* With quotes and escapes; s is UTF-8. */
void json_write_string(struct json_writer *writer, const char *s);
