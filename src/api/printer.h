/* The addresses at which software for 3D printers expects its cameras: mjpg-streamer's
 * /?action=stream and /?action=snapshot_1 (its README), µStreamer's /stream and /snapshot, and the
 * same below /webcam/ and /webcam2/, as with MainsailOS's nginx. They have a number instead
 * of an id. Pure. */
#pragma once
#include <stdbool.h>

enum { PRINTER_CAMERAS_MAX = 100 };

struct printer_address {
    const char *path; /* the route: "/stream" or "/snapshot" */
    unsigned number;  /* of the camera, from 0 */
};

/* action: the query's parameter of that name; NULL = none. False: not such an address. */
bool printer_address_parse(const char *path, const char *action,
                           struct printer_address *ret_address);
