/* Network cameras that eyelid pulls from: a stream of JPEGs, or a picture that is asked for again
 * and again; which of the two it is shows in the answer's body, not its type. One connection for
 * any number of viewers, none without one. Loop only.
 *
 * An ESP32 with the CameraWebServer example (pull/espcam) is recognised on the first connection;
 * it then has its controls, and takes stills at its sensor's full size.
 *
 * A source lives from mjpeg_add or mjpeg_attach_all until its camera ends. */
#pragma once
#include "camera/registry.h"

enum {
    MJPEG_PICTURE_MAX_BYTES = 4 * 1024 * 1024,
    MJPEG_STILLS_MAX_FPS = 5, /* of a picture that is asked for again and again */
};

enum { MJPEG_SENTENCE_MAX_BYTES = 160 };

/* A network camera by the owner's word: registry_add, with its source. kind and adopted are not
 * looked at, the address is a URL. On failure ret_wrong has a sentence for the owner: -EINVAL: id
 * or URL are no good; -EACCES: no such address may be connected to; -EEXIST: the id is another
 * camera's; -ENOSPC: too many cameras. */
int mjpeg_add(struct registry *registry, const struct camera_identity *identity,
              struct camera **ret_camera, char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
    __attribute__((warn_unused_result));

/* Gives those that the store remembers their sources. */
void mjpeg_attach_all(struct registry *registry);
