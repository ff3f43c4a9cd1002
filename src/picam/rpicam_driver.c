#include "picam/rpicam_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "picam/libcamera_control.h"

enum { GRACE_MS = 500 };
static const int64_t STILL_US = 15 * US_PER_S;

/* --- Finding the programs. --- */

static bool is_in_path(const char *path, const char *program)
{
    char file[512];
    for (const char *at = path; *at; at += strspn(at, ":")) {
        int len = (int)strcspn(at, ":");
        if (snprintf(file, sizeof(file), "%.*s/%s", len, at, program) < (int)sizeof(file) &&
            access(file, X_OK) == 0)
            return true;
        at += len;
    }
    return false;
}

const struct rpicam_programs *rpicam_programs_find(const char *path)
{
    static const struct rpicam_programs PAIRS[] = {{"rpicam-vid", "rpicam-still"},
                                                   {"libcamera-vid", "libcamera-still"}};
    for (unsigned i = 0; path && i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++)
        if (is_in_path(path, PAIRS[i].stream) && is_in_path(path, PAIRS[i].still))
            return &PAIRS[i];
    return NULL;
}

/* --- Programs. --- */

static int start_program(const struct rpicam_command *command, struct child *ret_child, int *ret_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int r = child_start(command->argv, ends[1], STDOUT_FILENO, ret_child);
    close(ends[1]);
    if (r < 0)
        close(ends[0]);
    else
        *ret_fd = ends[0];
    return r;
}

static void end_program(struct rpicam_driver *driver, struct child *child, int *fd)
{
    if (*fd < 0)
        return;
    close(*fd);
    *fd = -1;
    child_signal(child, SIGTERM);
    child_finish(child, source_is_ending(driver->source) ? CHILD_LAST_GRACE_MS : GRACE_MS, -1);
    rpicam_output_finish(&driver->output);
}

static void close_stream(void *ctx, int error)
{
    struct rpicam_driver *driver = ctx;
    (void)error;
    end_program(driver, &driver->child, &driver->fd);
}

/* A running program continues if its command line stays the same. */
static int adjust_stream(struct rpicam_driver *driver, const struct source_orders *orders)
{
    struct rpicam_command command;
    rpicam_command_stream(&command, driver->programs->stream, &driver->choice, &orders->wish);
    const bool goes_on = driver->fd >= 0 && driver->round == orders->round &&
                         rpicam_command_equals(&command, &driver->command);
    if (orders->runs && goes_on)
        return 0;
    close_stream(driver, 0);
    if (!orders->runs)
        return 0;
    driver->round = orders->round;
    rpicam_command_stream(&driver->command, driver->programs->stream, &driver->choice,
                          &orders->wish);
    return start_program(&driver->command, &driver->child, &driver->fd);
}

/* --- Stills. --- */

/* 0 and the still's bytes, or a negative errno. */
static int read_still(struct rpicam_driver *driver, int fd, struct camera_frame *ret_frame)
{
    const struct source_wait wait = {fd, POLLIN, clock_now_us(&clock_system) + STILL_US};
    while (!rpicam_output_next(&driver->output, ret_frame)) {
        if (source_is_ending(driver->source) || clock_now_us(&clock_system) >= wait.until_us)
            return -ETIMEDOUT;
        int r =
            source_wait_for(driver->source, &wait) ? rpicam_output_read(&driver->output, fd) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static void take_still(struct rpicam_driver *driver, uint32_t request)
{
    /* It is not decoded here, so any size is accepted. */
    static const struct jpeg_limits ANY = {UINT16_MAX, UINT16_MAX};
    const int64_t begun_us = clock_now_us(&clock_system);
    struct rpicam_command command;
    struct camera_frame frame = {0};
    struct packet *still = NULL;
    struct child child;
    int fd = -1;
    close_stream(driver, 0);
    rpicam_command_still(&command, driver->programs->still, &driver->choice);
    int r = start_program(&command, &child, &fd);
    if (r == 0)
        r = read_still(driver, fd, &frame);
    end_program(driver, &child, &fd);
    frame.capture_us = begun_us; /* the earliest time; the program does not report it */
    if (r == 0 && camera_check_jpeg(&frame, &ANY) == JPEG_OK)
        still = camera_packet(&frame);
    else
        buf_unref(&frame.takes_buf);
    source_post_still(driver->source, request, still ? 0 : -EIO, still);
}

/* --- The driver. --- */

static void choose(struct rpicam_driver *driver, const struct control_values *settings)
{
    for (unsigned i = 0; i < driver->schema.count; i++) {
        struct helper_set order;
        if (settings->mask >> i & 1 &&
            libcamera_control_order(rpicam_controls, RPICAM_CONTROLS, &driver->schema.list[i],
                                    settings->of[i], &order) == 0)
            driver->choice.values[order.control] = order.value;
    }
}

static int obey(void *ctx, const struct source_orders *orders)
{
    struct rpicam_driver *driver = ctx;
    struct control_values chosen = orders->settings;
    choose(driver, &orders->settings);
    chosen.mask &= orders->fresh;
    if (chosen.mask) /* in force for every program started from now on */
        source_post_values(driver->source, &chosen);
    if (orders->still)
        take_still(driver, orders->still);
    return adjust_stream(driver, orders);
}

static struct source_wait waits(void *ctx)
{
    const struct rpicam_driver *driver = ctx;
    return (struct source_wait){driver->fd, POLLIN, CLOCK_NEVER_US};
}

static int ready(void *ctx, short revents)
{
    struct rpicam_driver *driver = ctx;
    struct camera_frame frame;
    (void)revents;
    int r = rpicam_output_read(&driver->output, driver->fd);
    while (r == 0 && rpicam_output_next(&driver->output, &frame))
        source_post_frame(driver->source, &frame);
    return r;
}

static bool explain(void *ctx, int error, char out[SOURCE_SENTENCE_MAX])
{
    const struct rpicam_driver *driver = ctx;
    snprintf(out, SOURCE_SENTENCE_MAX, "%s %s", driver->programs->stream,
             error == -ENODATA  ? "ended unexpectedly"
             : error == -EFBIG  ? "sends a picture that is too large"
             : error == -ENOENT ? "is no longer installed"
                                : strerror(-error));
    return true;
}

const struct source_driver rpicam_driver = {
    .name = "rpicam",
    .obey = obey,
    .waits = waits,
    .ready = ready,
    .explain = explain,
    .close = close_stream,
};

void rpicam_driver_init(struct rpicam_driver *driver, const struct rpicam_programs *programs,
                        unsigned number)
{
    *driver = (struct rpicam_driver){.programs = programs, .fd = -1};
    rpicam_choice_init(&driver->choice, number);
    libcamera_control_schema(rpicam_controls, RPICAM_CONTROLS, &driver->schema);
}

void rpicam_driver_finish(struct rpicam_driver *driver)
{
    controls_finish(&driver->schema);
}
