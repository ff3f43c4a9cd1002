#include "tools/fakecam/canvas.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "tools/fakecam/font.h"

static uint8_t clamp(double value)
{
    return (uint8_t)lround(fmin(fmax(value, 0), 255));
}

void tone_init(struct tone *tone, const struct tone_look *look)
{
    double gain = 1 + 0.25 * look->contrast, lift = 32.0 * look->brightness;
    double colour = look->effect == TONE_GREY ? 0 : 1 + 0.5 * look->saturation;
    double exposure = look->dark ? 0.04 : exp2(look->exposure);
    uint8_t invert = look->effect == TONE_NEGATIVE ? 0xff : 0;
    for (int i = 0; i < 256; i++) {
        tone->luma[i] = clamp(((i - 128) * gain + 128 + lift) * exposure) ^ invert;
        tone->chroma[i] = clamp((i - 128) * colour * (look->dark ? 0.1 : 1) + 128) ^ invert;
    }
}

void canvas_init(struct canvas *canvas, int width, int height, enum jpeg_chroma chroma)
{
    bool half_width = chroma == JPEG_CHROMA_420 || chroma == JPEG_CHROMA_422;
    bool half_height = chroma == JPEG_CHROMA_420;
    /* TurboJPEG requires the luma plane to end with whole chroma samples. */
    int full_width = half_width ? (width + 1) & ~1 : width;
    int full_height = half_height ? (height + 1) & ~1 : height;
    *canvas = (struct canvas){.width = width,
                              .height = height,
                              .chroma = chroma,
                              .plane_count = chroma == JPEG_CHROMA_GREY ? 1 : 3};
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        plane->shift_x = i > 0 && half_width;
        plane->shift_y = i > 0 && half_height;
        plane->width = full_width >> plane->shift_x;
        plane->height = full_height >> plane->shift_y;
        plane->data = mem_zalloc_or_die((size_t)plane->width, (size_t)plane->height);
    }
    tone_init(&canvas->tone, &(struct tone_look){0});
}

void canvas_finish(struct canvas *canvas)
{
    for (int i = 0; i < 3; i++)
        mem_free(canvas->planes[i].data);
    *canvas = (struct canvas){0};
}

void canvas_copy(struct canvas *canvas, const struct canvas *from)
{
    for (int i = 0; i < canvas->plane_count; i++)
        memcpy(canvas->planes[i].data, from->planes[i].data,
               (size_t)canvas->planes[i].width * (size_t)canvas->planes[i].height);
}

static int bounded(int value, int max)
{
    return value < 0 ? 0 : value > max ? max : value;
}

/* Samples [x0, x1) of one row of a plane; the row exists, x is clipped. */
static void fill_row(struct plane *plane, int row, int x0, int x1, uint8_t value)
{
    x0 = bounded(x0, plane->width);
    x1 = bounded(x1, plane->width);
    if (x1 > x0)
        memset(plane->data + (size_t)row * (size_t)plane->width + x0, value, (size_t)(x1 - x0));
}

static uint8_t sample(const struct canvas *canvas, int plane, struct colour colour)
{
    return plane == 0   ? canvas->tone.luma[colour.y]
           : plane == 1 ? canvas->tone.chroma[colour.u]
                        : canvas->tone.chroma[colour.v];
}

/* The first sample whose centre is at or after pixel edge `at`. */
static int sample_at(int at, int shift)
{
    return (at + (1 << shift) / 2) >> shift;
}

void canvas_box(struct canvas *canvas, int x, int y, int width, int height, struct colour colour)
{
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        int y0 = bounded(sample_at(y, plane->shift_y), plane->height);
        int y1 = bounded(sample_at(y + height, plane->shift_y), plane->height);
        for (int row = y0; row < y1; row++)
            fill_row(plane, row, sample_at(x, plane->shift_x), sample_at(x + width, plane->shift_x),
                     sample(canvas, i, colour));
    }
}

void canvas_disc(struct canvas *canvas, int x, int y, int radius, struct colour colour)
{
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        int end = bounded(((y + radius) >> plane->shift_y) + 1, plane->height);
        for (int row = bounded((y - radius) >> plane->shift_y, plane->height); row < end; row++) {
            int dy = (row << plane->shift_y) + plane->shift_y - y;
            if (dy < -radius || dy > radius)
                continue;
            int dx = (int)sqrt((double)radius * radius - (double)dy * dy);
            fill_row(plane, row, sample_at(x - dx, plane->shift_x),
                     sample_at(x + dx + 1, plane->shift_x), sample(canvas, i, colour));
        }
    }
}

int canvas_text_width(int scale, const char *text)
{
    return (int)strlen(text) * FONT_CELL_WIDTH * scale;
}

void canvas_text(struct canvas *canvas, int x, int y, int scale, const char *text)
{
    static const struct colour ground = {24, 128, 128}, ink = {235, 128, 128};
    canvas_box(canvas, x - scale, y - scale, canvas_text_width(scale, text) + scale,
               (FONT_HEIGHT + 2) * scale, ground);
    for (; *text; text++, x += FONT_CELL_WIDTH * scale) {
        const uint8_t *rows = font_glyph(*text);
        for (int row = 0; row < FONT_HEIGHT; row++)
            for (int column = 0; column < FONT_WIDTH; column++)
                if (rows[row] >> (FONT_WIDTH - 1 - column) & 1)
                    canvas_box(canvas, x + column * scale, y + row * scale, scale, scale, ink);
    }
}

void canvas_mirror(struct canvas *canvas)
{
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        for (int row = 0; row < plane->height; row++) {
            uint8_t *left = plane->data + (size_t)row * (size_t)plane->width;
            uint8_t *right = left + plane->width - 1;
            for (; left < right; left++, right--) {
                uint8_t swap = *left;
                *left = *right;
                *right = swap;
            }
        }
    }
}

void canvas_flip(struct canvas *canvas)
{
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        uint8_t *top = plane->data;
        uint8_t *bottom = top + (size_t)(plane->height - 1) * (size_t)plane->width;
        for (; top < bottom; top += plane->width, bottom -= plane->width)
            for (int x = 0; x < plane->width; x++) {
                uint8_t swap = top[x];
                top[x] = bottom[x];
                bottom[x] = swap;
            }
    }
}
