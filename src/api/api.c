#include "api/api.h"

#include <string.h>

#include "api/live.h"
#include "api/reply.h"
#include "api/routes.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

static const int64_t DENIAL_LOG_INTERVAL_US = 60 * US_PER_S;

struct api *api_create(const struct api_params *params)
{
    struct api *api = mem_new(struct api);
    api->params = *params;
    list_init(&api->guests);
    list_init(&api->hls);
    random_hex_id(api->boot);
    api->live = live_create(api);
    return api;
}

void api_destroy(struct api *api)
{
    if (!api)
        return;
    list_for_each (guest, &api->guests, struct api_guest, node) {
        list_remove(&guest->node);
        guest->leave(guest);
    }
    live_destroy(api->live);
    mem_free(api);
}

/* A page of another site tries again and again: one line a minute is enough. */
static void log_denial(struct api *api, const char *text, const char *path, const char *host,
                       const char *origin)
{
    int64_t now_us = api_now_us(api);
    if (now_us < api->next_denial_log_us) {
        api->unlogged_denials++;
        return;
    }
    log_warn("api", NULL,
             "refused %s for host \"%.255s\", origin \"%.255s\": %s; %u more since the last line",
             path, host ? host : "", origin ? origin : "", text, api->unlogged_denials);
    api->next_denial_log_us = now_us + DENIAL_LOG_INTERVAL_US;
    api->unlogged_denials = 0;
}

/* The one place that asks the access policy, for plain requests and WebSockets alike. NULL, or why
 * not. */
static const char *denied(const struct api_door *door, const struct http_request *request,
                          const struct route *route, bool websocket)
{
    struct access_request ask = {
        .needs = route ? route->role : ACCESS_PUBLIC,
        .method = http_method(request),
        .websocket = websocket,
        .peer_is_loopback = http_peer_is_loopback(request),
        .listener_is_loopback = door->is_loopback,
        .host = http_header_text(request, HTTP_HOST),
        .origin = http_header_text(request, HTTP_ORIGIN),
        .forwarded = http_is_forwarded(request),
        .no_local_admin = !door->api->params.local_admin,
        .fetch_site = http_header_text(request, HTTP_FETCH_SITE),
        .referer = http_header_text(request, HTTP_REFERER),
        .hosts = door->api->params.hosts,
    };
    enum access_verdict verdict = access_decide(&ask);
    if (verdict == ACCESS_ALLOW)
        return NULL;
    const char *text = access_verdict_text(verdict);
    log_denial(door->api, text, http_path(request), ask.host,
               ask.origin ? ask.origin : ask.referer);
    return text;
}

static struct call call_of(struct api *api, const struct http_request *request,
                           const struct routes_match *match)
{
    struct call call = {.api = api, .head = strcmp(http_method(request), "HEAD") == 0};
    memcpy(call.id, match->id, sizeof(call.id));
    return call;
}

void api_request(void *door, struct http_request *request)
{
    const struct api_door *d = door;
    struct routes_match match;
    enum routes_result result =
        routes_find(d->kind, http_method(request), http_path(request), false, &match);
    const char *why_not = denied(d, request, match.route, false);
    if (why_not) {
        reply_error(request, &(struct reply_error){403, "not-allowed", why_not});
        return;
    }
    switch (result) {
    case ROUTES_FOUND: {
        struct call call = call_of(d->api, request, &match);
        match.route->handle(&call, request);
        return;
    }
    case ROUTES_NOT_FOUND:
        reply_error(request, &(struct reply_error){404, "not-found", "there is nothing here"});
        return;
    case ROUTES_NOT_ALLOWED:
        reply_error(request, &(struct reply_error){405,
                                                   "unsupported",
                                                   "this address does not know that method",
                                                   {"allow", match.allow}});
        return;
    case ROUTES_WEBSOCKET_ONLY:
        reply_error(request, &(struct reply_error){426,
                                                   "unsupported",
                                                   "this address speaks WebSocket only",
                                                   {"upgrade", "websocket"}});
        return;
    }
}

/* A device at a wrong address tries for ever, and its owner wonders. */
static void log_lost_device(const struct api_door *door, const char *path)
{
    if (door->kind == API_DOOR_DEVICE || strncmp(path, "/device/", 8) == 0)
        registry_log_refusal(door->api->params.registry, path,
                             "an address ends with the id, 1 to 32 of a-z, 0-9 and -");
}

int api_upgrade(void *door, struct http_request *request, struct ws_accept *ret_accept)
{
    const struct api_door *d = door;
    struct routes_match match;
    enum routes_result result =
        routes_find(d->kind, http_method(request), http_path(request), true, &match);
    if (denied(d, request, match.route, true))
        return 403;
    if (result != ROUTES_FOUND) {
        log_lost_device(d, http_path(request));
        return 404;
    }
    struct call call = call_of(d->api, request, &match);
    return match.route->upgrade(&call, request, ret_accept);
}

struct camera *endpoint_camera(const struct call *call, struct http_request *request)
{
    struct camera *camera = registry_find(call->api->params.registry, call->id);
    if (camera)
        return camera;
    char message[96];
    struct text text = text_over(message, sizeof(message));
    text_add(&text, "there is no camera \"%s\"", call->id);
    reply_error(request, &(struct reply_error){404, "no-such-camera", message});
    return NULL;
}

struct reply_error endpoint_dark(const struct camera *camera, enum rendition_kind rendition)
{
    if (rendition == RENDITION_H264 && !camera_has_h264(camera))
        return (struct reply_error){
            504, "timeout", "pictures of that size cannot be H.264; MJPEG is there", {0}, NULL};
    return (struct reply_error){504,
                                "timeout",
                                "the camera did not deliver a picture in time",
                                {0},
                                camera_view(camera).error};
}

struct camera *endpoint_adopted(const struct call *call, struct http_request *request)
{
    struct camera *camera = endpoint_camera(call, request);
    if (!camera || camera_view(camera).adopted)
        return camera;
    reply_error(request,
                &(struct reply_error){409, "not-adopted", "this camera is new: adopt it first"});
    return NULL;
}
