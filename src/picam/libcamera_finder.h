/* The finder: a thread that lists the Raspberry Pi cameras at the start and whenever media devices
 * change, and posts each list to the loop. It waits on inotify and does not poll. Loop only, except
 * for its thread. */
#pragma once
#include "base/inbox.h"
#include "picam/rpicam_text.h"

struct libcamera_finder;

struct libcamera_finder_params { /* borrowed, and outlive the finder */
    const char *helper;          /* eyelid-libcamera; NULL: use program */
    const char *program;         /* rpicam-vid, libcamera-vid */
    struct inbox *lists;
};

struct libcamera_list {
    struct list node;
    unsigned count;
    struct rpicam_camera cameras[HELPER_CAMERAS_MAX];
};

/* Makes one list without a finder; blocks; any thread. helper, program: as above. Negative
 * errno. */
int libcamera_find(const char *helper, const char *program, struct libcamera_list *ret_list)
    __attribute__((warn_unused_result));

/* -EAGAIN: thread creation failed; else a negative errno. */
int libcamera_finder_create(const struct libcamera_finder_params *params,
                            struct libcamera_finder **ret_finder)
    __attribute__((warn_unused_result));
/* Asks the thread to end; a list in progress is abandoned, and its program killed. Call this before
 * destroy. Both take NULL. */
void libcamera_finder_hang_up(struct libcamera_finder *finder);
void libcamera_finder_destroy(struct libcamera_finder *finder);
