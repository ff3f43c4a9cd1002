#include "far.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/client.h"

/* --- The client. --- */

static struct list requests; /* open ones, in order */
int far_clients;             /* that live */
static unsigned last_number;

struct client {
    int any;
};

struct client *client_create(const struct client_params *params)
{
    assert_non_null(params->net);
    far_clients++;
    return calloc(1, sizeof(struct client));
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    far_clients--;
    free(client);
    list_for_each (request, &requests, struct client_request, node) {
        list_remove(&request->node);
        free(request);
    }
}

struct client_request *client_get(struct client *client, const struct client_get *get)
{
    struct client_request *request = calloc(1, sizeof(*request));
    assert_non_null(client);
    request->get = *get;
    request->number = ++last_number;
    url_format(get->url, request->url);
    snprintf(request->user, sizeof(request->user), "%s", get->url->user);
    list_append(&requests, &request->node);
    return request;
}

void client_cancel(struct client_request *request)
{
    if (!request)
        return;
    list_remove(&request->node);
    free(request);
}

/* Asserts that these are what is asked for at the moment: URLs behind http://cam, each with a blank
 * behind it. */
void far_asked(const char *expected)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof(bytes));
    list_for_each (request, &requests, struct client_request, node)
        text_add(&text, "%s ", request->url + strlen("http://cam"));
    assert_string_equal(bytes, expected);
}

struct client_request *far_request(const char *url)
{
    list_for_each (request, &requests, struct client_request, node)
        if (strcmp(request->url + strlen("http://cam"), url) == 0)
            return request;
    fail_msg("%s is not asked for", url);
    return NULL;
}

void far_head(const char *url, unsigned status, const char *type)
{
    struct client_request *request = far_request(url);
    request->get.ops->head(request->get.ctx,
                           &(struct client_head){.status = status, .content_type = type});
}

void far_body(const char *url, const void *bytes, size_t len_bytes)
{
    struct client_request *request = far_request(url);
    request->get.ops->body(request->get.ctx, bytes, len_bytes);
}

void far_done(const char *url, int error, const char *sentence)
{
    struct client_request *request = far_request(url);
    struct client_get get = request->get;
    client_cancel(request);
    get.ops->done(get.ctx, error, sentence);
}

void far_answer(const char *url, unsigned status, const char *type, const void *bytes,
                size_t len_bytes)
{
    far_head(url, status, type);
    if (len_bytes)
        far_body(url, bytes, len_bytes);
    far_done(url, 0, "");
}

/* --- Pictures: the file's header with another size, and a scan that is long enough for it. --- */

const struct far_picture *far_picture(uint16_t width, uint16_t height)
{
    static struct far_picture picture;
    FILE *file = fopen(JPEG_FILE, "rb");
    assert_non_null(file);
    assert_true(fread(picture.bytes, 1, sizeof(picture.bytes), file) > 4);
    fclose(file);
    size_t at = 2;
    while (picture.bytes[at + 1] != 0xda) {
        if (picture.bytes[at + 1] == 0xc0) {
            picture.bytes[at + 5] = (uint8_t)(height >> 8);
            picture.bytes[at + 6] = (uint8_t)height;
            picture.bytes[at + 7] = (uint8_t)(width >> 8);
            picture.bytes[at + 8] = (uint8_t)width;
        }
        at += 2 + (size_t)(picture.bytes[at + 2] << 8 | picture.bytes[at + 3]);
    }
    at += 2 + (size_t)(picture.bytes[at + 2] << 8 | picture.bytes[at + 3]);
    memset(picture.bytes + at, 0x55, 100 * 1024);
    at += 100 * 1024;
    picture.bytes[at++] = 0xff;
    picture.bytes[at++] = 0xd9;
    picture.len_bytes = at;
    return &picture;
}

void far_part(const char *url, uint16_t width, uint16_t height)
{
    const struct far_picture *picture = far_picture(width, height);
    char head[64];
    int len =
        snprintf(head, sizeof(head), "--frame\r\nContent-Length: %zu\r\n\r\n", picture->len_bytes);
    far_body(url, head, (size_t)len);
    far_body(url, picture->bytes, picture->len_bytes);
}

/* --- The camera. --- */

const char FAR_STREAM_TYPE[] = "multipart/x-mixed-replace; boundary=frame";
const char FAR_STATUS[] = "{\"0xd3\":0,\"framesize\":10,\"quality\":10,\"brightness\":0}";

struct camera *far_camera(struct rig *rig, const char *url)
{
    char wrong[MJPEG_SENTENCE_MAX_BYTES] = "";
    struct camera *camera = NULL;
    int r = mjpeg_add(rig->registry, &(struct camera_identity){.id = "porch", .address = url},
                      &camera, wrong);
    assert_string_equal(wrong, "");
    assert_int_equal(r, 0);
    rig->camera = camera;
    return camera;
}

int far_setup(void **state)
{
    list_init(&requests);
    far_clients = 0;
    return rig_setup(state);
}

int far_teardown(void **state)
{
    int r = rig_teardown(state);
    assert_true(list_empty(&requests));
    assert_int_equal(far_clients, 0);
    return r;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

struct lease *far_lease(struct camera *camera, uint16_t max_fps)
{
    return camera_lease(camera, &(struct lease_params){.reason = LEASE_VIEWER,
                                                       .rendition = RENDITION_JPEG,
                                                       .max_fps = max_fps,
                                                       .ready = on_ready});
}
