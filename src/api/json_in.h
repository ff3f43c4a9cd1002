/* JSON from outside, checked before anything looks into it. Pure but for json_in_body. Only for
 * src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"

enum { JSON_IN_MAX_DEPTH = 8 };

/* One object without doubled names, nested no deeper than JSON_IN_MAX_DEPTH: a new reference, or
 * NULL. */
json_t *json_in_object(const char *text, size_t len_bytes) __attribute__((warn_unused_result));

/* The request's body as such an object, or NULL after a 400 was sent. */
json_t *json_in_body(struct http_request *request) __attribute__((warn_unused_result));
