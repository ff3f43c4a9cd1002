/* Makes a film in its folder, one closed group of pictures at a time: what is there after a group
 * is on disk, and the same job goes on behind it, whatever ended the process. A film that was
 * interrupted is the same, byte for byte, as one that was not.
 *
 * The folder holds job (film/job.h), progress (what is done so far), below the camera's name the
 * film, and in the end poster.jpg. Blocks on the disk; a process of its own. */
#pragma once
#include <stdint.h>

#include "archive/item.h"

struct film_progress {
    unsigned next;   /* photos dealt with */
    unsigned frames; /* pictures of the film */
    unsigned total;  /* photos */
};

/* archive: the folder that the photos' paths are below. each: after each group; NULL = nobody
 * wants to know. ret_item: the film that is done, its path below the film's folder. -ENODATA: no
 * photo of it can be read (or all are dark); others as the system has them. */
int film_make(int folder, int archive,
              void (*each)(void *ctx, const struct film_progress *progress), void *ctx,
              struct archive_item *ret_item) __attribute__((warn_unused_result));
