/* A helper's controls as the schema has them (docs/protocol.md), and values on their way back.
 * Pure; loop only, for the sake of jansson. */
#pragma once
#include <jansson.h>

#include "helper/libcamera/protocol.h"

/* The list for camera_source_up; a new reference. */
json_t *libcamera_control_list(const struct helper_control *controls, unsigned n_controls);

/* The order that sets the control of this name. -ENOENT: there is none; -EINVAL: no value of it. */
int libcamera_control_order(const struct helper_control *controls, unsigned n_controls,
                            const char *name, json_t *value, struct helper_set *ret_order)
    __attribute__((warn_unused_result));
