/* A script of what moves when, for testing motion detectors. What belongs here: parsing the script
 * and drawing its shapes at a given time. One thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "tools/fakecam/canvas.h"

enum { MOTION_MAX_STEPS = 256, MOTION_SCRIPT_MAX_BYTES = 65536 };

struct motion;

/* eyelid-fakecam(1) has the grammar. -EINVAL with a sentence in error ("motion script:2: …"), of
 * error_cap bytes. */
int motion_parse(const char *script, struct motion **ret_motion, char *error, size_t error_cap)
    __attribute__((warn_unused_result));
void motion_destroy(struct motion *motion); /* takes NULL */

/* Draws the shapes at at_us after the start. The script's pixels are those of a picture of
 * script_width x script_height; on a canvas of another size everything is scaled. */
void motion_draw(const struct motion *motion, int64_t at_us, int script_width, int script_height,
                 struct canvas *canvas);
