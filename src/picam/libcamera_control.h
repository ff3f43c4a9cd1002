/* Converts a helper's controls to the camera's, and values back. Pure; any thread. */
#pragma once
#include "camera/control.h"
#include "helper/libcamera/protocol.h"

/* The caller finishes them. */
void libcamera_control_schema(const struct helper_control *helper, unsigned n,
                              struct controls *ret_controls);

/* The order that sets a control of the schema to a valid value. -ENOENT: the helper has no such
 * control; -EINVAL: or not that value. */
int libcamera_control_order(const struct helper_control *helper, unsigned n,
                            const struct control *control, int64_t value,
                            struct helper_set *ret_order) __attribute__((warn_unused_result));
