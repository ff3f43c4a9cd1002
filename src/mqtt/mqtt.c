#include "mqtt/mqtt.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "service/motion.h"

/* Changes within this time are one message: a board's battery may flip many times a second. */
static const int64_t GATHER_US = US_PER_S / 5;
static const int64_t AWAKE_US = 60 * US_PER_S;
static const int64_t AGAIN_US = US_PER_S; /* after a message that found no room */
enum { PICTURE_MAX_BYTES = 512 << 10 };

/* Everyone who may write to the broker's topics. */
static const struct principal BROKER = {.kind = PRINCIPAL_BROKER, .role = ACCESS_OPERATOR};

struct mqtt_camera {
    struct list node; /* in mqtt->cameras */
    char id[CAMERA_ID_MAX + 1];
    bool is_dirty, is_gone, is_moving;
    char *state, *config; /* as published last; NULL: not */
    struct lease *lease;  /* woken by an order */
    int64_t until_us;
};

struct mqtt {
    struct mqtt_params params;
    struct mqtt_link *link;
    bool is_up;
    char error[MQTT_ERROR_MAX_BYTES]; /* said last */
    struct list cameras;
    struct net_wake *wake;
    struct net_timer *timer;
    int64_t due_us; /* of the timer */
    struct event_subscriber subscriber;
    struct service_waiter waiter;
};

static struct mqtt_camera *camera_of(struct mqtt *mqtt, const char *id)
{
    list_for_each (each, &mqtt->cameras, struct mqtt_camera, node)
        if (strcmp(each->id, id) == 0)
            return each;
    struct mqtt_camera *camera = mem_new(struct mqtt_camera);
    snprintf(camera->id, sizeof(camera->id), "%s", id);
    list_append(&mqtt->cameras, &camera->node);
    return camera;
}

static void forget(struct mqtt_camera *camera)
{
    mem_free(camera->state);
    mem_free(camera->config);
    camera->state = camera->config = NULL;
}

static void drop(struct mqtt_camera *camera)
{
    lease_release(&camera->lease);
    forget(camera);
    list_remove(&camera->node);
    mem_free(camera);
}

static void look(struct mqtt *mqtt, int64_t at_us)
{
    if (at_us >= mqtt->due_us)
        return;
    mqtt->due_us = at_us;
    net_timer_set(mqtt->timer, at_us);
}

static int64_t now_us(const struct mqtt *mqtt)
{
    return clock_now_us(mqtt->params.clock);
}

static void mark(struct mqtt *mqtt, struct mqtt_camera *camera, int64_t in_us)
{
    camera->is_dirty = true;
    if (mqtt->is_up)
        look(mqtt, now_us(mqtt) + in_us);
}

/* --- Out. --- */

static struct mqtt_state state_of(const struct mqtt *mqtt, const struct mqtt_camera *camera,
                                  const struct camera_view *view)
{
    struct mqtt_state state = {.camera = camera->id,
                               .name = view->name,
                               .is_online = view->state != DEMAND_OFFLINE,
                               .is_moving = camera->is_moving,
                               .is_armed =
                                   service_motion_view(mqtt->params.service, camera->id).armed,
                               .battery_percent = view->battery_percent};
    for (int reason = LEASE_REASONS - 1; reason >= 0; reason--)
        if (view->leases_by_reason[reason])
            state.awake = lease_reason_name((enum lease_reason)reason);
    return state;
}

/* If it differs from what was published last. Takes json. */
static void publish_json(struct mqtt *mqtt, const char *topic, json_t *takes_json, char **last)
{
    char *text = json_dumps(takes_json, JSON_COMPACT);
    json_decref(takes_json);
    if (*last && strcmp(*last, text) == 0) {
        mem_free(text);
        return;
    }
    const bool is_out = mqtt_link_publish(mqtt->link, topic, text, strlen(text), true);
    mem_free(*last);
    *last = is_out ? text : NULL;
    if (!is_out)
        mem_free(text);
}

/* False: not all found room. */
static bool publish(struct mqtt *mqtt, struct mqtt_camera *camera, const struct camera_view *view)
{
    const struct mqtt_names *names = &mqtt->params.names;
    const struct mqtt_state state = state_of(mqtt, camera, view);
    char topic[MQTT_NAME_MAX_BYTES];
    if (names->discovery) {
        mqtt_discovery_topic(names, camera->id, topic);
        publish_json(mqtt, topic, mqtt_discovery_to_json(names, &state), &camera->config);
    }
    mqtt_topic(names, camera->id, MQTT_TOPIC_STATE, topic);
    publish_json(mqtt, topic, mqtt_state_to_json(&state), &camera->state);
    return camera->state && (camera->config || !names->discovery);
}

static void publish_picture(struct mqtt *mqtt, const struct mqtt_camera *camera,
                            const struct packet *picture)
{
    char topic[MQTT_NAME_MAX_BYTES];
    if (!picture || picture->raw.format != RAW_NONE ||
        packet_unit_len_bytes(picture) > PICTURE_MAX_BYTES)
        return;
    mqtt_topic(&mqtt->params.names, camera->id, MQTT_TOPIC_PICTURE, topic);
    (void)mqtt_link_publish(mqtt->link, topic, packet_unit(picture), packet_unit_len_bytes(picture),
                            true);
}

/* An empty retained message takes the last one back. False: not all found room. */
static bool take_back(struct mqtt *mqtt, const struct mqtt_camera *camera)
{
    bool is_out = true;
    const struct mqtt_names *names = &mqtt->params.names;
    char topic[MQTT_NAME_MAX_BYTES];
    if (names->discovery) {
        mqtt_discovery_topic(names, camera->id, topic);
        is_out &= mqtt_link_publish(mqtt->link, topic, "", 0, true);
    }
    for (enum mqtt_topic i = MQTT_TOPIC_STATE; i <= MQTT_TOPIC_PICTURE; i++) {
        mqtt_topic(names, camera->id, i, topic);
        is_out &= mqtt_link_publish(mqtt->link, topic, "", 0, true);
    }
    return is_out;
}

static struct camera *find(const struct mqtt *mqtt, const struct mqtt_camera *camera)
{
    struct permit permit;
    struct problem problem;
    return service_permit(mqtt->params.service, &BROKER, ACTION_SEE, camera->id, &permit,
                          &problem) == 0
               ? permit.camera
               : NULL;
}

static void on_timer(void *ctx)
{
    struct mqtt *mqtt = ctx;
    const int64_t at_us = now_us(mqtt);
    mqtt->due_us = CLOCK_NEVER_US;
    list_for_each (each, &mqtt->cameras, struct mqtt_camera, node) {
        if (each->lease && at_us >= each->until_us)
            lease_release(&each->lease);
        if (each->lease)
            look(mqtt, each->until_us);
        if (!mqtt->is_up || !each->is_dirty)
            continue;
        struct camera *camera = find(mqtt, each);
        each->is_dirty = false;
        if (camera) {
            const struct camera_view view = camera_view(camera);
            if (view.adopted && !publish(mqtt, each, &view))
                mark(mqtt, each, AGAIN_US);
        } else if (take_back(mqtt, each)) {
            drop(each);
        } else {
            mark(mqtt, each, AGAIN_US);
        }
    }
}

/* All of it again: the broker or Home Assistant may have lost it. */
static void publish_all(struct mqtt *mqtt)
{
    struct permit permit;
    struct problem problem;
    struct camera *camera = NULL;
    if (service_permit(mqtt->params.service, &BROKER, ACTION_LIST, NULL, &permit, &problem) < 0)
        return;
    while ((camera = service_next(&permit, camera)))
        (void)camera_of(mqtt, camera_id(camera));
    list_for_each (each, &mqtt->cameras, struct mqtt_camera, node) {
        forget(each);
        mark(mqtt, each, 0);
    }
}

static void on_event(void *ctx, const struct event *event)
{
    struct mqtt *mqtt = ctx;
    if (!event->camera)
        return;
    struct mqtt_camera *camera = camera_of(mqtt, camera_id(event->camera));
    int64_t in_us = GATHER_US;
    if (event->type == EVENT_MOTION) {
        camera->is_moving = event->motion->phase == GUARD_BEGAN;
        publish_picture(mqtt, camera, event->motion->picture);
        in_us = 0;
    } else if (event->type == EVENT_SLEPT) {
        publish_picture(mqtt, camera, camera_view(event->camera).poster);
    }
    mark(mqtt, camera, in_us);
}

/* --- In. --- */

static void on_armed(struct service_waiter *waiter, const char *object,
                     const struct problem *problem)
{
    (void)waiter;
    if (problem)
        log_warn("mqtt", object, "motion detection was not switched: %s", problem->detail);
}

static void on_gone(void *ctx)
{
    struct mqtt_camera *camera = ctx;
    lease_release(&camera->lease);
}

static void wake(struct mqtt *mqtt, const struct permit *permit)
{
    struct mqtt_camera *camera = camera_of(mqtt, camera_id(permit->camera));
    camera->until_us = now_us(mqtt) + AWAKE_US;
    if (!camera->lease)
        camera->lease = service_watch(
            permit, &(struct lease_params){.reason = LEASE_ORDER,
                                           .rendition = camera_view(permit->camera).native,
                                           .linger_us = LEASE_NO_LINGER,
                                           .gone = on_gone,
                                           .ctx = camera});
    look(mqtt, camera->until_us);
}

static void obey(struct mqtt *mqtt, const struct mqtt_order *order)
{
    struct permit permit;
    struct problem problem;
    if (order->command == MQTT_COMMAND_NONE)
        return;
    if (order->command == MQTT_GREET) {
        publish_all(mqtt);
        return;
    }
    if (service_permit(mqtt->params.service, &BROKER,
                       order->command == MQTT_WAKE ? ACTION_WATCH : ACTION_ARM, order->camera,
                       &permit, &problem) < 0) {
        log_info("mqtt", NULL, "an order was refused: %s", problem.detail);
        return;
    }
    if (order->command == MQTT_WAKE) {
        wake(mqtt, &permit);
        return;
    }
    service_forget(&mqtt->waiter); /* the earlier order is carried out as well */
    service_motion_arm(&permit, order->command == MQTT_ARM, &mqtt->waiter);
    mark(mqtt, camera_of(mqtt, order->camera), 0);
}

static void on_news(void *ctx)
{
    struct mqtt *mqtt = ctx;
    struct mqtt_incoming in;
    enum mqtt_news news;
    while ((news = mqtt_link_take(mqtt->link, &in)) != MQTT_NOTHING) {
        if (news == MQTT_UP) {
            mqtt->is_up = true;
            mqtt->error[0] = '\0';
            log_info("mqtt", NULL, "connected to %s", mqtt->params.link.host);
            publish_all(mqtt);
        } else if (news == MQTT_DOWN) {
            mqtt->is_up = false;
            if (strcmp(mqtt->error, in.error) != 0)
                log_warn("mqtt", NULL, "not connected to %s, trying again: %s",
                         mqtt->params.link.host, in.error);
            memcpy(mqtt->error, in.error, sizeof(mqtt->error));
        } else {
            const struct mqtt_order order =
                mqtt_order_read(&mqtt->params.names, in.topic, in.payload);
            obey(mqtt, &order);
        }
    }
}

/* --- Life. --- */

int mqtt_open(const struct mqtt_params *params, struct mqtt **ret_mqtt)
{
    struct mqtt *mqtt = mem_new(struct mqtt);
    char status[MQTT_NAME_MAX_BYTES], filters[3][MQTT_NAME_MAX_BYTES];
    mqtt->params = *params;
    mqtt->due_us = CLOCK_NEVER_US;
    mqtt->waiter.done = on_armed;
    list_init(&mqtt->cameras);
    mqtt->wake = net_wake_create(params->net, on_news, mqtt);
    mqtt->timer = net_timer_create(params->net, on_timer, mqtt);
    mqtt_status_topic(&params->names, status);
    mqtt_topic(&params->names, "+", MQTT_TOPIC_ARM, filters[0]);
    mqtt_topic(&params->names, "+", MQTT_TOPIC_WAKE, filters[1]);
    struct mqtt_link_params link = params->link;
    link.status = status;
    link.subscriptions[0] = filters[0];
    link.subscriptions[1] = filters[1];
    if (params->names.discovery) {
        snprintf(filters[2], sizeof(filters[2]), "%s/status", params->names.discovery);
        link.subscriptions[2] = filters[2];
    }
    link.waker = net_wake_waker(mqtt->wake);
    const int r = mqtt_link_open(&link, &mqtt->link);
    if (r < 0) {
        net_timer_destroy(mqtt->timer);
        net_wake_destroy(mqtt->wake);
        mem_free(mqtt);
        return r;
    }
    mqtt->subscriber = (struct event_subscriber){.on_event = on_event, .ctx = mqtt};
    event_subscribe(service_events(params->service), &mqtt->subscriber);
    *ret_mqtt = mqtt;
    return 0;
}

void mqtt_close(struct mqtt *mqtt)
{
    if (!mqtt)
        return;
    event_unsubscribe(&mqtt->subscriber);
    service_forget(&mqtt->waiter);
    mqtt_link_close(mqtt->link);
    list_for_each (each, &mqtt->cameras, struct mqtt_camera, node)
        drop(each);
    net_timer_destroy(mqtt->timer);
    net_wake_destroy(mqtt->wake);
    mem_free(mqtt);
}
