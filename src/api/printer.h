/* The addresses at which software for 3D printers expects its cameras: mjpg-streamer's
 * /?action=stream and /?action=snapshot_1 (its README), µStreamer's /stream and /snapshot, and the
 * same below /webcam/ and /webcam2/, where MainsailOS's nginx has them. They name a number instead
 * of an id. Pure. */
#pragma once
#include <stdbool.h>

enum { PRINTER_CAMERAS_MAX = 100 };

struct printer_address {
    const char *path; /* the route: "/stream" or "/snapshot" */
    unsigned number;  /* of the camera, from 0 */
};

/* action: what the query has under that name; NULL = nothing. False: the address is not theirs. */
bool printer_address_parse(const char *path, const char *action,
                           struct printer_address *ret_address);
