#include "picam/libcamera_driver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "picam/libcamera_control.h"
#include "picam/libcamera_hear.h"

enum { GRACE_MS = 2000 };

/* Opening a camera includes finding its sensor and reading its tuning. The longest order is a
 * still, for which the helper has a shorter timeout than this. */
static const int64_t OPEN_US = 20 * US_PER_S, ANSWER_US = 10 * US_PER_S;

/* --- The helper. --- */

static int open_helper(struct libcamera_driver *driver)
{
    if (driver->line)
        return 0;
    driver->was_opened = true;
    driver->is_ready = driver->owes = driver->is_told_to_run = driver->is_told_still = false;
    driver->n_troubles = driver->n_described = driver->n_sets = 0;
    driver->fatal[0] = '\0';
    driver->opened_us = clock_now_us(&clock_system);
    return libcamera_line_open(driver->helper, driver->camera_id, &driver->line);
}

/* Returns waitpid's status. */
static int end_helper(struct libcamera_driver *driver, int error)
{
    const int grace_ms = error == -ETIMEDOUT || error == -EBADMSG ? 0
                         : source_is_ending(driver->source)       ? CHILD_LAST_GRACE_MS
                                                                  : GRACE_MS;
    return driver->line ? libcamera_line_close(driver->line, grace_ms, -1) : 0;
}

static void close_helper(void *ctx, int error)
{
    struct libcamera_driver *driver = ctx;
    end_helper(driver, error);
    buf_unref(&driver->last_buf);
    packet_unref(&driver->still_jpeg);
    libcamera_memory_unref(&driver->memory);
    libcamera_line_unref(&driver->line);
    if (driver->still)
        source_post_still(driver->source, driver->still, -EIO, NULL);
    driver->still = 0;
    source_post_flush(driver->source); /* the pictures belong to a process that has ended */
}

static bool send(struct libcamera_driver *driver, enum helper_kind kind, const void *body,
                 size_t len_bytes)
{
    return libcamera_line_send(driver->line, kind, body, len_bytes);
}

/* --- Orders. --- */

static void tell_set(struct libcamera_driver *driver, unsigned control)
{
    const int64_t value = driver->orders.settings.of[control];
    struct helper_set order;
    int r = control < driver->schema.count
                ? libcamera_control_order(driver->described, driver->n_described,
                                          &driver->schema.list[control], value, &order)
                : -ENOENT;
    if (r == 0 &&
        (driver->n_sets == LIBCAMERA_SETS_MAX || !send(driver, HELPER_SET, &order, sizeof(order))))
        r = -EAGAIN;
    if (r < 0) {
        source_post_refusal(driver->source, control, strerror(-r));
        return;
    }
    const unsigned place = (driver->first_set + driver->n_sets++) % LIBCAMERA_SETS_MAX;
    driver->sets[place] = (struct libcamera_set){(uint8_t)control, value};
}

static void tell_settings(struct libcamera_driver *driver)
{
    for (uint64_t left = driver->orders.fresh; left; left &= left - 1)
        tell_set(driver, (unsigned)__builtin_ctzll(left));
    driver->orders.fresh = 0;
}

/* A changed wish is also sent as a start; the helper then interrupts the stream only if needed. */
static void tell_stream(struct libcamera_driver *driver)
{
    const struct source_orders *orders = &driver->orders;
    const struct helper_start start = {
        .fps = orders->wish.fps, .width = orders->wish.width, .height = orders->wish.height};
    const bool is_new_round = driver->told_round != orders->round;
    if (driver->is_told_to_run && (!orders->runs || is_new_round)) {
        send(driver, HELPER_STOP, NULL, 0);
        driver->is_told_to_run = false;
    }
    if (!orders->runs ||
        (driver->is_told_to_run && memcmp(&start, &driver->told, sizeof(start)) == 0))
        return;
    driver->is_told_to_run = send(driver, HELPER_START, &start, sizeof(start));
    driver->told_round = orders->round;
    driver->told = start;
}

static void tell_still(struct libcamera_driver *driver)
{
    const struct helper_capture order = {.request = driver->still};
    if (!driver->still || driver->is_told_still)
        return;
    driver->is_told_still = send(driver, HELPER_CAPTURE, &order, sizeof(order));
    if (driver->is_told_still)
        return;
    source_post_still(driver->source, driver->still, -EIO, NULL);
    driver->still = 0;
}

static int obey(void *ctx, const struct source_orders *orders)
{
    struct libcamera_driver *driver = ctx;
    const uint64_t untold = driver->orders.fresh;
    driver->orders = *orders;
    driver->orders.fresh |= untold;
    if (orders->still)
        driver->still = orders->still;
    const bool needs_helper = orders->runs || orders->fresh || orders->still || !driver->was_opened;
    int r = needs_helper ? open_helper(driver) : 0;
    if (r < 0 || !driver->line || !driver->is_ready)
        return r;
    tell_settings(driver);
    tell_stream(driver);
    tell_still(driver);
    return 0;
}

/* --- Waiting and messages. --- */

/* When the helper times out. The time starts when there is something to carry out, and again with
 * each completed order. */
static int64_t deadline_us(struct libcamera_driver *driver)
{
    if (!driver->is_ready)
        return driver->opened_us + OPEN_US;
    const bool owes = libcamera_line_owes(driver->line);
    if (owes && !driver->owes)
        driver->owed_us = clock_now_us(&clock_system);
    driver->owes = owes;
    return owes ? driver->owed_us + ANSWER_US : CLOCK_NEVER_US;
}

/* A buffer returned while the socket is full does not end a wait; the helper's answers to the
 * orders that fill the socket do. */
static struct source_wait waits(void *ctx)
{
    struct libcamera_driver *driver = ctx;
    if (!driver->line)
        return (struct source_wait){-1, 0, CLOCK_NEVER_US};
    libcamera_line_flush(driver->line);
    const bool is_behind = libcamera_line_is_behind(driver->line);
    return (struct source_wait){libcamera_line_fd(driver->line),
                                (short)(is_behind ? POLLIN | POLLOUT : POLLIN),
                                deadline_us(driver)};
}

static int ready(void *ctx, short revents)
{
    struct libcamera_driver *driver = ctx;
    struct libcamera_message message;
    int fds[HELPER_BUFFERS_MAX];
    if (!revents)
        return -ETIMEDOUT;
    if (!(revents & ~POLLOUT))
        return 0;
    int r = libcamera_line_hear(driver->line, &message, fds);
    return r < 0 ? r : libcamera_hear(driver, &message, fds);
}

static bool explain(void *ctx, int error, char out[SOURCE_SENTENCE_MAX])
{
    struct libcamera_driver *driver = ctx;
    const int status = end_helper(driver, error);
    if (driver->fatal[0])
        snprintf(out, SOURCE_SENTENCE_MAX, "%s", driver->fatal);
    else if (error == -ETIMEDOUT)
        snprintf(out, SOURCE_SENTENCE_MAX, "the camera's helper process did not answer");
    else if (error == -ENOTCONN && WIFSIGNALED(status))
        snprintf(out, SOURCE_SENTENCE_MAX, "the camera's helper process crashed (%s)",
                 strsignal(WTERMSIG(status)));
    else if (error == -ENOTCONN)
        snprintf(out, SOURCE_SENTENCE_MAX, "the camera's helper process ended");
    else
        snprintf(out, SOURCE_SENTENCE_MAX, "the camera's helper process failed (%s)",
                 strerror(-error));
    return true;
}

const struct source_driver libcamera_driver = {
    .name = "libcamera",
    .obey = obey,
    .waits = waits,
    .ready = ready,
    .explain = explain,
    .close = close_helper,
};

void libcamera_driver_finish(struct libcamera_driver *driver)
{
    controls_finish(&driver->schema);
}
