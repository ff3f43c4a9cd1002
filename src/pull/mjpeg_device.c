/* A network camera that is a CameraWebServer: its stream is at http://HOST:81/stream, and all else
 * one port below. One thing is asked of it at a time: a still in its steps, then settings, then the
 * status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "camera/capture.h"
#include "pull/mjpeg_internal.h"

/* A still of a large sensor over weak Wi-Fi takes its time; slower ones are not waited for. */
static const int64_t ANSWER_US = 15 * US_PER_S;
/* It sends pictures of the size before for a while: so long they are dropped from the stream, and
 * so many stills are thrown away. */
static const int64_t FILTER_US = 2 * US_PER_S;
enum { STILL_TRIES = 4, STREAM_PORT = 81 };

static void advance(struct mjpeg *mjpeg);

bool mjpeg_device_is_busy(const struct mjpeg *mjpeg)
{
    const struct mjpeg_device *device = &mjpeg->device;
    return device->request || device->wants_status || device->still != STILL_NONE ||
           json_object_size(device->pending) > 0;
}

static void complain(struct mjpeg *mjpeg, const char *what)
{
    char place[URL_PLACE_MAX_BYTES];
    url_place(&mjpeg->url, place);
    log_warn("camera", camera_id(mjpeg->camera), "%s %s", place, what);
}

/* --- Who it is. --- */

void mjpeg_device_suspect(struct mjpeg *mjpeg, const char *content_type)
{
    bool looks_like_it = mjpeg->url.port == STREAM_PORT || strstr(content_type, ESPCAM_BOUNDARY);
    if (!looks_like_it || mjpeg->url.port < 2 || strcmp(mjpeg->url.path, "/stream") != 0)
        return;
    /* Again for each connection: it may have restarted, and forgotten its settings. */
    struct mjpeg_device *device = &mjpeg->device;
    device->is_known = device->has_news = false;
    device->wants_status = true;
    if (device->is_grown && device->still == STILL_NONE)
        device->still = STILL_RESTORE;
    advance(mjpeg);
}

/* What it reports says which of the ways of counting sizes is its own, once a picture is there. */
static void recognise(struct mjpeg *mjpeg, uint16_t width, uint16_t height)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (!device->has_news || device->is_known || device->still != STILL_NONE)
        return;
    device->is_known = true;
    enum espcam_count count = espcam_count_of(device->status, width, height);
    if (count != ESPCAM_COUNT_UNKNOWN)
        device->count = count;
    struct controls controls;
    espcam_controls(device->status, device->count, &controls);
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
    device->has_news = true;
    if (!device->is_grown)
        device->size = espcam_size(status);
    if (device->is_known) {
        struct control_values values;
        espcam_values(camera_schema(mjpeg->camera), status, device->count, &values);
        camera_controls_changed(mjpeg->camera, &values);
    }
    /* Else with the next picture: the ones before may be of another size. */
}

/* --- Stills. --- */

static void end_still(struct mjpeg *mjpeg, int error, struct packet *still)
{
    struct mjpeg_device *device = &mjpeg->device;
    const uint32_t request = device->wanted;
    mjpeg_answer_finish(&device->answer);
    device->wanted = 0;
    device->still = device->is_grown ? STILL_RESTORE : STILL_NONE;
    camera_captured(mjpeg->camera, request, error, still);
}

/* A picture came. One that is not yet of the size asked for is thrown away, up to a point. */
static void on_still(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    struct camera_frame frame = mjpeg_frame(mjpeg, device->answer.buf, device->answer.len_bytes);
    unsigned fault = JPEG_TRUNCATED;
    camera_count_received(mjpeg->camera, device->answer.len_bytes);
    if (device->http_status == 200 && device->answer.buf)
        fault = camera_check_jpeg(&frame, &camera_env(mjpeg->camera)->jpeg_limits);
    device->answer.buf = frame.takes_buf; /* it may be another one, once repaired */
    bool is_small =
        fault == JPEG_OK && device->still_width &&
        (frame.info.width != device->still_width || frame.info.height != device->still_height);
    if ((fault != JPEG_OK || is_small) && ++device->still_tries < STILL_TRIES) {
        mjpeg_answer_finish(&device->answer);
        return; /* advance asks again */
    }
    if (fault != JPEG_OK) {
        camera_count_drop(mjpeg->camera, fault);
        end_still(mjpeg, -EIO, NULL);
        return;
    }
    frame.capture_us = device->asked_us; /* or later */
    device->answer.buf = NULL;           /* the packet's */
    struct packet *still = camera_packet(&frame);
    end_still(mjpeg, 0, still);
    packet_unref(&still);
}

/* The first step of the still that is asked for. Nothing is under way: what it has is known. */
static void begin_still(struct mjpeg_device *device)
{
    int largest =
        espcam_largest(device->status, device->count, &device->still_width, &device->still_height);
    bool grows = largest && largest != device->size && !device->is_grown;
    if (!grows)
        device->still_width = device->still_height = 0;
    device->still = grows ? STILL_GROW : STILL_TAKE;
    device->still_tries = 0;
}

int mjpeg_device_capture(struct mjpeg *mjpeg, uint32_t request)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (!device->status)
        return -ENOTSUP;
    if (device->wanted) /* given up, but it takes its time */
        return -EBUSY;
    device->wanted = request;
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
    if (!device->pending)
        device->pending = json_object();
    for (unsigned i = 0; i < schema->count; i++) {
        const char *variable;
        int number;
        if (values->mask >> i & 1 &&
            espcam_command(device->count, &schema->list[i], values->of[i], &variable, &number))
            json_object_set_new(device->pending, variable, json_integer(number));
    }
    advance(mjpeg);
    return 0;
}

/* --- What is asked, one after the other. --- */

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
        device->http_status = 0; /* as good as none */
}

static void tell_refusal(struct mjpeg *mjpeg)
{
    const struct mjpeg_device *device = &mjpeg->device;
    const char *name = device->sent_size < 0 ? device->sent : "size";
    int place = controls_find(camera_schema(mjpeg->camera), name);
    char why[32];
    snprintf(why, sizeof(why), "it answers %u", device->http_status);
    if (place >= 0)
        camera_refused(mjpeg->camera, (unsigned)place, why);
}

/* Without an answer it may have taken it all the same: then as if it had. */
static void on_setting(struct mjpeg *mjpeg, bool is_refused)
{
    struct mjpeg_device *device = &mjpeg->device;
    if (device->http_status != 200)
        complain(mjpeg, "does not take a setting");
    if (is_refused)
        tell_refusal(mjpeg);
    if (is_refused || device->sent_size < 0)
        return;
    device->size = device->sent_size;
    if (device->http_status == 200)
        device->is_grown = false;
}

static void on_grown(struct mjpeg_device *device, bool is_refused)
{
    device->still = STILL_TAKE;
    device->is_grown = !is_refused;
    if (device->http_status != 200)
        device->still_width = device->still_height = 0; /* then as it is */
}

static void on_restored(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    device->still = STILL_NONE;
    device->is_grown = device->http_status != 200;
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
        if (device->asked != DEVICE_STATUS)
            log_warn("camera", camera_id(mjpeg->camera), "%s", sentence);
    }
    const int asked = device->asked;
    device->asked = DEVICE_IDLE; /* what follows may ask again */
    const bool is_refused = device->http_status && device->http_status != 200;
    if (asked == DEVICE_STATUS)
        on_status(mjpeg);
    else if (asked == DEVICE_SETTING)
        on_setting(mjpeg, is_refused);
    else if (asked == DEVICE_GROW)
        on_grown(device, is_refused);
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
    device->asked = what;
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

/* For a still's sake. */
static void resize(struct mjpeg *mjpeg, int what, int number)
{
    mjpeg->device.filter_until_us = mjpeg_now(mjpeg) + FILTER_US;
    command(mjpeg, what, "framesize", number);
}

/* Sends one of the settings that wait. */
static void send_pending(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    void *first = json_object_iter(device->pending);
    int number = (int)json_integer_value(json_object_iter_value(first));
    snprintf(device->sent, sizeof(device->sent), "%s", json_object_iter_key(first));
    json_object_del(device->pending, device->sent);
    device->wants_status = true; /* then: what is in force */
    device->sent_size = strcmp(device->sent, "framesize") == 0 ? number : -1;
    command(mjpeg, DEVICE_SETTING, device->sent, number);
}

static void advance(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    uint16_t width, height;
    if (device->request)
        return;
    if (device->still == STILL_NONE && device->wanted)
        begin_still(device);
    if (device->still == STILL_GROW) {
        resize(mjpeg, DEVICE_GROW, espcam_largest(device->status, device->count, &width, &height));
    } else if (device->still == STILL_RESTORE) {
        resize(mjpeg, DEVICE_RESTORE, device->size);
    } else if (device->still == STILL_TAKE) {
        ask(mjpeg, DEVICE_PICTURE, "/capture", "");
    } else if (json_object_size(device->pending) > 0) {
        send_pending(mjpeg);
    } else if (device->wants_status) {
        device->wants_status = false;
        ask(mjpeg, DEVICE_STATUS, "/status", "");
    } else {
        mjpeg_rest(mjpeg);
    }
}

void mjpeg_device_finish(struct mjpeg *mjpeg)
{
    struct mjpeg_device *device = &mjpeg->device;
    client_cancel(device->request);
    device->request = NULL;
    mjpeg_answer_finish(&device->answer);
    json_decref(device->status);
    json_decref(device->pending);
}
