/* Push: devices that connect by WebSocket and push JPEG frames, plain or controlled
 * (docs/protocol.md, 1). Loop only. */
#pragma once
#include "camera/registry.h"
#include "net/server.h"

/* Of one device; a larger message ends its connection with 1009. */
enum { PUSH_MAX_MESSAGE_BYTES = 4 << 20 };

/* The decision for a device that knocks: 0 and *ret_accept, or 400: no valid id. id: from the
 * address's path, NULL or "" = none, then `?id=` and at last the peer's address decide. A server
 * that takes no more cameras says so once the connection stands, with close code 1013. */
int push_upgrade(struct registry *registry, struct http_request *request, const char *id,
                 struct ws_accept *ret_accept) __attribute__((warn_unused_result));
