#include "api/api.h"

#include <string.h>

#include "access/web.h"
#include "api/auth.h"
#include "api/live.h"
#include "api/printer.h"
#include "api/reply.h"
#include "api/routes.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

static const int64_t DENIAL_LOG_INTERVAL_US = 60 * US_PER_S;

/* Ends streams, requests and subscriptions of principals that have lost their rights. */
static void access_changed(void *ctx)
{
    struct api *api = ctx;
    list_for_each (guest, &api->guests, struct api_guest, node)
        if (guest->revoke && !service_is_current(api->params.service, &guest->principal))
            guest->revoke(guest);
}

struct api *api_create(const struct api_params *params)
{
    struct api *api = mem_new(struct api);
    api->params = *params;
    list_init(&api->guests);
    list_init(&api->hls);
    api->started_us = api_now_us(api);
    random_hex_id(api->boot);
    api->live = live_create(api);
    api->access = (struct service_access_listener){.changed = access_changed, .ctx = api};
    service_listen_access(params->service, &api->access);
    return api;
}

void api_use_ca(struct api *api, const char *pem)
{
    api->ca_pem = pem;
}

void api_use_pages(struct api *api, const char *const *pages)
{
    api->pages = pages;
}

void api_destroy(struct api *api)
{
    if (!api)
        return;
    list_for_each (guest, &api->guests, struct api_guest, node) {
        list_remove(&guest->node);
        guest->leave(guest);
    }
    list_remove(&api->access.node);
    live_destroy(api->live);
    mem_free(api);
}

/* At most one line a minute, because another site's page may keep trying. */
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

static enum web_guard guard_of(const struct route *route)
{
    switch (route ? route->action : ACTION_PUBLIC) {
    case ACTION_PUBLIC:
        return WEB_PUBLIC;
    case ACTION_CONNECT:
        return WEB_DEVICE;
    case ACTION_LIST:
    case ACTION_SEE:
    case ACTION_WATCH:
    case ACTION_FILES:
        return WEB_PICTURES;
    default:
        return WEB_GUARDED;
    }
}

static struct web_request web_request_of(const struct api_door *door,
                                         const struct http_request *request,
                                         const struct route *route)
{
    return (struct web_request){
        .guard = guard_of(route),
        .host = http_header_text(request, HTTP_HOST),
        .origin = http_header_text(request, HTTP_ORIGIN),
        .fetch_site = http_header_text(request, HTTP_FETCH_SITE),
        .referer = http_header_text(request, HTTP_REFERER),
        .hosts = door->api->params.hosts,
        .embeds = door->api->params.embeds,
    };
}

/* The page of another origin may show what the answer says: CORS (Fetch section 3.2). */
static void allow_embedding(struct http_request *request, const struct web_request *web,
                            enum web_verdict verdict)
{
    if (web_embeds(web)) {
        http_always(request, "access-control-allow-origin", web->origin);
        http_always(request, "access-control-allow-credentials", "true");
        http_always(request, "vary", "origin");
    }
    if (verdict == WEB_EMBED || (verdict == WEB_ALLOW && web_is_neighbour(web)))
        http_always(request, "cross-origin-resource-policy", "cross-origin");
}

/* A site that embeds a page of ours cannot press its buttons: it has the rights of a viewer. */
static void narrow_to_viewer(struct principal *principal)
{
    if (principal->role > ACCESS_VIEWER)
        principal->role = ACCESS_VIEWER;
    for (size_t i = 0; i < principal->n_rights; i++)
        if (principal->rights[i].role > ACCESS_VIEWER)
            principal->rights[i].role = ACCESS_VIEWER;
}

/* The camera that an address without an id means. */
static int find_numbered(const struct routes_match *match, struct call *call,
                         struct problem *ret_problem)
{
    const struct route *route = match->route;
    struct service *service = call->api->params.service;
    struct permit permit;
    if (!route || action_rule(route->action)->scope != ACCESS_CAMERA || match->id[0])
        return 0;
    /* Principals that may not list cameras get that refusal, not a 404. */
    const int error =
        service_permit(service, &call->principal, ACTION_LIST, NULL, &permit, ret_problem);
    if (error || service_numbered(service, &call->principal, match->number, call->id) == 0)
        return error;
    return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, NULL, "there is no camera %u",
                       match->number);
}

/* All requests and WebSockets pass the web gate and get their permit here. 0 and *ret_call; or a
 * negative errno and *ret_problem. */
static int admit(const struct api_door *door, struct http_request *request,
                 const struct routes_match *match, struct call *ret_call,
                 struct problem *ret_problem)
{
    const struct web_request web = web_request_of(door, request, match->route);
    const enum web_verdict verdict = web_decide(&web);
    if (verdict != WEB_ALLOW && verdict != WEB_EMBED) {
        const char *text = web_verdict_text(verdict);
        log_denial(door->api, text, http_path(request), web.host,
                   web.origin ? web.origin : web.referer);
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, NULL, "%s", text);
    }
    if (door->is_control && http_is_forwarded(request))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, NULL,
                           "the control socket is not for proxies");
    allow_embedding(request, &web, verdict);
    *ret_call = (struct call){.api = door->api,
                              .is_secure = auth_is_secure(door, request),
                              .head = strcmp(http_method(request), "HEAD") == 0};
    auth_client(door, request, ret_call->client);
    memcpy(ret_call->id, match->id, sizeof(ret_call->id));
    int error = auth_principal(door, request, match->route, &ret_call->principal, ret_problem);
    if (error)
        return error;
    if (verdict == WEB_EMBED)
        narrow_to_viewer(&ret_call->principal);
    error = find_numbered(match, ret_call, ret_problem);
    if (error)
        return error;
    return match->route
               ? service_permit(door->api->params.service, &ret_call->principal,
                                match->route->action, ret_call->id, &ret_call->permit, ret_problem)
               : 0;
}

/* There is no route for the path or method. */
static void reply_no_route(struct http_request *request, enum routes_result result,
                           const struct routes_match *match)
{
    struct problem problem;
    struct http_field field = {"allow", match->allow};
    if (result == ROUTES_NOT_ALLOWED)
        (void)problem_set(&problem, PROBLEM_BAD_METHOD, NULL, "this address supports %s",
                          match->allow);
    else if (result == ROUTES_WEBSOCKET_ONLY)
        (void)problem_set(&problem, PROBLEM_WEBSOCKET_ONLY, NULL,
                          "this address supports WebSockets only");
    else
        (void)problem_set(&problem, PROBLEM_NOT_FOUND, NULL, "there is nothing at this address");
    if (result == ROUTES_WEBSOCKET_ONLY)
        field = (struct http_field){"upgrade", "websocket"};
    reply_problem_with(request, &problem, result == ROUTES_NOT_FOUND ? NULL : &field);
}

/* Redirects browsers on the network from the plain door's page to https (RFC 9110 section 15.4.8).
 * Programs are not redirected. */
static bool redirected(const struct api_door *door, struct http_request *request,
                       const struct routes_match *match)
{
    char accept[512], host[256], location[1024];
    if (door->is_secure || !door->https_port || http_peer_is_loopback(request) ||
        http_is_forwarded(request) || auth_is_proxied(door, request) || !match->route ||
        match->route->handle != assets_get ||
        !http_header(request, HTTP_ACCEPT, accept, sizeof(accept)) ||
        !strstr(accept, "text/html") || !http_header(request, HTTP_HOST, host, sizeof(host)))
        return false;
    /* Removes the port, but not the colons of an address in brackets. */
    char *end = strrchr(host, ']'), *colon = strrchr(end ? end : host, ':');
    if (colon)
        *colon = '\0';
    struct text text = text_over(location, sizeof(location));
    text_add(&text, "https://%s:%u%s", host, door->https_port, http_path(request));
    const struct http_field fields[] = {{"location", location}};
    reply(request, &(struct http_response){.status = 307, .fields = fields, .n_fields = 1});
    return true;
}

/* The header makes players and browsers ask their user for a token. */
static void reply_denied(struct http_request *request, const struct problem *problem)
{
    const bool is_plain = !reply_is_json_path(http_path(request));
    const struct http_field ask = {"www-authenticate",
                                   is_plain ? "Basic realm=\"eyelid\"" : "Bearer"};
    reply_problem_with(request, problem, problem_status(problem->type) == 401 ? &ask : NULL);
}

/* As routes_find; knows the addresses that printers' software uses, too. */
static enum routes_result find_route(const struct api_door *door, const char *method,
                                     const struct http_request *request, struct routes_match *match)
{
    char action[32];
    struct printer_address address = {.path = http_path(request)};
    const bool has_action = http_query(request, "action", action, sizeof(action));
    const bool is_printers =
        door->kind == API_DOOR_PAGE &&
        printer_address_parse(http_path(request), has_action ? action : NULL, &address);
    const enum routes_result result = routes_find(door->kind, method, address.path, false, match);
    match->number = is_printers ? address.number : 0;
    return result;
}

/* A page of another origin asks whether it may ask: a CORS preflight, Fetch section 3.2.2. It comes
 * without cookies and tokens. */
static bool answered_preflight(const struct api_door *door, struct http_request *request)
{
    static const struct http_field FIELDS[] = {
        {"access-control-allow-methods", "GET, HEAD"},
        {"access-control-allow-headers", "authorization, range"},
        {"access-control-max-age", "600"},
    };
    struct routes_match match;
    if (strcmp(http_method(request), "OPTIONS") != 0 ||
        find_route(door, "GET", request, &match) != ROUTES_FOUND)
        return false;
    const struct web_request web = web_request_of(door, request, match.route);
    const enum web_verdict verdict = web_decide(&web);
    if ((verdict != WEB_ALLOW && verdict != WEB_EMBED) || !web_embeds(&web))
        return false;
    allow_embedding(request, &web, verdict);
    reply(request, &(struct http_response){.status = 204,
                                           .fields = FIELDS,
                                           .n_fields = sizeof(FIELDS) / sizeof(*FIELDS)});
    return true;
}

void api_request(void *door, struct http_request *request)
{
    const struct api_door *d = door;
    struct routes_match match;
    struct call call;
    struct problem problem;
    if (answered_preflight(d, request))
        return;
    if (d->is_control && strcmp(http_method(request), "GET") != 0)
        log_info("api", NULL, "control socket: %s: %s %s", http_peer(request), http_method(request),
                 http_path(request));
    enum routes_result result = find_route(d, http_method(request), request, &match);
    if (admit(d, request, &match, &call, &problem) < 0)
        reply_denied(request, &problem);
    else if (result != ROUTES_FOUND)
        reply_no_route(request, result, &match);
    else if (!redirected(d, request, &match))
        match.route->handle(&call, request);
}

/* A device with a wrong address retries for ever: the log tells its owner why it fails. */
static void log_lost_device(const struct api_door *door, const char *path)
{
    if (door->kind == API_DOOR_DEVICE || strncmp(path, "/device/", 8) == 0)
        service_log_refusal(
            door->api->params.service, path,
            "wrong address: it must end with the device's id, 1 to 32 of a-z, 0-9 and -");
}

int api_upgrade(void *door, struct http_request *request, struct ws_accept *ret_accept)
{
    const struct api_door *d = door;
    struct routes_match match;
    struct call call;
    struct problem problem;
    enum routes_result result =
        routes_find(d->kind, http_method(request), http_path(request), true, &match);
    if (admit(d, request, &match, &call, &problem) < 0)
        return problem_status(problem.type);
    if (result != ROUTES_FOUND) {
        log_lost_device(d, http_path(request));
        return 404;
    }
    return match.route->upgrade(&call, request, ret_accept);
}

const struct problem endpoint_revoked = {PROBLEM_NOT_LOGGED_IN, "",
                                         "the session or token has ended"};

void endpoint_dark(const struct camera *camera, enum rendition_kind rendition,
                   struct problem *ret_problem)
{
    const struct camera_view view = camera_view(camera);
    if (rendition == RENDITION_H264 && !camera_has_h264(camera))
        (void)problem_set(ret_problem, PROBLEM_UNSUPPORTED, view.id,
                          "pictures of this size cannot be H.264; use MJPEG");
    else if (view.error[0] || view.last_drop < 0)
        (void)problem_set(ret_problem, PROBLEM_TIMEOUT, view.id,
                          "the camera did not deliver a picture in time%s%s",
                          view.error[0] ? ": " : "", view.error);
    else
        (void)problem_set(ret_problem, PROBLEM_TIMEOUT, view.id,
                          "the camera did not deliver a usable picture in time; dropped: %s",
                          camera_drop_name((unsigned)view.last_drop));
}
