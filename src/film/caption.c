#include "film/caption.h"

#include <stdio.h>
#include <string.h>

#include "archive/item.h"

/* Glyphs of 5 x 7 pixels, our own drawing; a row is five bits, the left pixel first. */
enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, ADVANCE = 6, MARGIN = 2 };

static const uint8_t DIGITS[10][GLYPH_HEIGHT] = {
    {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}, {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e},
    {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f}, {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e},
    {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}, {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e},
    {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}, {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}, {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}};
static const uint8_t DASH[GLYPH_HEIGHT] = {0, 0, 0, 0x0e, 0, 0, 0};
static const uint8_t COLON[GLYPH_HEIGHT] = {0, 0x04, 0, 0, 0, 0x04, 0};
static const uint8_t BLANK[GLYPH_HEIGHT] = {0};

static const uint8_t *glyph_of(char c)
{
    if (c >= '0' && c <= '9')
        return DIGITS[c - '0'];
    return c == '-' ? DASH : c == ':' ? COLON : BLANK;
}

bool caption_text(const char *path, char ret_text[CAPTION_BYTES])
{
    struct archive_item item;
    bool is_dated;
    if (archive_item_parse(path, &item, &is_dated) < 0 || !is_dated)
        return false;
    const char *n = strrchr(path, '/') + 1; /* 20261130T140322… */
    snprintf(ret_text, CAPTION_BYTES, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", n, n + 4, n + 6, n + 9,
             n + 11, n + 13);
    return true;
}

struct ground {
    unsigned left, top, width, height; /* even */
};

static void darken(uint8_t *planes, unsigned width, unsigned height, const struct ground *g,
                   uint8_t black)
{
    for (unsigned y = g->top; y < g->top + g->height; y++)
        for (unsigned x = g->left; x < g->left + g->width; x++) {
            uint8_t *luma = planes + (size_t)y * width + x;
            *luma = (uint8_t)(black + (*luma > black ? *luma - black : 0) / 4);
        }
    uint8_t *chroma = planes + (size_t)width * height;
    for (unsigned plane = 0; plane < 2; plane++, chroma += (size_t)width * height / 4)
        for (unsigned y = g->top / 2; y < (g->top + g->height) / 2; y++)
            memset(chroma + (size_t)y * (width / 2) + g->left / 2, 128, g->width / 2);
}

static void draw_glyph(const uint8_t *glyph, uint8_t *at, unsigned stride, unsigned scale,
                       uint8_t white)
{
    for (unsigned y = 0; y < GLYPH_HEIGHT * scale; y++)
        for (unsigned x = 0; x < GLYPH_WIDTH * scale; x++)
            if (glyph[y / scale] >> (GLYPH_WIDTH - 1 - x / scale) & 1)
                at[(size_t)y * stride + x] = white;
}

void caption_draw(const char *text, uint8_t *planes, unsigned width, unsigned height, bool limited)
{
    const unsigned n = (unsigned)strlen(text);
    unsigned scale = height / 240 + 1;
    struct ground g;
    for (;; scale--) {
        if (scale == 0)
            return;
        g.width = ((n * ADVANCE + 2 * MARGIN) * scale + 1) & ~1U;
        g.height = ((GLYPH_HEIGHT + 2 * MARGIN) * scale + 1) & ~1U;
        g.left = 2 * MARGIN * scale;
        if (g.left + g.width <= width && g.height + g.left <= height)
            break;
    }
    g.top = (height - g.height - g.left) & ~1U;
    darken(planes, width, height, &g, limited ? 16 : 0);
    uint8_t *at = planes + (size_t)(g.top + MARGIN * scale) * width + g.left + MARGIN * scale;
    for (unsigned i = 0; i < n; i++, at += ADVANCE * scale)
        draw_glyph(glyph_of(text[i]), at, width, scale, limited ? 235 : 255);
}
