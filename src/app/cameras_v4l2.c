/* V4L2 cameras, /dev/video…: USB webcams and the like. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cameras.h"
#include "base/alloc.h"
#include "base/text.h"
#include "v4l2/v4l2_found.h"
#include "v4l2/v4l2_holder.h"

enum { NODES_MAX = 64, LIMIT_PIXELS = UINT16_MAX, WHY_MAX = 128 };

/* A line of the list. */
struct row {
    char node[V4L2_NODE_MAX];
    const char *state;
    char why[WHY_MAX]; /* "" = no explanation */
    bool is_camera;    /* or may be one */
    struct v4l2_identity identity;
    struct v4l2_device device;
    struct v4l2_modes modes;
};

static int number_of(const char *name)
{
    return atoi(name + strlen("video"));
}

static int compare(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return number_of(*x) - number_of(*y);
}

static void say_formats(const struct v4l2_modes *modes, char out[WHY_MAX])
{
    char name[V4L2_FOURCC_NAME_MAX];
    struct text text = text_over(out, WHY_MAX);
    text_add(&text, "it has%s", modes->n_formats ? "" : " no picture format");
    for (unsigned i = 0; i < modes->n_formats; i++)
        text_add(&text, "%s %s", i ? "," : "", v4l2_fourcc_name(modes->formats[i], name));
    text_add(&text, "; eyelid supports MJPEG, YUYV, NV12 and YU12");
}

static void look_inside(int fd, struct row *row)
{
    char holder[V4L2_HOLDER_MAX];
    v4l2_modes_read(fd, LIMIT_PIXELS, LIMIT_PIXELS, &row->modes);
    if (row->modes.count == 0) {
        row->state = "unsupported";
        say_formats(&row->modes, row->why);
    } else if (v4l2_is_busy(fd)) {
        v4l2_holder("/proc", row->node, holder);
        row->state = "busy";
        snprintf(row->why, sizeof(row->why), "used by %s",
                 holder[0] ? holder : "a program of another user");
    } else {
        row->state = "ok";
    }
}

static void look(const char *name, struct row *row)
{
    int fd = -1;
    snprintf(row->node, sizeof(row->node), "/dev/%.16s", name);
    if (v4l2_identity_read("/sys", name, &row->identity) < 0)
        snprintf(row->identity.id, sizeof(row->identity.id), "-");
    int r = v4l2_open(row->node, &fd);
    if (r == 0)
        r = v4l2_device_read(fd, &row->device);
    row->is_camera = r < 0 || row->device.role == V4L2_ROLE_CAMERA;
    if (r == -EACCES || r == -EPERM) {
        row->state = "no permission";
        snprintf(row->why, sizeof(row->why),
                 "add the user to the group video: usermod -aG video USER");
    } else if (r < 0) {
        row->state = "error";
        snprintf(row->why, sizeof(row->why), "%s", strerror(-r));
    } else if (row->is_camera) {
        look_inside(fd, row);
    } else {
        row->state = "no camera";
        snprintf(row->why, sizeof(row->why), "%s", v4l2_role_name(row->device.role));
    }
    v4l2_close(&fd);
}

/* One line per format: its sizes, each with the largest frame rate. */
static void print_modes(const struct v4l2_modes *modes)
{
    char name[V4L2_FOURCC_NAME_MAX];
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if (i == 0 || mode->fourcc != modes->list[i - 1].fourcc)
            printf("%s    %s", i ? "\n" : "", v4l2_fourcc_name(mode->fourcc, name));
        printf(" %ux%u", mode->width, mode->height);
        if (mode->fps)
            printf("@%u", mode->fps);
    }
    if (modes->count)
        putchar('\n');
}

static void print_row(const struct row *row)
{
    printf("%-12s  %-13s  %-*s  %s%s%s%s\n", row->node, row->state, CAMERA_ID_MAX, row->identity.id,
           row->device.card, row->device.driver[0] ? " (" : "", row->device.driver,
           row->device.driver[0] ? ")" : "");
    if (row->why[0])
        printf("    %s\n", row->why);
    print_modes(&row->modes);
}

static unsigned list_nodes(char *names[NODES_MAX])
{
    unsigned count = 0;
    DIR *dir = opendir("/dev");
    for (const struct dirent *e; dir && count < NODES_MAX && (e = readdir(dir));)
        if (v4l2_is_node_name(e->d_name))
            names[count++] = mem_strdup_or_die(e->d_name);
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof(names[0]), compare);
    return count;
}

unsigned cameras_v4l2(bool verbose)
{
    char *names[NODES_MAX];
    unsigned count = list_nodes(names), n_cameras = 0;
    for (unsigned i = 0; i < count; i++) {
        struct row *row = mem_new(struct row);
        look(names[i], row);
        if (row->is_camera || verbose)
            print_row(row);
        n_cameras += row->is_camera;
        mem_free(row);
        mem_free(names[i]);
    }
    return n_cameras;
}
