/* Push: devices that connect by WebSocket and push JPEG frames, plain or controlled
 * (docs/protocol.md). Loop only. */
#pragma once
#include "camera/registry.h"
#include "net/server.h"

/* The decision for a device that knocks: 0 and *ret_accept, or an HTTP status. The id comes from
 * the path or ?id=. */
int push_upgrade(struct registry *registry, struct http_request *request, const char *id_from_path,
                 struct ws_accept *ret_accept);
