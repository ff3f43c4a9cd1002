/* A network camera that runs CameraWebServer: its stream is at http://HOST:81/stream, everything
 * else one port below. Requests are made one at a time: the steps of a still first, then settings,
 * then the status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "camera/capture.h"
#include "pull/mjpeg_internal.h"

/* Allows for a still from a large sensor over weak Wi-Fi. */
static const int64_t ANSWER_US = 15 * US_PER_S;
/* After a change of size the device still sends pictures of the old size: the stream drops them for
 * this long, and this many stills are discarded. */
static const int64_t FILTER_US = 2 * US_PER_S;
enum { STILL_TRIES = 4, STREAM_PORT = 81 };

static void advance(struct mjpeg *mjpeg);

bool mjpeg_device_is_busy(const struct mjpeg *mjpeg)
{
    const struct mjpeg_device *device = &mjpeg->device;
    return device->request || device->wants_status || device->still != STILL_NONE ||
           json_object_size(device->unsent) > 0;
}

static void warn(struct mjpeg *mjpeg, const char *what)
{
    char place[URL_PLACE_MAX_BYTES];
    url_place(&mjpeg->url, place);
    log_warn("camera", camera_id(mjpeg->camera), "%s %s", place, what);
}

/* --- Recognition. --- */

void mjpeg_device_probe(struct mjpeg *mjpeg, const char *content_type)
{
    bool looks_like_it = mjpeg->url.port == STREAM_PORT || strstr(content_type, ESPCAM_BOUNDARY);
    if (!looks_like_it || mjpeg->url.port < 2 || strcmp(mjpeg->url.path, "/stream") != 0)
        return;
    /* On each connection: the device may have restarted and lost its settings. */
    struct mjpeg_device *device = &mjpeg->device;
    device->has_controls = device->has_fresh_status = false;
    device->wants_status = true;
    if (device->is_enlarged && device->still == STILL_NONE)
        device->still = STILL_RESTORE;
    advance(mjpeg);
}

/* Reports the controls, once a status and a picture show how the device numbers its sizes. */
static void recognise(struct mjpeg *mjpeg, uint16_t width, uint16_t height)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (!device->has_fresh_status || device->has_controls || device->still != STILL_NONE)
        return;
    device->has_controls = true;
    enum espcam_numbering numbering = espcam_numbering_of(device->status, width, height);
    if (numbering != ESPCAM_NUMBERING_UNKNOWN)
        device->numbering = numbering;
    struct controls controls;
    espcam_controls(device->status, device->numbering, &controls);
    camera_learned(mjpeg->camera, espcam_model(device->status), &controls);
    controls_finish(&controls);
}

bool mjpeg_device_admits(struct mjpeg *mjpeg, const struct jpeg_info *info)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (device->filter_until_us) {
        bool is_same = info->width == mjpeg->width && info->height == mjpeg->height;
        bool is_over = device->still == STILL_NONE;
        if (is_over && (is_same || mjpeg_now(mjpeg) >= device->filter_until_us))
            device->filter_until_us = 0;
        else if (!is_same)
            return false;
    }
    recognise(mjpeg, info->width, info->height);
    return true;
}

static void on_status(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    const struct mjpeg_answer *answer = &device->answer;
    json_t *status;
    if (device->http_status != 200 || !answer->buf ||
        espcam_status((const char *)answer->buf->data + CAMERA_FRAME_ROOM, answer->len_bytes,
                      &status) < 0)
        return;
    json_decref(device->status);
    device->status = status;
    device->has_fresh_status = true;
    if (!device->is_enlarged)
        device->size_number = espcam_size(status);
    if (device->has_controls) {
        struct control_values values;
        espcam_values(camera_schema(mjpeg->camera), status, device->numbering, &values);
        camera_controls_changed(mjpeg->camera, &values);
    }
    /* Otherwise the next picture decides; earlier ones may have another size. */
}

/* --- Stills. --- */

static void end_still(struct mjpeg *mjpeg, int error, struct packet *still)
{
    struct mjpeg_device *device = &mjpeg->device;
    const uint32_t request = device->still_request;
    mjpeg_answer_finish(&device->answer);
    device->still_request = 0;
    device->still = device->is_enlarged ? STILL_RESTORE : STILL_NONE;
    camera_captured(mjpeg->camera, request, error, still);
}

/* Discards pictures that are not yet of the requested size, at most STILL_TRIES - 1. */
static void on_still(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    struct camera_frame frame = mjpeg_frame(mjpeg, device->answer.buf, device->answer.len_bytes);
    unsigned fault = JPEG_TRUNCATED;
    camera_count_received(mjpeg->camera, device->answer.len_bytes);
    if (device->http_status == 200 && device->answer.buf)
        fault = camera_check_jpeg(&frame, &camera_env(mjpeg->camera)->jpeg_limits);
    device->answer.buf = frame.takes_buf; /* another one if it was repaired */
    bool is_small =
        fault == JPEG_OK && device->still_width &&
        (frame.info.width != device->still_width || frame.info.height != device->still_height);
    if ((fault != JPEG_OK || is_small) && ++device->still_tries < STILL_TRIES) {
        mjpeg_answer_finish(&device->answer);
        return; /* advance requests another one */
    }
    if (fault != JPEG_OK) {
        camera_count_drop(mjpeg->camera, fault);
        end_still(mjpeg, -EIO, NULL);
        return;
    }
    frame.capture_us = device->asked_us; /* or later */
    device->answer.buf = NULL;           /* owned by the packet */
    struct packet *still = camera_packet(&frame);
    end_still(mjpeg, 0, still);
    packet_unref(&still);
}

/* Chooses the first step of a still. No request is running, so the current size is known. */
static void begin_still(struct mjpeg_device *device)
{
    int largest = espcam_largest(device->status, device->numbering, &device->still_width,
                                 &device->still_height);
    bool enlarges = largest && largest != device->size_number && !device->is_enlarged;
    if (!enlarges)
        device->still_width = device->still_height = 0;
    device->still = enlarges ? STILL_ENLARGE : STILL_TAKE;
    device->still_tries = 0;
}

int mjpeg_device_capture(struct mjpeg *mjpeg, uint32_t request)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (!device->status)
        return -ENOTSUP;
    if (device->still_request) /* timed out, but still running */
        return -EBUSY;
    device->still_request = request;
    advance(mjpeg);
    return 0;
}

/* --- Settings. --- */

int mjpeg_device_set(struct mjpeg *mjpeg, const struct control_values *values)
{
    struct mjpeg_device *device = &mjpeg->device;
    const struct controls *schema = camera_schema(mjpeg->camera);
    if (!device->status)
        return -ENOTSUP;
    if (!device->unsent)
        device->unsent = json_object();
    for (unsigned i = 0; i < schema->count; i++) {
        const char *variable;
        int number;
        if (values->mask >> i & 1 &&
            espcam_command(device->numbering, &schema->list[i], values->of[i], &variable, &number))
            json_object_set_new(device->unsent, variable, json_integer(number));
    }
    advance(mjpeg);
    return 0;
}

/* --- Requests, one at a time. --- */

static void on_head(void *ctx, const struct client_head *head)
{
    struct mjpeg *mjpeg = ctx;
    mjpeg->device.http_status = head->status;
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    struct mjpeg *mjpeg = ctx;
    struct mjpeg_device *device = &mjpeg->device;
    if (mjpeg_answer_add(&device->answer, bytes, len_bytes) < 0)
        device->http_status = 0; /* counts as no answer */
}

static void report_refusal(struct mjpeg *mjpeg)
{
    const struct mjpeg_device *device = &mjpeg->device;
    const char *name = device->sent_size_number < 0 ? device->sent_variable : "size";
    int place = controls_find(camera_schema(mjpeg->camera), name);
    char why[32];
    snprintf(why, sizeof(why), "it answers %u", device->http_status);
    if (place >= 0)
        camera_refused(mjpeg->camera, (unsigned)place, why);
}

/* Without an answer the setting may still have been applied: assume that it was. */
static void on_setting(struct mjpeg *mjpeg, bool is_refused)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (device->http_status != 200)
        warn(mjpeg, "did not apply a setting");
    if (is_refused)
        report_refusal(mjpeg);
    if (is_refused || device->sent_size_number < 0)
        return;
    device->size_number = device->sent_size_number;
    if (device->http_status == 200)
        device->is_enlarged = false;
}

static void on_enlarged(struct mjpeg_device *device, bool is_refused)
{
    device->still = STILL_TAKE;
    device->is_enlarged = !is_refused;
    if (device->http_status != 200)
        device->still_width = device->still_height = 0; /* any size will do */
}

static void on_restored(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    device->still = STILL_NONE;
    device->is_enlarged = device->http_status != 200;
    device->filter_until_us = mjpeg_now(mjpeg) + FILTER_US;
}

static void on_picture(struct mjpeg *mjpeg, int error)
{
    if (error)
        end_still(mjpeg, error == -ETIMEDOUT ? error : -EIO, NULL);
    else
        on_still(mjpeg);
}

static void on_done(void *ctx, int error, const char *sentence)
{
    struct mjpeg *mjpeg = ctx;
    struct mjpeg_device *device = &mjpeg->device;
    device->request = NULL;
    if (error) {
        device->http_status = 0;
        if (device->step != DEVICE_STATUS)
            log_warn("camera", camera_id(mjpeg->camera), "%s", sentence);
    }
    const int asked = device->step;
    device->step = DEVICE_IDLE; /* the calls below may begin the next request */
    const bool is_refused = device->http_status && device->http_status != 200;
    if (asked == DEVICE_STATUS)
        on_status(mjpeg);
    else if (asked == DEVICE_SETTING)
        on_setting(mjpeg, is_refused);
    else if (asked == DEVICE_ENLARGE)
        on_enlarged(device, is_refused);
    else if (asked == DEVICE_RESTORE)
        on_restored(mjpeg);
    else
        on_picture(mjpeg, error);
    mjpeg_answer_finish(&device->answer);
    advance(mjpeg);
}

static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};

static void ask(struct mjpeg *mjpeg, int what, const char *path, const char *query)
{
    struct mjpeg_device *device = &mjpeg->device;
    struct url url = mjpeg->url;
    url.port--;
    snprintf(url.path, sizeof(url.path), "%s", path);
    snprintf(url.query, sizeof(url.query), "%s", query);
    device->step = what;
    device->asked_us = mjpeg_now(mjpeg);
    device->http_status = 0;
    size_t max_bytes = what == DEVICE_PICTURE ? MJPEG_PICTURE_MAX_BYTES : ESPCAM_STATUS_MAX_BYTES;
    device->request =
        client_get(mjpeg_client(mjpeg), &(struct client_get){.url = &url,
                                                             .max_body_bytes = max_bytes,
                                                             .total_us = ANSWER_US,
                                                             .ops = &OPS,
                                                             .ctx = mjpeg});
}

static void command(struct mjpeg *mjpeg, int what, const char *variable, int number)
{
    char query[64];
    snprintf(query, sizeof(query), "var=%s&val=%d", variable, number);
    ask(mjpeg, what, "/control", query);
}

/* Changes the size for a still, or back. */
static void resize(struct mjpeg *mjpeg, int what, int number)
{
    mjpeg->device.filter_until_us = mjpeg_now(mjpeg) + FILTER_US;
    command(mjpeg, what, "framesize", number);
}

/* Sends one of the waiting settings. */
static void send_setting(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    void *first = json_object_iter(device->unsent);
    int number = (int)json_integer_value(json_object_iter_value(first));
    snprintf(device->sent_variable, sizeof(device->sent_variable), "%s",
             json_object_iter_key(first));
    json_object_del(device->unsent, device->sent_variable);
    device->wants_status = true; /* afterwards, to learn the values in force */
    device->sent_size_number = strcmp(device->sent_variable, "framesize") == 0 ? number : -1;
    command(mjpeg, DEVICE_SETTING, device->sent_variable, number);
}

static void advance(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    uint16_t width, height;
    if (device->request)
        return;
    if (device->still == STILL_NONE && device->still_request)
        begin_still(device);
    if (device->still == STILL_ENLARGE) {
        resize(mjpeg, DEVICE_ENLARGE,
               espcam_largest(device->status, device->numbering, &width, &height));
    } else if (device->still == STILL_RESTORE) {
        resize(mjpeg, DEVICE_RESTORE, device->size_number);
    } else if (device->still == STILL_TAKE) {
        ask(mjpeg, DEVICE_PICTURE, "/capture", "");
    } else if (json_object_size(device->unsent) > 0) {
        send_setting(mjpeg);
    } else if (device->wants_status) {
        device->wants_status = false;
        ask(mjpeg, DEVICE_STATUS, "/status", "");
    } else {
        mjpeg_disconnect_idle(mjpeg);
    }
}

void mjpeg_device_finish(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    client_cancel(device->request);
    device->request = NULL;
    mjpeg_answer_finish(&device->answer);
    json_decref(device->status);
    json_decref(device->unsent);
}
