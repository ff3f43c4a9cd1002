/* Controls and their values as JSON (docs/protocol.md, 1.2): what devices, the page, REST and the
 * store write and read. Pure functions; any thread that owns the JSON. */
#pragma once
#include <jansson.h>

#include "camera/control.h"

/* The well-formed controls in a device's list. */
void control_json_schema(json_t *list, struct controls *ret_controls);

/* The list as a device sends it; a new reference. */
json_t *control_json_list(const struct controls *controls);

/* A value of this control as JSON; a new reference. */
json_t *control_json_value(const struct control *control, int64_t value);

/* An object of name → value for the bits of the mask; a new reference. */
json_t *control_json_values(const struct controls *controls, const struct control_values *values);

/* Reads an object of name → value. NULL: all values are allowed; else a sentence about the first
 * that is not, written into out. */
const char *control_json_read(const struct controls *controls, json_t *object,
                              struct control_values *ret_values, char *out, size_t cap)
    __attribute__((warn_unused_result));

/* The same, leaving out invalid ones, such as those stored for another firmware. */
void control_json_fitting(const struct controls *controls, json_t *object,
                          struct control_values *ret_values);
