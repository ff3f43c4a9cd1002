/* Makes a film in its folder, one closed group of pictures at a time. Each group is on disk when it
 * is complete, and after an interruption of any kind the same job continues after the last one. The
 * result is the same, byte for byte, as without interruptions.
 *
 * The folder holds job (film/job.h), progress, the film in a folder with the camera's name, and at
 * the end poster.jpg. Blocks on the disk; runs in a separate process. */
#pragma once
#include <stdint.h>

#include "archive/item.h"

struct film_progress {
    unsigned next;   /* photos processed */
    unsigned frames; /* pictures of the film */
    unsigned total;  /* photos */
};

/* archive: the folder of the photos' paths. each: called after each group; may be NULL. ret_item:
 * the complete film, with its path below the film's folder. -ENODATA: no photo can be read (or all
 * are dark); other errors of the system. */
int film_make(int folder, int archive,
              void (*each)(void *ctx, const struct film_progress *progress), void *ctx,
              struct archive_item *ret_item) __attribute__((warn_unused_result));
