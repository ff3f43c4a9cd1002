/* JSON from outside, checked before use. Pure, except json_in_body. Only for
 * src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"

enum { JSON_IN_MAX_DEPTH = 8 };

/* Parses one object without duplicate names, nested at most JSON_IN_MAX_DEPTH deep: a new
 * reference, or NULL. */
json_t *json_in_object(const char *text, size_t len_bytes) __attribute__((warn_unused_result));

/* The request's body as such an object; else answers 400 and returns NULL. */
json_t *json_in_body(struct http_request *request) __attribute__((warn_unused_result));
