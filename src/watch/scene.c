#include "watch/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "watch/shake.h"

/* After a longer pause no movement continues. */
static const int64_t PAUSE_US = 2 * US_PER_S;
/* The longest time for which one picture counts in learning. */
static const int64_t STEP_MAX_US = US_PER_S / 2;
/* How long a new scene is only learned, and faster. */
static const int64_t NEW_US = 2 * US_PER_S;
enum { NEW_HASTE = 3 };

/* The shake that is measured from noise alone. */
static const float TREMBLING_FREE = 0.04f;
static const float TREMBLING_MAX = 1.2f, TREMBLING_FALL_S = 1.4f;

void scene_init(struct scene *scene, const struct detector_tuning *tuning)
{
    *scene = (struct scene){.tuning = tuning};
    light_curve_init(&scene->curve);
}

static void drop_grid(struct scene *scene)
{
    model_finish(&scene->model);
    mem_free(scene->on);
    mem_free(scene->residual);
    mem_free(scene->cells);
    mem_free(scene->levels);
    mem_free(scene->plain);
    mem_free(scene->around);
    mem_free(scene->scratch);
    mem_free(scene->columns);
    scene->count = 0;
}

void scene_finish(struct scene *scene)
{
    drop_grid(scene);
    *scene = (struct scene){0};
}

void scene_set(struct scene *scene, const struct detector_tuning *tuning)
{
    scene->tuning = tuning;
    scene->model.tuning = &tuning->model;
}

bool scene_fit(struct scene *scene, unsigned plane_width, unsigned plane_height)
{
    if (plane_width == scene->plane_width && plane_height == scene->plane_height)
        return false;
    drop_grid(scene);
    scene->plane_width = plane_width;
    scene->plane_height = plane_height;
    scene->grid = grid_for(plane_width, plane_height);
    const unsigned count = scene->count = scene->grid.width * scene->grid.height;
    scene->begun = false;
    model_init(&scene->model, &scene->tuning->model, count);
    scene->on = mem_new_array(uint8_t, count);
    scene->residual = mem_new_array(int16_t, count);
    scene->cells = mem_new_array(uint8_t, count);
    scene->levels = mem_new_array(int16_t, count);
    scene->around = mem_new_array(int16_t, count);
    scene->plain = mem_new_array(int16_t, count);
    scene->scratch = mem_new_array(int16_t, count);
    scene->columns = mem_new_array(int32_t, scene->grid.width);
    return true;
}

static void read_levels(struct scene *scene, const struct watch_plane *plane)
{
    grid_read(&scene->grid, plane, scene->cells);
    for (unsigned i = 0; i < scene->count; i++)
        scene->levels[i] = scene->curve.of[scene->cells[i]];
}

static void begin(struct scene *scene, int64_t now_us)
{
    model_learn(&scene->model, scene->levels);
    scene->begun = true;
    scene->overall = 0;
    scene->trembling = 0;
    scene->new_until_us = now_us + NEW_US;
    scene->flash_until_us = now_us;
}

/* True if the whole picture suddenly became brighter or darker. */
static bool subtract_overall(struct scene *scene)
{
    const struct detector_tuning *tuning = scene->tuning;
    int16_t *residual = scene->residual;
    const int before = scene->overall;
    for (unsigned i = 0; i < scene->count; i++)
        residual[i] = (int16_t)(scene->levels[i] - scene->model.background[i]);
    const int rough = light_median(residual, scene->count, before);
    scene->overall = light_median(residual, scene->count, rough);
    light_subtract_rows(residual, &scene->grid, scene->overall, tuning->row_levels);
    return abs(scene->overall - before) > (int)(tuning->flash_levels * LIGHT_ONE);
}

static void subtract_trembling(struct scene *scene, float elapsed_s)
{
    const struct shake_shift shift = shake_estimate(scene->model.background, scene->residual,
                                                    &scene->grid, scene->tuning->shake_levels);
    const float cells = fminf(fabsf(shift.x) + fabsf(shift.y), TREMBLING_MAX);
    const float part = cells > scene->trembling ? 0.5f : fminf(elapsed_s / TREMBLING_FALL_S, 0.5f);
    scene->trembling += (cells - scene->trembling) * part;
    if (shift.explains)
        shake_subtract(scene->residual, scene->model.background, &scene->grid, &shift);
}

/* The number of cells in whose surroundings the brightness jumped. */
static unsigned count_lit(struct scene *scene)
{
    const int limit = (int)(scene->tuning->lamp_levels * LIGHT_ONE);
    unsigned count = 0;
    for (unsigned i = 0; i < scene->count; i++) {
        const int around = scene->residual[i] - scene->plain[i];
        count += abs(around - scene->around[i]) > limit;
        scene->around[i] = (int16_t)around;
    }
    return count;
}

static void look_for_lamps(struct scene *scene, int64_t now_us)
{
    const struct detector_tuning *tuning = scene->tuning;
    memcpy(scene->plain, scene->residual, scene->count * sizeof(*scene->plain));
    light_subtract_mean(scene->plain, &scene->grid, tuning->mean_radius, UINT8_MAX, scene->scratch,
                        scene->columns);
    const unsigned lit = count_lit(scene);
    if (lit >= scene->lit || now_us >= scene->lit_until_us) {
        scene->lit = lit;
        scene->lit_until_us = now_us + (int64_t)(tuning->flash_s * (float)US_PER_S);
    }
}

/* Subtracting the clipped surrounding mean leaves whole figures, but also a bright lamp that is
 * switched on; subtracting the plain mean removes lamps, and large figures except their outline.
 * What both leave is a figure. */
static void subtract_surroundings(struct scene *scene, int64_t now_us)
{
    const struct detector_tuning *tuning = scene->tuning;
    look_for_lamps(scene, now_us);
    const bool lamp = scene_lamp_cells(scene) > 0;
    light_subtract_mean(scene->residual, &scene->grid, tuning->mean_radius, tuning->mean_levels,
                        scene->scratch, scene->columns);
    if (lamp)
        light_keep_smaller(scene->residual, scene->plain, scene->count);
}

static unsigned threshold_scale(const struct scene *scene, unsigned scale)
{
    const float over = fmaxf(scene->trembling - TREMBLING_FREE, 0);
    return (unsigned)((float)scale * (1 + over * scene->tuning->shake_weight));
}

static void take_time(struct scene *scene, int64_t now_us)
{
    scene->elapsed_us = now_us - scene->last_us;
    scene->paused = scene->elapsed_us > PAUSE_US;
    scene->last_us = now_us;
}

unsigned scene_lamp_cells(const struct scene *scene)
{
    return (float)scene->lit > scene->tuning->lamp_min * (float)scene->count ? scene->lit : 0;
}

bool scene_look(struct scene *scene, const struct watch_plane *plane, int64_t now_us,
                unsigned scale)
{
    const struct detector_tuning *tuning = scene->tuning;
    read_levels(scene, plane);
    take_time(scene, now_us);
    if (!scene->begun) {
        begin(scene, now_us);
        return false;
    }
    const int64_t step_us = scene->elapsed_us < STEP_MAX_US ? scene->elapsed_us : STEP_MAX_US;
    bool flash = subtract_overall(scene);
    subtract_trembling(scene, (float)step_us / (float)US_PER_S);
    subtract_surroundings(scene, now_us);
    const unsigned on =
        model_compare(&scene->model, scene->residual, threshold_scale(scene, scale), scene->on);
    flash |= (float)on > tuning->flash_part * (float)scene->count;
    if (flash)
        scene->flash_until_us = now_us + (int64_t)(tuning->flash_s * (float)US_PER_S);
    if (now_us < scene->flash_until_us) {
        model_learn_half(&scene->model, scene->levels);
        return false;
    }
    const bool is_new = now_us < scene->new_until_us;
    model_follow(&scene->model, scene->levels, scene->residual, scene->on,
                 is_new ? NEW_HASTE * step_us : step_us);
    return !is_new;
}
