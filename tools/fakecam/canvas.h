/* A YUV picture to draw on, in the chroma layout of the JPEG, so that nothing needs conversion.
 * What belongs here: planes and primitive shapes. What does not: what is drawn (scene.h), encoding
 * (studio.h). Colours are full-range BT.601, as in JFIF. One thread. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "media/jpeg.h"

struct colour {
    uint8_t y, u, v;
};

enum tone_effect { TONE_PLAIN, TONE_NEGATIVE, TONE_GREY, TONE_EFFECT_COUNT };

/* The effect of a sensor's settings on a colour; zeroes leave it unchanged. */
struct tone_look {
    int8_t brightness, contrast, saturation, exposure; /* -2 to 2; exposure in stops */
    enum tone_effect effect;
    bool dark; /* exposure has not settled */
};

struct tone {
    uint8_t luma[256], chroma[256];
};

void tone_init(struct tone *tone, const struct tone_look *look);

struct plane {
    uint8_t *data;
    int width, height;    /* samples; the width is the stride */
    int shift_x, shift_y; /* a sample covers 1 << shift pixels */
};

struct canvas {
    int width, height; /* pixels */
    enum jpeg_chroma chroma;
    int plane_count; /* 3, or 1 for grey */
    struct plane planes[3];
    struct tone tone; /* applied to every colour drawn */
};

/* Chroma grey, 4:2:0, 4:2:2 or 4:4:4. Contents undefined, the tone is neutral. */
void canvas_init(struct canvas *canvas, int width, int height, enum jpeg_chroma chroma);
void canvas_finish(struct canvas *canvas);

/* Both canvases have the same size and chroma. */
void canvas_copy(struct canvas *canvas, const struct canvas *from);

/* Shapes are clipped to the canvas. Pixel positions from the top left corner. */
void canvas_box(struct canvas *canvas, int x, int y, int width, int height, struct colour colour);
void canvas_disc(struct canvas *canvas, int x, int y, int radius, struct colour colour);

/* Letters of 5x7 dots in cells of 6x8, each dot a square of `scale` pixels, on a dark background.
 * Lower case is drawn as upper case; missing characters as '?'. */
void canvas_text(struct canvas *canvas, int x, int y, int scale, const char *text);
int canvas_text_width(int scale, const char *text);

void canvas_mirror(struct canvas *canvas); /* swaps left and right */
void canvas_flip(struct canvas *canvas);   /* swaps top and bottom */
