/* What a USB video class camera answers: its descriptors, its controls, and the negotiation of size
 * and rate. It knows neither the cable nor pictures. Format: USB Device Class Definition for Video
 * Devices 1.1, and its MJPEG payload. One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UVC_MAX_SIZES = 4,
    UVC_MAX_RATES = 4,
    UVC_CONTROLS = 7,
    UVC_DESCRIPTOR_MAX_BYTES = 1024,
    UVC_PAYLOAD_BYTES = 16384, /* of one bulk transfer, its header included */
    UVC_PAYLOAD_HEADER_BYTES = 2,
};

struct uvc_size {
    uint16_t width, height;
    uint32_t max_bytes; /* the largest picture */
};

struct uvc {
    const char *name, *serial; /* borrowed */
    unsigned size_count, rate_count;
    struct uvc_size sizes[UVC_MAX_SIZES];
    unsigned fps[UVC_MAX_RATES];
    int32_t values[UVC_CONTROLS];
    uint8_t error; /* why the last request was refused (table 4-7) */
    unsigned size; /* probed, and while streaming committed: indexes of the lists above */
    unsigned rate;
    bool streaming;
};

/* Controls to their defaults, as after power on. The lists must have been filled. */
void uvc_reset(struct uvc *uvc);

/* Answers a control request: out is what came with it or room for the answer (cap bytes), ret_len
 * its length. -EPIPE: refused, the endpoint stalls. Reports what was set on standard error. */
int uvc_request(struct uvc *uvc, const uint8_t setup[8], uint8_t *data, size_t cap,
                size_t *ret_len_bytes) __attribute__((warn_unused_result));
