#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { NOISE_TABLE = 1 << 16 };

struct painter {
    unsigned width, height;
    float *texture; /* what does not move by itself: luma, texture_width wide */
    float *colours; /* Cb and Cr beside one another, of a photograph; NULL: drawn */
    unsigned texture_width, pan;
    float noise[NOISE_TABLE];
    uint64_t random;
    uint8_t *planes[3], *noisy[3]; /* 4:2:2 */
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

static uint8_t level(double v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5);
}

/* Smooth noise: a lattice of random values, bilinear in between. */
static double lattice(double x, double y)
{
    const int xi = (int)x, yi = (int)y;
    double corners[4];
    for (int i = 0; i < 4; i++) {
        uint64_t seed = (uint64_t)(xi + (i & 1)) * 0x9E3779B97F4A7C15u ^
                        (uint64_t)(yi + (i >> 1) + 1) * 0xC2B2AE3D27D4EB4Fu;
        next_random(&seed);
        next_random(&seed);
        corners[i] = uniform(&seed);
    }
    const double fx = x - xi, fy = y - yi;
    return (corners[0] * (1 - fx) + corners[1] * fx) * (1 - fy) +
           (corners[2] * (1 - fx) + corners[3] * fx) * fy;
}

/* A wall with a gradient and some grain, a shelf with books, a window: edges that stand still. */
static double still_luma(double u, double v)
{
    double y = 50 + 130 * u + 25 * v;
    y += 14 * (lattice(u * 12, v * 9) - 0.5) + 10 * (lattice(u * 60, v * 45) - 0.5);
    if (v > 0.62 && v < 0.80 && u > 0.05 && u < 0.45)
        y = 40 + 150 * lattice(floor(u * 70), 3);
    if (u > 0.62 && u < 0.92 && v > 0.08 && v < 0.40)
        y = fmod(u - 0.62, 0.1) < 0.008 || fmod(v - 0.08, 0.16) < 0.01 ? 60 : 205 + 20 * v;
    return y;
}

/* How much of the pixel lies within r of the centre. */
static double disc(double x, double y, double cx, double cy, double r)
{
    const double d = r - hypot(x - cx, y - cy);
    return d <= -0.5 ? 0 : d >= 0.5 ? 1 : d + 0.5;
}

struct object {
    double x, y, r, luma, cb, cr;
};

static unsigned place_objects(unsigned width, unsigned height, unsigned t, struct object out[3])
{
    const double s = t / 30.0, w = width, h = height;
    out[0] = (struct object){w * (0.5 + 0.36 * sin(0.9 * s)),
                             h * (0.5 + 0.3 * sin(1.3 * s + 1)),
                             h * 0.13,
                             220,
                             90,
                             170};
    out[1] = (struct object){
        w * (0.5 + 0.42 * cos(0.5 * s)), h * (0.7 + 0.15 * sin(2.1 * s)), h * 0.07, 60, 180, 100};
    out[2] = (struct object){
        w * (0.25 + 0.1 * cos(2.4 * s)), h * (0.3 + 0.1 * sin(2.4 * s)), h * 0.09, 140, 120, 90};
    return 3;
}

static void paint(struct painter *p, unsigned t)
{
    struct object objects[3];
    const unsigned count = p->colours ? 0 : place_objects(p->width, p->height, t, objects);
    for (unsigned y = 0; y < p->height; y++)
        for (unsigned x = 0; x < p->width; x++) {
            const size_t at = (size_t)y * p->width + x;
            const size_t from = (size_t)y * p->texture_width + x + t * p->pan;
            double luma = p->texture[from];
            double cb = 118 + 20.0 * y / p->height, cr = 140 - 24.0 * x / p->width;
            if (p->colours) {
                cb = p->colours[2 * from];
                cr = p->colours[2 * from + 1];
            }
            for (unsigned i = 0; i < count; i++) {
                const struct object *o = &objects[i];
                if (fabs(x - o->x) > o->r + 1 || fabs(y - o->y) > o->r + 1)
                    continue;
                const double cover = disc(x, y, o->x, o->y, o->r);
                /* A pattern that moves along, so that motion has something to find. */
                const double body =
                    o->luma + 25 * sin((x - o->x) * 0.35) * sin((y - o->y) * 0.25 + i);
                luma += cover * (body - luma);
                cb += cover * (o->cb - cb);
                cr += cover * (o->cr - cr);
            }
            p->planes[0][at] = level(luma);
            if (x % 2 == 0) {
                p->planes[1][at / 2] = level(cb);
                p->planes[2][at / 2] = level(cr);
            }
        }
}

static void add_noise(struct painter *p)
{
    for (int i = 0; i < 3; i++) {
        const size_t samples = (size_t)p->width * p->height / (i ? 2 : 1);
        /* Chroma is averaged by the sensor's own pipeline: half as noisy. */
        const float scale = i ? 0.5f : 1.0f;
        for (size_t n = 0; n < samples; n++)
            p->noisy[i][n] =
                level(p->planes[i][n] + scale * p->noise[next_random(&p->random) % NOISE_TABLE]);
    }
}

static void compress(struct painter *p, int quality, struct scene_frame *frame)
{
    tjhandle handle = tjInitCompress();
    const unsigned char *planes[3] = {p->noisy[0], p->noisy[1], p->noisy[2]};
    if (tjCompressFromYUVPlanes(handle, planes, (int)p->width, NULL, (int)p->height, TJSAMP_422,
                                &frame->jpeg, &frame->jpeg_len_bytes, quality, 0) != 0)
        abort();
    tjDestroy(handle);
}

static uint8_t *read_photo(const char *path, unsigned least_width, unsigned least_height,
                           int *ret_width, int *ret_height)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    const size_t len_bytes = (size_t)ftell(file);
    rewind(file);
    uint8_t *jpeg = malloc(len_bytes), *rgb = NULL;
    tjhandle handle = tjInitDecompress();
    int width, height, subsampling, colorspace, n;
    if (fread(jpeg, 1, len_bytes, file) != len_bytes ||
        tjDecompressHeader3(handle, jpeg, len_bytes, &width, &height, &subsampling, &colorspace))
        abort();
    /* The smallest that fills the view. */
    tjscalingfactor *factors = tjGetScalingFactors(&n), best = {1, 1};
    for (int i = 0; i < n; i++)
        if (TJSCALED(width, factors[i]) >= (int)least_width &&
            TJSCALED(height, factors[i]) >= (int)least_height &&
            TJSCALED(width, factors[i]) < TJSCALED(width, best))
            best = factors[i];
    *ret_width = TJSCALED(width, best);
    *ret_height = TJSCALED(height, best);
    rgb = malloc((size_t)*ret_width * *ret_height * 3);
    if (*ret_width < (int)least_width || *ret_height < (int)least_height ||
        tjDecompress2(handle, jpeg, len_bytes, rgb, *ret_width, 0, *ret_height, TJPF_RGB, 0)) {
        fprintf(stderr, "%s: too small, or damaged\n", path);
        exit(1);
    }
    tjDestroy(handle);
    free(jpeg);
    fclose(file);
    return rgb;
}

/* The photograph as texture; BT.601, full range, as JFIF has it. */
static void take_photo(struct painter *p, const char *path)
{
    int width, height;
    uint8_t *rgb = read_photo(path, p->width, p->height, &width, &height);
    p->colours = malloc((size_t)p->texture_width * p->height * 2 * sizeof(float));
    for (unsigned y = 0; y < p->height; y++)
        for (unsigned x = 0; x < p->texture_width; x++) {
            const unsigned turn = x % (2 * (unsigned)width);
            const unsigned column = turn < (unsigned)width ? turn : 2 * (unsigned)width - 1 - turn;
            const uint8_t *c = rgb + ((size_t)y * width + column) * 3;
            const double luma = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
            const size_t to = (size_t)y * p->texture_width + x;
            p->texture[to] = (float)luma;
            p->colours[2 * to] = (float)(128 + (c[2] - luma) / 1.772);
            p->colours[2 * to + 1] = (float)(128 + (c[0] - luma) / 1.402);
        }
    free(rgb);
}

static void painter_init(struct painter *p, const struct scene_params *params)
{
    *p = (struct painter){.width = params->width, .height = params->height, .random = 88172645463u};
    for (unsigned i = 0; i < NOISE_TABLE; i++)
        p->noise[i] = (float)(params->noise * sqrt(-2 * log(uniform(&p->random) + 1e-12)) *
                              cos(2 * M_PI * uniform(&p->random)));
    const size_t pixels = (size_t)p->width * p->height;
    p->pan = params->pan;
    p->texture_width = p->width + params->frames * params->pan;
    p->texture = malloc((size_t)p->texture_width * p->height * sizeof(float));
    for (unsigned y = 0; y < p->height && !params->photo; y++)
        for (unsigned x = 0; x < p->texture_width; x++)
            p->texture[(size_t)y * p->texture_width + x] =
                (float)still_luma(fmod((double)x / p->width, 1), (double)y / p->height);
    if (params->photo)
        take_photo(p, params->photo);
    for (int i = 0; i < 3; i++) {
        p->planes[i] = malloc(pixels);
        p->noisy[i] = malloc(pixels);
    }
}

static void painter_finish(struct painter *p)
{
    free(p->texture);
    free(p->colours);
    for (int i = 0; i < 3; i++) {
        free(p->planes[i]);
        free(p->noisy[i]);
    }
}

struct scene *scene_create(const struct scene_params *params)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct painter *p = malloc(sizeof(*p));
    const size_t pixels = (size_t)params->width * params->height;
    painter_init(p, params);
    scene->params = *params;
    scene->frames = calloc(params->frames, sizeof(*scene->frames));
    for (unsigned t = 0; t < params->frames; t++) {
        struct scene_frame *frame = &scene->frames[t];
        paint(p, t);
        add_noise(p);
        frame->clean = malloc(pixels);
        frame->noisy = malloc(pixels);
        memcpy(frame->clean, p->planes[0], pixels);
        memcpy(frame->noisy, p->noisy[0], pixels);
        compress(p, params->quality, frame);
        scene->jpeg_bytes += frame->jpeg_len_bytes;
    }
    painter_finish(p);
    free(p);
    return scene;
}

void scene_destroy(struct scene *scene)
{
    for (unsigned t = 0; t < scene->params.frames; t++) {
        free(scene->frames[t].clean);
        free(scene->frames[t].noisy);
        tjFree(scene->frames[t].jpeg);
    }
    free(scene->frames);
    free(scene);
}
