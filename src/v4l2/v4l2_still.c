/* A still: the largest picture that the camera can take. A running stream
 * pauses for it. */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "v4l2/v4l2_driver.h"

/* After a stream has started, this many pictures, and dark ones, are skipped while exposure
 * settles; after SETTLE_MS a picture is as good as it gets. */
enum { PASSED_MIN = 3, DARK_LUMA = 12, SETTLE_MS = 1200, PATIENCE_MS = 3000 };

static bool is_dark(const struct v4l2_driver *driver, const struct v4l2_filled *filled)
{
    int (*mean_luma)(const uint8_t *jpeg, size_t len_bytes) = driver->env->mean_luma;
    struct raw_picture raw;
    if (v4l2_stream_view(driver->stream, filled, &raw))
        return raw_mean_luma(&raw) < DARK_LUMA;
    if (v4l2_stream_format(driver->stream) != RAW_NONE || !mean_luma)
        return false;
    int luma = mean_luma(filled->bytes, filled->len_bytes);
    return luma >= 0 && luma < DARK_LUMA;
}

static int next_filled(struct v4l2_driver *driver, int64_t deadline_us,
                       struct v4l2_filled *ret_filled)
{
    while (clock_now_us(&clock_system) < deadline_us) {
        struct source_wait wait = v4l2_driver_waits(driver);
        wait.until_us = deadline_us;
        const short revents = source_wait_for(driver->source, &wait);
        if (source_is_ending(driver->source))
            return -ECANCELED;
        if (!revents)
            continue;
        int r = v4l2_stream_next(driver->stream, ret_filled);
        if (r != -EAGAIN)
            return r;
        if (!(revents & POLLIN))
            return -EIO;
    }
    return -ETIMEDOUT;
}

/* The stream runs; is_fresh: it has just started. */
static int take(struct v4l2_driver *driver, bool is_fresh, struct packet **ret_packet)
{
    const int64_t begun_us = clock_now_us(&clock_system);
    int r = -ETIMEDOUT;
    for (unsigned passed = 0;; passed++) {
        struct v4l2_filled filled;
        int next = next_filled(driver, begun_us + PATIENCE_MS * US_PER_MS, &filled);
        if (next < 0)
            return r == -EBADMSG && next == -ETIMEDOUT ? r : next;
        bool has_time = clock_now_us(&clock_system) - begun_us < SETTLE_MS * US_PER_MS;
        if (is_fresh && has_time && (passed < PASSED_MIN || is_dark(driver, &filled))) {
            v4l2_stream_give_back(driver->stream, &filled);
            continue;
        }
        r = v4l2_driver_packet(driver, &filled, ret_packet);
        if (r != -EBADMSG) /* a broken picture is followed by a better one */
            return r;
    }
}

static int capture(struct v4l2_driver *driver, struct packet **ret_packet)
{
    struct v4l2_mode mode;
    if (!v4l2_mode_largest(&driver->found->modes, &mode))
        return -ENOTSUP;
    bool is_fresh = !driver->stream || driver->asked.fourcc != mode.fourcc ||
                    driver->asked.width != mode.width || driver->asked.height != mode.height;
    int r = is_fresh ? v4l2_driver_begin(driver, &mode) : 0;
    if (r == 0)
        r = take(driver, is_fresh, ret_packet);
    /* Resuming the stream is handled like a new start. */
    if (is_fresh)
        v4l2_driver_end(driver);
    return r;
}

int v4l2_driver_still(struct v4l2_driver *driver, uint32_t request)
{
    struct packet *packet = NULL;
    const int error = capture(driver, &packet);
    source_post_still(driver->source, request, error == 0 || error == -ETIMEDOUT ? error : -EIO,
                      packet);
    return error == -ETIMEDOUT || error == -ECANCELED ? 0 : error;
}
