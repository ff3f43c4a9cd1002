#include "door.h"
#include "camera/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/wire.h"

uint8_t door_jpeg[DOOR_JPEG_CAP];
size_t door_jpeg_len;

/* --- The door. --- */

static int64_t now_us(void *ctx)
{
    struct door *door = ctx;
    return clock_now_us(&clock_system) - door->behind_us;
}

static int64_t wall_us(void *ctx)
{
    (void)ctx;
    return clock_wall_us(&clock_system);
}

static void on_wake(void *ctx)
{
    struct door *door = ctx;
    door->run(door, door->ctx);
    tally_add(&door->ran);
}

/* Runs on the loop and waits until it has. */
void door_on_loop(struct door *door, void (*run)(struct door *door, void *ctx), void *ctx)
{
    door->run = run;
    door->ctx = ctx;
    struct waker waker = net_wake_waker(door->wake);
    waker_wake(&waker);
    tally_wait(&door->ran, ++door->asked);
}

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    struct door *door = ctx;
    char token[CAMERA_TOKEN_CHARS + 1];
    struct push_knock knock = {.id = http_path(request) + 1};
    if (http_query(request, "token", token, sizeof(token)))
        knock.token = token;
    return push_upgrade(door->registry, request, &knock, ret_accept);
}

static void on_request(void *ctx, struct http_request *request)
{
    (void)ctx;
    http_reply(request, &(struct http_response){.status = 404});
}

static int open_maker(void *ctx, const struct maker_request *request, void **ret_maker)
{
    (void)ctx;
    (void)request;
    (void)ret_maker;
    return -ENOENT;
}

void door_begin(struct door *door, const struct registry_params *params)
{
    *door = (struct door){.ran = TALLY_INIT};
    site_init(&door->site, NULL,
              &(struct net_listener_params){
                  .ctx = door, .on_request = on_request, .on_upgrade = on_upgrade});
    door->clock = (struct clock){.now_us = now_us, .wall_us = wall_us, .ctx = door};
    door->wake = net_wake_create(door->site.net, on_wake, door);
    struct registry_params p = params ? *params : (struct registry_params){0};
    p.env.net = door->site.net;
    p.env.clock = &door->clock;
    p.env.makers.open = open_maker;
    door->registry = registry_create(&p);
}

void door_end(struct door *door)
{
    site_stop(&door->site);
    registry_destroy(door->registry);
    net_wake_destroy(door->wake);
    site_finish(&door->site);
}

void door_run(struct door *door, const struct registry_params *params)
{
    door_begin(door, params);
    site_run(&door->site);
}

/* --- The device. --- */

int peer_connect_as(struct door *door, const char *path, bool controlled)
{
    int fd = peer_connect(door->site.port);
    char head[4096];
    int status =
        peer_upgrade(fd, path, controlled ? "Sec-WebSocket-Protocol: eyelid.device.v1\r\n" : "",
                     head, sizeof(head));
    assert_int_equal(status, 101);
    assert_int_equal(strstr(head, "eyelid.device.v1") != NULL, controlled);
    return fd;
}

void peer_says(int fd, const char *text)
{
    peer_frame(fd, PEER_FIN | PEER_TEXT, text, strlen(text));
}

void peer_settle(int fd)
{
    char payload[125];
    size_t len;
    peer_frame(fd, PEER_FIN | PEER_PING, "x", 1);
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_PONG);
}

void peer_is_hung_up(int fd, unsigned code)
{
    uint8_t payload[125];
    size_t len;
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_true(len >= 2);
    assert_int_equal(payload[0] << 8 | payload[1], code);
    peer_frame(fd, PEER_FIN | PEER_CLOSE, payload, 2);
    assert_true(peer_receive(fd, payload, 1) <= 0);
}

/* The next text of the server, an object; finish it with json_decref. */
static json_t *peer_hear(int fd)
{
    char text[4096];
    size_t len;
    assert_int_equal(peer_read_frame(fd, text, sizeof(text), &len), PEER_FIN | PEER_TEXT);
    json_t *o = json_loadb(text, len, 0, NULL);
    assert_non_null(o);
    return o;
}

void peer_hears(int fd, const char *expected)
{
    json_t *o = peer_hear(fd), *e = json_loads(expected, 0, NULL);
    char *text = json_dumps(o, JSON_COMPACT);
    if (!json_equal(o, e))
        fail_msg("it said %s and not %s", text, expected);
    free(text);
    json_decref(o);
    json_decref(e);
}

/* Expects `time` and answers it as a device whose clock shows device_us. */
void peer_answers_time(int fd, int64_t device_us)
{
    char text[128];
    json_t *o = peer_hear(fd);
    assert_string_equal(json_string_value(json_object_get(o, "type")), "time");
    snprintf(text, sizeof(text), "{\"type\":\"time\",\"server_us\":%lld,\"device_us\":%lld}",
             (long long)json_integer_value(json_object_get(o, "server_us")), (long long)device_us);
    json_decref(o);
    peer_says(fd, text);
}

void peer_sends(int fd, uint8_t flags, uint32_t sequence, int64_t capture_us, const uint8_t *bytes,
                size_t len)
{
    uint8_t message[WIRE_HEAD_BYTES + DOOR_JPEG_CAP];
    wire_frame_write(
        &(struct wire_frame){.flags = flags, .sequence = sequence, .capture_us = capture_us},
        message);
    memcpy(message + WIRE_HEAD_BYTES, bytes, len);
    peer_frame(fd, PEER_FIN | PEER_BINARY, message, WIRE_HEAD_BYTES + len);
}

/* --- What the loop sees. --- */

static void look_now(struct door *door, void *ctx)
{
    struct view *view = ctx;
    struct camera *camera = registry_find(door->registry, view->id);
    *view = (struct view){.id = view->id, .is_there = camera};
    if (!camera)
        return;
    const struct camera_view seen = camera_view(camera);
    view->has_source = seen.has_source;
    view->controlled = seen.controlled;
    view->received = seen.stats.received;
    view->received_bytes = seen.stats.received_bytes;
    view->published = hub_count(rendition_full(camera, RENDITION_JPEG)->hub);
    for (unsigned drop = 0; drop < CAMERA_DROPS; drop++)
        view->dropped[drop] = camera_dropped(camera, drop);
    strcpy(view->name, seen.name);
    strcpy(view->model, seen.model ? seen.model : "");
    view->battery_percent = seen.battery_percent;
    view->sleeps = seen.sleeping_until_wall_us != 0;
    json_t *controls = camera_controls(camera);
    view->controls = json_array_size(controls);
    json_decref(controls);
    if (seen.poster) {
        view->newest_age_us = seen.poster->arrival_us - seen.poster->capture_us;
        view->newest_len = packet_unit_len_bytes(seen.poster);
        memcpy(view->newest, packet_unit(seen.poster), view->newest_len);
    }
}

const struct view *door_look(struct door *door, const char *id)
{
    static struct view view;
    view.id = id;
    door_on_loop(door, look_now, &view);
    return &view;
}

/* Waits for what the loop does on its own accord, such as noticing that a peer has left. */
void door_await_source(struct door *door, const char *id, bool there)
{
    for (int i = 0; i < 10000; i++) {
        if (door_look(door, id)->has_source == there)
            return;
        usleep(1000);
    }
    fail_msg("%s never %s", id, there ? "came" : "went");
}

static void ready(void *ctx)
{
    (void)ctx;
}

struct wish {
    const char *id;
    struct lease_params params;
    struct lease *lease;
};

static void take_now(struct door *door, void *ctx)
{
    struct wish *wish = ctx;
    wish->params.ready = ready;
    wish->lease = camera_lease(registry_find(door->registry, wish->id), &wish->params);
}

static void release_now(struct door *door, void *ctx)
{
    (void)door;
    lease_release(ctx);
}

struct lease *door_take(struct door *door, const char *id)
{
    struct wish wish = {.id = id, .params = {.max_fps = 30, .max_width = 640, .max_height = 480}};
    door_on_loop(door, take_now, &wish);
    return wish.lease;
}

void door_release(struct door *door, struct lease *lease)
{
    door_on_loop(door, release_now, &lease);
}

/* The text of an example of docs/protocol.md. */
const char *door_example(const char *name)
{
    static char doc[65536];
    char head[64];
    FILE *file = fopen(PROTOCOL_MD, "r");
    assert_non_null(file);
    doc[fread(doc, 1, sizeof(doc) - 1, file)] = '\0';
    fclose(file);
    snprintf(head, sizeof(head), "```\nexample: %s\n", name);
    char *text = strstr(doc, head);
    assert_non_null(text);
    text += strlen(head);
    *strstr(text, "\n```") = '\0';
    return text;
}

int door_setup(void **state)
{
    (void)state;
    FILE *file = fopen(JPEG_FILE, "rb");
    if (!file)
        return -1;
    size_t len = fread(door_jpeg, 1, DOOR_JPEG_CAP, file);
    fclose(file);
    /* A comment behind SOI makes it as long as a picture of some use. */
    enum { COMMENT = 5000 };
    memmove(door_jpeg + 2 + COMMENT, door_jpeg + 2, len - 2);
    memset(door_jpeg + 2, 'x', COMMENT);
    memcpy(door_jpeg + 2, (uint8_t[]){0xff, 0xfe, (COMMENT - 2) >> 8, (COMMENT - 2) & 0xff}, 4);
    door_jpeg_len = len + COMMENT;
    return len < 100;
}
