#include "world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "camera/control_json.h"
#include "tests/unit/live_head.h"
#include "ui/assets.h"

/* --- The device. --- */

static void device_start(void *source, const struct camera_wish *wish)
{
    struct device *device = source;
    device->starts++;
    device->wish = *wish;
}

static void device_adjust(void *source, const struct camera_wish *wish)
{
    ((struct device *)source)->wish = *wish;
}

static void device_stop(void *source)
{
    ((struct device *)source)->stops++;
}

static int device_capture(void *source, uint32_t request)
{
    struct device *device = source;
    if (!device->can_capture)
        return -ENOTSUP;
    device->captures = request;
    return 0;
}

static int device_set(void *source, const struct control_values *values)
{
    (void)values;
    ((struct device *)source)->sets++;
    return 0;
}

static void device_detached(void *source)
{
    ((struct device *)source)->camera = NULL;
}

static const struct source_ops DEVICE_OPS = {
    .start = device_start,
    .adjust = device_adjust,
    .restart = device_start,
    .stop = device_stop,
    .still = device_capture,
    .set = device_set,
    .detached = device_detached,
};

static void device_up(struct device *device)
{
    json_t *list =
        json_loads("[{\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,"
                   "\"default\":0,\"value\":0,\"group\":\"image\"},"
                   "{\"name\":\"mirror\",\"type\":\"bool\",\"default\":false,\"value\":false}]",
                   0, NULL);
    struct controls controls;
    control_json_schema(list, &controls);
    json_decref(list);
    camera_source_up(
        device->camera, &DEVICE_OPS, device,
        &(struct camera_source_info){.controlled = true, .model = "Fake", .controls = &controls});
    controls_finish(&controls);
}

struct device *world_device(struct world *world, const char *id)
{
    struct device *device = mem_new(struct device);
    device->can_capture = true;
    assert_int_equal(registry_get_or_add(world->registry, id, NULL, &device->camera), 0);
    device_up(device);
    fake_net_turn(world->net);
    device->stops = 0; /* a device that connects without viewers is stopped */
    return device;
}

void world_device_gone(struct device *device)
{
    camera_source_down(device->camera);
}

void world_device_back(struct device *device)
{
    device_up(device);
}

void world_device_free(struct device *device)
{
    if (device->camera && camera_view(device->camera).has_source)
        camera_source_down(device->camera);
    mem_free(device);
}

void world_report(struct device *device, const char *values)
{
    struct control_values read;
    char out[96];
    json_t *json = json_loads(values, 0, NULL);
    assert_null(control_json_read(camera_schema(device->camera), json, &read, out, sizeof(out)));
    json_decref(json);
    camera_controls_changed(device->camera, &read);
}

/* --- Pictures. --- */

static struct buf *bytes_behind(size_t room, const char *bytes)
{
    struct buf *buf;
    assert_int_equal(buf_create(room + strlen(bytes), &buf), 0);
    memset(buf->data, 0, room);
    memcpy(buf->data + room, bytes, strlen(bytes));
    return buf;
}

void world_jpeg(struct device *device, const char *bytes, uint16_t width, uint16_t height)
{
    int64_t now_us = clock_now_us(&fake_clock);
    struct buf *buf = bytes_behind(CAMERA_FRAME_ROOM, bytes);
    camera_frame(device->camera,
                 &(struct camera_frame){.takes_buf = buf,
                                        .is_admitted = true,
                                        .unit_off = CAMERA_FRAME_ROOM,
                                        .end_off = (uint32_t)(CAMERA_FRAME_ROOM + strlen(bytes)),
                                        .info = {.width = width, .height = height},
                                        .capture_us = now_us - 5 * US_PER_MS,
                                        .arrival_us = now_us});
}

enum { MOOF = 8 };

static struct packet *unit(const char *bytes, size_t head_bytes, struct packet *init)
{
    uint32_t message_off = PACKET_TRANSPORT_ROOM;
    uint32_t chunk_off = message_off + LIVE_HEAD_BYTES;
    struct buf *buf = bytes_behind(chunk_off + head_bytes, bytes);
    memset(buf->data + chunk_off, 'm', head_bytes);
    struct packet *packet = packet_create(buf, init);
    packet->message_off = message_off;
    packet->chunk_off = chunk_off;
    packet->unit_off = chunk_off + (uint32_t)head_bytes;
    packet->end_off = packet->unit_off + (uint32_t)strlen(bytes);
    packet->arrival_us = packet->capture_us = clock_now_us(&fake_clock);
    return packet;
}

struct encoding *world_encoding(struct world *world, const char *camera)
{
    list_for_each (encoding, &world->encodings, struct encoding, node)
        if (strcmp(encoding->camera, camera) == 0)
            return encoding;
    return NULL;
}

bool world_wants_key(struct world *world, const char *camera)
{
    struct encoding *encoding = world_encoding(world, camera);
    return encoding && hub_wants_key(encoding->hub);
}

void world_h264(struct world *world, struct device *device, const char *bytes, bool key,
                bool new_init)
{
    struct encoding *encoding = world_encoding(world, camera_id(device->camera));
    assert_non_null(encoding);
    if (new_init || !world->init) {
        packet_unref(&world->init);
        world->init = unit("init", 0, NULL);
        world->init->live = LIVE_INIT;
    }
    struct packet *packet = unit(bytes, MOOF, world->init);
    packet->live = LIVE_CHUNK;
    packet->key = key;
    assert_true(hub_publish(encoding->hub, encoding->turn, packet));
}

void world_still(struct device *device, const char *bytes, uint16_t width, uint16_t height)
{
    struct packet *still = unit(bytes, 0, NULL);
    still->width = width;
    still->height = height;
    camera_captured(device->camera, device->captures, 0, still);
    packet_unref(&still);
}

/* --- The encoder. --- */

static int encoder_open(void *ctx, const struct maker_request *request, void **ret_maker)
{
    struct world *world = ctx;
    struct encoding *encoding = mem_new(struct encoding);
    *encoding = (struct encoding){
        .world = world, .kind = request->kind, .hub = request->hub, .turn = request->turn};
    snprintf(encoding->camera, sizeof(encoding->camera), "%s", request->about);
    list_append(&world->encodings, &encoding->node);
    *ret_maker = encoding;
    return 0;
}

static void encoder_adjust(void *maker, const struct maker_pace *pace)
{
    (void)maker;
    (void)pace;
}

static void encoder_close(void *maker)
{
    struct encoding *encoding = maker;
    if (!encoding)
        return;
    list_remove(&encoding->node);
    mem_free(encoding);
}

static struct maker_stats encoder_stats(void *maker)
{
    return ((struct encoding *)maker)->world->stats;
}

/* --- The world. --- */

static const uint8_t INDEX[] = "the page, compressed";
static const struct asset FILES[] = {
    {"/index.html", "text/html; charset=utf-8", "\"i1\"", INDEX, sizeof(INDEX) - 1, false},
    {"/assets/app-1a2b3c.js", "text/javascript", "\"a1\"", INDEX, sizeof(INDEX) - 1, true},
};

void world_init(struct world *world)
{
    *world = (struct world){.net = fake_net_create()};
    list_init(&world->encodings);
    world->registry = registry_create(&(struct registry_params){
        .env.net = world->net,
        .env.clock = &fake_clock,
        .env.policy = demand_policy_default,
        .env.makers = {encoder_open, encoder_adjust, encoder_close, encoder_stats, world},
        .env.jpeg_limits = {4096, 4096},
        .max_cameras = 65, /* one more than a page may watch */
        .max_new_per_minute = 100,
    });
    world->service = service_create(&(struct service_params){.net = world->net,
                                                             .registry = world->registry,
                                                             .clock = &fake_clock,
                                                             .open_role = ACCESS_ADMIN});
    world->api = api_create(&(struct api_params){.net = world->net,
                                                 .service = world->service,
                                                 .clock = &fake_clock,
                                                 .assets = FILES,
                                                 .n_assets = 2,
                                                 .version = "0.0.0-\"test\""});
    world->page = (struct api_door){world->api, API_DOOR_PAGE, true};
    world->devices = (struct api_door){world->api, API_DOOR_DEVICE, true};
}

void world_finish(struct world *world)
{
    api_destroy(world->api);
    service_destroy(world->service);
    registry_destroy(world->registry);
    packet_unref(&world->init);
    assert_true(list_empty(&world->encodings));
    fake_net_destroy(world->net);
}

int world_setup(void **state)
{
    *state = mem_new(struct world);
    world_init(*state);
    return 0;
}

int world_teardown(void **state)
{
    world_finish(*state);
    mem_free(*state);
    return 0;
}

struct http_request *world_ask(struct world *world, const struct fake_request *what)
{
    struct http_request *request = fake_request_create(world->net, what);
    api_request(&world->page, request);
    fake_net_turn(world->net);
    return request;
}

struct http_request *world_get(struct world *world, const char *path)
{
    return world_ask(world, &(struct fake_request){.path = path});
}

json_t *world_json(const struct http_request *request)
{
    const bool is_problem = fake_answer(request)->status >= 400;
    assert_string_equal(fake_answer(request)->content_type,
                        is_problem ? "application/problem+json" : "application/json");
    json_t *json = json_loads(fake_answer(request)->body, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

struct ws *world_page(struct world *world)
{
    struct ws_accept accept;
    struct http_request *request =
        fake_request_create(world->net, &(struct fake_request){.path = "/api/v1/live",
                                                               .subprotocol = "eyelid.live.v1"});
    assert_int_equal(api_upgrade(&world->page, request, &accept), 0);
    assert_string_equal(accept.ops->subprotocol, "eyelid.live.v1");
    fake_request_destroy(request);
    struct ws *ws = fake_ws_open(world->net, &accept);
    json_decref(world_event(ws, "hello"));
    struct fake_message message;
    bool listed = false;
    while (!listed && fake_ws_next(ws, &message)) {
        listed = strstr((char *)message.bytes, "\"listed\"") != NULL;
        fake_message_free(&message);
    }
    assert_true(listed);
    return ws;
}

void world_say(struct world *world, struct ws *ws, const char *text)
{
    fake_ws_say(ws, text);
    fake_net_turn(world->net);
}

/* --- The contract. --- */

void world_example(const char *name, char *out, size_t cap_bytes)
{
    char line[512], wanted[64];
    FILE *file = fopen(PROTOCOL_MD, "r");
    assert_non_null(file);
    snprintf(wanted, sizeof(wanted), "example: %s\n", name);
    bool inside = false;
    out[0] = '\0';
    while (fgets(line, sizeof(line), file)) {
        if (inside && strncmp(line, "```", 3) == 0)
            break;
        if (inside)
            strncat(out, line, cap_bytes - strlen(out) - 1);
        inside = inside || strcmp(line, wanted) == 0;
    }
    fclose(file);
    assert_true(inside && out[0]);
}

/* Our message has all members of the contract's example, of the same types. */
static void check_like_example(json_t *event, const char *type)
{
    char name[32], text[1024];
    const char *key;
    json_t *member;
    if (strcmp(type, "error") == 0 || json_is_false(json_object_get(event, "ok")))
        return; /* these have members that come and go */
    snprintf(name, sizeof(name), "live-%s", type);
    world_example(name, text, sizeof(text));
    json_t *example = json_loads(text, 0, NULL);
    assert_non_null(example);
    json_object_foreach(example, key, member)
    {
        json_t *ours = json_object_get(event, key);
        if (!ours || (json_typeof(ours) != json_typeof(member) &&
                      !(json_is_number(ours) && json_is_number(member))))
            fail_msg("%s: \"%s\" is not as in docs/protocol.md", type, key);
    }
    json_decref(example);
}

json_t *world_event(struct ws *ws, const char *type)
{
    struct fake_message message;
    assert_true(fake_ws_next(ws, &message));
    assert_false(message.binary);
    json_t *json = json_loads((const char *)message.bytes, JSON_REJECT_DUPLICATES, NULL);
    fake_message_free(&message);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "type")), type);
    check_like_example(json, type);
    return json;
}

struct live_head world_media(struct ws *ws, struct fake_message *ret_message)
{
    struct live_head head;
    assert_true(fake_ws_next(ws, ret_message));
    while (!ret_message->binary && strstr((char *)ret_message->bytes, "\"type\":\"camera\"")) {
        fake_message_free(ret_message);
        assert_true(fake_ws_next(ws, ret_message));
    }
    assert_true(ret_message->binary);
    assert_true(live_head_read(ret_message->bytes, ret_message->len_bytes, &head));
    return head;
}

void world_drain(struct world *world, struct ws *ws)
{
    fake_clock_advance(US_PER_S); /* rate-limited updates are due */
    fake_net_turn(world->net);
    while (fake_ws_skip(ws))
        continue;
}

void world_assert_silent(struct ws *ws)
{
    struct fake_message message;
    if (!fake_ws_next(ws, &message))
        return;
    fail_msg("unexpected message: %.*s", (int)message.len_bytes,
             message.binary ? "(binary)" : (const char *)message.bytes);
}

const char *world_string(json_t *json, const char *name)
{
    const char *s = json_string_value(json_object_get(json, name));
    return s ? s : "(none)";
}

json_int_t world_integer(json_t *json, const char *name)
{
    assert_true(json_is_integer(json_object_get(json, name)));
    return json_integer_value(json_object_get(json, name));
}

/* Media with this payload. */
struct live_head world_expect_media(struct ws *ws, enum live_kind kind, const char *payload)
{
    struct fake_message message;
    struct live_head head = world_media(ws, &message);
    assert_int_equal(head.kind, kind);
    assert_string_equal((char *)message.bytes + LIVE_HEAD_BYTES, payload);
    fake_message_free(&message);
    return head;
}

void world_expect_event(struct ws *ws, const char *type)
{
    json_decref(world_event(ws, type));
}

void world_expect_error(struct ws *ws, const char *code, const char *camera)
{
    json_t *event = world_event(ws, "error");
    assert_string_equal(world_string(event, "code"), code);
    assert_string_equal(world_string(event, "camera"), camera);
    json_decref(event);
}
