#include "v4l2/v4l2_driver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "v4l2/v4l2_holder.h"
#include "v4l2/v4l2_schema.h"

/* --- Controls. --- */

static bool lasts(void *ctx)
{
    return !source_is_ending(ctx);
}

static void tell_refusals(struct v4l2_driver *driver)
{
    for (unsigned i = 0; i < driver->knobs.count; i++) {
        const struct v4l2_knob *knob = &driver->knobs.list[i];
        const int place = knob->error ? controls_find(&driver->schema, knob->name) : -ENOENT;
        if (place >= 0)
            source_post_refusal(driver->source, (unsigned)place, strerror(-knob->error));
    }
}

static void apply_wanted(struct v4l2_driver *driver)
{
    const struct v4l2_patience patience = {lasts, driver->source};
    struct control_values in_force;
    v4l2_knobs_apply(driver->fd, &patience, &driver->knobs, &driver->wanted);
    tell_refusals(driver);
    v4l2_schema_values(&driver->schema, &driver->knobs, &in_force);
    source_post_values(driver->source, &in_force);
}

/* --- The stream. --- */

int v4l2_driver_open(struct v4l2_driver *driver)
{
    if (driver->fd >= 0)
        return 0;
    int r = v4l2_open(driver->found->node, &driver->fd);
    if (r == 0)
        apply_wanted(driver);
    return r;
}

int v4l2_driver_begin(struct v4l2_driver *driver, const struct v4l2_mode *mode)
{
    v4l2_driver_end(driver);
    int r = v4l2_driver_open(driver);
    if (r == 0)
        r = v4l2_stream_open(driver->fd, mode, (struct waker){source_poke, driver->source},
                             &driver->stream);
    driver->asked = *mode;
    return r;
}

void v4l2_driver_end(struct v4l2_driver *driver)
{
    buf_unref(&driver->last_buf);
    v4l2_stream_close(&driver->stream);
}

static void close_device(void *ctx, int error)
{
    struct v4l2_driver *driver = ctx;
    (void)error;
    v4l2_driver_end(driver);
    v4l2_close(&driver->fd);
}

static bool is_same(const struct v4l2_mode *a, const struct v4l2_mode *b)
{
    return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
           a->fps == b->fps;
}

/* Adapts the stream to the orders. */
static int adjust_stream(struct v4l2_driver *driver, const struct source_orders *orders)
{
    struct v4l2_mode mode;
    if (!orders->runs) {
        v4l2_driver_make_poster(driver); /* the picture is in the stream's memory */
        close_device(driver, 0);
        return 0;
    }
    if (!v4l2_mode_choose(&driver->found->modes, &driver->target, &mode) ||
        (driver->stream && is_same(&mode, &driver->asked) && driver->round == orders->round))
        return 0;
    driver->round = orders->round;
    return v4l2_driver_begin(driver, &mode);
}

/* --- The driver. --- */

static bool is_of_stream(const char *name)
{
    return strcmp(name, "format") == 0 || strcmp(name, "size") == 0 || strcmp(name, "fps") == 0;
}

/* The stream's three settings are in force as soon as they are chosen. The others are set in the
 * driver at once, even without a stream, and it may refuse them; error: the device is not open. */
static void answer_fresh(struct v4l2_driver *driver, const struct source_orders *orders, int error)
{
    struct control_values stream = {.mask = 0};
    for (unsigned i = 0; i < driver->schema.count; i++) {
        if (!(orders->fresh >> i & 1))
            continue;
        if (is_of_stream(driver->schema.list[i].name))
            control_values_put(&stream, i, orders->settings.of[i]);
        else if (error < 0)
            source_post_refusal(driver->source, i, strerror(-error));
    }
    if (stream.mask)
        source_post_values(driver->source, &stream);
}

static void take_fresh(struct v4l2_driver *driver, const struct source_orders *orders)
{
    const bool was_open = driver->fd >= 0;
    int r = v4l2_driver_open(driver); /* also sets the controls */
    if (was_open)
        apply_wanted(driver);
    answer_fresh(driver, orders, r);
}

static int obey(void *ctx, const struct source_orders *orders)
{
    struct v4l2_driver *driver = ctx;
    const struct v4l2_found *found = driver->found;
    struct v4l2_target owner = v4l2_mode_default(&found->modes);
    v4l2_schema_take(&driver->schema, &orders->settings, &found->modes, &found->knobs, &owner,
                     &driver->wanted);
    driver->target =
        v4l2_target_bound(&owner, orders->wish.fps, orders->wish.width, orders->wish.height);
    if (orders->fresh)
        take_fresh(driver, orders);
    int r = orders->still ? v4l2_driver_still(driver, orders->still) : 0;
    return r < 0 ? r : adjust_stream(driver, orders);
}

struct source_wait v4l2_driver_waits(struct v4l2_driver *driver)
{
    if (driver->stream)
        v4l2_stream_requeue(driver->stream);
    return (struct source_wait){driver->stream ? driver->fd : -1, POLLIN, CLOCK_NEVER_US};
}

static struct source_wait waits(void *ctx)
{
    return v4l2_driver_waits(ctx);
}

static int ready(void *ctx, short revents)
{
    struct v4l2_driver *driver = ctx;
    struct v4l2_filled filled;
    int r = v4l2_stream_next(driver->stream, &filled);
    if (r == 0)
        v4l2_driver_publish(driver, &filled);
    /* A broken stream mostly says why when it is read. */
    if (r == -EAGAIN)
        return revents & POLLIN ? 0 : -EIO;
    return r;
}

static bool explain(void *ctx, int error, char out[SOURCE_SENTENCE_MAX])
{
    const struct v4l2_driver *driver = ctx;
    const char *node = driver->found->node;
    char holder[V4L2_HOLDER_MAX];
    switch (error) {
    case -ENODEV:
    case -ENXIO:
    case -ENOENT:
        return false;
    case -EBUSY:
        v4l2_holder("/proc", node, holder);
        snprintf(out, SOURCE_SENTENCE_MAX, "another program uses this camera%s%s%s",
                 holder[0] ? " (" : "", holder, holder[0] ? ")" : "");
        return true;
    case -EACCES:
    case -EPERM:
        snprintf(out, SOURCE_SENTENCE_MAX,
                 "no permission to use %s; the server's user must be in the group video", node);
        return true;
    case -ENOSPC:
        snprintf(out, SOURCE_SENTENCE_MAX,
                 "its USB bus has no room left for it; use another port or a smaller size");
        return true;
    default:
        snprintf(out, SOURCE_SENTENCE_MAX, "the driver of %s says: %s", node, strerror(-error));
        return true;
    }
}

const struct source_driver v4l2_driver = {
    .name = "v4l2",
    .obey = obey,
    .waits = waits,
    .ready = ready,
    .explain = explain,
    .close = close_device,
};
