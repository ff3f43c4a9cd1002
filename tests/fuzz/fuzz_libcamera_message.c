/* A message of the helper. Input: the number of descriptors that came along, then the packet. What
 * is accepted is used as the server uses it: every text ends, every pixel lies within its buffer.
 */
#include <string.h>

#include "check.h"
#include "picam/libcamera_control.h"
#include "picam/libcamera_message.h"

static void check_pixels(const struct helper_pixels *pixels)
{
    static const uint8_t base; /* only the planes' positions are checked, not their content */
    const struct raw_picture raw = libcamera_message_picture(pixels, &base);
    const unsigned rows[3] = {raw.height, (raw.height + 1u) / 2, (raw.height + 1u) / 2};
    CHECK(raw.width >= 1 && raw.height >= 1);
    for (unsigned i = 0; i < 3; i++)
        if (raw.strides[i])
            CHECK(raw.offsets[i] + (uint64_t)raw.strides[i] * (rows[i] - 1) < pixels->size_bytes);
}

/* What becomes a control of the camera can be set to its default. */
static void check_control(const struct helper_control *helper)
{
    struct controls controls;
    struct helper_set order;
    libcamera_control_schema(helper, 1, &controls);
    for (unsigned i = 0; i < controls.count; i++) {
        const struct control *control = &controls.list[i];
        CHECK(control_accepts(control, control->value));
        CHECK(libcamera_control_order(helper, 1, control, control->value, &order) == 0);
        CHECK(order.value >= helper->min && order.value <= helper->max);
    }
    controls_finish(&controls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct libcamera_message m;
    if (len_bytes < 1 || libcamera_message_read(data + 1, len_bytes - 1, data[0], &m) < 0)
        return 0;
    switch (m.kind) {
    case HELPER_CAMERA:
        CHECK(strlen(m.camera.id) < sizeof(m.camera.id));
        break;
    case HELPER_CONTROL:
        check_control(&m.control);
        break;
    case HELPER_LAYOUT:
        CHECK(data[0] == m.layout.n_buffers && data[0] <= HELPER_BUFFERS_MAX);
        check_pixels(&m.layout.pixels);
        break;
    case HELPER_STILL:
        CHECK(data[0] == 1);
        check_pixels(&m.still.pixels);
        break;
    case HELPER_TROUBLE:
        CHECK(strlen(m.trouble.sentence) < sizeof(m.trouble.sentence));
        break;
    default:
        CHECK(data[0] == 0);
    }
    return 0;
}
