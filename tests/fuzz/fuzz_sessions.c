/* Whole sessions against each other: a device that pushes, a page, and players over HTTP (streams,
 * snapshots, HLS with its directives), over a server without sockets whose clock the input moves.
 * Each step is a byte, what it is about follows. Whatever happens, nothing stays behind. */
#include <stdio.h>
#include <string.h>

#include "../unit/api/world.h"
#include "base/alloc.h"
#include "base/log.h"
#include "check.h"
#include "grammar.h"

enum { TEXT_MAX_BYTES = 2048, REQUESTS = 4, STEPS_MAX = 400 };

static const char *const PAGE_WORDS[] = {
    GRAMMAR_JSON,
    "start",
    "stop",
    "key",
    "set",
    "reset",
    "capture",
    "ping",
    "camera",
    "rendition",
    "h264",
    "jpeg",
    "fps",
    "width",
    "height",
    "request",
    "values",
    "brightness",
    "mirror",
    "{\"type\":\"start\",\"camera\":\"porch\",\"rendition\":\"h264\"}",
    "{\"type\":\"start\",\"camera\":\"porch\",\"rendition\":\"jpeg\",\"fps\":5,\"width\":64}",
    "{\"type\":\"stop\",\"camera\":\"porch\"}",
    "{\"type\":\"capture\",\"camera\":\"porch\",\"request\":1}",
    "{\"type\":\"set\",\"camera\":\"porch\",\"request\":2,\"values\":{\"brightness\":1}}"};
static const char *const DEVICE_WORDS[] = {
    GRAMMAR_JSON,
    "hello",
    "values",
    "time",
    "state",
    "captured",
    "id",
    "battery",
    "controls",
    "brightness",
    "mirror",
    "request",
    "sleeping",
    "wake_in_s",
    "server_us",
    "device_us",
    "{\"type\":\"hello\",\"id\":\"porch\",\"controls\":[{\"name\":\"brightness\",\"type\":\"int\","
    "\"min\":-2,"
    "\"max\":2,\"step\":1,\"default\":0,\"value\":0}]}",
    "{\"type\":\"values\",\"values\":{\"brightness\":1}}",
    "{\"type\":\"captured\",\"request\":1}",
    "{\"type\":\"state\",\"sleeping\":true,\"wake_in_s\":60}",
    "{\"type\":\"time\",\"server_us\":1,\"device_us\":1}"};
static const char *const PATHS[] = {"/hls/porch/index.m3u8",
                                    "/hls/porch/",
                                    "/stream/porch.mjpg",
                                    "/stream/porch.mp4",
                                    "/stream/porch.h264",
                                    "/stream/porch.ts",
                                    "/snapshot/porch.jpg",
                                    "/poster/porch.jpg",
                                    "/",
                                    "/stream",
                                    "/webcam/",
                                    "/api/v1/cameras/porch",
                                    "/api/v1/cameras"};
static const char *const QUERY_WORDS[] = {"_HLS_msn=",
                                          "_HLS_part=",
                                          "&",
                                          "=",
                                          "0",
                                          "1",
                                          "7",
                                          "-1",
                                          "1000",
                                          "1000000000000000",
                                          "9223372036854775808",
                                          "x",
                                          "%",
                                          "%00",
                                          "action=stream",
                                          "action=snapshot_1",
                                          "max_age=",
                                          "token=",
                                          "classic"};

struct play {
    struct world world;
    struct ws *page, *device;
    struct http_request *requests[REQUESTS];
    const uint8_t *at, *end;
};

static uint8_t take(struct play *play)
{
    return play->at < play->end ? *play->at++ : 0;
}

/* The next bytes, up to so many, as a text. */
static const char *text(struct play *play, const char *const *words, size_t n_words)
{
    static char out[TEXT_MAX_BYTES];
    size_t n = take(play) % 64, left = (size_t)(play->end - play->at);
    n = n < left ? n : left;
    grammar_write(words, n_words, play->at, n, out, sizeof(out));
    play->at += n;
    return out;
}
#define TEXT(play, words) text(play, words, sizeof(words) / sizeof((words)[0]))

static bool is_open(const struct ws *ws)
{
    return ws && fake_ws_close_code(ws) == 0;
}

static void leave(struct ws **ws)
{
    if (*ws)
        fake_ws_destroy(*ws);
    *ws = NULL;
}

static struct ws *connect_to(struct play *play, const char *path, const char *subprotocol)
{
    struct ws_accept accept;
    struct http_request *request = fake_request_create(
        play->world.net, &(struct fake_request){.path = path, .subprotocol = subprotocol});
    const int status = api_upgrade(&play->world.page, request, &accept);
    fake_request_destroy(request);
    return status == 0 ? fake_ws_open(play->world.net, &accept) : NULL;
}

static void device_sends(struct play *play)
{
    /* 32x32, grey */
    static const uint8_t JPEG[] = {
        0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00,
        0x01, 0x00, 0x01, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x10, 0x0b, 0x0c, 0x0e, 0x0c,
        0x0a, 0x10, 0x0e, 0x0d, 0x0e, 0x12, 0x11, 0x10, 0x13, 0x18, 0x28, 0x1a, 0x18, 0x16, 0x16,
        0x18, 0x31, 0x23, 0x25, 0x1d, 0x28, 0x3a, 0x33, 0x3d, 0x3c, 0x39, 0x33, 0x38, 0x37, 0x40,
        0x48, 0x5c, 0x4e, 0x40, 0x44, 0x57, 0x45, 0x37, 0x38, 0x50, 0x6d, 0x51, 0x57, 0x5f, 0x62,
        0x67, 0x68, 0x67, 0x3e, 0x4d, 0x71, 0x79, 0x70, 0x64, 0x78, 0x5c, 0x65, 0x67, 0x63, 0xff,
        0xc0, 0x00, 0x0b, 0x08, 0x00, 0x20, 0x00, 0x20, 0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00,
        0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xda, 0x00, 0x08,
        0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xd9,
    };
    uint8_t bytes[512] = {0};
    const uint8_t kind = take(play);
    size_t len = 0;
    for (size_t n = take(play) % 48; n > 0 && play->at < play->end; n--)
        bytes[len++] = take(play);
    if (kind & 1) {
        memcpy(bytes + len, JPEG, sizeof(JPEG));
        len += sizeof(JPEG);
    }
    if (is_open(play->device))
        fake_ws_say_binary(play->device, bytes, len);
}

static void ask(struct play *play)
{
    struct http_request **slot = &play->requests[take(play) % REQUESTS];
    const uint8_t path = take(play);
    if (*slot)
        fake_request_destroy(*slot);
    *slot =
        world_ask(&play->world,
                  &(struct fake_request){.path = PATHS[path % (sizeof(PATHS) / sizeof(PATHS[0]))],
                                         .query = TEXT(play, QUERY_WORDS),
                                         .method = path & 128 ? "HEAD" : "GET"});
}

static void encoder_makes(struct play *play)
{
    const uint8_t what = take(play);
    struct encoding *encoding = world_encoding(&play->world, "porch");
    struct camera *camera = registry_find(play->world.registry, "porch");
    struct device stand_in = {.camera = camera};
    if (encoding && camera)
        world_h264(&play->world, &stand_in, "unit", what & 1, what & 2);
}

static void step(struct play *play)
{
    switch (take(play) % 10) {
    case 0:
        leave(&play->device);
        play->device =
            connect_to(play, "/device/porch", take(play) & 1 ? "eyelid.device.v1" : NULL);
        break;
    case 1:
        leave(&play->page);
        play->page = connect_to(play, "/api/v1/live", "eyelid.live.v1");
        break;
    case 2:
        if (is_open(play->page))
            fake_ws_say(play->page, TEXT(play, PAGE_WORDS));
        break;
    case 3:
        if (is_open(play->device))
            fake_ws_say(play->device, TEXT(play, DEVICE_WORDS));
        break;
    case 4:
        device_sends(play);
        break;
    case 5:
        fake_clock_advance(take(play) * 40 * US_PER_MS);
        break;
    case 6:
        for (int i = 0; i < 8 && is_open(play->page) && fake_ws_skip(play->page);)
            i++;
        while (is_open(play->device) && fake_ws_skip(play->device))
            ;
        break;
    case 7:
        ask(play);
        break;
    case 8:
        for (int i = 0; i < REQUESTS; i++)
            if (play->requests[i])
                (void)fake_pull(play->requests[i]);
        break;
    default:
        encoder_makes(play);
    }
    fake_net_turn(play->world.net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct play play = {.at = data, .end = data + len_bytes};
    log_setup(LOG_LEVEL_ERROR, false);
    world_init(&play.world);
    for (int i = 0; i < STEPS_MAX && play.at < play.end; i++)
        step(&play);
    leave(&play.page);
    for (int i = 0; i < REQUESTS; i++)
        if (play.requests[i])
            fake_request_destroy(play.requests[i]);
    /* Nobody looks any more: all sleeps, and no lease is left. */
    for (int i = 0; i < 30; i++) {
        fake_clock_advance(US_PER_S);
        fake_net_turn(play.world.net);
    }
    struct camera *camera = registry_find(play.world.registry, "porch");
    if (camera) {
        CHECK(camera_view(camera).leases == 0);
        CHECK(camera_state(camera) == DEMAND_ASLEEP || camera_state(camera) == DEMAND_OFFLINE);
    }
    CHECK(list_empty(&play.world.encodings));
    leave(&play.device);
    fake_net_turn(play.world.net);
    world_finish(&play.world);
    return 0;
}
