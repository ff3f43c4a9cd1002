#include "yard.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { FIRST_PASS_S = 10, RAIN_GREY_MIN = 12, RAIN_GREY_MAX = 46, FLAKES_MAX = 200 };

struct flake {
    float x, y, radius, speed;
};

struct yard {
    const struct yard_kind *kind;
    unsigned width, height, n; /* n: pictures drawn */
    float scale;               /* pixels of 640x480 for one drawn */
    uint32_t random;
    float *still, *light, *moved; /* background, this picture, the same shifted */
    uint8_t *pixels;
    struct yard_pass passes[YARD_PASSES_MAX];
    struct flake flakes[FLAKES_MAX];
    float shift_x, shift_y;
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static float uniform(struct yard *yard, float min, float max)
{
    return min + (max - min) * (float)(next_random(&yard->random) >> 8) / (float)(1 << 24);
}

/* Standard deviation 1: the sum of four bytes. */
static float normal(struct yard *yard)
{
    const uint32_t r = next_random(&yard->random);
    const int sum = (int)((r & 255) + (r >> 8 & 255) + (r >> 16 & 255) + (r >> 24));
    return (float)(sum - 510) / 147.8f;
}

static float lattice_point(int x, int y)
{
    uint32_t h = (uint32_t)x * 374761393u + (uint32_t)y * 668265263u + 1013904223u;
    h = (h ^ (h >> 13)) * 1274126177u;
    return (float)((h ^ (h >> 16)) & 0xffff) / 32768 - 1;
}

/* Smooth noise from -1 to 1 that changes within one unit. */
static float lattice(float x, float y)
{
    const float fx = floorf(x), fy = floorf(y);
    const int xi = (int)fx, yi = (int)fy;
    float u = x - fx, v = y - fy;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    const float top = lattice_point(xi, yi) * (1 - u) + lattice_point(xi + 1, yi) * u;
    const float bottom = lattice_point(xi, yi + 1) * (1 - u) + lattice_point(xi + 1, yi + 1) * u;
    return top * (1 - v) + bottom * v;
}

/* A house with windows, a path, grass. x, y: pixels of 640x480. */
static float still_grey(float x, float y)
{
    float grey = 110 + 30 * lattice(x / 160, y / 120) + 12 * lattice(x / 11, y / 9);
    if (y < 190) {
        grey = 165 + 6 * lattice(x / 25, y / 40);
        if (fmodf(x, 130) > 40 && fmodf(x, 130) < 90 && y > 60 && y < 140)
            grey = 60 + 30 * lattice(x / 30, y / 30);
    } else if (fabsf(x - 320 - (y - 190) * 0.6f) < 40 + (y - 190) * 0.2f)
        grey = 150 + 8 * lattice(x / 6, y / 6);
    return grey;
}

static void plan_passes(struct yard *yard)
{
    const struct yard_kind *kind = yard->kind;
    for (unsigned i = 0; i < kind->passes; i++) {
        struct yard_pass *pass = &yard->passes[i];
        *pass = kind->pass;
        pass->width *= uniform(yard, 0.8f, 1.2f);
        pass->height *= uniform(yard, 0.8f, 1.2f);
        pass->speed *= uniform(yard, 0.8f, 1.2f) * (i & 1 ? -1 : 1);
        pass->contrast *= uniform(yard, 0.8f, 1.2f) * (next_random(&yard->random) & 64 ? -1 : 1);
        pass->y += uniform(yard, -30, 30);
        pass->start_s = FIRST_PASS_S + (float)i * kind->pass_every_s + uniform(yard, 0, 1);
        pass->end_s = pass->start_s + (640 + pass->width) / fabsf(pass->speed) + pass->stop_s;
    }
}

struct yard *yard_create(const struct yard_kind *kind, unsigned width)
{
    struct yard *yard = mem_new(struct yard);
    yard->kind = kind;
    yard->width = width;
    yard->height = width * 3 / 4;
    yard->scale = 640 / (float)width;
    yard->random = 2463534242u;
    const size_t count = (size_t)yard->width * yard->height;
    yard->still = mem_new_array(float, count);
    yard->light = mem_new_array(float, count);
    yard->moved = mem_new_array(float, count);
    yard->pixels = mem_new_array(uint8_t, count);
    for (unsigned y = 0; y < yard->height; y++)
        for (unsigned x = 0; x < width; x++)
            yard->still[y * width + x] =
                still_grey(((float)x + 0.5f) * yard->scale, ((float)y + 0.5f) * yard->scale);
    plan_passes(yard);
    for (unsigned i = 0; i < kind->snow && i < FLAKES_MAX; i++)
        yard->flakes[i] = (struct flake){.x = uniform(yard, 0, 640),
                                         .y = uniform(yard, 0, 480),
                                         .radius = uniform(yard, 1.5f, 4.5f),
                                         .speed = uniform(yard, 60, 220)};
    return yard;
}

void yard_destroy(struct yard *yard)
{
    mem_free(yard->still);
    mem_free(yard->light);
    mem_free(yard->moved);
    mem_free(yard->pixels);
    mem_free(yard);
}

const struct yard_pass *yard_passes(const struct yard *yard, unsigned *ret_count)
{
    *ret_count = yard->kind->passes;
    return yard->passes;
}

/* Branches of a tree: a texture that swings in gusts. */
static void draw_leaves(struct yard *yard, float t)
{
    const float gust = 0.25f + 0.75f * fmaxf(0, sinf(t * 0.27f) + 0.5f * sinf(t * 0.86f + 1));
    const float amount = yard->kind->sway * gust;
    const unsigned left = (unsigned)(380 / yard->scale), right = (unsigned)(600 / yard->scale);
    const unsigned top = (unsigned)(60 / yard->scale), bottom = (unsigned)(330 / yard->scale);
    for (unsigned yi = top; yi < bottom; yi++)
        for (unsigned xi = left; xi < right; xi++) {
            const float x = (float)xi * yard->scale, y = (float)yi * yard->scale;
            const float edge = fminf(fminf(x - 380, 600 - x), fminf(y - 60, 330 - y)) / 12;
            const float cover = edge > 1 ? 1 : edge < 0 ? 0 : edge;
            const float dx = amount * (sinf(5.6f * t + y / 60) + 0.5f * sinf(13.2f * t + x / 25));
            const float dy = amount * 0.4f * sinf(8.2f * t + x / 40);
            const float leaf = 70 + 50 * lattice((x + dx) / 6, (y + dy) / 6);
            float *to = &yard->light[yi * yard->width + xi];
            *to += (leaf - *to) * cover;
        }
}

static float pass_x(const struct yard_pass *pass, float t)
{
    const float half_s = (pass->end_s - pass->start_s - pass->stop_s) / 2;
    float u = t - pass->start_s;
    if (u > half_s)
        u = fmaxf(half_s, u - pass->stop_s);
    return pass->speed > 0 ? u * pass->speed - pass->width : 640 + u * pass->speed;
}

/* 1 on a figure of head, body and swinging legs, 0 beside it, soft at its edge. x, y: 0..1 in its
 * box. */
static float figure(float x, float y, float t)
{
    const float cx = x - 0.5f, swing = 0.28f * sinf(12 * t) * (y - 0.6f) * 1.5f;
    const float body = hypotf(cx / 0.42f, (y - 0.38f) / 0.38f);
    const float head = hypotf(cx / 0.2f, (y - 0.08f) / 0.09f);
    float inside = fmaxf(1 - body, 1 - head) * 4;
    if (y > 0.55f)
        inside = fmaxf(inside, (0.13f - fminf(fabsf(cx - swing), fabsf(cx + swing))) * 10);
    return inside > 1 ? 1 : inside < 0 ? 0 : inside;
}

static void draw_pass(struct yard *yard, const struct yard_pass *pass, float t)
{
    if (t < pass->start_s || t >= pass->end_s)
        return;
    const float left = pass_x(pass, t), s = yard->scale;
    for (int yi = (int)(pass->y / s); yi <= (int)((pass->y + pass->height) / s); yi++)
        for (int xi = (int)floorf(left / s); xi <= (int)((left + pass->width) / s); xi++) {
            if (xi < 0 || yi < 0 || xi >= (int)yard->width || yi >= (int)yard->height)
                continue;
            const float x = (((float)xi + 0.5f) * s - left) / pass->width;
            const float y = (((float)yi + 0.5f) * s - pass->y) / pass->height;
            if (x < 0 || y < 0 || x > 1 || y > 1)
                continue;
            float *to = &yard->light[yi * (int)yard->width + xi];
            const float cloth = pass->contrast * (1 + 0.3f * lattice(x * 6 + pass->start_s, y * 8));
            *to += (0.35f * (115 - *to) + cloth) * figure(x, y, t);
        }
}

/* Adds amount to what one pixel of 640x480 shows. */
static void add_dot(struct yard *yard, float x, float y, float amount)
{
    const int xi = (int)(x / yard->scale), yi = (int)(y / yard->scale);
    if (x >= 0 && y >= 0 && xi < (int)yard->width && yi < (int)yard->height)
        yard->light[yi * (int)yard->width + xi] += amount / (yard->scale * yard->scale);
}

static void draw_rain(struct yard *yard)
{
    for (unsigned i = 0; i < yard->kind->rain; i++) {
        const float x = uniform(yard, 0, 640), y = uniform(yard, -30, 480);
        const float length = uniform(yard, 8, 34);
        const float grey = uniform(yard, RAIN_GREY_MIN, RAIN_GREY_MAX);
        for (float along = 0; along < length; along++)
            add_dot(yard, x + along * 0.15f, y + along, grey);
    }
}

static void draw_snow(struct yard *yard)
{
    for (unsigned i = 0; i < yard->kind->snow && i < FLAKES_MAX; i++) {
        struct flake *flake = &yard->flakes[i];
        flake->y += flake->speed / YARD_FPS;
        flake->x = fmodf(flake->x + 646 + 4 * normal(yard), 640);
        if (flake->y > 480) {
            flake->y = -5;
            flake->x = uniform(yard, 0, 640);
        }
        for (float dy = -5; dy <= 5; dy++)
            for (float dx = -5; dx <= 5; dx++) {
                const float cover = flake->radius + 0.7f - hypotf(dx, dy);
                if (cover > 0)
                    add_dot(yard, flake->x + dx, flake->y + dy, 90 * fminf(cover, 1));
            }
    }
}

static bool lamp_is_on(const struct yard *yard, float t)
{
    if (yard->kind->lamp)
        return fmodf(t, 19) > 9;
    for (unsigned i = 0; i < yard->kind->passes && yard->kind->lamp_with_pass; i++)
        if (t > yard->passes[i].start_s + 0.8f && t < yard->passes[i].end_s + 6)
            return true;
    return false;
}

static float cloud_shade(const struct yard_kind *kind, float x, float y, float t)
{
    const float phase =
        sinf(6.283f * (x / 900 + y / 1500 - t / 45)) + 0.5f * sinf(6.283f * (x / 500 - t / 29) + 1);
    return 1 - kind->clouds / (1 + expf(4 * phase));
}

/* The part of the light that is there at a place and time. */
static float light_at(const struct yard *yard, float x, float y, float t, bool lamp)
{
    static const float STEPS[] = {1, 1.35f, 0.75f, 1.1f, 0.6f};
    const struct yard_kind *kind = yard->kind;
    float light = kind->gain > 0 ? kind->gain : 1;
    if (kind->hunting > 0)
        light *= 1 + kind->hunting * (sinf(t * 1.05f) + 0.5f * sinf(t * 0.37f));
    if (kind->flicker > 0)
        light *= 1 + kind->flicker * sinf(6.283f * (y / 190 + 0.37f * t));
    if (kind->clouds > 0)
        light *= cloud_shade(kind, x, y, t);
    if (kind->steps)
        light *= STEPS[(unsigned)(t / 13) % 5];
    if (lamp)
        light *= 1 + 0.8f * expf(-(x - 220) * (x - 220) / 24000 - (y - 170) * (y - 170) / 20000);
    return light;
}

/* Black while the filter moves, then flat and brighter in the middle. */
static float infrared(float grey, float x, float y, float t)
{
    const float phase = fmodf(t, 40);
    if (fabsf(phase - 20) < 0.4f || (t > 5 && phase < 0.4f))
        return grey * 0.03f;
    const float middle = expf(-(x - 320) * (x - 320) / 90000 - (y - 240) * (y - 240) / 60000);
    return phase > 20 ? 20 + 0.5f * grey * middle + 30 * middle : grey;
}

static void apply_light(struct yard *yard, float t)
{
    const bool lamp = lamp_is_on(yard, t);
    float *to = yard->light;
    for (unsigned yi = 0; yi < yard->height; yi++)
        for (unsigned xi = 0; xi < yard->width; xi++, to++) {
            const float x = (float)xi * yard->scale, y = (float)yi * yard->scale;
            *to *= light_at(yard, x, y, t, lamp);
            if (yard->kind->infrared)
                *to = infrared(*to, x, y, t);
        }
}

static float at(const struct yard *yard, int x, int y)
{
    x = x < 0 ? 0 : x >= (int)yard->width ? (int)yard->width - 1 : x;
    y = y < 0 ? 0 : y >= (int)yard->height ? (int)yard->height - 1 : y;
    return yard->light[y * (int)yard->width + x];
}

/* A post that trembles, now more and now less. */
static void shake(struct yard *yard, float t)
{
    const float amount = yard->kind->shake * (fmodf(t, 20) > 14 ? 1 : 0.15f);
    yard->shift_x = 0.6f * yard->shift_x + amount * normal(yard);
    yard->shift_y = 0.6f * yard->shift_y + 0.7f * amount * normal(yard);
    const float sx = yard->shift_x / yard->scale, sy = yard->shift_y / yard->scale;
    const int xs = (int)floorf(sx), ys = (int)floorf(sy);
    const float u = sx - (float)xs, v = sy - (float)ys;
    for (int y = 0; y < (int)yard->height; y++)
        for (int x = 0; x < (int)yard->width; x++) {
            const int x0 = x + xs, y0 = y + ys;
            yard->moved[y * (int)yard->width + x] =
                (at(yard, x0, y0) * (1 - u) + at(yard, x0 + 1, y0) * u) * (1 - v) +
                (at(yard, x0, y0 + 1) * (1 - u) + at(yard, x0 + 1, y0 + 1) * u) * v;
        }
    float *swap = yard->light;
    yard->light = yard->moved;
    yard->moved = swap;
}

/* A sensor's noise grows with the root of the light; averaged over what a sample covers. */
static void expose(struct yard *yard)
{
    const float noise = yard->kind->noise / yard->scale / sqrtf(90);
    for (unsigned y = 0; y < yard->height; y++) {
        const float row = yard->kind->row_noise * normal(yard) / sqrtf(yard->scale);
        for (unsigned x = 0; x < yard->width; x++) {
            const unsigned i = y * yard->width + x;
            const float grey = yard->light[i];
            const float seen = grey + row + noise * sqrtf(fmaxf(grey, 4)) * normal(yard) + 0.5f;
            yard->pixels[i] = (uint8_t)(seen < 0 ? 0 : seen > 255 ? 255 : seen);
        }
    }
}

const uint8_t *yard_draw(struct yard *yard)
{
    const struct yard_kind *kind = yard->kind;
    const float t = (float)yard->n++ / YARD_FPS;
    memcpy(yard->light, yard->still, sizeof(float) * yard->width * yard->height);
    if (kind->sway > 0)
        draw_leaves(yard, t);
    for (unsigned i = 0; i < kind->passes; i++)
        draw_pass(yard, &yard->passes[i], t);
    if (kind->gain > 0 || kind->hunting > 0 || kind->flicker > 0 || kind->clouds > 0 ||
        kind->steps || kind->lamp || kind->infrared || kind->lamp_with_pass)
        apply_light(yard, t);
    if (kind->rain)
        draw_rain(yard);
    if (kind->snow)
        draw_snow(yard);
    if (kind->shake > 0)
        shake(yard, t);
    expose(yard);
    return yard->pixels;
}
