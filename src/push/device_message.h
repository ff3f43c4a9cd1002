/* The text messages of a controlled device (docs/protocol.md, 1.2), parsed and validated. Pure; any
 * thread. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVICE_MESSAGE_MAX_BYTES = 16384 };

enum device_message_type {
    DEVICE_UNKNOWN, /* an unknown type: ignore it */
    DEVICE_HELLO,
    DEVICE_STATE,
    DEVICE_CAPTURED,
    DEVICE_VALUES,
    DEVICE_TIME,
};

struct device_message {
    enum device_message_type type;
    json_t *root; /* owns all that follows */
    int battery;  /* percent, -1 = missing */
    union {
        struct {
            const char *id, *name, *model; /* NULL = missing */
            json_t *controls;              /* array or NULL */
        } hello;
        struct {
            bool sleeping;
            int64_t wake_in_s;
        } state;
        struct {
            uint32_t request;
            bool ok;
            const char *error; /* NULL = missing */
        } captured;
        json_t *values; /* object */
        struct {
            int64_t server_us, device_us;
        } time;
    };
};

/* NULL and *ret_message (finish it), or a static sentence that says what is wrong. */
const char *device_message_read(const char *text, size_t len_bytes,
                                struct device_message *ret_message)
    __attribute__((warn_unused_result));
void device_message_finish(struct device_message *message);
