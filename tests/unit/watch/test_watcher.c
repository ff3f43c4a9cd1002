#include "watch/watcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { WIDTH = 80, HEIGHT = 60, PICTURE_MS = 100 };

struct rig {
    struct watcher watcher;
    uint8_t pixels[WIDTH * HEIGHT];
    int64_t now_us;
    unsigned looked, started, ended;
};

static void begin(struct rig *rig, const struct watch_settings *settings, bool full_rate)
{
    struct watcher_params params = {.full_rate = full_rate};
    *rig = (struct rig){.now_us = 1000 * US_PER_S};
    if (settings)
        params.settings = *settings;
    else
        watch_settings_init(&params.settings);
    watcher_init(&rig->watcher, &params);
}

/* A wall with a pattern, and a block in front of it where left is not negative. */
static void draw(struct rig *rig, int left, int top, int side, int brighter)
{
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        rig->pixels[i] = (uint8_t)(90 + brighter + (i % WIDTH / 8 + i / WIDTH / 6) % 2 * 40);
    for (int y = top; left >= 0 && y < top + side; y++)
        memset(rig->pixels + y * WIDTH + left, 200, (size_t)side);
}

static enum watcher_news show(struct rig *rig)
{
    enum watcher_news news = WATCHER_QUIET;
    if (watcher_wants(&rig->watcher, rig->now_us)) {
        rig->looked++;
        news = watcher_look(&rig->watcher, &(struct watch_plane){rig->pixels, WIDTH, HEIGHT, WIDTH},
                            rig->now_us);
    }
    rig->started += news == WATCHER_STARTED;
    rig->ended += news == WATCHER_ENDED;
    rig->now_us += PICTURE_MS * US_PER_MS;
    return news;
}

static void rest(struct rig *rig, unsigned pictures)
{
    draw(rig, -1, 0, 0, 0);
    for (unsigned i = 0; i < pictures; i++)
        show(rig);
}

/* From left to right, a cell a picture. */
static void pass(struct rig *rig, int side)
{
    for (int x = 2; x < WIDTH - side - 2; x++) {
        draw(rig, x, 20, side, 0);
        show(rig);
    }
}

static void few_pictures_are_enough_while_nothing_moves(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, false);
    rest(&rig, 600);
    assert_int_equal(rig.looked, 120); /* 2 a second of a minute */
    assert_int_equal(rig.started, 0);
    assert_true(watcher_fps(&rig.watcher) == 2);
    watcher_finish(&rig.watcher);
}

static void the_rate_is_met_at_any_camera_rate(void **state)
{
    (void)state;
    static const struct {
        int64_t every_us;
        float fps;
        unsigned least, most;
    } CASES[] = {{40000, 10, 95, 105}, {33333, 10, 95, 105}, {100000, 10, 99, 101},
                 {99000, 10, 97, 102}, {40000, 2, 19, 21},   {66667, 5, 47, 52},
                 {500000, 10, 20, 20}, {1000000, 2, 10, 10}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct watch_settings settings;
        struct rig rig;
        watch_settings_init(&settings);
        settings.watch_fps = CASES[i].fps;
        begin(&rig, &settings, false);
        draw(&rig, -1, 0, 0, 0);
        const int64_t end_us = rig.now_us + 10 * US_PER_S;
        while (rig.now_us < end_us) {
            show(&rig);
            rig.now_us += CASES[i].every_us - PICTURE_MS * US_PER_MS;
        }
        assert_in_range(rig.looked, CASES[i].least, CASES[i].most);
        watcher_finish(&rig.watcher);
    }
}

static void a_pass_is_one_event(void **state)
{
    (void)state;
    for (int full_rate = 0; full_rate < 2; full_rate++) {
        struct rig rig;
        begin(&rig, NULL, full_rate);
        rest(&rig, 60);
        const int64_t from_us = rig.now_us;
        pass(&rig, 8);
        const int64_t to_us = rig.now_us;
        assert_int_equal(rig.started, 1);
        assert_int_equal(rig.watcher.state, WATCHER_ACTIVE);
        assert_true(watcher_fps(&rig.watcher) == WATCH_FPS_MAX);
        rest(&rig, 60);
        assert_int_equal(rig.ended, 1);
        assert_int_equal(rig.started, 1);
        const struct watch_event *event = &rig.watcher.event;
        assert_true(event->start_us >= from_us && event->start_us < from_us + 2 * US_PER_S);
        assert_true(event->end_us > to_us - US_PER_S && event->end_us <= to_us + US_PER_S);
        assert_true(event->score > 0.5f && event->score < 1);
        assert_true(event->area_percent > 0.5f && event->area_percent < 10);
        assert_true(event->box.y > 0.25f && event->box.y + event->box.height < 0.55f);
        /* The map: a band at a third of the height, from one side to the other. */
        assert_int_equal(event->map.rows[0], 0);
        assert_int_equal(event->map.rows[11], 0);
        assert_true((event->map.rows[5] & 0x0ff0) == 0x0ff0);
        assert_true(watcher_fps(&rig.watcher) == (full_rate ? WATCH_FPS_MAX : 2));
        watcher_finish(&rig.watcher);
    }
}

static void passes_close_together_are_one_event(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, false);
    rest(&rig, 60);
    pass(&rig, 8);
    rest(&rig, 15);
    pass(&rig, 8);
    rest(&rig, 60);
    assert_int_equal(rig.started, 1);
    assert_int_equal(rig.ended, 1);
    pass(&rig, 8);
    rest(&rig, 60);
    assert_int_equal(rig.ended, 2);
    watcher_finish(&rig.watcher);
}

static void a_stir_is_looked_at_and_let_go(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, false);
    rest(&rig, 60);
    draw(&rig, 30, 30, 3, 0);
    do
        show(&rig);
    while (rig.watcher.state == WATCHER_IDLE);
    assert_int_equal(rig.watcher.state, WATCHER_SUSPICIOUS);
    assert_true(watcher_fps(&rig.watcher) == WATCH_FPS_MAX);
    rest(&rig, 30);
    assert_int_equal(rig.watcher.state, WATCHER_IDLE);
    assert_int_equal(rig.started, 0);
    watcher_finish(&rig.watcher);
}

static void a_pause_ends_an_event_and_keeps_the_background(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, false);
    rest(&rig, 60);
    pass(&rig, 8);
    assert_int_equal(watcher_rest(&rig.watcher), WATCHER_ENDED);
    assert_int_equal(watcher_rest(&rig.watcher), WATCHER_QUIET);
    /* After an hour of sleep a passer-by is found at once: nothing must be learned again. */
    rig.now_us += 3600 * US_PER_S;
    rest(&rig, 5);
    assert_int_equal(rig.started, 1);
    pass(&rig, 8);
    assert_int_equal(rig.started, 2);
    watcher_finish(&rig.watcher);
}

static void a_light_is_no_event(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, true);
    rest(&rig, 60);
    for (int i = 0; i < 20; i++) {
        draw(&rig, -1, 0, 0, i % 2 ? 60 : 0);
        for (int n = 0; n < 30; n++)
            show(&rig);
    }
    assert_int_equal(rig.started, 0);
    watcher_finish(&rig.watcher);
}

static void zones_decide_what_counts(void **state)
{
    (void)state;
    struct watch_settings settings;
    struct rig rig;
    watch_settings_init(&settings);
    settings.n_zones = 1;
    settings.zones[0] = (struct watch_zone){
        .exclude = true, .n_points = 4, .points = {{0, 0.2f}, {1, 0.2f}, {1, 0.6f}, {0, 0.6f}}};
    begin(&rig, &settings, false);
    rest(&rig, 60);
    pass(&rig, 8);
    rest(&rig, 60);
    assert_int_equal(rig.started, 0);
    settings.zones[0].exclude = false; /* only there */
    watcher_set(&rig.watcher, &settings);
    pass(&rig, 8);
    rest(&rig, 60);
    assert_int_equal(rig.ended, 1);
    watcher_finish(&rig.watcher);
}

static void small_changes_do_not_count(void **state)
{
    (void)state;
    struct watch_settings settings;
    struct rig rig;
    watch_settings_init(&settings);
    settings.min_area_percent = 4; /* 192 cells */
    begin(&rig, &settings, false);
    rest(&rig, 60);
    pass(&rig, 8);
    rest(&rig, 60);
    assert_int_equal(rig.started, 0);
    settings.min_area_percent = 0.5f;
    watcher_set(&rig.watcher, &settings);
    pass(&rig, 8);
    assert_int_equal(rig.started, 1);
    watcher_finish(&rig.watcher);
}

static void motion_is_kept_by_the_minute(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, false);
    rest(&rig, 60);
    pass(&rig, 8);
    assert_true(watcher_take_map(&rig.watcher).rows[5] != 0);
    rest(&rig, 60);
    watcher_take_map(&rig.watcher);
    rest(&rig, 60);
    assert_int_equal(watcher_take_map(&rig.watcher).rows[5], 0);
    watcher_finish(&rig.watcher);
}

static void permanent_motion_is_shown_as_muted(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, NULL, true);
    for (int n = 0; n < 600; n++) {
        draw(&rig, n / 2 % 2 ? 40 : -1, 20, 6, 0);
        show(&rig);
    }
    const struct watch_map muted = detector_muted(rig.watcher.detector);
    assert_true(muted.rows[4] & 1 << 8);
    assert_int_equal(muted.rows[10], 0);
    watcher_finish(&rig.watcher);
}

static void a_new_size_begins_anew_and_a_bad_one_is_ignored(void **state)
{
    (void)state;
    static uint8_t large[160 * 120];
    struct rig rig;
    begin(&rig, NULL, true);
    rest(&rig, 60);
    memset(large, 77, sizeof(large));
    for (int n = 0; n < 60; n++, rig.now_us += PICTURE_MS * US_PER_MS) {
        const struct watch_plane plane = {large, n < 30 ? 160 : 3, n < 30 ? 120 : 2, 160};
        assert_int_equal(watcher_look(&rig.watcher, &plane, rig.now_us), WATCHER_QUIET);
    }
    rest(&rig, 60);
    assert_int_equal(rig.started, 0);
    pass(&rig, 8);
    assert_int_equal(rig.started, 1);
    watcher_finish(&rig.watcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_pictures_are_enough_while_nothing_moves),
        cmocka_unit_test(the_rate_is_met_at_any_camera_rate),
        cmocka_unit_test(a_pass_is_one_event),
        cmocka_unit_test(passes_close_together_are_one_event),
        cmocka_unit_test(a_stir_is_looked_at_and_let_go),
        cmocka_unit_test(a_pause_ends_an_event_and_keeps_the_background),
        cmocka_unit_test(a_light_is_no_event),
        cmocka_unit_test(zones_decide_what_counts),
        cmocka_unit_test(small_changes_do_not_count),
        cmocka_unit_test(motion_is_kept_by_the_minute),
        cmocka_unit_test(permanent_motion_is_shown_as_muted),
        cmocka_unit_test(a_new_size_begins_anew_and_a_bad_one_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
