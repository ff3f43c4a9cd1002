/* Network cameras that eyelid pulls from: a stream of JPEGs, or a single picture that is polled;
 * which of the two is decided by the response's body, not its type. One connection serves all
 * viewers; without viewers there is none. Loop only.
 *
 * An ESP32 with the CameraWebServer example (pull/espcam) is recognised on the first connection;
 * it then offers its controls, and takes stills at its sensor's full size.
 *
 * A source exists from mjpeg_add or mjpeg_attach_all until its camera is removed. */
#pragma once
#include "camera/registry.h"

enum {
    MJPEG_PICTURE_MAX_BYTES = 4 * 1024 * 1024,
    MJPEG_STILLS_MAX_FPS = 5, /* when a single picture is polled */
};

enum { MJPEG_SENTENCE_MAX_BYTES = 160 };

/* Adds a network camera that the owner entered: registry_add, with its source. kind and adopted
 * are ignored, the address is a URL. On failure ret_wrong has a sentence for the owner: -EINVAL:
 * invalid id or URL; -EACCES: connecting to this address is not allowed; -EEXIST: the id belongs
 * to another camera; -ENOSPC: too many cameras. */
int mjpeg_add(struct registry *registry, const struct camera_identity *identity,
              struct camera **ret_camera, char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
    __attribute__((warn_unused_result));

/* Another address for a network camera; viewers go on with it. On failure ret_wrong has a
 * sentence: -EINVAL, -EACCES as above. */
int mjpeg_move(struct camera *camera, const char *address, char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
    __attribute__((warn_unused_result));

/* Gives network cameras that came from the store their sources. */
void mjpeg_attach_all(struct registry *registry);
