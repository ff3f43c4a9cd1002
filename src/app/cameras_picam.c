/* Cameras of libcamera, such as a Raspberry Pi's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cameras.h"
#include "app/helper.h"
#include "base/alloc.h"
#include "picam/libcamera.h"
#include "picam/libcamera_finder.h"
#include "picam/rpicam_driver.h"
#include "v4l2/v4l2_device.h"
#include "v4l2/v4l2_found.h"

enum { NODES_MAX = 64 };

/* A node of a sensor or image processor that libcamera would drive. */
static bool has_pipeline(void)
{
    bool found = false;
    for (unsigned i = 0; i < NODES_MAX && !found; i++) {
        char node[V4L2_NODE_MAX];
        struct v4l2_device device;
        int fd = -1;
        snprintf(node, sizeof(node), "/dev/video%u", i);
        found = v4l2_open(node, &fd) == 0 && v4l2_device_read(fd, &device) == 0 &&
                device.role == V4L2_ROLE_PIPELINE;
        v4l2_close(&fd);
    }
    return found;
}

static void print_one(const struct rpicam_camera *found, const char *by)
{
    char id[CAMERA_ID_MAX + 1];
    libcamera_id(&found->camera, id);
    printf("%-12s  %-13s  %-*s  %s (%s)\n", "libcamera", "ok", CAMERA_ID_MAX, id,
           found->camera.model, found->camera.id);
    printf("    by %s\n", by);
}

unsigned cameras_picam(bool verbose)
{
    char helper[PATH_MAX];
    const bool has_helper = helper_find("eyelid-libcamera", helper);
    const struct rpicam_programs *programs = rpicam_programs_find(getenv("PATH"));
    struct libcamera_list *list = mem_new(struct libcamera_list);
    const char *by = has_helper ? helper : NULL;
    int r = has_helper ? libcamera_find(helper, NULL, list) : 0;
    if (list->count == 0 && programs) { /* the helper may be built for another libcamera */
        by = programs->stream;
        r = libcamera_find(NULL, by, list);
    }
    unsigned lines = list->count;
    (void)verbose;
    for (unsigned i = 0; i < list->count; i++)
        print_one(&list->cameras[i], by);
    if (r < 0) {
        printf("%-12s  %-13s  %s lists no cameras: %s\n", "libcamera", "error", by, strerror(-r));
        lines++;
    } else if (!by && has_pipeline()) {
        printf("%-12s  %-13s  this kind of camera needs rpicam-vid and rpicam-still (package\n"
               "    rpicam-apps) or eyelid-libcamera (script/helper)\n",
               "libcamera", "no driver");
        lines++;
    }
    mem_free(list);
    return lines;
}
