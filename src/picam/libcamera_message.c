#include "picam/libcamera_message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static bool is_text(const char *s, size_t cap, bool may_be_empty)
{
    if (!memchr(s, '\0', cap))
        return false;
    return s[0] ? text_is_name(s, cap - 1) : may_be_empty;
}

#define IS_TEXT(member, may_be_empty) is_text((member), sizeof(member), (may_be_empty))

static bool is_control(const struct helper_control *c)
{
    if (!IS_TEXT(c->name, false) || !IS_TEXT(c->group, true) || !IS_TEXT(c->auto_name, true) ||
        c->step < 1 || c->min > c->max || c->fallback < c->min || c->fallback > c->max)
        return false;
    if (c->type != HELPER_MENU)
        return c->type == HELPER_INT || (c->type == HELPER_BOOL && c->min == 0 && c->max == 1);
    if (c->n_options < 1 || c->n_options > HELPER_OPTIONS_MAX || c->min != 0 ||
        c->max != (int32_t)c->n_options - 1)
        return false;
    for (unsigned i = 0; i < c->n_options; i++)
        if (!IS_TEXT(c->options[i], false))
            return false;
    return true;
}

/* True if the plane's rows are within the buffer. */
static bool holds_plane(const struct helper_pixels *p, unsigned plane, uint32_t row_bytes,
                        uint32_t rows)
{
    uint64_t end =
        p->offsets[plane] + (uint64_t)p->strides[plane] * (rows - 1) + (uint64_t)row_bytes;
    return p->strides[plane] >= row_bytes && end <= p->size_bytes;
}

static bool is_pixels(const struct helper_pixels *p)
{
    if (p->width < 1 || p->width > HELPER_SIDE_MAX || p->height < 1 ||
        p->height > HELPER_SIDE_MAX || p->size_bytes > HELPER_PICTURE_MAX_BYTES ||
        p->full_range > 1 || p->bt709 > 1)
        return false;
    const uint32_t half_width = (p->width + 1) / 2, half_height = (p->height + 1) / 2;
    switch (p->format) {
    case HELPER_I420:
        return holds_plane(p, 0, p->width, p->height) &&
               holds_plane(p, 1, half_width, half_height) &&
               holds_plane(p, 2, half_width, half_height);
    case HELPER_NV12:
        return holds_plane(p, 0, p->width, p->height) &&
               holds_plane(p, 1, 2 * half_width, half_height);
    case HELPER_YUYV:
        return holds_plane(p, 0, 4 * half_width, p->height);
    default:
        return false;
    }
}

/* The expected length of the body, and number of descriptors; SIZE_MAX: unknown kind.
 */
static size_t expect(const struct libcamera_message *m, unsigned *ret_n_fds)
{
    *ret_n_fds = 0;
    switch (m->kind) {
    case HELPER_CAMERA:
        return sizeof(m->camera);
    case HELPER_LISTED:
        return sizeof(m->listed);
    case HELPER_CONTROL:
        return sizeof(m->control);
    case HELPER_READY:
        return sizeof(m->ready);
    case HELPER_LAYOUT:
        *ret_n_fds = m->layout.n_buffers;
        return sizeof(m->layout);
    case HELPER_FRAME:
        return sizeof(m->frame);
    case HELPER_STILL:
        *ret_n_fds = 1;
        return sizeof(m->still);
    case HELPER_DONE:
        return sizeof(m->done);
    case HELPER_TROUBLE:
        return sizeof(m->trouble);
    default:
        return SIZE_MAX;
    }
}

static bool is_sound(const struct libcamera_message *m)
{
    switch (m->kind) {
    case HELPER_CAMERA:
        return IS_TEXT(m->camera.id, false) && IS_TEXT(m->camera.model, true);
    case HELPER_LISTED:
        return m->listed.count <= HELPER_CAMERAS_MAX;
    case HELPER_CONTROL:
        return is_control(&m->control);
    case HELPER_READY:
        return IS_TEXT(m->ready.model, true) && m->ready.n_controls <= HELPER_CONTROLS_MAX;
    case HELPER_LAYOUT:
        return m->layout.n_buffers >= 1 && m->layout.n_buffers <= HELPER_BUFFERS_MAX &&
               is_pixels(&m->layout.pixels);
    case HELPER_FRAME:
        return m->frame.index < HELPER_BUFFERS_MAX;
    case HELPER_STILL:
        return is_pixels(&m->still.pixels);
    case HELPER_DONE:
        return m->done.error <= 0;
    case HELPER_TROUBLE:
        return m->trouble.error < 0 && m->trouble.is_fatal <= 1 &&
               IS_TEXT(m->trouble.sentence, false);
    default:
        return false;
    }
}

int libcamera_message_read(const void *bytes, size_t len_bytes, unsigned n_fds,
                           struct libcamera_message *ret_message)
{
    struct helper_head head;
    struct libcamera_message m = {0};
    if (len_bytes < sizeof(head))
        return -EBADMSG;
    memcpy(&head, bytes, sizeof(head));
    const size_t body_bytes = len_bytes - sizeof(head);
    if (head.version != HELPER_VERSION || body_bytes > sizeof(m.control))
        return -EBADMSG;
    m.kind = head.kind;
    memcpy(&m.camera, (const uint8_t *)bytes + sizeof(head), body_bytes);
    unsigned want_fds;
    if (expect(&m, &want_fds) != body_bytes || !is_sound(&m) || want_fds != n_fds)
        return -EBADMSG;
    *ret_message = m;
    return 0;
}

unsigned libcamera_message_fds(const struct libcamera_message *message)
{
    unsigned n_fds;
    expect(message, &n_fds);
    return n_fds;
}

_Static_assert(sizeof(struct helper_control) >= sizeof(struct helper_camera) &&
                   sizeof(struct helper_control) >= sizeof(struct helper_layout) &&
                   sizeof(struct helper_control) >= sizeof(struct helper_still) &&
                   sizeof(struct helper_control) >= sizeof(struct helper_trouble),
               "the largest body is a control's");

struct raw_picture libcamera_message_picture(const struct helper_pixels *pixels,
                                             const uint8_t *base)
{
    static const enum raw_format FORMATS[] = {
        [HELPER_I420] = RAW_I420, [HELPER_NV12] = RAW_NV12, [HELPER_YUYV] = RAW_YUYV};
    static const unsigned PLANES[] = {[HELPER_I420] = 3, [HELPER_NV12] = 2, [HELPER_YUYV] = 1};
    struct raw_picture raw = {.format = FORMATS[pixels->format],
                              .full_range = pixels->full_range,
                              .bt709 = pixels->bt709,
                              .width = (uint16_t)pixels->width,
                              .height = (uint16_t)pixels->height,
                              .dmabuf_fd = -1};
    for (unsigned i = 0; i < PLANES[pixels->format]; i++) {
        raw.planes[i] = base + pixels->offsets[i];
        raw.strides[i] = pixels->strides[i];
        raw.offsets[i] = pixels->offsets[i];
    }
    return raw;
}
