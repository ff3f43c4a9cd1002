#include "archive/item.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "data.h"

static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static struct archive_item item_at(int64_t seconds, enum archive_kind kind)
{
    struct archive_item item = {
        .kind = kind, .reason = ARCHIVE_MOTION, .start_us = seconds * US_PER_S + 123456};
    strcpy(item.camera, "porch");
    archive_item_name(&item, 0);
    return item;
}

static void test_names(void **state)
{
    (void)state;
    use_zone("Europe/Berlin");
    struct archive_item item = item_at(1796043802, ARCHIVE_PHOTO);
    assert_string_equal(item.path, "porch/2026/11/30/20261130T140322.123+0100-motion.jpg");
    archive_item_name(&item, 2);
    assert_string_equal(item.path, "porch/2026/11/30/20261130T140322.123+0100-motion-2.jpg");
    item = item_at(1796043802, ARCHIVE_FILM);
    assert_string_equal(item.path, "porch/2026/11/30/20261130T140322.123+0100-motion-film.mp4");
    char thumbnail[ARCHIVE_PATH_MAX_BYTES];
    archive_item_thumbnail(&item, thumbnail);
    assert_string_equal(thumbnail,
                        "porch/2026/11/30/.thumbnails/20261130T140322.123+0100-motion-film.jpg");
}

/* The hour that comes twice has two names for each moment of it. */
static void test_the_hour_that_comes_twice(void **state)
{
    (void)state;
    use_zone("Europe/Berlin");
    const struct archive_item first = item_at(1792888200, ARCHIVE_CLIP),
                              second = item_at(1792888200 + 3600, ARCHIVE_CLIP);
    assert_string_equal(first.path, "porch/2026/10/25/20261025T023000.123+0200-motion.mp4");
    assert_string_equal(second.path, "porch/2026/10/25/20261025T023000.123+0100-motion.mp4");
}

static void test_names_determine_the_kind(void **state)
{
    (void)state;
    static const char *const ZONES[] = {"Europe/Berlin", "Asia/Kathmandu", "America/St_Johns",
                                        "UTC"};
    for (unsigned z = 0; z < 4; z++)
        for (unsigned kind = 0; kind < ARCHIVE_KINDS; kind++)
            for (int64_t s = 1792800000; s < 1793000000; s += 1234) {
                use_zone(ZONES[z]);
                struct archive_item item = item_at(s, (enum archive_kind)kind), parsed;
                bool is_dated;
                use_zone("Asia/Tokyo"); /* it is read wherever one is */
                assert_int_equal(archive_item_parse(item.path, &parsed, &is_dated), 0);
                assert_true(is_dated);
                assert_string_equal(parsed.camera, "porch");
                assert_int_equal(parsed.kind, item.kind);
                assert_int_equal(parsed.reason, ARCHIVE_MOTION);
                assert_int_equal(parsed.start_us, s * US_PER_S + 123000);
            }
}

static void test_other_names(void **state)
{
    (void)state;
    struct archive_item item;
    bool is_dated;
    assert_int_equal(archive_item_parse("porch/holiday/IMG_1234.JPG", &item, &is_dated), 0);
    assert_false(is_dated);
    assert_int_equal(item.kind, ARCHIVE_PHOTO);
    assert_int_equal(item.reason, ARCHIVE_IMPORT);
    static const char *const NOT[] = {"meta",
                                      "porch/a.txt",
                                      "porch/.a.jpg",
                                      "Porch/a.jpg",
                                      "/a.jpg",
                                      "a.jpg",
                                      "porch/a.jpg.part",
                                      "a-name-of-more-than-thirty-two-letters/a.jpg"};
    for (size_t i = 0; i < sizeof(NOT) / sizeof(*NOT); i++)
        assert_int_equal(archive_item_parse(NOT[i], &item, &is_dated), -EINVAL);
}

static void test_times(void **state)
{
    (void)state;
    char text[ARCHIVE_TIME_MAX_BYTES];
    int64_t us;
    use_zone("Europe/Berlin");
    archive_time_format(1796043802123456, text);
    assert_string_equal(text, "2026-11-30T13:03:22.123Z");
    static const char *const SAME[] = {"2026-11-30T13:03:22.123Z", "2026-11-30T14:03:22.123+01:00",
                                       "2026-11-30T10:33:22.123-02:30"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(archive_time_parse(SAME[i], &us), 0);
        assert_int_equal(us, 1796043802123000);
    }
    assert_int_equal(archive_time_parse("2026-11-30", &us), 0);
    assert_int_equal(us, 1795993200 * US_PER_S);
    static const char *const WRONG[] = {"",
                                        "yesterday",
                                        "2026-11-30T",
                                        "2026-11-30T14:03:22",
                                        "2026-11-30T14:03:22Zx",
                                        "2026-11-30T14:03:22+0100"};
    for (unsigned i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++)
        assert_int_equal(archive_time_parse(WRONG[i], &us), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_hour_that_comes_twice),
        cmocka_unit_test(test_names_determine_the_kind),
        cmocka_unit_test(test_other_names),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
