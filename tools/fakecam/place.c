#include "tools/fakecam/place.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "tools/fakecam/chance.h"

static const int64_t DAY_US = INT64_C(86400) * US_PER_S;

struct rgb {
    double r, g, b; /* 0 to 255 */
};

/* How bright it is, and in which colour: 1 at noon, 0 at night; warm around sunrise and sunset. */
struct light {
    double day, warm;
};

struct easel {
    struct canvas *canvas;
    struct light light;
    double width, height;
    bool mirrored;
};

uint64_t place_seed(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    return chance_next(&hash);
}

int64_t place_time_of_day_us(const struct place *place, int64_t wall_us)
{
    if (place->day_us > 0) {
        int64_t at = wall_us % place->day_us;
        return ((int64_t)((double)at / (double)place->day_us * (double)DAY_US) +
                place->day_offset_us) %
               DAY_US;
    }
    time_t seconds = (time_t)(wall_us / US_PER_S);
    struct tm tm;
    localtime_r(&seconds, &tm);
    int64_t at = (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * US_PER_S;
    return (at + place->day_offset_us) % DAY_US;
}

int64_t place_background_us(const struct place *place)
{
    /* A 720th of a day is two minutes: no step in the light is seen. */
    return place->day_us > 0 ? place->day_us / 720 : 30 * US_PER_S;
}

static double between(double from, double to, double share)
{
    return from + (to - from) * share;
}

static double smooth(double low, double high, double value)
{
    double t = fmin(fmax((value - low) / (high - low), 0), 1);
    return t * t * (3 - 2 * t);
}

static struct rgb mixed(struct rgb a, struct rgb b, double share)
{
    return (struct rgb){between(a.r, b.r, share), between(a.g, b.g, share),
                        between(a.b, b.b, share)};
}

/* The sun is highest at noon, and rises and sets at six. */
static struct light light_at(const struct place *place, int64_t wall_us)
{
    double turn = (double)place_time_of_day_us(place, wall_us) / (double)DAY_US;
    double height = -cos(2 * M_PI * turn);
    return (struct light){.day = smooth(-0.22, 0.35, height),
                          .warm = fmax(0, 1 - fabs(height - 0.02) / 0.24)};
}

/* JFIF: full-range BT.601. */
static struct colour yuv(struct rgb c)
{
    double y = 0.299 * c.r + 0.587 * c.g + 0.114 * c.b;
    double u = 128 + (c.b - y) * 0.564, v = 128 + (c.r - y) * 0.713;
    return (struct colour){(uint8_t)fmin(fmax(y, 0), 255), (uint8_t)fmin(fmax(u, 0), 255),
                           (uint8_t)fmin(fmax(v, 0), 255)};
}

/* A colour in this light. */
static struct colour lit(const struct light *light, struct rgb c)
{
    static const struct rgb moon = {0.16, 0.2, 0.3}, sun = {1, 1, 0.98}, low = {1.04, 0.78, 0.6};
    struct rgb by = mixed(mixed(moon, sun, light->day), low, light->warm * 0.55 * light->day);
    return yuv((struct rgb){c.r * by.r, c.g * by.g, c.b * by.b});
}

/* --- Shapes, in fractions of the picture; x of a mirrored place runs the other way. --- */

static void box(const struct easel *e, double x, double y, double width, double height,
                struct colour colour)
{
    double left = e->mirrored ? 1 - x - width : x;
    int x0 = (int)lround(left * e->width), x1 = (int)lround((left + width) * e->width);
    int y0 = (int)lround(y * e->height), y1 = (int)lround((y + height) * e->height);
    canvas_box(e->canvas, x0, y0, x1 - x0, y1 - y0, colour);
}

/* radius: of the height. */
static void disc(const struct easel *e, double x, double y, double radius, struct colour colour)
{
    double at = e->mirrored ? 1 - x : x;
    canvas_disc(e->canvas, (int)lround(at * e->width), (int)lround(y * e->height),
                (int)fmax(1, lround(radius * e->height)), colour);
}

/* A box whose upper edge is narrower by `slope` at each side. */
static void roof(const struct easel *e, double x, double y, double width, double height,
                 double slope, struct colour colour)
{
    enum { STEPS = 48 };
    for (int i = 0; i < STEPS; i++) {
        double in = slope * (STEPS - 1 - i) / STEPS;
        box(e, x + in, y + height * i / STEPS, width - 2 * in, height / STEPS + 0.003, colour);
    }
}

static void limb(const struct easel *e, const double from[2], const double to[2], double radius,
                 struct colour colour)
{
    enum { STEPS = 7 };
    for (int i = 0; i <= STEPS; i++)
        disc(e, between(from[0], to[0], (double)i / STEPS),
             between(from[1], to[1], (double)i / STEPS), radius, colour);
}

/* --- The background. --- */

static const double HORIZON = 0.47, GROUND = 0.6, PATH = 0.8;

static void draw_sky(const struct easel *e, const struct place *place, int64_t wall_us)
{
    static const struct rgb night_top = {6, 9, 22}, night_low = {22, 29, 50},
                            day_top = {78, 132, 196}, day_low = {190, 214, 232},
                            warm_top = {92, 96, 150}, warm_low = {244, 168, 112};
    enum { STEPS = 120 };
    struct rgb top = mixed(mixed(night_top, day_top, e->light.day), warm_top, e->light.warm * 0.6);
    struct rgb low = mixed(mixed(night_low, day_low, e->light.day), warm_low, e->light.warm * 0.85);
    for (int i = 0; i < STEPS; i++) {
        double y = GROUND * i / STEPS;
        box(e, 0, y, 1, GROUND / STEPS + 0.005, yuv(mixed(top, low, sqrt((double)i / STEPS))));
    }
    /* Clouds drift slowly. */
    uint64_t state = place->seed ^ 0xc10d;
    struct rgb bright = mixed((struct rgb){30, 36, 54}, (struct rgb){238, 241, 245}, e->light.day);
    struct rgb cloud = mixed(bright, (struct rgb){250, 196, 160}, e->light.warm * 0.6);
    double drift = (double)(wall_us / US_PER_S % 36000) / 3600 * 0.2;
    for (int i = 0; i < 5; i++) {
        double x = fmod(chance_unit(&state) * 1.4 + drift, 1.4) - 0.2;
        double y = 0.06 + 0.26 * chance_unit(&state), size = 0.022 + 0.03 * chance_unit(&state);
        enum { PUFFS = 70 }; /* from the thin edge to the bright middle */
        for (int puff = 0; puff < PUFFS; puff++) {
            double middle = (double)puff / PUFFS, spread = 1 - 0.75 * middle;
            double in = (chance_unit(&state) + chance_unit(&state) - 1) * spread;
            double up = (chance_unit(&state) - 0.5) * spread;
            disc(e, x + in * size * 4.2, y + up * size * 1.3,
                 size * (0.3 + 0.4 * chance_unit(&state) * (1 - in * in)),
                 yuv(mixed(mixed(top, low, y / GROUND), cloud, 0.22 + 0.6 * middle)));
        }
    }
}

/* Hills in the distance, a column at a time. */
static void draw_hills(const struct easel *e, const struct place *place)
{
    static const struct rgb far = {126, 148, 160}, near = {88, 116, 96};
    double phase = (double)(place->seed % 628) / 100;
    for (int layer = 0; layer < 2; layer++)
        for (int i = 0; i < (int)e->width; i++) {
            double x = (i + 0.5) / e->width;
            double top = HORIZON + 0.045 * layer +
                         0.032 * sin(x * (5 + 4 * layer) + phase + 2 * layer) +
                         0.012 * sin(x * 17 + phase * (2 + layer));
            box(e, i / e->width, top, 1 / e->width, GROUND + 0.03 - top,
                lit(&e->light, layer ? near : far));
        }
}

static void draw_lawn(const struct easel *e)
{
    static const struct rgb behind = {112, 138, 84}, front = {84, 116, 58},
                            gravel = {168, 158, 142};
    enum { STEPS = 80 };
    for (int i = 0; i < STEPS; i++) {
        double down = (double)i / STEPS;
        box(e, 0, GROUND + (1 - GROUND) * down, 1, (1 - GROUND) / STEPS + 0.005,
            lit(&e->light, mixed(behind, front, down)));
    }
    for (int i = 0; i < 14; i++) /* a path across, a little wider towards us */
        box(e, 0, PATH + 0.006 * i, 1, 0.008,
            lit(&e->light, mixed(gravel, (struct rgb){140, 130, 112}, i / 14.0)));
}

static void draw_window(const struct easel *e, double x, double y, double width, double height,
                        bool is_lit)
{
    static const struct rgb frame = {232, 230, 222}, glass = {92, 112, 128};
    struct colour pane = is_lit && e->light.day < 0.5
                             ? yuv(mixed((struct rgb){255, 206, 128}, glass, e->light.day))
                             : lit(&e->light, glass);
    box(e, x - 0.006, y - 0.008, width + 0.012, height + 0.02, lit(&e->light, frame));
    box(e, x, y, width, height, pane);
    box(e, x + width / 2 - 0.002, y, 0.004, height, lit(&e->light, frame));
    box(e, x, y + height * 0.42, width, 0.006, lit(&e->light, frame));
}

static void draw_house(const struct easel *e, const struct place *place)
{
    static const struct rgb walls[] = {{214, 196, 168},
                                       {188, 108, 88},
                                       {202, 210, 208},
                                       {224, 214, 150},
                                       {150, 164, 170}},
                            roofs[] = {{120, 62, 50}, {82, 84, 92}, {96, 74, 60}};
    struct rgb wall = walls[place->seed % 5];
    double x = 0.5 + 0.06 * (double)(place->seed / 7 % 5) / 5, y = 0.38, width = 0.4;
    box(e, x, y, width, GROUND + 0.02 - y, lit(&e->light, wall));
    box(e, x + width * 0.72, y, width * 0.28, GROUND + 0.02 - y,
        lit(&e->light, mixed(wall, (struct rgb){0, 0, 0}, 0.14))); /* its shaded side */
    roof(e, x - 0.03, y - 0.15, width + 0.06, 0.16, 0.1,
         lit(&e->light, roofs[place->seed / 3 % 3]));
    box(e, x + width * 0.7, y - 0.2, 0.035, 0.1, lit(&e->light, (struct rgb){134, 84, 70}));
    draw_window(e, x + 0.035, y + 0.06, 0.06, 0.075, true);
    draw_window(e, x + 0.215, y + 0.06, 0.06, 0.075, place->seed / 11 % 2);
    draw_window(e, x + 0.315, y + 0.06, 0.05, 0.075, false);
    box(e, x + 0.13, y + 0.06, 0.055, GROUND + 0.02 - y - 0.06,
        lit(&e->light, (struct rgb){74, 92, 88})); /* the door, and a lamp at its side */
    double glow = 1 - e->light.day;
    disc(e, x + 0.2, y + 0.085, 0.008 + 0.004 * glow,
         yuv(mixed((struct rgb){220, 216, 200}, (struct rgb){255, 226, 160}, glow)));
    box(e, x + 0.125, GROUND + 0.02, 0.07, PATH - GROUND - 0.02,
        lit(&e->light, (struct rgb){158, 150, 136}));
}

static void draw_tree(const struct easel *e, double x, double base, double size, uint64_t seed)
{
    box(e, x - size * 0.045, base - size * 0.5, size * 0.09, size * 0.5,
        lit(&e->light, (struct rgb){92, 72, 56}));
    /* Clumps of leaves: shade first, then what the sun reaches. */
    enum { CLUMPS = 26, LEAVES = 34 };
    for (int i = 0; i < CLUMPS * LEAVES; i++) {
        uint64_t clump = seed ^ (uint64_t)(i % CLUMPS + 1) * UINT64_C(0x9e3779b97f4a7c15);
        double angle = 2 * M_PI * chance_unit(&clump), out = sqrt(chance_unit(&clump));
        double turn = 2 * M_PI * chance_unit(&seed), off = 0.1 * sqrt(chance_unit(&seed));
        double grown = (double)i / (CLUMPS * LEAVES);
        double dx = cos(angle) * out * 0.25 + cos(turn) * off;
        double dy = sin(angle) * out * 0.26 + sin(turn) * off - 0.04 * grown;
        double sunny = 0.15 + 0.6 * grown - dy * 0.9 - sin(turn) * 0.12;
        struct rgb leaf =
            mixed((struct rgb){34, 56, 30}, (struct rgb){126, 152, 78}, fmin(fmax(sunny, 0), 1));
        disc(e, x + dx * size * e->height / e->width * 1.3, base - size * 0.68 + dy * size * 1.15,
             size * (0.022 + 0.016 * chance_unit(&seed)), lit(&e->light, leaf));
    }
}

static void draw_fence(const struct easel *e)
{
    struct colour wood = lit(&e->light, (struct rgb){176, 156, 128});
    for (int i = 0; i < 14; i++)
        box(e, 0.005 + 0.036 * i, GROUND - 0.045, 0.012, 0.09, wood);
    box(e, 0, GROUND - 0.03, 0.5, 0.012, wood);
    box(e, 0, GROUND + 0.012, 0.5, 0.012, wood);
}

/* Grass, plaster and gravel are not smooth, lenses are soft and darker at the edge. */
static void weather(const struct easel *e)
{
    struct plane *luma = &e->canvas->planes[0];
    int lawn = (int)(GROUND * luma->height);
    uint64_t state = 7;
    for (int y = 1; y + 1 < luma->height; y++) {
        uint8_t *row = luma->data + (size_t)y * (size_t)luma->width;
        double down = 2.0 * y / luma->height - 1;
        uint64_t chance = 0;
        for (int x = 1; x + 1 < luma->width; x++) {
            double across = 2.0 * x / luma->width - 1;
            if (x % 8 == 1)
                chance = chance_next(&state);
            int grain = (int)(chance >> (x % 8 * 8) & 7) - 3;
            const uint8_t *up = row - luma->width, *low = row + luma->width;
            int value = (row[x - 1] + 4 * row[x] + row[x + 1] + up[x] + low[x]) / 8;
            value += y > lawn ? grain * 2 * row[x] / 128 : grain / 2;
            value = (int)(value * (1.03 - 0.11 * (across * across + down * down)));
            row[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
}

static void apply_tone(struct canvas *canvas)
{
    for (int i = 0; i < canvas->plane_count; i++) {
        const uint8_t *tone = i == 0 ? canvas->tone.luma : canvas->tone.chroma;
        uint8_t *at = canvas->planes[i].data;
        size_t count = (size_t)canvas->planes[i].width * (size_t)canvas->planes[i].height;
        for (size_t n = 0; n < count; n++)
            at[n] = tone[at[n]];
    }
}

static struct easel easel_of(const struct place *place, int64_t wall_us, struct canvas *canvas)
{
    return (struct easel){.canvas = canvas,
                          .light = light_at(place, wall_us),
                          .width = canvas->width,
                          .height = canvas->height,
                          .mirrored = place->seed >> 20 & 1};
}

void place_draw_background(const struct place *place, int64_t wall_us, struct canvas *canvas)
{
    struct tone tone = canvas->tone;
    struct easel e = easel_of(place, wall_us, canvas);
    tone_init(&canvas->tone, &(struct tone_look){0});
    draw_sky(&e, place, wall_us);
    draw_hills(&e, place);
    draw_lawn(&e);
    draw_fence(&e);
    draw_tree(&e, 0.4, GROUND + 0.01, 0.34, place->seed ^ 1);
    draw_house(&e, place);
    draw_tree(&e, 0.12 + 0.1 * (double)(place->seed / 5 % 3) / 3, GROUND + 0.05, 0.5,
              place->seed ^ 2);
    weather(&e);
    canvas->tone = tone;
    apply_tone(canvas);
}

/* --- Moving objects. --- */

bool place_walk_at(const struct place *place, int64_t slot, struct place_walk *ret_walk)
{
    uint64_t state = place->seed ^ (uint64_t)slot * UINT64_C(0x9e3779b97f4a7c15);
    if (chance_unit(&state) < 0.3)
        return false;
    int64_t length_us = (int64_t)((9 + 6 * chance_unit(&state)) * (double)US_PER_S);
    int64_t late_us = (int64_t)(chance_unit(&state) * 20 * (double)US_PER_S);
    *ret_walk = (struct place_walk){.begin_us = slot * PLACE_SLOT_S * US_PER_S + late_us,
                                    .leftward = chance_unit(&state) < 0.5,
                                    .who = (uint32_t)(chance_next(&state) >> 32)};
    ret_walk->end_us = ret_walk->begin_us + length_us;
    return true;
}

static void draw_walker(const struct easel *e, const struct place_walk *walk, int64_t wall_us)
{
    static const struct rgb coats[] = {
        {168, 52, 46}, {46, 78, 130}, {212, 178, 66}, {70, 74, 80}, {58, 110, 84}};
    static const struct rgb skin = {206, 164, 138}, dark = {44, 46, 56};
    double way = (double)(wall_us - walk->begin_us) / (double)(walk->end_us - walk->begin_us);
    double x = between(-0.06, 1.06, walk->leftward ? 1 - way : way);
    double phase = (double)(wall_us - walk->begin_us) / (double)US_PER_S * 2 * M_PI * 0.95;
    double foot = PATH + 0.055, size = 0.25, narrow = size * e->height / e->width;
    double hip_y = foot - size * 0.47, neck_y = foot - size * 0.82 + 0.004 * fabs(sin(phase));
    struct colour coat = lit(&e->light, coats[walk->who % 5]), legs = lit(&e->light, dark);
    box(e, x - narrow * 0.22, foot, narrow * 0.44, 0.012, /* the shadow */
        lit(&e->light, (struct rgb){122, 114, 98}));
    const double hip[2] = {x, hip_y}, neck[2] = {x, neck_y + size * 0.04};
    for (int side = -1; side <= 1; side += 2) {
        double swing = sin(phase) * side * narrow * 0.17;
        const double toe[2] = {x + swing, foot - 0.004 - 0.012 * fmax(0, cos(phase) * side)};
        limb(e, hip, toe, size * 0.04, legs);
        const double hand[2] = {x - swing * 0.8, hip_y - size * 0.01};
        limb(e, neck, hand, size * 0.03, coat);
    }
    limb(e, neck, hip, size * 0.075, coat);
    disc(e, x, foot - size * 0.93, size * 0.062, lit(&e->light, skin));
    disc(e, x, foot - size * 0.96, size * 0.055, legs); /* hair or a cap */
}

/* A branch of a tree near the camera, in the wind. */
static void draw_leaves(const struct easel *e, const struct place *place, int64_t wall_us)
{
    double t = (double)(wall_us % (3600 * US_PER_S)) / (double)US_PER_S;
    double wind = 0.6 + 0.4 * sin(t * 0.31);
    uint64_t state = place->seed ^ 3;
    for (int i = 0; i < 110; i++) {
        double along = chance_unit(&state), off = chance_unit(&state), beat = chance_unit(&state);
        double sway = wind * (0.004 + 0.009 * along) * sin(t * (1.4 + beat) + along * 5);
        double x = 0.3 * along - 0.01 + sway, y = 0.02 + 0.1 * off * (1.1 - along) + 0.4 * sway;
        struct rgb leaf = mixed((struct rgb){30, 54, 28}, (struct rgb){86, 118, 52}, beat);
        disc(e, x, y, 0.007 + 0.01 * beat, lit(&e->light, leaf));
    }
}

void place_draw(const struct place *place, int64_t wall_us, struct canvas *canvas)
{
    struct easel e = easel_of(place, wall_us, canvas);
    int64_t slot = wall_us / (PLACE_SLOT_S * US_PER_S);
    struct place_walk walk;
    if (place_walk_at(place, slot, &walk) && wall_us >= walk.begin_us && wall_us < walk.end_us)
        draw_walker(&e, &walk, wall_us);
    draw_leaves(&e, place, wall_us);
}
