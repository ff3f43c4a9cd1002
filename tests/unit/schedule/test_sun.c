#include "schedule/sun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schedule/civil.h"

enum { TOLERANCE_S = 60 };

/* Dawn, sunrise, sunset and dusk as PyEphem 4.1.4 (VSOP87) has them for the same zeniths. */
static const struct {
    double latitude, longitude;
    struct civil_date date;
    int64_t utc_s[4];
} TABLE[] = {
    {52.52, 13.405, {2026, 3, 20}, {1773981315, 1773983356, 1774027166, 1774029214}},   /* Berlin */
    {52.52, 13.405, {2026, 6, 21}, {1782006772, 1782009786, 1782070396, 1782073411}},   /* Berlin */
    {52.52, 13.405, {2026, 9, 23}, {1790137181, 1790139228, 1790182962, 1790185003}},   /* Berlin */
    {52.52, 13.405, {2026, 12, 21}, {1797834793, 1797837295, 1797864836, 1797867338}},  /* Berlin */
    {52.52, 13.405, {2031, 2, 10}, {1928469409, 1928471569, 1928506143, 1928508305}},   /* Berlin */
    {-0.18, -78.47, {2026, 3, 20}, {1774004240, 1774005480, 1774049070, 1774050310}},   /* Quito */
    {-0.18, -78.47, {2026, 6, 21}, {1782038991, 1782040343, 1782083947, 1782085299}},   /* Quito */
    {-0.18, -78.47, {2026, 9, 23}, {1790160137, 1790161377, 1790204965, 1790206205}},   /* Quito */
    {-0.18, -78.47, {2026, 12, 21}, {1797849927, 1797851280, 1797894967, 1797896319}},  /* Quito */
    {-0.18, -78.47, {2031, 2, 10}, {1928487786, 1928489066, 1928532700, 1928533979}},   /* Quito */
    {-33.87, 151.21, {2026, 3, 20}, {1773948781, 1773950278, 1773994016, 1773995510}},  /* Sydney */
    {-33.87, 151.21, {2026, 6, 21}, {1781987534, 1781989198, 1782024828, 1782026492}},  /* Sydney */
    {-33.87, 151.21, {2026, 9, 23}, {1790104744, 1790106238, 1790149916, 1790151412}},  /* Sydney */
    {-33.87, 151.21, {2026, 12, 21}, {1797790289, 1797792039, 1797843924, 1797845674}}, /* Sydney */
    {-33.87, 151.21, {2031, 2, 10}, {1928429909, 1928431500, 1928479987, 1928481574}},  /* Sydney */
    {40.71, -74.01, {2026, 3, 20}, {1774002723, 1774004359, 1774048092, 1774049732}}, /* New York */
    {40.71, -74.01, {2026, 6, 21}, {1782031897, 1782033903, 1782088245, 1782090250}}, /* New York */
    {40.71, -74.01, {2026, 9, 23}, {1790158639, 1790160279, 1790203882, 1790205518}}, /* New York */
    {40.71,
     -74.01,
     {2026, 12, 21},
     {1797853535, 1797855395, 1797888709, 1797890569}},                               /* New York */
    {40.71, -74.01, {2031, 2, 10}, {1928489279, 1928490981, 1928528677, 1928530379}}, /* New York */
    {60.17, 24.94, {2026, 3, 20}, {1773978035, 1773980537, 1774024470, 1774026984}},  /* Helsinki */
    {60.17, 24.94, {2026, 6, 21}, {1781996502, 1782003242, 1782071403, 1782078141}},  /* Helsinki */
    {60.17, 24.94, {2026, 9, 23}, {1790133877, 1790136390, 1790180244, 1790182745}},  /* Helsinki */
    {60.17, 24.94, {2026, 12, 21}, {1797834325, 1797837830, 1797858762, 1797862267}}, /* Helsinki */
    {60.17, 24.94, {2031, 2, 10}, {1928467673, 1928470389, 1928501798, 1928504518}},  /* Helsinki */
    {-54.8, -68.3, {2026, 3, 20}, {1774000706, 1774002870, 1774046731, 1774048887}},  /* Ushuaia */
    {-54.8, -68.3, {2026, 6, 21}, {1782044016, 1782046731, 1782072677, 1782075392}},  /* Ushuaia */
    {-54.8, -68.3, {2026, 9, 23}, {1790156576, 1790158734, 1790202795, 1790204960}},  /* Ushuaia */
    {-54.8, -68.3, {2026, 12, 21}, {1797836038, 1797839486, 1797901877, 1797905326}}, /* Ushuaia */
    {-54.8, -68.3, {2031, 2, 10}, {1928478831, 1928481351, 1928535453, 1928537955}},  /* Ushuaia */
    {-36.85,
     174.76,
     {2026, 3, 20},
     {1773943054, 1773944607, 1773988381, 1773989931}}, /* Auckland */
    {-36.85,
     174.76,
     {2026, 6, 21},
     {1781982282, 1781984022, 1782018699, 1782020438}}, /* Auckland */
    {-36.85,
     174.76,
     {2026, 9, 23},
     {1790099034, 1790100584, 1790144272, 1790145825}}, /* Auckland */
    {-36.85,
     174.76,
     {2026, 12, 21},
     {1797784034, 1797785881, 1797838774, 1797840621}}, /* Auckland */
    {-36.85,
     174.76,
     {2031, 2, 10},
     {1928423886, 1928425549, 1928474630, 1928476287}}, /* Auckland */
    {21.31,
     -157.86,
     {2026, 3, 20},
     {1774023182, 1774024512, 1774068156, 1774069488}}, /* Honolulu */
    {21.31,
     -157.86,
     {2026, 6, 21},
     {1782055532, 1782057024, 1782105378, 1782106870}}, /* Honolulu */
    {21.31,
     -157.86,
     {2026, 9, 23},
     {1790179104, 1790180436, 1790223985, 1790225316}}, /* Honolulu */
    {21.31,
     -157.86,
     {2026, 12, 21},
     {1797871221, 1797872677, 1797911690, 1797913146}}, /* Honolulu */
    {21.31,
     -157.86,
     {2031, 2, 10},
     {1928508109, 1928509480, 1928550409, 1928551781}}, /* Honolulu */
};

static void times_are_those_of_the_tables(void **state)
{
    (void)state;
    int64_t worst_s = 0;
    for (size_t i = 0; i < sizeof(TABLE) / sizeof(TABLE[0]); i++)
        for (int event = SUN_DAWN; event <= SUN_DUSK; event++) {
            int64_t utc_s = 0;
            const struct sun_place place = {TABLE[i].latitude, TABLE[i].longitude};
            assert_true(
                sun_event_utc((enum sun_event)event, place, civil_to_days(TABLE[i].date), &utc_s));
            const int64_t off_s = llabs(utc_s - TABLE[i].utc_s[event]);
            worst_s = off_s > worst_s ? off_s : worst_s;
            if (off_s > TOLERANCE_S)
                fail_msg("row %zu, event %d: off by %lld s", i, event, (long long)off_s);
        }
    print_message("at most %lld s off\n", (long long)worst_s);
}

static void beyond_the_polar_circle_there_are_days_without(void **state)
{
    (void)state;
    const struct sun_place tromso = {69.65, 18.96};
    int64_t utc_s;
    const int64_t june = civil_to_days((struct civil_date){2026, 6, 21});
    const int64_t december = civil_to_days((struct civil_date){2026, 12, 21});
    for (int event = SUN_DAWN; event <= SUN_DUSK; event++)
        assert_false(sun_event_utc((enum sun_event)event, tromso, june, &utc_s));
    assert_false(sun_event_utc(SUN_RISE, tromso, december, &utc_s));
    assert_true(sun_event_utc(SUN_DAWN, tromso, december, &utc_s)); /* twilight there is */
    assert_false(sun_event_utc(SUN_RISE, (struct sun_place){90, 0}, june, &utc_s));
    assert_false(sun_event_utc(SUN_RISE, (struct sun_place){-90, 0}, december, &utc_s));
}

static void days_follow_one_another(void **state)
{
    (void)state;
    for (double longitude = -180; longitude <= 180; longitude += 30) {
        const struct sun_place place = {50, longitude};
        int64_t before_s = 0, utc_s;
        for (int64_t day = 20000; day < 20400; day++) {
            assert_true(sun_event_utc(SUN_RISE, place, day, &utc_s));
            if (before_s)
                assert_in_range(utc_s - before_s, DAY_S - 300, DAY_S + 300);
            before_s = utc_s;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_the_tables),
        cmocka_unit_test(beyond_the_polar_circle_there_are_days_without),
        cmocka_unit_test(days_follow_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
