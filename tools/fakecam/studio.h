/* Pictures as JPEG. Cameras with equal settings share drawn pictures: a hundred of them cost little
 * more than one. One thread. */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "tools/fakecam/scene.h"

struct studio;

struct studio_wish {
    struct scene_look look;
    uint8_t quality;         /* 1 to 100 */
    uint32_t number;         /* of the camera's frame */
    int64_t wall_us, now_us; /* wall clock, monotonic */
    int64_t good_for_us;     /* a picture at most this old will do; 0 = a fresh one */
};

/* scene is borrowed for the studio's life. -EIO: TurboJPEG does not start. */
int studio_create(const struct scene *scene, enum jpeg_chroma chroma, struct studio **ret_studio)
    __attribute__((warn_unused_result));
void studio_destroy(struct studio *studio); /* takes NULL */

/* One reference of a JPEG, and when it was drawn (monotonic). -EIO, -ENOMEM. */
int studio_take(struct studio *studio, const struct studio_wish *wish, struct buf **ret_jpeg,
                int64_t *ret_drawn_us) __attribute__((warn_unused_result));
