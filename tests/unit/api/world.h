/* A server without sockets, devices or codecs: the API over a real registry, with a device that
 * records calls, and makers whose encoder is the test. */
#pragma once
#include <jansson.h>

#include "api/api.h"
#include "camera/capture.h"
#include "camera/source.h"
#include "fake_net.h"
#include "media/live.h"

struct device {
    struct camera *camera;
    unsigned starts, stops, sets;
    uint32_t captures; /* number of the last still asked for */
    struct camera_wish wish;
    bool can_capture;
};

struct encoding {
    struct list node;
    struct world *world;
    char camera[CAMERA_ID_MAX + 1];
    enum rendition_kind kind;
    struct hub *hub; /* borrowed */
    uint64_t turn;
};

struct world {
    struct net *net;
    struct registry *registry;
    struct service *service;
    struct api *api;
    struct api_door page, devices;
    struct list encodings;    /* of struct encoding.node: open encoders */
    struct maker_stats stats; /* of every encoder */
    struct packet *init;      /* what world_h264 puts in front */
};

void world_init(struct world *world);
void world_finish(struct world *world);

/* For cmocka: a world of its own for each test, in *state. */
int world_setup(void **state);
int world_teardown(void **state);
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

/* A camera that nobody has seen yet, with its device on it, controlled and with two controls. */
struct device *world_device(struct world *world, const char *id);
void world_device_gone(struct device *device); /* offline */
void world_device_back(struct device *device);
void world_device_free(struct device *device); /* before world_finish */

/* The device says what is in force: JSON of name → value. */
void world_report(struct device *device, const char *values);

/* The device sends a frame: bytes, as JPEG of that size. */
void world_jpeg(struct device *device, const char *bytes, uint16_t width, uint16_t height);
/* The encoder makes a unit; new_init: with other parameter sets than before. */
void world_h264(struct world *world, struct device *device, const char *bytes, bool key,
                bool new_init);
/* The first open encoder of the camera, or NULL. */
struct encoding *world_encoding(struct world *world, const char *camera);
bool world_wants_key(struct world *world, const char *camera);
/* The device answers the last capture. */
void world_still(struct device *device, const char *bytes, uint16_t width, uint16_t height);

/* Sends a request through the page's door and turns the loop. */
struct http_request *world_ask(struct world *world, const struct fake_request *what);
struct http_request *world_get(struct world *world, const char *path);
/* Its answer's body as JSON; free with json_decref. */
json_t *world_json(const struct http_request *request);

/* The text of the block "example: NAME" of docs/protocol.md; the test fails if it is missing. */
void world_example(const char *name, char *out, size_t cap_bytes);

/* A page opens its WebSocket; hello and the list of cameras are taken off. */
struct ws *world_page(struct world *world);
/* The page says so, and the loop turns. */
void world_say(struct world *world, struct ws *ws, const char *text);
/* The next message: an event of that type, with all that the contract's example of it has; free
 * with json_decref. */
json_t *world_event(struct ws *ws, const char *type);
/* The next message but for news of cameras: media, whose head is checked. */
struct live_head world_media(struct ws *ws, struct fake_message *ret_message);
/* The members of an event: "(none)" where there is no such string; an integer must be there. */
const char *world_string(json_t *json, const char *name);
json_int_t world_integer(json_t *json, const char *name);
/* The next message is that. */
struct live_head world_expect_media(struct ws *ws, enum live_kind kind, const char *payload);
void world_expect_event(struct ws *ws, const char *type);
void world_expect_error(struct ws *ws, const char *code, const char *camera);

/* What a page says to watch a camera. */
#define START(camera, rendition)                                                                   \
    "{\"type\":\"start\",\"camera\":\"" camera "\",\"rendition\":\"" rendition "\"}"

/* Takes off everything that waits. */
void world_drain(struct world *world, struct ws *ws);
void world_assert_silent(struct ws *ws);
