#include "watch/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct track_tuning TUNING = {
    .reach_cells = 3, .hits_min = 5, .travel_cells = 3, .straightness = 0.6f, .misses_max = 2};

static struct blob at(float x, float y)
{
    return (struct blob){.area = 3, .x = x, .y = y};
}

static void moving_objects_are_reported(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    int first = -1;
    for (int n = 0; n < 12; n++) {
        const struct blob blob = at(10 + 0.5f * (float)n, 20);
        const struct track *track = tracks_follow(&tracks, &TUNING, &blob, 1, n * US_PER_S / 10);
        if (track && first < 0) {
            first = n;
            assert_int_equal(track->since_us, 0);
        }
    }
    assert_int_equal(first, 6); /* three cells at half a cell a picture */
    assert_int_equal(tracks.count, 1);
}

static void swinging_is_not_motion(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    for (int n = 0; n < 200; n++) {
        const struct blob blob = at(10 + 0.5f * (float)(n / 4 % 2 ? n % 4 : 4 - n % 4), 20);
        assert_null(tracks_follow(&tracks, &TUNING, &blob, 1, n * US_PER_S / 10));
    }
}

static void jumping_changes_are_not_motion(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    for (int n = 0; n < 200; n++) {
        const struct blob blob = at((float)(n * 37 % 80), (float)(n * 53 % 60));
        assert_null(tracks_follow(&tracks, &TUNING, &blob, 1, n * US_PER_S / 10));
        assert_true(tracks.count <= TUNING.misses_max + 1);
    }
}

static void a_gap_of_two_pictures_is_bridged(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    const struct track *track = NULL;
    for (int n = 0; n < 15; n++) {
        const struct blob blob = at(10 + 0.6f * (float)n, 20);
        const bool gone = n % 5 == 3 || n % 5 == 4;
        track = tracks_follow(&tracks, &TUNING, &blob, !gone, n * US_PER_S / 10);
        assert_true(!gone || !track);
    }
    assert_int_equal(tracks.count, 1);
    assert_int_equal(tracks.of[0].hits, 9);
}

static void two_are_kept_apart(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    const struct track *track = NULL;
    for (int n = 0; n < 12; n++) {
        const struct blob blobs[] = {at(10 + 0.5f * (float)n, 20), at(40 - 0.8f * (float)n, 30)};
        track = tracks_follow(&tracks, &TUNING, blobs, 2, n * US_PER_S / 10);
    }
    assert_int_equal(tracks.count, 2);
    assert_non_null(track);
    assert_true(track->y > 25); /* the one that went further */
}

static void there_are_never_too_many(void **state)
{
    (void)state;
    struct tracks tracks = {0};
    for (int n = 0; n < 20; n++) {
        struct blob blobs[BLOBS_MAX];
        for (int i = 0; i < BLOBS_MAX; i++)
            blobs[i] = at((float)((n * 31 + i * 17) % 80), (float)((n * 7 + i * 13) % 60));
        tracks_follow(&tracks, &TUNING, blobs, BLOBS_MAX, n);
        assert_true(tracks.count <= TRACKS_MAX);
    }
    tracks_clear(&tracks);
    assert_int_equal(tracks.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_objects_are_reported),
        cmocka_unit_test(swinging_is_not_motion),
        cmocka_unit_test(jumping_changes_are_not_motion),
        cmocka_unit_test(a_gap_of_two_pictures_is_bridged),
        cmocka_unit_test(two_are_kept_apart),
        cmocka_unit_test(there_are_never_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
