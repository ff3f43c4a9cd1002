#include "pull/probe.h"

#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "pull/mjpeg_internal.h"

/* Some cameras start their sensor only on request. */
static const int64_t TOTAL_US = 12 * US_PER_S;

struct probe {
    struct probe_params params;
    const struct camera_env *env;
    struct url url;
    struct client *client;
    struct client_request *request;
    struct jpeg_stream parser;
    bool is_answered;
};

static void destroy(struct probe *probe)
{
    jpeg_stream_finish(&probe->parser);
    client_destroy(probe->client);
    mem_free(probe);
}

/* The last call; takes the probe. */
static void finish(struct probe *takes_probe, int error, struct packet *picture,
                   const char *sentence)
{
    takes_probe->params.done(takes_probe->params.ctx, error, picture, sentence);
    destroy(takes_probe);
}

/* Takes the probe, which ends with its first picture. */
static void on_picture(struct probe *takes_probe, const struct jpeg_stream_picture *picture)
{
    struct camera_frame frame = {.takes_buf = picture->buf,
                                 .unit_off = CAMERA_FRAME_ROOM,
                                 .end_off = (uint32_t)(CAMERA_FRAME_ROOM + picture->len_bytes)};
    if (camera_check_jpeg(&frame, &takes_probe->env->jpeg_limits) != JPEG_OK) {
        finish(takes_probe, -EBADMSG, NULL, "its JPEG pictures cannot be shown");
        return; /* the buffer is freed */
    }
    struct packet *packet = camera_packet(&frame);
    finish(takes_probe, 0, packet, "");
    packet_unref(&packet);
}

static void on_head(void *ctx, const struct client_head *head)
{
    struct probe *probe = ctx;
    char place[URL_PLACE_MAX_BYTES], sentence[MJPEG_SENTENCE_MAX_BYTES];
    probe->is_answered = head->status == 200;
    if (probe->is_answered)
        return;
    url_place(&probe->url, place);
    snprintf(sentence, sizeof(sentence), "%.120s answers %u", place, head->status);
    finish(probe, -EBADMSG, NULL, sentence);
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    struct probe *probe = ctx;
    struct jpeg_stream_picture picture;
    const int r = jpeg_stream_read(&probe->parser, &bytes, &len_bytes, &picture);
    if (r > 0)
        on_picture(probe, &picture);
    else if (r < 0)
        finish(probe, r, NULL,
               r == -EMSGSIZE  ? "its picture is larger than 4 MiB"
               : r == -EBADMSG ? "it sends no JPEG"
                               : "out of memory");
}

static void on_done(void *ctx, int error, const char *sentence)
{
    struct probe *probe = ctx;
    struct jpeg_stream_picture picture;
    probe->request = NULL;
    if (probe->is_answered && jpeg_stream_end(&probe->parser, &picture))
        on_picture(probe, &picture);
    else if (error)
        finish(probe, error, NULL, sentence);
    else
        finish(probe, -EBADMSG, NULL, "it sends no JPEG");
}

int probe_begin(const struct probe_params *params, struct probe **ret_probe,
                char ret_wrong[MJPEG_SENTENCE_MAX_BYTES])
{
    static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};
    const struct camera_env *env = registry_env(params->registry);
    struct url url;
    const int r = mjpeg_check_url(env, params->url, &url, ret_wrong);
    if (r < 0)
        return r;
    struct probe *probe = mem_new(struct probe);
    probe->params = *params;
    probe->env = env;
    probe->url = url;
    jpeg_stream_init(&probe->parser, CAMERA_FRAME_ROOM, MJPEG_PICTURE_MAX_BYTES);
    probe->client = client_create(&(struct client_params){
        .net = env->net, .policy = env->outbound, .first_byte_us = TOTAL_US});
    probe->request = client_get(
        probe->client,
        &(struct client_get){.url = &probe->url, .total_us = TOTAL_US, .ops = &OPS, .ctx = probe});
    *ret_probe = probe;
    return 0;
}

void probe_cancel(struct probe *probe)
{
    if (probe)
        destroy(probe);
}
