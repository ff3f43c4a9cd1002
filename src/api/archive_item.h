/* An item of the archive as JSON, and the id in its address. Only for src/api. */
#pragma once
#include <jansson.h>

#include "api/endpoint.h"
#include "service/archive.h"

/* docs/protocol.md, "Archive"; a new reference. */
json_t *archive_item_json(const struct archive_item *item);

/* True if there is an archive; else answers with a problem. */
bool archive_item_ready(const struct call *call, struct http_request *request);

/* The id in the path; 0, which no item has, if it is invalid. */
int64_t archive_item_id(const struct call *call);
