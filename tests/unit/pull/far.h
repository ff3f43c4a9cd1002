/* The far end of network cameras: a client that writes down what it is asked, and answers when it
 * is told to; and a network camera in the rig. */
#pragma once
#include "rig.h"
/* after that: */
#include "net/client.h"
#include "pull/mjpeg.h"

extern int far_clients; /* that live */
extern const char FAR_STREAM_TYPE[], FAR_STATUS[];

struct far_picture {
    uint8_t bytes[128 * 1024];
    size_t len_bytes;
};

struct client_request {
    struct list node;
    struct client_get get;
    unsigned number; /* of all that were ever made */
    char url[URL_TEXT_MAX_BYTES], user[URL_SECRET_MAX_BYTES + 1];
};

/* Asserts that these requests are open, in this order. */
void far_asked(const char *expected);
struct client_request *far_request(const char *url);
void far_head(const char *url, unsigned status, const char *type);
void far_body(const char *url, const void *bytes, size_t len_bytes);
void far_done(const char *url, int error, const char *sentence);
void far_answer(const char *url, unsigned status, const char *type, const void *bytes,
                size_t len_bytes);
const struct far_picture *far_picture(uint16_t width, uint16_t height);
void far_part(const char *url, uint16_t width, uint16_t height);
struct camera *far_camera(struct rig *rig, const char *url);
int far_setup(void **state);
int far_teardown(void **state);
struct lease *far_lease(struct camera *camera, uint16_t max_fps);
