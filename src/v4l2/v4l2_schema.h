/* A local camera's controls as eyelid's: the kernel's, preceded by the stream's own three (format,
 * size, fps). Pure; any thread. */
#pragma once
#include "camera/control.h"
#include "v4l2/v4l2_knob.h"
#include "v4l2/v4l2_mode.h"

/* The caller finishes them. owner: what is in force of the stream's three. */
void v4l2_schema(const struct v4l2_modes *modes, const struct v4l2_target *owner,
                 const struct v4l2_knobs *knobs, struct controls *ret_controls);

/* The current values of the kernel's controls, by their index in the schema. */
void v4l2_schema_values(const struct controls *schema, const struct v4l2_knobs *knobs,
                        struct control_values *ret_values);

/* Merges the owner's choices into what is wanted. values: of the schema. */
void v4l2_schema_take(const struct controls *schema, const struct control_values *values,
                      const struct v4l2_modes *modes, const struct v4l2_knobs *knobs,
                      struct v4l2_target *owner, struct v4l2_wanted *wanted);
