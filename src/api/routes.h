/* The route table: every address that the server answers at, with what it asks of the service.
 * Pure. */
#pragma once
#include "api/endpoint.h"

struct route {
    enum api_door_kind door;
    const char *method;
    const char *pattern; /* "/stream/:id.mp4"; ":id" is a camera's id, a last "*" anything that no
                            route before it knows, but nothing below /api/ */
    enum service_action action;
    endpoint_handler *handle;   /* a plain request; or */
    endpoint_upgrader *upgrade; /* a WebSocket */
};

extern const struct route routes_table[];
extern const size_t routes_count;

enum routes_result {
    ROUTES_FOUND,
    ROUTES_NOT_FOUND,
    ROUTES_NOT_ALLOWED,    /* the path is known, but not with this method */
    ROUTES_WEBSOCKET_ONLY, /* a plain request for what only a WebSocket can have */
};

enum { ROUTES_ALLOW_MAX = 64 };
struct routes_match {
    const struct route *route;
    char id[CAMERA_ID_MAX + 1];   /* what stood for :id; "" where the pattern has none */
    unsigned number;              /* of the camera, where the pattern should have one and has not */
    char allow[ROUTES_ALLOW_MAX]; /* ROUTES_NOT_ALLOWED: "GET, HEAD, PATCH" */
};

/* Looks a request up; HEAD finds GET. *ret_match is written in any case. */
enum routes_result routes_find(enum api_door_kind door, const char *method, const char *path,
                               bool websocket, struct routes_match *ret_match);
