/* The detector on drawn yards: what has to be ignored and what has to be found. */
#include "watch/watcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "yard.h"

enum { DRAWN_WIDTH = 160, WIDTH = 80, HEIGHT = 60, QUIET_S = 60 };

struct result {
    unsigned found, passes, false_alarms, looked, drawn;
};

/* As a camera's picture at an eighth: the mean of 2x2 samples that are an eighth apart by half. */
static void halve(const uint8_t *drawn, uint8_t *plane)
{
    for (unsigned y = 0; y < HEIGHT; y++)
        for (unsigned x = 0; x < WIDTH; x++) {
            const uint8_t *at = drawn + 2 * y * DRAWN_WIDTH + 2 * x;
            plane[y * WIDTH + x] =
                (uint8_t)((at[0] + at[1] + at[DRAWN_WIDTH] + at[DRAWN_WIDTH + 1] + 2) / 4);
        }
}

/* An alarm that overlaps a pass by any picture, give or take a second, finds it. */
static void count_event(const struct watch_event *event, const struct yard_pass *passes,
                        unsigned n_passes, bool *found, struct result *result)
{
    const float start = (float)event->start_us / (float)US_PER_S;
    const float end = (float)event->end_us / (float)US_PER_S;
    bool is_true = false;
    for (unsigned i = 0; i < n_passes; i++)
        if (start <= passes[i].end_s + 1 && end >= passes[i].start_s - 1)
            found[i] = is_true = true;
    if (!is_true && getenv("YARD_VERBOSE"))
        printf("false alarm %.1f to %.1f s, score %.2f, %.2f %%\n", (double)start, (double)end,
               (double)event->score, (double)event->area_percent);
    result->false_alarms += !is_true;
}

struct watch {
    struct watcher watcher;
    struct result result;
    bool found[YARD_PASSES_MAX];
};

static void look(struct watch *watch, const uint8_t *plane, int64_t now_us,
                 const struct yard_pass *passes, unsigned n_passes)
{
    watch->result.drawn++;
    if (!watcher_wants(&watch->watcher, now_us))
        return;
    watch->result.looked++;
    if (watcher_look(&watch->watcher, &(struct watch_plane){plane, WIDTH, HEIGHT, WIDTH}, now_us) ==
        WATCHER_ENDED)
        count_event(&watch->watcher.event, passes, n_passes, watch->found, &watch->result);
}

static struct result end(struct watch *watch, const struct yard_pass *passes, unsigned n_passes)
{
    if (watcher_rest(&watch->watcher) == WATCHER_ENDED)
        count_event(&watch->watcher.event, passes, n_passes, watch->found, &watch->result);
    watch->result.passes = n_passes;
    for (unsigned i = 0; i < n_passes; i++)
        watch->result.found += watch->found[i];
    watcher_finish(&watch->watcher);
    return watch->result;
}

static bool is_right(const char *name, const char *how, const struct result *result)
{
    const bool right = result->found == result->passes && result->false_alarms == 0;
    if (!right || getenv("YARD_VERBOSE"))
        printf("%s, %s: found %u of %u, %u false alarms; looked at %u of %u\n", name, how,
               result->found, result->passes, result->false_alarms, result->looked, result->drawn);
    return right;
}

/* The same pictures at full rate and in two stages. */
static void watch_kind(void **state)
{
    const struct yard_kind *kind = *state;
    struct watch full = {0}, staged = {0};
    struct watcher_params params = {.full_rate = true};
    struct yard *yard = yard_create(kind, DRAWN_WIDTH);
    unsigned n_passes;
    const struct yard_pass *passes = yard_passes(yard, &n_passes);
    const float seconds = n_passes ? passes[n_passes - 1].end_s + 8 : QUIET_S;
    watch_settings_init(&params.settings);
    watcher_init(&full.watcher, &params);
    params.full_rate = false;
    watcher_init(&staged.watcher, &params);
    for (unsigned n = 0; (float)n < seconds * YARD_FPS; n++) {
        uint8_t plane[WIDTH * HEIGHT];
        const int64_t now_us = (int64_t)n * US_PER_S / YARD_FPS;
        halve(yard_draw(yard), plane);
        look(&full, plane, now_us, passes, n_passes);
        look(&staged, plane, now_us, passes, n_passes);
    }
    const struct result all = end(&full, passes, n_passes), few = end(&staged, passes, n_passes);
    yard_destroy(yard);
    const bool right = is_right(kind->name, "full rate", &all);
    assert_true(is_right(kind->name, "two stages", &few) && right);
    assert_true(few.looked < all.looked);
}

/* One test for each kind of yard. */
int main(void)
{
    enum { KINDS_MAX = 64 };
    struct CMUnitTest tests[KINDS_MAX] = {{0}};
    struct yard_kind kinds[KINDS_MAX];
    unsigned count = 0;
    for (; yard_kinds[count].name; count++) {
        kinds[count] = yard_kinds[count];
        tests[count] = (struct CMUnitTest){
            .name = kinds[count].name, .test_func = watch_kind, .initial_state = &kinds[count]};
    }
    return _cmocka_run_group_tests("yards", tests, count, NULL, NULL);
}
