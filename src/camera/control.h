/* The schema of a device's controls as JSON (docs/protocol.md, 1.2): which are well-formed, which
 * values they take. Pure functions, any thread. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { CAMERA_CONTROLS_MAX = 64 };

/* The well-formed ones of a device's list, at most CAMERA_CONTROLS_MAX; a new reference, NULL when
 * there is none. */
json_t *control_schema(json_t *list);

/* NULL when the value suits the control of this name in the schema; else a sentence, written into
 * out. */
const char *control_refusal(json_t *schema, const char *name, json_t *value, char *out, size_t cap);

/* An object of what each control is by default; a new reference. */
json_t *control_defaults(json_t *schema);

/* Those of the values that suit the schema; a new reference. */
json_t *control_fitting(json_t *schema, json_t *values);

/* True where the device's list has another value for one of them. */
bool control_differs(json_t *list, json_t *values);

/* Writes the values that the schema knows into its objects; true when one differed. */
bool control_update(json_t *schema, json_t *values);
