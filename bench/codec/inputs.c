#include "inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/chroma.h"
#include "codec/engine.h"
#include "codec/jpeg_decode.h"

enum { FRAME_US = 33333 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_codec: %s\n", what);
    exit(1);
}

/* 4:2:2 planes as YUYV, into pixels. */
static void pack_yuyv(const struct picture *in, uint8_t *pixels, struct raw_picture *raw)
{
    for (unsigned y = 0; y < in->height; y++)
        for (unsigned x = 0; x < in->width; x++) {
            const size_t at = ((size_t)y * in->width + x) * 2;
            pixels[at] = in->planes[0][(size_t)y * in->strides[0] + x];
            pixels[at + 1] = in->planes[1 + x % 2][(size_t)y * in->strides[1] + x / 2];
        }
    raw->planes[0] = pixels;
    raw->strides[0] = in->width * 2U;
}

/* 4:2:0 planes as NV12. */
static void pack_nv12(const struct picture *in, uint8_t *pixels, struct raw_picture *raw)
{
    uint8_t *chroma = pixels + (size_t)in->width * in->height;
    for (unsigned y = 0; y < in->height; y++)
        memcpy(pixels + (size_t)y * in->width, in->planes[0] + (size_t)y * in->strides[0],
               in->width);
    for (unsigned y = 0; y < in->height / 2U; y++)
        for (unsigned x = 0; x < in->width; x++)
            chroma[(size_t)y * in->width + x] =
                in->planes[1 + x % 2][(size_t)y * in->strides[1] + x / 2];
    raw->planes[0] = pixels;
    raw->planes[1] = chroma;
    raw->strides[0] = raw->strides[1] = in->width;
}

/* Every frame as the camera's pixels, one behind the other. */
static struct raw_picture *unpack(const struct scene *scene, enum raw_format format,
                                  uint8_t **ret_pixels)
{
    const struct scene_params *p = &scene->params;
    const size_t frame_bytes = (size_t)p->width * p->height * 2;
    uint8_t *pixels = malloc(frame_bytes * p->frames);
    struct raw_picture *raws = calloc(p->frames, sizeof(*raws));
    struct jpeg_decode decode;
    struct chroma chroma = {0};
    must(pixels && raws && jpeg_decode_init(&decode) == 0, "memory");
    for (unsigned t = 0; t < p->frames; t++) {
        struct picture picture;
        must(jpeg_decode_planes(&decode, scene->frames[t].jpeg, scene->frames[t].jpeg_len_bytes, 1,
                                &picture) == 0,
             "decode");
        raws[t] = (struct raw_picture){.format = format,
                                       .full_range = true,
                                       .width = picture.width,
                                       .height = picture.height,
                                       .dmabuf_fd = -1};
        if (format == RAW_NV12) {
            must(chroma_to_420(&chroma, &picture, &picture) == 0, "chroma");
            pack_nv12(&picture, pixels + t * frame_bytes, &raws[t]);
        } else {
            pack_yuyv(&picture, pixels + t * frame_bytes, &raws[t]);
        }
    }
    chroma_finish(&chroma);
    jpeg_decode_finish(&decode);
    *ret_pixels = pixels;
    return raws;
}

static double run(const struct scene *scene, const struct raw_picture *raws)
{
    struct engine *engine;
    int64_t cpu_us = 0;
    must(engine_local.create(&(struct engine_params){.encoder = NULL}, &engine) == 0, "engine");
    for (unsigned t = 0; t < scene->params.frames; t++) {
        struct engine_output output;
        const struct engine_input input = {.jpeg = scene->frames[t].jpeg,
                                           .len_bytes = scene->frames[t].jpeg_len_bytes,
                                           .raw = raws ? &raws[t] : NULL,
                                           .pts_us = (int64_t)t * FRAME_US};
        must(engine_local.encode(engine, &input, &output) == 0, "encode");
        cpu_us += output.decode_us + output.encode_us;
    }
    engine_local.destroy(engine);
    return (double)cpu_us / 1000 / scene->params.frames;
}

double inputs_cpu_ms(const struct scene *scene, enum raw_format format, unsigned repeat)
{
    uint8_t *pixels = NULL;
    struct raw_picture *raws = format == RAW_NONE ? NULL : unpack(scene, format, &pixels);
    double best = run(scene, raws);
    for (unsigned i = 1; i < repeat; i++) {
        const double ms = run(scene, raws);
        best = ms < best ? ms : best;
    }
    free(raws);
    free(pixels);
    return best;
}
