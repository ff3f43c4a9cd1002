#include "watch/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "watch/blob.h"
#include "watch/scene.h"
#include "watch/zones.h"

/* Cells whose thresholds are this many times the usual one are muted. */
enum { MUTED_RATIO = 2, CELLS_MIN = 4 };

struct detector {
    struct watch_settings settings;
    const struct detector_tuning *fixed; /* NULL: those of the profile */
    struct scene scene;
    struct tracks tracks;
    struct blob_scratch scratch;
    uint8_t *watched;   /* 1: in a zone */
    uint8_t *raw;       /* cells of this picture that differ, in a zone */
    uint8_t *before;    /* those of the previous picture */
    uint8_t *both;      /* in both */
    int64_t elapsed_us; /* between the two previous pictures */
    unsigned large;     /* bit 0: this picture had a large blob; bit 1: the previous one; … */
    int64_t large_since_us;
    float usual_burst; /* cells */
};

static const struct detector_tuning *tuning_of(const struct detector *detector)
{
    return detector->fixed ? detector->fixed : &detector_tunings[detector->settings.profile];
}

struct detector *detector_create(const struct watch_settings *settings)
{
    return detector_create_tuned(settings, NULL);
}

struct detector *detector_create_tuned(const struct watch_settings *settings,
                                       const struct detector_tuning *tuning)
{
    struct detector *detector = mem_new(struct detector);
    detector->settings = *settings;
    detector->fixed = tuning;
    scene_init(&detector->scene, tuning_of(detector));
    return detector;
}

static void drop_grid(struct detector *detector)
{
    blob_scratch_finish(&detector->scratch);
    mem_free(detector->watched);
    mem_free(detector->raw);
    mem_free(detector->before);
    mem_free(detector->both);
}

void detector_destroy(struct detector *detector)
{
    if (!detector)
        return;
    drop_grid(detector);
    scene_finish(&detector->scene);
    mem_free(detector);
}

static void be_silent(struct detector *detector)
{
    tracks_clear(&detector->tracks);
    detector->large = 0;
    if (detector->before)
        memset(detector->before, 0, detector->scene.count);
}

static void apply_zones(struct detector *detector)
{
    zones_mask(detector->settings.zones, detector->settings.n_zones, &detector->scene.grid,
               detector->watched);
}

void detector_set(struct detector *detector, const struct watch_settings *settings)
{
    detector->settings = *settings;
    scene_set(&detector->scene, tuning_of(detector));
    if (detector->scene.count)
        apply_zones(detector);
    be_silent(detector);
}

static void fit(struct detector *detector, const struct watch_plane *plane)
{
    if (!scene_fit(&detector->scene, plane->width, plane->height))
        return;
    const unsigned count = detector->scene.count;
    drop_grid(detector);
    blob_scratch_init(&detector->scratch, count);
    detector->watched = mem_new_array(uint8_t, count);
    detector->raw = mem_new_array(uint8_t, count);
    detector->before = mem_new_array(uint8_t, count);
    detector->both = mem_new_array(uint8_t, count);
    apply_zones(detector);
    be_silent(detector);
}

/* Thresholds: 50 as tuned, 100 half, 0 twice. */
static unsigned threshold_scale(const struct detector *detector)
{
    const float steps = (50 - (float)detector->settings.sensitivity) / 50;
    return (unsigned)(MODEL_GAIN_ONE * exp2f(steps));
}

/* An area of the tuning in cells of this grid, but not below the owner's minimum, nor below what
 * remains of a lamp's edges. */
static unsigned area_of(const struct detector *detector, unsigned tuned_cells)
{
    const float cells = (float)detector->scene.count;
    const float tuned = (float)tuned_cells * cells / TUNING_CELLS;
    const float least = detector->settings.min_area_percent / 100 * cells;
    const float lamp = tuning_of(detector)->lamp_part * (float)scene_lamp_cells(&detector->scene);
    const float area = fmaxf(fmaxf(tuned, least), lamp);
    const unsigned floor = tuned_cells < CELLS_MIN ? tuned_cells : CELLS_MIN;
    return area < (float)floor ? floor : (unsigned)area;
}

static const struct blob *largest(const struct blob *blobs, unsigned count)
{
    const struct blob *best = NULL;
    for (unsigned i = 0; i < count; i++)
        if (!best || blobs[i].area > best->area)
            best = &blobs[i];
    return best;
}

static void split_masks(struct detector *detector)
{
    const uint8_t *on = detector->scene.on;
    for (unsigned i = 0; i < detector->scene.count; i++) {
        detector->raw[i] = on[i] & detector->watched[i];
        detector->both[i] = detector->raw[i] & detector->before[i];
    }
}

/* A track has steps of about equal length: a change of the picture interval restarts tracking. */
static void keep_pace(struct detector *detector)
{
    const int64_t now = detector->scene.elapsed_us, before = detector->elapsed_us;
    if (now > 2 * before + US_PER_S / 20 || before > 2 * now + US_PER_S / 20) {
        tracks_clear(&detector->tracks);
        detector->large = 0;
    }
    detector->elapsed_us = now;
}

/* True when a blob is large in two of three pictures. */
static bool is_large(struct detector *detector, const struct blob *blob, int64_t now_us)
{
    const bool now = blob && blob->area >= area_of(detector, tuning_of(detector)->blob_cells);
    detector->large = ((detector->large << 1) | now) & 7;
    if (detector->large == 1)
        detector->large_since_us = now_us;
    return now && (detector->large & 6);
}

/* True for a blob far larger than usual here: something too fast to be seen twice. */
static bool is_burst(struct detector *detector, const struct blob *blob)
{
    const struct detector_tuning *tuning = tuning_of(detector);
    const float area = blob ? (float)blob->area : 0;
    const bool burst = area >= (float)area_of(detector, tuning->burst_cells) &&
                       area >= tuning->burst_ratio * detector->usual_burst;
    const float s = fminf((float)detector->scene.elapsed_us / (float)US_PER_S, 0.5f);
    detector->usual_burst += (area - detector->usual_burst) * s / tuning->burst_s;
    return burst;
}

/* How clearly a blob stands out: how far its cells are above their thresholds, and its size
 * relative to the smallest that counts. 0..1 */
static float score_of(const struct detector *detector, const struct blob *blob)
{
    const struct scene *scene = &detector->scene;
    float excess = 0;
    unsigned count = 0;
    for (unsigned y = blob->top; y <= blob->bottom; y++)
        for (unsigned x = blob->left; x <= blob->right; x++) {
            const unsigned i = y * scene->grid.width + x;
            if (!detector->raw[i])
                continue;
            excess += (float)abs(scene->residual[i]) / (float)(scene->model.threshold[i] + 1);
            count++;
        }
    const float size =
        (float)blob->area / (float)area_of(detector, tuning_of(detector)->blob_cells);
    const float clear = count ? excess / (float)count * sqrtf(size) : 0;
    return clear / (1 + clear);
}

static void describe(const struct detector *detector, const struct blob *blob,
                     struct detector_verdict *verdict)
{
    const struct grid *grid = &detector->scene.grid;
    const float width = (float)grid->width, height = (float)grid->height;
    verdict->box = (struct watch_box){.x = (float)blob->left / width,
                                      .y = (float)blob->top / height,
                                      .width = (float)(blob->right - blob->left + 1) / width,
                                      .height = (float)(blob->bottom - blob->top + 1) / height};
    verdict->area_percent = 100 * (float)blob->area / (width * height);
    verdict->score = score_of(detector, blob);
    for (unsigned y = blob->top; y <= blob->bottom; y++)
        for (unsigned x = blob->left; x <= blob->right; x++)
            if (detector->raw[y * grid->width + x])
                verdict->map.rows[y * WATCH_MAP_HEIGHT / grid->height] |=
                    (uint16_t)(1U << (x * WATCH_MAP_WIDTH / grid->width));
}

static struct detector_verdict judge(struct detector *detector, int64_t now_us)
{
    const struct detector_tuning *tuning = tuning_of(detector);
    const struct grid *grid = &detector->scene.grid;
    struct detector_verdict verdict = {.since_us = now_us};
    struct blob raw[BLOBS_MAX], blobs[BLOBS_MAX];
    const unsigned n_raw =
        blob_find(detector->raw, grid, tuning->stir_neighbours,
                  area_of(detector, tuning->stir_cells), &detector->scratch, raw);
    const unsigned n_blobs = blob_find(
        detector->both, grid, 1, area_of(detector, tuning->track_cells), &detector->scratch, blobs);
    const struct blob *raw_blob = largest(raw, n_raw), *blob = largest(blobs, n_blobs);
    const struct track *track =
        tracks_follow(&detector->tracks, &tuning->track, blobs, n_blobs, now_us);
    const bool large = is_large(detector, blob, now_us), burst = is_burst(detector, raw_blob);
    verdict.stirred = n_raw > 0;
    verdict.moved = large || track || burst;
    if (track)
        verdict.since_us = track->since_us;
    if (large && detector->large_since_us < verdict.since_us)
        verdict.since_us = detector->large_since_us;
    const struct blob *shown = burst ? raw_blob : large ? blob : track ? &track->blob : raw_blob;
    if (shown)
        describe(detector, shown, &verdict);
    return verdict;
}

struct detector_verdict detector_look(struct detector *detector, const struct watch_plane *plane,
                                      int64_t now_us)
{
    fit(detector, plane);
    if (detector->scene.count == 0)
        return (struct detector_verdict){.learning = true};
    const bool known = scene_look(&detector->scene, plane, now_us, threshold_scale(detector));
    if (!known || detector->scene.paused)
        be_silent(detector);
    if (!known)
        return (struct detector_verdict){.learning = true};
    keep_pace(detector);
    split_masks(detector);
    const struct detector_verdict verdict = judge(detector, now_us);
    memcpy(detector->before, detector->raw, detector->scene.count);
    return verdict;
}

/* The median of the cells' thresholds, to a level. */
static int usual_threshold(const struct model *model)
{
    enum { LEVELS = 256 };
    unsigned bins[LEVELS] = {0}, below = 0;
    for (unsigned i = 0; i < model->count; i++) {
        const int level = model->threshold[i] / LIGHT_ONE;
        bins[level < LEVELS ? level : LEVELS - 1]++;
    }
    for (int level = 0; level < LEVELS; level++) {
        below += bins[level];
        if (below * 2 > model->count)
            return (level + 1) * LIGHT_ONE;
    }
    return LEVELS * LIGHT_ONE;
}

struct watch_map detector_muted(const struct detector *detector)
{
    const struct scene *scene = &detector->scene;
    const int usual = usual_threshold(&scene->model);
    unsigned muted[WATCH_MAP_HEIGHT][WATCH_MAP_WIDTH] = {0};
    unsigned cells[WATCH_MAP_HEIGHT][WATCH_MAP_WIDTH] = {0};
    struct watch_map map = {0};
    for (unsigned i = 0; i < scene->count; i++) {
        const unsigned x = i % scene->grid.width * WATCH_MAP_WIDTH / scene->grid.width;
        const unsigned y = i / scene->grid.width * WATCH_MAP_HEIGHT / scene->grid.height;
        cells[y][x] += detector->watched[i];
        muted[y][x] += detector->watched[i] && scene->model.threshold[i] > MUTED_RATIO * usual;
    }
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        for (unsigned x = 0; x < WATCH_MAP_WIDTH; x++)
            if (muted[y][x] * 2 > cells[y][x])
                map.rows[y] |= (uint16_t)(1U << x);
    return map;
}
