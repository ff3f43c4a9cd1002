/* A Raspberry Pi camera where eyelid-libcamera is not built, as a driver of the source kit
 * (source/source.h): rpicam's own programs make JPEGs; one runs while frames are wanted, another
 * takes stills, for which the stream makes way. */
#pragma once
#include "picam/child.h"
#include "picam/rpicam_command.h"
#include "picam/rpicam_output.h"
#include "source/source.h"

struct rpicam_programs {
    const char *stream, *still; /* "rpicam-vid" and "rpicam-still", say; constants */
};
/* The pair of programs that PATH has, or NULL. */
const struct rpicam_programs *rpicam_programs_find(const char *path);

struct rpicam_driver {
    const struct rpicam_programs *programs; /* immutable; not their own */
    struct controls schema;                 /* immutable */
    struct source *source;                  /* immutable once the source is attached */

    /* The thread's. */
    struct rpicam_choice choice;
    struct child child; /* that streams */
    int fd;             /* its output; -1: none runs */
    struct rpicam_command command;
    unsigned round; /* of the orders that it was started for */
    struct rpicam_output output;
};

extern const struct source_driver rpicam_driver;

void rpicam_driver_init(struct rpicam_driver *driver, const struct rpicam_programs *programs,
                        unsigned number);
void rpicam_driver_finish(struct rpicam_driver *driver); /* after the source */
