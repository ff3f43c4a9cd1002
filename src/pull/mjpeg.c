#include "pull/mjpeg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "pull/mjpeg_internal.h"

enum { FIRST_PICTURE_BYTES = 64 * 1024 };

/* Long, because some cameras start their sensor only on request. */
static const int64_t FIRST_BYTE_US = 10 * US_PER_S, FIRST_FRAME_US = 12 * US_PER_S;

int64_t mjpeg_now(const struct mjpeg *mjpeg)
{
    return clock_now_us(camera_env(mjpeg->camera)->clock);
}

struct client *mjpeg_client(struct mjpeg *mjpeg)
{
    const struct camera_env *env = camera_env(mjpeg->camera);
    if (!mjpeg->client)
        mjpeg->client = client_create(&(struct client_params){
            .net = env->net, .policy = env->outbound, .first_byte_us = FIRST_BYTE_US});
    return mjpeg->client;
}

void mjpeg_disconnect_idle(struct mjpeg *mjpeg)
{
    if (mjpeg->runs || mjpeg_device_is_busy(mjpeg))
        return;
    client_destroy(mjpeg->client);
    mjpeg->client = NULL;
}

/* --- Pictures. --- */

int mjpeg_answer_add(struct mjpeg_answer *answer, const uint8_t *bytes, size_t len_bytes)
{
    size_t wanted = answer->len_bytes + len_bytes;
    if (wanted > MJPEG_PICTURE_MAX_BYTES)
        return -EMSGSIZE;
    wanted += CAMERA_FRAME_ROOM;
    int r = 0;
    if (!answer->buf)
        r = buf_create(wanted > FIRST_PICTURE_BYTES ? wanted : FIRST_PICTURE_BYTES, &answer->buf);
    else if (wanted > answer->buf->len_bytes)
        r = buf_resize(&answer->buf, 2 * wanted);
    if (r < 0)
        return r;
    memcpy(answer->buf->data + CAMERA_FRAME_ROOM + answer->len_bytes, bytes, len_bytes);
    answer->len_bytes += len_bytes;
    return 0;
}

void mjpeg_answer_finish(struct mjpeg_answer *answer)
{
    buf_unref(&answer->buf);
    answer->len_bytes = 0;
}

struct camera_frame mjpeg_frame(struct mjpeg *mjpeg, struct buf *buf, size_t len_bytes)
{
    const int64_t now_us = mjpeg_now(mjpeg);
    return (struct camera_frame){.takes_buf = buf,
                                 .unit_off = CAMERA_FRAME_ROOM,
                                 .end_off = (uint32_t)(CAMERA_FRAME_ROOM + len_bytes),
                                 .capture_us = now_us,
                                 .arrival_us = now_us};
}

/* Takes the buffer. */
static void on_picture(struct mjpeg *mjpeg, struct buf *takes_buf, size_t len_bytes)
{
    struct camera *camera = mjpeg->camera;
    struct camera_frame frame = mjpeg_frame(mjpeg, takes_buf, len_bytes);
    if (camera_admit(camera, &frame) != JPEG_OK)
        return;
    if (!mjpeg_device_admits(mjpeg, &frame.info)) {
        camera_count_drop(camera, CAMERA_DROP_UNWANTED);
        buf_unref(&frame.takes_buf);
        return;
    }
    mjpeg->width = frame.info.width;
    mjpeg->height = frame.info.height;
    camera_frame(camera, &frame);
}

/* --- Responses. --- */

static void disconnect(struct mjpeg *mjpeg)
{
    client_cancel(mjpeg->request);
    mjpeg->request = NULL;
    mjpeg->is_answered = false;
    jpeg_stream_finish(&mjpeg->parser);
    net_timer_set(mjpeg->poll_timer, CLOCK_NEVER_US);
}

/* Ends this attempt; the camera's demand decides when to retry. */
static void fail(struct mjpeg *mjpeg, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(struct mjpeg *mjpeg, const char *format, ...)
{
    char sentence[MJPEG_SENTENCE_MAX_BYTES];
    struct text text = text_over(sentence, sizeof(sentence));
    va_list args;
    va_start(args, format);
    text_add_list(&text, format, args);
    va_end(args);
    disconnect(mjpeg);
    camera_failed(mjpeg->camera, sentence);
}

static const char *phrase_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *phrase;
    } PHRASES[] = {
        {400, " Bad Request"}, {401, " Unauthorized"},        {403, " Forbidden"},
        {404, " Not Found"},   {429, " Too Many Requests"},   {500, " Internal Server Error"},
        {502, " Bad Gateway"}, {503, " Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(*PHRASES); i++)
        if (PHRASES[i].status == status)
            return PHRASES[i].phrase;
    return "";
}

/* Copies the part of a Content-Type that is safe to log. */
static void quote(const char *type, char out[MJPEG_TYPE_MAX_BYTES])
{
    size_t n = strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+.-");
    snprintf(out, MJPEG_TYPE_MAX_BYTES, "%.*s", (int)(n < 40 ? n : 40), type);
}

static void on_head(void *ctx, const struct client_head *head)
{
    struct mjpeg *mjpeg = ctx;
    char place[URL_PLACE_MAX_BYTES];
    url_place(&mjpeg->url, place);
    if (head->status != 200) {
        fail(mjpeg, "%s answers %u%s", place, head->status, phrase_of(head->status));
        return;
    }
    mjpeg->is_answered = true;
    mjpeg->n_pictures = 0;
    quote(head->content_type, mjpeg->content_type);
    jpeg_stream_init(&mjpeg->parser, CAMERA_FRAME_ROOM, MJPEG_PICTURE_MAX_BYTES);
    mjpeg_device_probe(mjpeg, head->content_type);
}

static void fail_parsing(struct mjpeg *mjpeg, int error)
{
    char place[URL_PLACE_MAX_BYTES];
    url_place(&mjpeg->url, place);
    if (error == -EMSGSIZE)
        fail(mjpeg, "%s sends a picture larger than 4 MiB", place);
    else if (error == -EBADMSG)
        fail(mjpeg, "%s sends no JPEG (%s)", place, mjpeg->content_type);
    else
        fail(mjpeg, "out of memory for a picture of %s", place);
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    struct mjpeg *mjpeg = ctx;
    struct jpeg_stream_picture picture;
    int r = 0;
    /* A frame may end the connection. */
    while (mjpeg->is_answered &&
           (r = jpeg_stream_read(&mjpeg->parser, &bytes, &len_bytes, &picture)) > 0) {
        mjpeg->n_pictures++;
        on_picture(mjpeg, picture.buf, picture.len_bytes);
    }
    if (r < 0)
        fail_parsing(mjpeg, r);
}

static void poll_later(struct mjpeg *mjpeg)
{
    uint16_t fps = mjpeg->max_fps && mjpeg->max_fps < MJPEG_STILLS_MAX_FPS ? mjpeg->max_fps
                                                                           : MJPEG_STILLS_MAX_FPS;
    net_timer_set(mjpeg->poll_timer, mjpeg->asked_us + US_PER_S / fps);
}

static void on_end(struct mjpeg *mjpeg, int error, const char *sentence)
{
    char place[URL_PLACE_MAX_BYTES];
    url_place(&mjpeg->url, place);
    if (error) /* the camera is reachable, so a retry may succeed */
        fail(mjpeg, "%s", sentence);
    else if (mjpeg->n_pictures > 0)
        fail(mjpeg, "%s ended the stream", place);
    else if (mjpeg->parser.skipped_bytes == 0)
        fail(mjpeg, "%s sends an empty answer", place);
    else
        fail(mjpeg, "%s sends no JPEG (%s)", place, mjpeg->content_type);
}

static void on_done(void *ctx, int error, const char *sentence)
{
    struct mjpeg *mjpeg = ctx;
    struct jpeg_stream_picture last;
    mjpeg->request = NULL;
    if (!mjpeg->is_answered) {
        disconnect(mjpeg);
        camera_unreachable(mjpeg->camera, sentence);
        return;
    }
    const bool has_last = jpeg_stream_end(&mjpeg->parser, &last);
    mjpeg->n_pictures += has_last;
    /* A single picture outside a stream is a still: poll it, however its response ended. */
    const bool is_still = mjpeg->n_pictures == 1 && !mjpeg->parser.has_heads;
    if (is_still)
        poll_later(mjpeg);
    if (has_last)
        on_picture(mjpeg, last.buf, last.len_bytes);
    if (!is_still)
        on_end(mjpeg, error, sentence);
}

static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};

static void ask(struct mjpeg *mjpeg)
{
    mjpeg->asked_us = mjpeg_now(mjpeg);
    mjpeg->is_answered = false;
    jpeg_stream_finish(&mjpeg->parser);
    mjpeg->request = client_get(
        mjpeg_client(mjpeg), &(struct client_get){.url = &mjpeg->url, .ops = &OPS, .ctx = mjpeg});
}

static void on_poll(void *ctx)
{
    struct mjpeg *mjpeg = ctx;
    if (mjpeg->runs && !mjpeg->request)
        ask(mjpeg);
}

/* --- Calls from the camera. --- */

static void source_start(void *source, const struct camera_wish *wish)
{
    struct mjpeg *mjpeg = source;
    mjpeg->max_fps = wish->fps;
    mjpeg->runs = true;
    disconnect(mjpeg);
    ask(mjpeg);
}

static void source_adjust(void *source, const struct camera_wish *wish)
{
    struct mjpeg *mjpeg = source;
    mjpeg->max_fps = wish->fps;
}

static void source_stop(void *source)
{
    struct mjpeg *mjpeg = source;
    mjpeg->runs = false;
    disconnect(mjpeg);
    mjpeg_disconnect_idle(mjpeg);
}

static int source_still(void *source, uint32_t request)
{
    return mjpeg_device_capture(source, request);
}

static int source_set(void *source, const struct control_values *values)
{
    return mjpeg_device_set(source, values);
}

static void source_detached(void *source)
{
    struct mjpeg *mjpeg = source;
    mjpeg->runs = false;
    disconnect(mjpeg);
    mjpeg_device_finish(mjpeg);
    client_destroy(mjpeg->client);
    net_timer_destroy(mjpeg->poll_timer);
    mem_free(mjpeg);
}

static const struct source_ops SOURCE_OPS = {
    .start = source_start,
    .adjust = source_adjust,
    .restart = source_start,
    .stop = source_stop,
    .still = source_still,
    .set = source_set,
    .detached = source_detached,
};

/* --- Adding cameras. --- */

static void attach(struct camera *camera, const struct url *url)
{
    struct mjpeg *mjpeg = mem_new(struct mjpeg);
    mjpeg->camera = camera;
    mjpeg->url = *url;
    mjpeg->poll_timer = net_timer_create(camera_env(camera)->net, on_poll, mjpeg);
    camera_source_up(
        camera, &SOURCE_OPS, mjpeg,
        &(struct camera_source_info){.controlled = true, .first_frame_us = FIRST_FRAME_US});
}

static int explain(int error, const struct camera_identity *identity,
                   char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
{
    struct text text = text_over(ret_wrong, MJPEG_SENTENCE_MAX_BYTES);
    switch (error) {
    case -EEXIST:
        text_add(&text, "another camera has the id \"%s\"", identity->id);
        break;
    case -ENOSPC:
        text_add(&text, "max_cameras in eyelid.conf is reached");
        break;
    default:
        text_add(&text, "an id is 1 to 32 of a-z, 0-9 and -");
    }
    return error;
}

int mjpeg_check_url(const struct camera_env *env, const char *text, struct url *ret_url,
                    char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
{
    const char *wrong = NULL;
    struct url url;
    if (url_parse(text, &url, &wrong) < 0) {
        snprintf(ret_wrong, MJPEG_SENTENCE_MAX_BYTES, "invalid camera URL: %s", wrong);
        return -EINVAL;
    }
    wrong = outbound_host_denial(&env->outbound, url.host);
    if (wrong) {
        snprintf(ret_wrong, MJPEG_SENTENCE_MAX_BYTES,
                 "%.45s is %s; pull_allow in eyelid.conf can allow it", url.host, wrong);
        return -EACCES;
    }
    *ret_url = url;
    return 0;
}

int mjpeg_add(struct registry *registry, const struct camera_identity *identity,
              struct camera **ret_camera, char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
{
    struct url url;
    struct camera *camera = NULL;
    struct camera_identity network = *identity;
    network.kind = CAMERA_HTTP;
    network.adopted = true;
    int r = mjpeg_check_url(registry_env(registry), identity->address, &url, ret_wrong);
    if (r < 0)
        return r;
    r = registry_add(registry, &network, &camera);
    if (r < 0)
        return explain(r, identity, ret_wrong);
    if (!camera_view(camera).has_source)
        attach(camera, &url);
    *ret_camera = camera;
    return 0;
}

int mjpeg_move(struct camera *camera, const char *address, char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
{
    struct url url;
    const int r = mjpeg_check_url(camera_env(camera), address, &url, ret_wrong);
    if (r < 0)
        return r;
    camera_move(camera, address);
    attach(camera, &url);
    return 0;
}

void mjpeg_attach_all(struct registry *registry)
{
    registry_for_each (camera, registry) {
        const struct camera_view view = camera_view(camera);
        struct url url;
        const char *wrong;
        if (view.kind != CAMERA_HTTP || view.has_source)
            continue;
        if (view.address && url_parse(view.address, &url, &wrong) == 0)
            attach(camera, &url);
        else
            camera_error(camera, "invalid camera URL");
    }
}
