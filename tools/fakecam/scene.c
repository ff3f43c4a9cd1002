#include "tools/fakecam/scene.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "tools/fakecam/barcode.h"
#include "tools/fakecam/chance.h"

enum { NOISE_SAMPLES = 1 << 16, CIRCLE_PERIOD_US = 4000000 };

void noise_init(struct noise *noise, double sigma, uint64_t seed)
{
    *noise = (struct noise){.seed = seed};
    if (sigma <= 0)
        return;
    noise->samples = mem_new_array(int8_t, NOISE_SAMPLES);
    uint64_t state = seed;
    for (int i = 0; i < NOISE_SAMPLES; i++) {
        double gauss = sqrt(-2 * log(chance_unit(&state))) *
                       cos(2 * M_PI * chance_unit(&state)); /* Box-Muller */
        double value = fmin(fmax(gauss * sigma, -127), 127);
        noise->samples[i] = (int8_t)lround(value);
    }
}

void noise_finish(struct noise *noise)
{
    mem_free(noise->samples);
    *noise = (struct noise){0};
}

static uint8_t with_noise(uint8_t sample, int8_t noise)
{
    int16_t value = (int16_t)(sample + noise);
    value = value < 0 ? 0 : value;
    return (uint8_t)(value > 255 ? 255 : value);
}

/* Blocks of a fixed size, so that the compiler vectorises. */
static void add_noise_row(uint8_t *restrict row, const int8_t *restrict samples, int count)
{
    enum { BLOCK = 64 };
    int x = 0;
    for (; x + BLOCK <= count; x += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            row[x + i] = with_noise(row[x + i], samples[x + i]);
    for (; x < count; x++)
        row[x] = with_noise(row[x], samples[x]);
}

/* Each row starts at another offset into the same samples, chosen by frame and row. */
static void add_noise(const struct noise *noise, uint32_t number, struct canvas *canvas)
{
    if (!noise->samples)
        return;
    uint64_t state = noise->seed ^ (uint64_t)number << 32;
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        for (int y = 0; y < plane->height; y++)
            add_noise_row(plane->data + (size_t)y * (size_t)plane->width,
                          noise->samples +
                              chance_next(&state) % (uint64_t)(NOISE_SAMPLES - plane->width),
                          plane->width);
    }
}

struct scene_circle scene_circle_at(int width, int height, int64_t wall_us)
{
    double angle = 2 * M_PI * (double)(wall_us % CIRCLE_PERIOD_US) / CIRCLE_PERIOD_US;
    int radius = height / 10;
    return (struct scene_circle){
        .x = (int)lround(width * (0.5 + 0.35 * sin(angle))),
        .y = (int)lround(height * (0.5 + 0.2 * cos(angle))),
        .radius = radius,
    };
}

static bool has_place(const struct scene *scene)
{
    return scene->place && !scene->motion;
}

int64_t scene_draw_background(const struct scene *scene, const struct scene_look *look,
                              int64_t wall_us, struct canvas *canvas)
{
    tone_init(&canvas->tone, &look->tone);
    if (has_place(scene)) {
        place_draw_background(scene->place, wall_us, canvas);
        return wall_us + place_background_us(scene->place);
    }
    for (int i = 0; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        const uint8_t *tone = i == 0 ? canvas->tone.luma : canvas->tone.chroma;
        for (int y = 0; y < plane->height; y++) {
            uint8_t *row = plane->data + (size_t)y * (size_t)plane->width;
            int down = y * 64 / plane->height;
            for (int x = 0; x < plane->width; x++) {
                int across = x * 64 / plane->width;
                row[x] = tone[i == 0   ? 64 + across + down
                              : i == 1 ? 152 - down / 2
                                       : 96 + across / 4];
            }
        }
    }
    return INT64_MAX;
}

/* Dots so large that the clock stays readable on a phone. */
static int text_scale(const struct canvas *canvas)
{
    int scale = canvas->width / 240;
    return scale > 0 ? scale : 1;
}

/* As such cameras write it: in a corner, date and time. */
static void draw_stamp(const struct scene_moment *moment, struct canvas *canvas)
{
    char text[32];
    int scale = (text_scale(canvas) + 1) / 2;
    time_t seconds = (time_t)(moment->wall_us / US_PER_S);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
    canvas_text(canvas, canvas->width - canvas_text_width(scale, text) - 4 * scale, 4 * scale,
                scale, text);
}

static void draw_captions(const struct scene *scene, const struct scene_moment *moment,
                          struct canvas *canvas)
{
    int scale = text_scale(canvas), low = canvas->height - 10 * scale;
    canvas_text(canvas, 3 * scale, low, scale, scene->name);
    if (scene->motion)
        return; /* only what the script says may move */

    char text[32];
    time_t seconds = (time_t)(moment->wall_us / US_PER_S);
    struct tm local;
    localtime_r(&seconds, &local);
    size_t n = strftime(text, sizeof(text), "%H:%M:%S", &local);
    snprintf(text + n, sizeof(text) - n, ".%d", (int)(moment->wall_us % US_PER_S / 100000));
    canvas_text(canvas, canvas->width - canvas_text_width(scale, text) - 3 * scale, low, scale,
                text);
    snprintf(text, sizeof(text), "#%u", moment->number);
    canvas_text(canvas, 3 * scale, canvas->height / 6 + 3 * scale, scale, text);
}

static void draw_still_mark(struct canvas *canvas)
{
    static const char mark[] = "STILL";
    int scale = 3 * text_scale(canvas);
    canvas_text(canvas, (canvas->width - canvas_text_width(scale, mark)) / 2, canvas->height / 4,
                scale, mark);
}

void scene_draw(const struct scene *scene, const struct scene_look *look,
                const struct scene_moment *moment, struct canvas *canvas)
{
    static const struct colour red = {76, 85, 255};
    if (scene->motion) {
        motion_draw(scene->motion, moment->motion_us, scene->script_width, scene->script_height,
                    canvas);
    } else if (scene->place) {
        place_draw(scene->place, moment->wall_us, canvas);
    } else {
        struct scene_circle circle =
            scene_circle_at(canvas->width, canvas->height, moment->wall_us);
        canvas_disc(canvas, circle.x, circle.y, circle.radius, red);
    }
    if (has_place(scene)) {
        draw_stamp(moment, canvas);
    } else {
        draw_captions(scene, moment, canvas);
        if (look->still)
            draw_still_mark(canvas);
    }
    if (look->mirror)
        canvas_mirror(canvas);
    if (look->flip)
        canvas_flip(canvas);
    add_noise(&scene->noise, moment->number, canvas);
    if (scene->barcode) /* last: nothing may be drawn over it */
        barcode_draw(canvas, &(struct barcode){.wall_ms = (uint32_t)(moment->wall_us / US_PER_MS),
                                               .number = (uint16_t)moment->number});
}
