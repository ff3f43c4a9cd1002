#include "picam/rpicam_command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INT(name_, group_, min_, max_, fallback_)                                                  \
    {                                                                                              \
        .name = (name_), .group = (group_), .type = HELPER_INT, .min = (min_), .max = (max_),      \
        .step = 1, .fallback = (fallback_)                                                         \
    }
#define BOOL(name_, group_)                                                                        \
    {                                                                                              \
        .name = (name_), .group = (group_), .type = HELPER_BOOL, .max = 1, .step = 1               \
    }

/* clang-format off */
const struct helper_control rpicam_controls[RPICAM_CONTROLS] = {
    [RPICAM_BRIGHTNESS] = INT("brightness", "image", -100, 100, 0),
    [RPICAM_CONTRAST] = INT("contrast", "image", 0, 400, 100),
    [RPICAM_SATURATION] = INT("saturation", "image", 0, 400, 100),
    [RPICAM_SHARPNESS] = INT("sharpness", "image", 0, 400, 100),
    [RPICAM_EXPOSURE_VALUE] = INT("exposure_value", "exposure", -80, 80, 0),
    [RPICAM_WHITE_BALANCE] = {
        .name = "white_balance", .group = "white balance", .type = HELPER_MENU, .step = 1,
        .options = {"auto", "incandescent", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"},
        .n_options = 7, .max = 6},
    [RPICAM_MIRROR] = BOOL("mirror", "picture"),
    [RPICAM_FLIP] = BOOL("flip", "picture"),
    [RPICAM_SIZE] = {
        .name = "size", .group = "stream", .type = HELPER_MENU, .step = 1,
        .options = {"320x240", "640x480", "1280x720", "1280x960", "1920x1080"},
        .n_options = 5, .max = 4, .fallback = 2},
    [RPICAM_FPS] = INT("fps", "stream", 1, 30, 30),
};
/* clang-format on */

void rpicam_choice_init(struct rpicam_choice *choice, unsigned number)
{
    *choice = (struct rpicam_choice){.number = number};
    for (unsigned i = 0; i < RPICAM_CONTROLS; i++)
        choice->values[i] = rpicam_controls[i].fallback;
}

static void add(struct rpicam_command *c, const char *argument)
{
    c->argv[c->n++] = argument; /* the last one stays NULL: there are fewer options than places */
}

static void __attribute__((format(printf, 3, 4)))
add_option(struct rpicam_command *c, const char *option, const char *format, ...)
{
    va_list args;
    char *at = c->text + c->text_len;
    va_start(args, format);
    int n = vsnprintf(at, sizeof(c->text) - c->text_len, format, args);
    va_end(args);
    c->text_len += (unsigned)n + 1;
    add(c, option);
    add(c, at);
}

/* A value in hundredths or tenths, unless it is the default. */
static void add_fraction(struct rpicam_command *c, const struct rpicam_choice *choice,
                         enum rpicam_control control, const char *option, int parts)
{
    int32_t value = choice->values[control];
    if (value != rpicam_controls[control].fallback)
        add_option(c, option, "%.2f", (double)value / parts);
}

static void add_common(struct rpicam_command *c, const char *program,
                       const struct rpicam_choice *choice)
{
    *c = (struct rpicam_command){0};
    add(c, program);
    add(c, "--nopreview");
    /* Otherwise it logs a line per frame. One argument, because --verbose without a value means
     * verbose. */
    add(c, "--verbose=0");
    add_option(c, "--camera", "%u", choice->number);
    add_fraction(c, choice, RPICAM_BRIGHTNESS, "--brightness", 100);
    add_fraction(c, choice, RPICAM_CONTRAST, "--contrast", 100);
    add_fraction(c, choice, RPICAM_SATURATION, "--saturation", 100);
    add_fraction(c, choice, RPICAM_SHARPNESS, "--sharpness", 100);
    add_fraction(c, choice, RPICAM_EXPOSURE_VALUE, "--ev", 10);
    if (choice->values[RPICAM_WHITE_BALANCE] > 0)
        add_option(
            c, "--awb", "%s",
            rpicam_controls[RPICAM_WHITE_BALANCE].options[choice->values[RPICAM_WHITE_BALANCE]]);
    if (choice->values[RPICAM_MIRROR])
        add(c, "--hflip");
    if (choice->values[RPICAM_FLIP])
        add(c, "--vflip");
}

static void size_of(int32_t option, unsigned *ret_width, unsigned *ret_height)
{
    sscanf(rpicam_controls[RPICAM_SIZE].options[option], "%ux%u", ret_width, ret_height);
}

/* The smallest size that covers the wish, at most the chosen one. */
static void add_size(struct rpicam_command *c, const struct rpicam_choice *choice,
                     const struct camera_wish *wish)
{
    unsigned width = 0, height = 0;
    int32_t option = wish->width && wish->height ? 0 : choice->values[RPICAM_SIZE];
    for (; option <= choice->values[RPICAM_SIZE]; option++) {
        size_of(option, &width, &height);
        if (width >= wish->width && height >= wish->height)
            break;
    }
    add_option(c, "--width", "%u", width);
    add_option(c, "--height", "%u", height);
}

void rpicam_command_stream(struct rpicam_command *command, const char *program,
                           const struct rpicam_choice *choice, const struct camera_wish *wish)
{
    const char *name = strrchr(program, '/');
    const unsigned fps = (unsigned)choice->values[RPICAM_FPS];
    add_common(command, program, choice);
    add_size(command, choice, wish);
    add_option(command, "--framerate", "%u", wish->fps && wish->fps < fps ? wish->fps : fps);
    add_option(command, "--timeout", "0"); /* none */
    add_option(command, "--codec", "mjpeg");
    add_option(command, "--quality", "80");
    if (strncmp(name ? name + 1 : program, "rpicam", 6) == 0) /* libcamera-vid lacks this option */
        add(command, "--no-raw");
    add(command, "--flush");
    add_option(command, "--output", "-");
}

void rpicam_command_still(struct rpicam_command *command, const char *program,
                          const struct rpicam_choice *choice)
{
    add_common(command, program, choice);
    add_option(command, "--timeout", "1000");
    add_option(command, "--encoding", "jpg");
    add_option(command, "--quality", "95");
    add_option(command, "--output", "-");
}

bool rpicam_command_equals(const struct rpicam_command *a, const struct rpicam_command *b)
{
    bool equal = a->n == b->n;
    for (unsigned i = 0; i < a->n && equal; i++)
        equal = strcmp(a->argv[i], b->argv[i]) == 0;
    return equal;
}
