#include "picam/libcamera_hear.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "picam/libcamera_control.h"

enum { TROUBLES_MAX = 64 }; /* of one helper */
enum { STILL_QUALITY = 95, POSTER_QUALITY = 80 };

/* The oldest plausible time of a still: the longest time an order may take. */
static const int64_t STILL_AGE_US = 10 * US_PER_S;

static int make_jpeg(const struct libcamera_driver *driver, const struct raw_picture *raw,
                     unsigned quality, int64_t capture_us, struct packet **ret_jpeg)
{
    struct buf *buf;
    size_t end_off;
    int r = driver->env->make_jpeg(raw, quality, CAMERA_FRAME_ROOM, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *jpeg = packet_of_jpeg(buf, CAMERA_FRAME_ROOM, end_off);
    jpeg->width = raw->width;
    jpeg->height = raw->height;
    jpeg->arrival_us = clock_now_us(&clock_system);
    jpeg->capture_us = capture_us;
    *ret_jpeg = jpeg;
    return 0;
}

/* --- Frames. --- */

static int on_layout(struct libcamera_driver *driver, const struct helper_layout *layout,
                     const int takes_fds[HELPER_BUFFERS_MAX])
{
    libcamera_memory_unref(&driver->memory);
    return libcamera_memory_create(driver->line, layout, takes_fds, &driver->memory);
}

/* Most kernel drivers use the monotonic clock, like the server; an implausible time is
 * replaced. */
static int64_t plausible(int64_t captured_us, int64_t arrival_us)
{
    return captured_us > arrival_us - US_PER_S && captured_us <= arrival_us ? captured_us
                                                                            : arrival_us;
}

static int on_frame(struct libcamera_driver *driver, const struct helper_frame *message)
{
    struct raw_picture raw;
    struct camera_frame frame = {.raw = &raw, .arrival_us = clock_now_us(&clock_system)};
    frame.takes_buf = driver->memory ? libcamera_memory_lend(driver->memory, message, &raw) : NULL;
    if (!frame.takes_buf)
        return -EBADMSG;
    frame.capture_us = plausible(message->captured_us, frame.arrival_us);
    buf_unref(&driver->last_buf);
    driver->last_buf = buf_ref(frame.takes_buf);
    driver->last_raw = raw;
    driver->last_us = frame.capture_us;
    source_post_frame(driver->source, &frame);
    return 0;
}

/* The stream stopped: its last picture becomes the poster. */
static void on_stopped(struct libcamera_driver *driver)
{
    struct packet *poster = NULL;
    if (driver->last_buf &&
        make_jpeg(driver, &driver->last_raw, POSTER_QUALITY, driver->last_us, &poster) == 0)
        source_post_poster(driver->source, poster);
    buf_unref(&driver->last_buf);
}

/* --- Stills. --- */

struct still {
    struct libcamera_driver *driver;
    int64_t captured_us;
};

static int encode_still(void *ctx, const struct raw_picture *picture)
{
    struct still *still = ctx;
    return make_jpeg(still->driver, picture, STILL_QUALITY, still->captured_us,
                     &still->driver->still_jpeg);
}

/* Exposure and encoding may take long. If the time is implausible, the time since when the helper
 * owes something is used: the still was taken after it. */
static int64_t shot_us(const struct libcamera_driver *driver, int64_t captured_us)
{
    const int64_t now_us = clock_now_us(&clock_system);
    return captured_us > now_us - STILL_AGE_US && captured_us <= now_us ? captured_us
                                                                        : driver->owed_us;
}

static int on_still(struct libcamera_driver *driver, const struct helper_still *message,
                    int takes_fd)
{
    struct still still = {driver, shot_us(driver, message->captured_us)};
    if (!driver->is_told_still || message->request != driver->still || driver->still_jpeg) {
        close(takes_fd);
        return -EBADMSG; /* not requested */
    }
    /* If encoding fails, the still is missing when the capture is done, which is then an error. */
    (void)!libcamera_memory_use_still(message, takes_fd, encode_still, &still);
    return 0;
}

static void on_captured(struct libcamera_driver *driver)
{
    source_post_still(driver->source, driver->still, driver->still_jpeg ? 0 : -EIO,
                      driver->still_jpeg);
    driver->still_jpeg = NULL;
    driver->is_told_still = false;
    driver->still = 0;
}

/* --- Answers. --- */

static void on_set(struct libcamera_driver *driver, int error)
{
    struct control_values values = {.mask = 0};
    if (!driver->n_sets)
        return;
    const struct libcamera_set set = driver->sets[driver->first_set];
    struct control *control = &driver->schema.list[set.control];
    driver->first_set = (driver->first_set + 1) % LIBCAMERA_SETS_MAX;
    driver->n_sets--;
    if (error < 0)
        source_post_refusal(driver->source, set.control, strerror(-error));
    else
        control->value = set.value;
    control_values_put(&values, set.control, control->value);
    source_post_values(driver->source, &values);
}

static void on_done(struct libcamera_driver *driver, const struct helper_done *done)
{
    driver->owed_us = clock_now_us(&clock_system);
    if (done->kind == HELPER_STOP) {
        on_stopped(driver);
    } else if (done->kind == HELPER_CAPTURE) {
        on_captured(driver);
    } else if (done->kind == HELPER_SET) {
        on_set(driver, done->error);
    } else if (done->error < 0 && done->kind == HELPER_START) {
        char sentence[SOURCE_SENTENCE_MAX];
        snprintf(sentence, sizeof(sentence), "the camera cannot start: %s", strerror(-done->error));
        source_post_trouble(driver->source, sentence);
    }
}

/* --- The camera's description. --- */

static int on_control(struct libcamera_driver *driver, const struct helper_control *control)
{
    if (driver->is_ready || driver->n_described == HELPER_CONTROLS_MAX)
        return -EBADMSG;
    driver->described[driver->n_described++] = *control;
    return 0;
}

/* The owner's settings arrive as orders afterwards, before the stream starts. */
static int on_ready(struct libcamera_driver *driver, const struct helper_ready *message)
{
    if (driver->is_ready || driver->n_described != message->n_controls)
        return -EBADMSG;
    controls_finish(&driver->schema);
    libcamera_control_schema(driver->described, driver->n_described, &driver->schema);
    driver->is_ready = true;
    driver->orders.fresh = 0;
    source_post_learned(driver->source, message->model, &driver->schema);
    return 0;
}

static int on_trouble(struct libcamera_driver *driver, const struct helper_trouble *trouble)
{
    if (trouble->is_fatal) {
        snprintf(driver->fatal, sizeof(driver->fatal), "%s", trouble->sentence);
        return -EIO;
    }
    source_post_trouble(driver->source, trouble->sentence);
    return ++driver->n_troubles > TROUBLES_MAX ? -EBADMSG : 0;
}

int libcamera_hear(struct libcamera_driver *driver, const struct libcamera_message *m,
                   const int takes_fds[HELPER_BUFFERS_MAX])
{
    switch (m->kind) {
    case HELPER_CONTROL:
        return on_control(driver, &m->control);
    case HELPER_READY:
        return on_ready(driver, &m->ready);
    case HELPER_LAYOUT:
        return on_layout(driver, &m->layout, takes_fds);
    case HELPER_FRAME:
        return on_frame(driver, &m->frame);
    case HELPER_STILL:
        return on_still(driver, &m->still, takes_fds[0]);
    case HELPER_DONE:
        on_done(driver, &m->done);
        return 0;
    case HELPER_TROUBLE:
        return on_trouble(driver, &m->trouble);
    default:
        return -EBADMSG;
    }
}
