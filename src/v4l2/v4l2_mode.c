#include "v4l2/v4l2_mode.h"

#include <linux/videodev2.h>
#include <stdio.h>

/* Up to this size raw pixels cost less than decoding JPEG. */
enum { RAW_MAX_PIXELS = 640 * 480, RAW_MAX_FPS = 30 };
enum { DEFAULT_WIDTH = 1280, DEFAULT_HEIGHT = 720, DEFAULT_FPS = 24, DEFAULT_ASKED_FPS = 30 };

/* The supported formats, best first: MJPEG, then raw by how little it costs the encoder. */
static const struct {
    uint32_t fourcc;
    enum raw_format format;
    const char *name;
} FORMATS[] = {
    {V4L2_PIX_FMT_MJPEG, RAW_NONE, "MJPEG"}, {V4L2_PIX_FMT_JPEG, RAW_NONE, "JPEG"},
    {V4L2_PIX_FMT_YUV420, RAW_I420, "YU12"}, {V4L2_PIX_FMT_NV12, RAW_NV12, "NV12"},
    {V4L2_PIX_FMT_YUYV, RAW_YUYV, "YUYV"},
};

enum { N_FORMATS = sizeof(FORMATS) / sizeof(FORMATS[0]) };

static unsigned rank_of(uint32_t fourcc)
{
    unsigned i = 0;
    while (i < N_FORMATS && FORMATS[i].fourcc != fourcc)
        i++;
    return i;
}

bool v4l2_fourcc_format(uint32_t fourcc, enum raw_format *ret_format)
{
    unsigned i = rank_of(fourcc);
    if (i == N_FORMATS)
        return false;
    *ret_format = FORMATS[i].format;
    return true;
}

const char *v4l2_fourcc_name(uint32_t fourcc, char out[V4L2_FOURCC_NAME_MAX])
{
    unsigned rank = rank_of(fourcc);
    if (rank < N_FORMATS)
        return FORMATS[rank].name;
    for (unsigned i = 0; i < 4; i++) {
        char c = (char)(fourcc >> 8 * i & 0x7f);
        out[i] = (char)(c > ' ' && c <= '~' ? c : i == 3 && c == ' ' ? '\0' : '?');
    }
    out[4] = '\0';
    return out;
}

/* True if the list has the size, or room for one more. */
static bool takes_size(const struct v4l2_modes *modes, uint16_t width, uint16_t height)
{
    unsigned n_sizes = 0;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        unsigned first = 0;
        if (mode->width == width && mode->height == height)
            return true;
        while (modes->list[first].width != mode->width || modes->list[first].height != mode->height)
            first++;
        n_sizes += first == i;
    }
    return n_sizes < V4L2_SIZES_MAX;
}

void v4l2_modes_add(struct v4l2_modes *modes, const struct v4l2_mode *mode, uint16_t max_width,
                    uint16_t max_height)
{
    if (rank_of(mode->fourcc) == N_FORMATS || mode->width == 0 || mode->height == 0 ||
        mode->width > max_width || mode->height > max_height)
        return;
    for (unsigned i = 0; i < modes->count; i++) {
        struct v4l2_mode *old = &modes->list[i];
        if (old->fourcc == mode->fourcc && old->width == mode->width &&
            old->height == mode->height) {
            old->fps = mode->fps > old->fps ? mode->fps : old->fps;
            return;
        }
    }
    if (modes->count < V4L2_MODES_MAX && takes_size(modes, mode->width, mode->height))
        modes->list[modes->count++] = *mode;
}

static uint32_t area(const struct v4l2_mode *mode)
{
    return (uint32_t)mode->width * mode->height;
}

static bool reaches(const struct v4l2_mode *mode, unsigned fps)
{
    return mode->fps == 0 || mode->fps >= fps;
}

struct v4l2_target v4l2_mode_default(const struct v4l2_modes *modes)
{
    const struct v4l2_mode *best = NULL, *smallest = NULL;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if (!smallest || area(mode) < area(smallest))
            smallest = mode;
        if (mode->width <= DEFAULT_WIDTH && mode->height <= DEFAULT_HEIGHT &&
            reaches(mode, DEFAULT_FPS) && (!best || area(mode) > area(best)))
            best = mode;
    }
    if (!best)
        best = smallest;
    return (struct v4l2_target){.width = best ? best->width : 0,
                                .height = best ? best->height : 0,
                                .fps = DEFAULT_ASKED_FPS};
}

static bool has_format(const struct v4l2_modes *modes, uint32_t fourcc)
{
    for (unsigned i = 0; i < modes->count; i++)
        if (modes->list[i].fourcc == fourcc)
            return true;
    return false;
}

/* The mode with the chosen size: 2. in the order of weight. */
static const struct v4l2_mode *choose_size(const struct v4l2_modes *modes, uint32_t fourcc,
                                           const struct v4l2_target *target)
{
    const struct v4l2_mode *covers = NULL, *largest = NULL;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if (fourcc && mode->fourcc != fourcc)
            continue;
        if (!largest || area(mode) > area(largest))
            largest = mode;
        if (mode->width >= target->width && mode->height >= target->height &&
            (!covers || area(mode) < area(covers)))
            covers = mode;
    }
    return covers ? covers : largest;
}

/* True if a beats b, both of one size: 3. and 4. in the order of weight. */
static bool is_better(const struct v4l2_mode *a, const struct v4l2_mode *b, unsigned fps)
{
    bool a_reaches = reaches(a, fps), b_reaches = reaches(b, fps);
    if (a_reaches != b_reaches)
        return a_reaches;
    if (!a_reaches && a->fps != b->fps)
        return a->fps > b->fps;
    unsigned a_rank = rank_of(a->fourcc), b_rank = rank_of(b->fourcc);
    bool a_raw = FORMATS[a_rank].format != RAW_NONE, b_raw = FORMATS[b_rank].format != RAW_NONE;
    bool raw_first = area(a) <= RAW_MAX_PIXELS && fps <= RAW_MAX_FPS;
    return a_raw != b_raw ? a_raw == raw_first : a_rank < b_rank;
}

bool v4l2_mode_choose(const struct v4l2_modes *modes, const struct v4l2_target *target,
                      struct v4l2_mode *ret_mode)
{
    uint32_t fourcc = has_format(modes, target->fourcc) ? target->fourcc : 0;
    const struct v4l2_mode *size = choose_size(modes, fourcc, target), *best = NULL;
    unsigned fps = target->fps ? target->fps : DEFAULT_ASKED_FPS;
    if (!size)
        return false;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if ((!fourcc || mode->fourcc == fourcc) && mode->width == size->width &&
            mode->height == size->height && (!best || is_better(mode, best, fps)))
            best = mode;
    }
    *ret_mode = *best;
    ret_mode->fps = (uint16_t)(reaches(best, fps) ? fps : best->fps);
    return true;
}

bool v4l2_mode_largest(const struct v4l2_modes *modes, struct v4l2_mode *ret_mode)
{
    const struct v4l2_mode *best = NULL;
    for (unsigned i = 0; i < modes->count; i++) {
        const struct v4l2_mode *mode = &modes->list[i];
        if (!best || area(mode) > area(best) ||
            (area(mode) == area(best) && rank_of(mode->fourcc) < rank_of(best->fourcc)))
            best = mode;
    }
    if (best)
        *ret_mode = *best;
    return best != NULL;
}

static uint16_t bound(uint16_t owner, uint16_t wish)
{
    return owner == 0 || (wish != 0 && wish < owner) ? wish : owner;
}

struct v4l2_target v4l2_target_bound(const struct v4l2_target *owner, uint16_t fps, uint16_t width,
                                     uint16_t height)
{
    struct v4l2_target target = *owner;
    target.fps = bound(owner->fps, fps);
    /* A wish for a size bounds both sides: a smaller picture must still cover it. */
    if (width && height && width <= owner->width && height <= owner->height) {
        target.width = width;
        target.height = height;
    }
    return target;
}
