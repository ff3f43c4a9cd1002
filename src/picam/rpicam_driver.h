/* A Raspberry Pi camera without eyelid-libcamera, as a driver of the source kit (source/source.h):
 * rpicam's programs make JPEGs. One runs while frames are wanted; another takes stills, during
 * which the stream is interrupted. */
#pragma once
#include "base/child.h"
#include "picam/rpicam_command.h"
#include "picam/rpicam_output.h"
#include "source/source.h"

struct rpicam_programs {
    const char *stream, *still; /* such as "rpicam-vid" and "rpicam-still"; constants */
};
/* The pair of programs in this PATH, or NULL. */
const struct rpicam_programs *rpicam_programs_find(const char *path);

struct rpicam_driver {
    const struct rpicam_programs *programs; /* immutable; borrowed */
    struct controls schema;                 /* immutable */
    struct source *source;                  /* immutable once the source is attached */

    /* Of the source's thread. */
    struct rpicam_choice choice;
    struct child child; /* the streaming program */
    int fd;             /* its output; -1: not running */
    struct rpicam_command command;
    unsigned round; /* of the orders for which it was started */
    struct rpicam_output output;
};

extern const struct source_driver rpicam_driver;

void rpicam_driver_init(struct rpicam_driver *driver, const struct rpicam_programs *programs,
                        unsigned number);
void rpicam_driver_finish(struct rpicam_driver *driver); /* after the source */
