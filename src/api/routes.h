/* The route table: every address of the server, with its action of the service.
 * Pure. */
#pragma once
#include "api/endpoint.h"

struct route {
    enum api_door_kind door;
    const char *method;
    const char *pattern; /* "/stream/:id.mp4"; ":id" is a camera's id; a final "*" matches anything
                            that no earlier route matches, but nothing below /api/ */
    enum service_action action;
    endpoint_handler *handle;   /* for plain requests; or */
    endpoint_upgrader *upgrade; /* for WebSockets */
};

extern const struct route routes_table[];
extern const size_t routes_count;

enum routes_result {
    ROUTES_FOUND,
    ROUTES_NOT_FOUND,
    ROUTES_NOT_ALLOWED,    /* the path exists, but not with this method */
    ROUTES_WEBSOCKET_ONLY, /* a plain request to a WebSocket address */
};

enum { ROUTES_ALLOW_MAX = 64 };
struct routes_match {
    const struct route *route;
    char id[CAMERA_ID_MAX + 1];   /* the path's :id; "" if the pattern has none */
    unsigned number;              /* of the camera, where the pattern should have one and has not */
    char allow[ROUTES_ALLOW_MAX]; /* ROUTES_NOT_ALLOWED: "GET, HEAD, PATCH" */
};

/* Finds a request's route; HEAD finds GET. *ret_match is always written. */
enum routes_result routes_find(enum api_door_kind door, const char *method, const char *path,
                               bool websocket, struct routes_match *ret_match);
