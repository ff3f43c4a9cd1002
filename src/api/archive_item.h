/* An item of the archive as JSON, and the number in its address. Only for src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"
#include "service/archive.h"

/* docs/protocol.md, "Archive"; a new reference. */
json_t *archive_item_json(const struct archive_item *item);

/* True while there is an archive; else a problem was sent. */
bool archive_item_ready(const struct call *call, struct http_request *request);

/* The id that stood in the path, or 0: no item has that. */
int64_t archive_item_id(const struct call *call);
