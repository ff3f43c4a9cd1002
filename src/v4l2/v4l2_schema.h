/* A local camera's controls as the house knows them: the schema of docs/protocol.md, 1.2, with the
 * stream's own three (format, size, fps) in front. Loop only. */
#pragma once
#include <jansson.h>

#include "v4l2/v4l2_knob.h"
#include "v4l2/v4l2_mode.h"

/* A new reference. owner: what is in force of the stream's three. */
json_t *v4l2_schema(const struct v4l2_modes *modes, const struct v4l2_target *owner,
                    const struct v4l2_knobs *knobs);

/* The values in force, to be told to the camera; a new reference. */
json_t *v4l2_schema_values(const struct v4l2_knobs *knobs);

/* Takes what the owner chose into what is wanted. values: object, checked against the schema. */
void v4l2_schema_take(json_t *values, const struct v4l2_modes *modes,
                      const struct v4l2_knobs *knobs, struct v4l2_target *owner,
                      struct v4l2_wanted *wanted);
