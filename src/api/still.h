/* A request for one still: held while the camera wakes and takes it. Only for
 * src/api. */
#pragma once
#include "api/endpoint.h"
#include "camera/capture.h"

/* Why a capture failed. */
void still_problem(const struct camera *camera, int error, struct problem *ret_problem);

/* Answers with the JPEG, or with 503 (offline), 504 (nothing within timeout_us) or 502. */
void still_reply(const struct call *call, struct http_request *request, enum capture_kind kind,
                 int64_t timeout_us);
