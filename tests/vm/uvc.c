#include "tests/vm/uvc.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <linux/usb/video.h>
#include <stdio.h>
#include <string.h>

enum { CONTROL_INTERFACE, STREAMING_INTERFACE };
enum { CAMERA_TERMINAL = 1, PROCESSING_UNIT, OUTPUT_TERMINAL };
enum { STRING_NAME = 1, STRING_SERIAL };
enum { EXPOSURE_MANUAL = 1, EXPOSURE_AUTO = 2 }; /* bits of the exposure mode (4.2.2.1.2) */
enum { PROBE_BYTES = 34, CLOCK_HZ = 48000000, UNITS_PER_S = 10000000 };

/* Request errors (table 4-7) */
enum {
    ERROR_NONE,
    ERROR_WRONG_STATE = 2,
    ERROR_OUT_OF_RANGE = 4,
    ERROR_UNIT,
    ERROR_CONTROL,
    ERROR_REQUEST
};

/* The bit is its place in bmControls of the terminal or unit (3.7.2.3, 3.7.2.5). */
static const struct control {
    const char *name;
    uint8_t unit, selector, bit, len_bytes;
    int32_t min, max, step, value;
} CONTROLS[UVC_CONTROLS] = {
    {"brightness", PROCESSING_UNIT, UVC_PU_BRIGHTNESS_CONTROL, 0, 2, -64, 64, 1, 0},
    {"contrast", PROCESSING_UNIT, UVC_PU_CONTRAST_CONTROL, 1, 2, 0, 100, 5, 50},
    {"power line frequency", PROCESSING_UNIT, UVC_PU_POWER_LINE_FREQUENCY_CONTROL, 10, 1, 0, 2, 1,
     1},
    {"white balance", PROCESSING_UNIT, UVC_PU_WHITE_BALANCE_TEMPERATURE_CONTROL, 6, 2, 2800, 6500,
     10, 4600},
    {"automatic white balance", PROCESSING_UNIT, UVC_PU_WHITE_BALANCE_TEMPERATURE_AUTO_CONTROL, 12,
     1, 0, 1, 1, 1},
    /* Of the modes the "step" is the set of those that there are. */
    {"exposure mode", CAMERA_TERMINAL, UVC_CT_AE_MODE_CONTROL, 1, 1, 0, 0,
     EXPOSURE_MANUAL | EXPOSURE_AUTO, EXPOSURE_AUTO},
    {"exposure time", CAMERA_TERMINAL, UVC_CT_EXPOSURE_TIME_ABSOLUTE_CONTROL, 3, 4, 1, 5000, 1,
     156},
};

/* --- Bytes, little-endian. --- */

struct bytes {
    uint8_t *data;
    size_t len;
};

static void put(struct bytes *to, uint32_t value, unsigned len_bytes)
{
    for (; len_bytes > 0; len_bytes--, value >>= 8)
        to->data[to->len++] = (uint8_t)value;
}

static uint32_t get(const uint8_t *data, unsigned len_bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < len_bytes; i++)
        value |= (uint32_t)data[i] << 8 * i;
    return value;
}

/* A descriptor begins with its length, which its end knows. */
static size_t begin(struct bytes *to, uint8_t type)
{
    size_t at = to->len;
    put(to, 0, 1);
    put(to, type, 1);
    return at;
}

static size_t begin_class(struct bytes *to, uint8_t subtype)
{
    size_t at = begin(to, USB_DT_CS_INTERFACE);
    put(to, subtype, 1);
    return at;
}

static void end(struct bytes *to, size_t at)
{
    to->data[at] = (uint8_t)(to->len - at);
}

/* --- Descriptors. --- */

static void put_device(struct bytes *to)
{
    size_t device = begin(to, USB_DT_DEVICE);
    put(to, 0x0200, 2);
    put(to, USB_CLASS_MISC, 1); /* with interface association */
    put(to, 2, 1);
    put(to, 1, 1);
    put(to, 64, 1);     /* bytes in a packet of endpoint 0 */
    put(to, 0x1d6b, 2); /* the Linux Foundation's own vendor */
    put(to, 0x0102, 2);
    put(to, 0x0100, 2);
    put(to, 0, 1);
    put(to, STRING_NAME, 1);
    put(to, STRING_SERIAL, 1);
    put(to, 1, 1); /* configuration */
    end(to, device);
}

static void put_string(struct bytes *to, const char *text)
{
    size_t string = begin(to, USB_DT_STRING);
    for (; *text; text++)
        put(to, (uint8_t)*text, 2);
    end(to, string);
}

static void put_interface(struct bytes *to, uint8_t number, uint8_t endpoints, uint8_t subclass)
{
    size_t interface = begin(to, USB_DT_INTERFACE);
    put(to, number, 1);
    put(to, 0, 1);
    put(to, endpoints, 1);
    put(to, USB_CLASS_VIDEO, 1);
    put(to, subclass, 1);
    put(to, 0, 2);
    end(to, interface);
}

static uint32_t control_bits(uint8_t unit)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < UVC_CONTROLS; i++)
        if (CONTROLS[i].unit == unit)
            bits |= UINT32_C(1) << CONTROLS[i].bit;
    return bits;
}

/* Section 3.7.2: a camera terminal, a processing unit behind it, and the way out over USB. */
static void put_video_control(struct bytes *to)
{
    size_t header = begin_class(to, UVC_VC_HEADER);
    put(to, 0x0110, 2);
    size_t total = to->len;
    put(to, 0, 2);
    put(to, CLOCK_HZ, 4);
    put(to, 1, 1);
    put(to, STREAMING_INTERFACE, 1);
    end(to, header);

    size_t camera = begin_class(to, UVC_VC_INPUT_TERMINAL);
    put(to, CAMERA_TERMINAL, 1);
    put(to, UVC_ITT_CAMERA, 2);
    put(to, 0, 2 + 2 * 3); /* no other terminal, no name, no zoom */
    put(to, 3, 1);
    put(to, control_bits(CAMERA_TERMINAL), 3);
    end(to, camera);

    size_t processing = begin_class(to, UVC_VC_PROCESSING_UNIT);
    put(to, PROCESSING_UNIT, 1);
    put(to, CAMERA_TERMINAL, 1);
    put(to, 0, 2);
    put(to, 2, 1);
    put(to, control_bits(PROCESSING_UNIT), 2);
    put(to, 0, 2);
    end(to, processing);

    size_t output = begin_class(to, UVC_VC_OUTPUT_TERMINAL);
    put(to, OUTPUT_TERMINAL, 1);
    put(to, UVC_TT_STREAMING, 2);
    put(to, 0, 1);
    put(to, PROCESSING_UNIT, 1);
    put(to, 0, 1);
    end(to, output);
    struct bytes length = {to->data, total};
    put(&length, (uint32_t)(to->len - header), 2);
}

static void put_frame(struct bytes *to, const struct uvc *uvc, unsigned index)
{
    const struct uvc_size *size = &uvc->sizes[index];
    size_t frame = begin_class(to, UVC_VS_FRAME_MJPEG);
    put(to, index + 1, 1);
    put(to, 0, 1);
    put(to, size->width, 2);
    put(to, size->height, 2);
    put(to, size->max_bytes * 8 * uvc->fps[uvc->rate_count - 1],
        4); /* least and largest bit rate */
    put(to, size->max_bytes * 8 * uvc->fps[0], 4);
    put(to, size->max_bytes, 4);
    put(to, UNITS_PER_S / uvc->fps[0], 4);
    put(to, uvc->rate_count, 1);
    for (unsigned i = 0; i < uvc->rate_count; i++)
        put(to, UNITS_PER_S / uvc->fps[i], 4);
    end(to, frame);
}

/* Section 3.9.2, and the payload's own document for format and frames. */
static void put_video_streaming(struct bytes *to, const struct uvc *uvc)
{
    size_t header = begin_class(to, UVC_VS_INPUT_HEADER);
    put(to, 1, 1);
    size_t total = to->len;
    put(to, 0, 2);
    put(to, USB_DIR_IN | 1, 1);
    put(to, 0, 1);
    put(to, OUTPUT_TERMINAL, 1);
    put(to, 0, 3); /* no stills, no trigger */
    put(to, 1, 1);
    put(to, 0, 1);
    end(to, header);

    size_t format = begin_class(to, UVC_VS_FORMAT_MJPEG);
    put(to, 1, 1);
    put(to, uvc->size_count, 1);
    put(to, 0, 1);
    put(to, 1, 1);
    put(to, 0, 4);
    end(to, format);
    for (unsigned i = 0; i < uvc->size_count; i++)
        put_frame(to, uvc, i);
    struct bytes length = {to->data, total};
    put(&length, (uint32_t)(to->len - header), 2);
}

static void put_configuration(struct bytes *to, const struct uvc *uvc)
{
    size_t configuration = begin(to, USB_DT_CONFIG);
    size_t total = to->len;
    put(to, 0, 2);
    put(to, 2, 1);
    put(to, 1, 1);
    put(to, 0, 1);
    put(to, USB_CONFIG_ATT_ONE, 1);
    put(to, 50, 1); /* 100 mA */
    end(to, configuration);

    size_t association = begin(to, USB_DT_INTERFACE_ASSOCIATION);
    put(to, CONTROL_INTERFACE, 1);
    put(to, 2, 1);
    put(to, USB_CLASS_VIDEO, 1);
    put(to, 3, 1); /* interface collection */
    put(to, 0, 2);
    end(to, association);

    put_interface(to, CONTROL_INTERFACE, 0, UVC_SC_VIDEOCONTROL);
    put_video_control(to);
    put_interface(to, STREAMING_INTERFACE, 1, UVC_SC_VIDEOSTREAMING);
    put_video_streaming(to, uvc);
    size_t endpoint = begin(to, USB_DT_ENDPOINT);
    put(to, USB_DIR_IN | 1, 1);
    put(to, USB_ENDPOINT_XFER_BULK, 1);
    put(to, 512, 2);
    put(to, 0, 1);
    end(to, endpoint);
    struct bytes length = {to->data, total};
    put(&length, (uint32_t)to->len, 2);
}

static int describe(const struct uvc *uvc, const uint8_t setup[8], struct bytes *to)
{
    switch (setup[3]) {
    case USB_DT_DEVICE:
        put_device(to);
        return 0;
    case USB_DT_CONFIG:
        put_configuration(to, uvc);
        return 0;
    case USB_DT_STRING:
        if (setup[2] == 0) { /* languages: English */
            size_t languages = begin(to, USB_DT_STRING);
            put(to, 0x0409, 2);
            end(to, languages);
            return 0;
        }
        put_string(to, setup[2] == STRING_SERIAL ? uvc->serial : uvc->name);
        return 0;
    default: /* a device qualifier, say: this one knows one speed */
        return -EPIPE;
    }
}

/* --- Requests. --- */

static int refuse(struct uvc *uvc, uint8_t error)
{
    uvc->error = error;
    return -EPIPE;
}

/* Like real cameras: automatic controls cannot be set. */
static bool is_taken_over(const struct uvc *uvc, const struct control *control)
{
    for (unsigned i = 0; i < UVC_CONTROLS; i++) {
        const struct control *other = &CONTROLS[i];
        if (control->selector == UVC_CT_EXPOSURE_TIME_ABSOLUTE_CONTROL &&
            control->unit == CAMERA_TERMINAL && other->unit == CAMERA_TERMINAL &&
            other->selector == UVC_CT_AE_MODE_CONTROL)
            return uvc->values[i] != EXPOSURE_MANUAL;
        if (control->selector == UVC_PU_WHITE_BALANCE_TEMPERATURE_CONTROL &&
            control->unit == PROCESSING_UNIT && other->unit == PROCESSING_UNIT &&
            other->selector == UVC_PU_WHITE_BALANCE_TEMPERATURE_AUTO_CONTROL)
            return uvc->values[i] != 0;
    }
    return false;
}

static int set_control(struct uvc *uvc, unsigned index, const uint8_t *data)
{
    const struct control *control = &CONTROLS[index];
    int32_t value = (int32_t)get(data, control->len_bytes);
    if (control->len_bytes == 2 && control->min < 0)
        value = (int16_t)value;
    bool is_set = control->max == 0; /* of modes */
    if (is_set ? !(value & control->step) || (value & (value - 1))
               : value < control->min || value > control->max)
        return refuse(uvc, ERROR_OUT_OF_RANGE);
    if (is_taken_over(uvc, control))
        return refuse(uvc, ERROR_WRONG_STATE);
    uvc->values[index] = value;
    fprintf(stderr, "fakeuvc: %s %d\n", control->name, (int)value);
    return 0;
}

static int control_request(struct uvc *uvc, uint8_t request, unsigned index, uint8_t *data,
                           struct bytes *to)
{
    const struct control *control = &CONTROLS[index];
    switch (request) {
    case UVC_SET_CUR:
        return set_control(uvc, index, data);
    case UVC_GET_CUR:
        put(to, (uint32_t)uvc->values[index], control->len_bytes);
        return 0;
    case UVC_GET_MIN:
        put(to, (uint32_t)control->min, control->len_bytes);
        return 0;
    case UVC_GET_MAX:
        put(to, (uint32_t)control->max, control->len_bytes);
        return 0;
    case UVC_GET_RES:
        put(to, (uint32_t)control->step, control->len_bytes);
        return 0;
    case UVC_GET_DEF:
        put(to, (uint32_t)control->value, control->len_bytes);
        return 0;
    case UVC_GET_LEN:
        put(to, control->len_bytes, 2);
        return 0;
    case UVC_GET_INFO:
        put(to, UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET, 1);
        return 0;
    default:
        return refuse(uvc, ERROR_REQUEST);
    }
}

/* The nearest available (4.3.1.1: the device answers with what it will do). */
static void negotiate(struct uvc *uvc, const uint8_t *data)
{
    unsigned frame = data[3];
    uint32_t interval = get(data + 4, 4);
    uvc->size = frame >= 1 && frame <= uvc->size_count ? frame - 1 : 0;
    uvc->rate = 0;
    for (unsigned i = 0; i < uvc->rate_count; i++)
        if (interval >= UNITS_PER_S / uvc->fps[i])
            uvc->rate = i;
}

static void put_probe(struct bytes *to, const struct uvc *uvc)
{
    put(to, 1, 2); /* the interval shall be kept */
    put(to, 1, 1);
    put(to, uvc->size + 1, 1);
    put(to, UNITS_PER_S / uvc->fps[uvc->rate], 4);
    put(to, 0, 2 * 5);
    put(to, uvc->sizes[uvc->size].max_bytes, 4);
    put(to, UVC_PAYLOAD_BYTES, 4);
    put(to, CLOCK_HZ, 4);
    put(to, 0, PROBE_BYTES - 30);
}

static int probe_request(struct uvc *uvc, uint8_t request, bool commit, const uint8_t *data,
                         struct bytes *to)
{
    switch (request) {
    case UVC_SET_CUR:
        negotiate(uvc, data);
        if (commit) {
            uvc->streaming = true;
            fprintf(stderr, "fakeuvc: streaming %ux%u at %u\n", uvc->sizes[uvc->size].width,
                    uvc->sizes[uvc->size].height, uvc->fps[uvc->rate]);
        }
        return 0;
    case UVC_GET_CUR:
    case UVC_GET_MIN:
    case UVC_GET_MAX:
    case UVC_GET_DEF:
        put_probe(to, uvc);
        return 0;
    case UVC_GET_LEN:
        put(to, PROBE_BYTES, 2);
        return 0;
    case UVC_GET_INFO:
        put(to, UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET, 1);
        return 0;
    default:
        return refuse(uvc, ERROR_REQUEST);
    }
}

static int class_request(struct uvc *uvc, const uint8_t setup[8], uint8_t *data, struct bytes *to)
{
    uint8_t request = setup[1], selector = setup[3], interface = setup[4], unit = setup[5];
    if (interface == STREAMING_INTERFACE) {
        if (selector != UVC_VS_PROBE_CONTROL && selector != UVC_VS_COMMIT_CONTROL)
            return refuse(uvc, ERROR_CONTROL);
        return probe_request(uvc, request, selector == UVC_VS_COMMIT_CONTROL, data, to);
    }
    if (unit == 0 && selector == UVC_VC_REQUEST_ERROR_CODE_CONTROL && request == UVC_GET_CUR) {
        put(to, uvc->error, 1);
        return 0;
    }
    uvc->error = ERROR_NONE;
    for (unsigned i = 0; i < UVC_CONTROLS; i++)
        if (CONTROLS[i].unit == unit && CONTROLS[i].selector == selector)
            return control_request(uvc, request, i, data, to);
    return refuse(uvc,
                  unit == CAMERA_TERMINAL || unit == PROCESSING_UNIT ? ERROR_CONTROL : ERROR_UNIT);
}

static int standard_request(struct uvc *uvc, const uint8_t setup[8], struct bytes *to)
{
    switch (setup[1]) {
    case USB_REQ_GET_DESCRIPTOR:
        return describe(uvc, setup, to);
    case USB_REQ_CLEAR_FEATURE: /* of the endpoint: how a host ends a bulk stream (2.4.3.2) */
        if (uvc->streaming)
            fprintf(stderr, "fakeuvc: stopped\n");
        uvc->streaming = false;
        return 0;
    case USB_REQ_SET_CONFIGURATION:
    case USB_REQ_SET_INTERFACE:
        return 0;
    case USB_REQ_GET_STATUS:
        put(to, 0, 2);
        return 0;
    default:
        return -EPIPE;
    }
}

void uvc_reset(struct uvc *uvc)
{
    for (unsigned i = 0; i < UVC_CONTROLS; i++)
        uvc->values[i] = CONTROLS[i].value;
    uvc->error = ERROR_NONE;
    uvc->size = uvc->rate = 0;
    uvc->streaming = false;
}

int uvc_request(struct uvc *uvc, const uint8_t setup[8], uint8_t *data, size_t cap,
                size_t *ret_len_bytes)
{
    uint8_t answer[UVC_DESCRIPTOR_MAX_BYTES];
    struct bytes to = {answer, 0};
    unsigned type = setup[0] & USB_TYPE_MASK;
    int result = type == USB_TYPE_STANDARD ? standard_request(uvc, setup, &to)
                 : type == USB_TYPE_CLASS  ? class_request(uvc, setup, data, &to)
                                           : -EPIPE;
    if (result < 0)
        return result;
    size_t len_bytes = to.len < cap ? to.len : cap;
    memcpy(data, answer, len_bytes);
    *ret_len_bytes = len_bytes;
    return 0;
}
