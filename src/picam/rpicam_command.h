/* The command lines of rpicam's programs, and of libcamera's older ones with the same options, as
 * argument vectors, without a shell. Pure. Options: rpicam-apps, "Options reference". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "camera/source.h"
#include "helper/libcamera/protocol.h"

/* The controls, in the table's order. */
enum rpicam_control {
    RPICAM_BRIGHTNESS,
    RPICAM_CONTRAST,
    RPICAM_SATURATION,
    RPICAM_SHARPNESS,
    RPICAM_EXPOSURE_VALUE,
    RPICAM_WHITE_BALANCE,
    RPICAM_MIRROR,
    RPICAM_FLIP,
    RPICAM_SIZE,
    RPICAM_FPS,
    RPICAM_CONTROLS
};
extern const struct helper_control rpicam_controls[RPICAM_CONTROLS]; /* immutable */

struct rpicam_choice {
    unsigned number; /* of the camera */
    int32_t values[RPICAM_CONTROLS];
};
void rpicam_choice_init(struct rpicam_choice *choice, unsigned number); /* all by default */

struct rpicam_command {
    const char *argv[40]; /* NULL-terminated; into text, and constants */
    unsigned n;
    char text[512];
    unsigned text_len;
};

/* A series of JPEGs on standard output, of at most the chosen and wished size and rate.
 * program is borrowed. */
void rpicam_command_stream(struct rpicam_command *command, const char *program,
                           const struct rpicam_choice *choice, const struct camera_wish *wish);

/* One JPEG of full size on standard output, after a second in which the exposure settles. */
void rpicam_command_still(struct rpicam_command *command, const char *program,
                          const struct rpicam_choice *choice);

bool rpicam_command_equals(const struct rpicam_command *a, const struct rpicam_command *b);
