/* Push: devices that connect by WebSocket and push JPEG frames, plain or controlled
 * (docs/protocol.md, 1). Loop only. */
#pragma once
#include "camera/registry.h"
#include "net/server.h"

/* Of one device; a larger message ends its connection with 1009. */
enum { PUSH_MAX_MESSAGE_BYTES = 4 << 20 };

/* What the request's address and headers say about the device. */
struct push_knock {
    const char *id;    /* from the address's path; NULL or "" = none, then `?id=` and finally the
                        * peer's address decide */
    const char *token; /* the hash of its token, CAMERA_TOKEN_CHARS; NULL = none */
};

/* Decides about a connecting device: 0 and *ret_accept, or 400: invalid id. If there are too many
 * cameras, or this device is refused, the connection is closed right after opening, with 1013 or
 * 1008. */
int push_upgrade(struct registry *registry, struct http_request *request,
                 const struct push_knock *knock, struct ws_accept *ret_accept)
    __attribute__((warn_unused_result));
