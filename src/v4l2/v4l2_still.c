/* A still: the largest picture that the camera can take, whatever it streams meanwhile. The stream
 * pauses for it. */
#include <errno.h>

#include "base/clock.h"
#include "v4l2/v4l2_worker_parts.h"

/* After a stream has started, this many pictures, and dark ones, are skipped while exposure
 * settles; after SETTLE_MS a picture is as good as it gets. */
enum { PASSED_MIN = 3, DARK_LUMA = 12, SETTLE_MS = 1200, PATIENCE_MS = 3000 };

static bool is_dark(const struct v4l2_worker *worker, const struct v4l2_filled *filled)
{
    int (*mean_luma)(const uint8_t *jpeg, size_t len_bytes) = worker->env->mean_luma;
    struct raw_picture raw;
    if (v4l2_stream_view(worker->stream, filled, &raw))
        return raw_mean_luma(&raw) < DARK_LUMA;
    if (v4l2_stream_format(worker->stream) != RAW_NONE || !mean_luma)
        return false;
    int luma = mean_luma(filled->bytes, filled->len_bytes);
    return luma >= 0 && luma < DARK_LUMA;
}

static int next_filled(struct v4l2_worker *worker, int64_t deadline_us,
                       struct v4l2_filled *ret_filled)
{
    while (clock_now_us(&clock_system) < deadline_us) {
        int wait = v4l2_worker_wait(worker, deadline_us);
        if (v4l2_worker_is_quitting(worker))
            return -ECANCELED;
        if (wait == 0)
            continue;
        int r = v4l2_stream_next(worker->stream, ret_filled);
        if (r != -EAGAIN || wait < 0)
            return r != -EAGAIN ? r : wait;
    }
    return -ETIMEDOUT;
}

/* The stream runs; is_fresh: it has just started. */
static int take(struct v4l2_worker *worker, bool is_fresh, struct packet **ret_packet)
{
    const int64_t begun_us = clock_now_us(&clock_system);
    int r = -ETIMEDOUT;
    for (unsigned passed = 0;; passed++) {
        struct v4l2_filled filled;
        int next = next_filled(worker, begun_us + PATIENCE_MS * US_PER_MS, &filled);
        if (next < 0)
            return r == -EBADMSG && next == -ETIMEDOUT ? r : next;
        bool has_time = clock_now_us(&clock_system) - begun_us < SETTLE_MS * US_PER_MS;
        if (is_fresh && has_time && (passed < PASSED_MIN || is_dark(worker, &filled))) {
            v4l2_stream_give_back(worker->stream, &filled);
            continue;
        }
        r = v4l2_worker_packet(worker, &filled, ret_packet);
        if (r != -EBADMSG) /* a broken picture is followed by a better one */
            return r;
    }
}

static int capture(struct v4l2_worker *worker, struct packet **ret_packet)
{
    struct v4l2_mode mode;
    if (!v4l2_mode_largest(&worker->found->modes, &mode))
        return -ENOTSUP;
    bool is_fresh = !worker->stream || worker->asked.fourcc != mode.fourcc ||
                    worker->asked.width != mode.width || worker->asked.height != mode.height;
    int r = is_fresh ? v4l2_worker_begin(worker, &mode) : 0;
    if (r == 0)
        r = take(worker, is_fresh, ret_packet);
    /* Resuming the stream is handled like a new start. */
    if (is_fresh)
        v4l2_worker_end(worker);
    return r;
}

void v4l2_worker_take_still(struct v4l2_worker *worker, uint32_t request)
{
    struct v4l2_report *report = v4l2_report_create(V4L2_REPORT_STILL);
    int error = capture(worker, &report->packet);
    report->request = request;
    report->error = error == 0 || error == -ETIMEDOUT ? error : -EIO;
    if (error < 0 && error != -ETIMEDOUT && error != -ECANCELED)
        v4l2_worker_fail(worker, error);
    v4l2_worker_post(worker, report);
}
