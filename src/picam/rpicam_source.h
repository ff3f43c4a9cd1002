/* The source of one Raspberry Pi camera where eyelid-libcamera is not built: rpicam's own programs
 * make JPEGs, one runs while somebody looks, another takes stills. A thread of its own starts them
 * and reads them. Loop only, but for the thread inside. */
#pragma once
#include "camera/source.h"

struct rpicam_source;

struct rpicam_programs {
    const char *stream, *still; /* "rpicam-vid" and "rpicam-still", say; constants */
};
/* The pair of programs that PATH has, or NULL. */
const struct rpicam_programs *rpicam_programs_find(const char *path);

/* Connects the camera, which is up at once. The camera outlives the source, or detaches it. ended:
 * it was hung up or detached, and its programs and its thread are over; the callee destroys the
 * source. */
int rpicam_source_create(struct camera *camera, const struct rpicam_programs *programs,
                         unsigned number, const char *model, void (*ended)(void *ctx), void *ctx,
                         struct rpicam_source **ret_source) __attribute__((warn_unused_result));
void rpicam_source_hang_up(struct rpicam_source *source); /* the first half of its end */
void rpicam_source_destroy(struct rpicam_source *source); /* waits for the thread; takes NULL */
struct camera *rpicam_source_camera(const struct rpicam_source *source); /* NULL: detached */
