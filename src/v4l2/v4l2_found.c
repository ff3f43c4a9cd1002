#include "v4l2/v4l2_found.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

bool v4l2_is_node_name(const char *name)
{
    static const char PREFIX[] = "video";
    size_t n = sizeof(PREFIX) - 1;
    if (strncmp(name, PREFIX, n) != 0 || !name[n] || strlen(name) > n + 5)
        return false;
    while (isdigit((unsigned char)name[n]))
        n++;
    return name[n] == '\0';
}

static int look(struct v4l2_found *found, const struct v4l2_patience *patience, uint16_t max_width,
                uint16_t max_height)
{
    int fd = -1;
    int r = v4l2_open(found->node, &fd);
    if (r < 0)
        return r;
    r = v4l2_device_read(fd, &found->device);
    if (r == 0 && found->device.role != V4L2_ROLE_CAMERA)
        r = -ENOTSUP;
    if (r == 0) {
        v4l2_modes_read(fd, max_width, max_height, &found->modes);
        v4l2_knobs_read(fd, patience, &found->knobs);
        r = found->modes.count > 0 ? 0 : -ENOTSUP;
    }
    v4l2_close(&fd);
    return r;
}

int v4l2_found_create(const char *node_name, const struct v4l2_patience *patience,
                      uint16_t max_width, uint16_t max_height, struct v4l2_found **ret_found)
{
    struct v4l2_found *found = mem_new(struct v4l2_found);
    snprintf(found->node, sizeof(found->node), "/dev/%.16s", node_name);
    int r = look(found, patience, max_width, max_height);
    if (r == 0)
        r = v4l2_identity_read("/sys", node_name, &found->identity);
    if (r < 0) {
        mem_free(found);
        return r;
    }
    *ret_found = found;
    return 0;
}
