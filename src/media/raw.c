#include "media/raw.h"

enum { GRID = 32, BLACK = 16, WHITE = 235 };

unsigned raw_mean_luma(const struct raw_picture *raw)
{
    const unsigned step_x = raw->width > GRID ? raw->width / GRID : 1;
    const unsigned step_y = raw->height > GRID ? raw->height / GRID : 1;
    const unsigned pixel_bytes = raw->format == RAW_YUYV ? 2 : 1;
    unsigned sum = 0, count = 0;
    for (unsigned y = step_y / 2; y < raw->height; y += step_y) {
        const uint8_t *row = raw->planes[0] + (size_t)y * raw->strides[0];
        for (unsigned x = step_x / 2; x < raw->width; x += step_x, count++)
            sum += row[(size_t)x * pixel_bytes];
    }
    const unsigned mean = count ? sum / count : 0;
    if (raw->full_range)
        return mean;
    return mean <= BLACK ? 0 : mean >= WHITE ? 255 : (mean - BLACK) * 255 / (WHITE - BLACK);
}
