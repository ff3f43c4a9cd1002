#include "guard/maps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

enum { DAY = 20000 };

static char folder[64];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/eyelid-maps-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    maps_forget(folder, "porch");
    return rmdir(folder);
}

static struct maps_record at(uint32_t minute, unsigned y, unsigned row)
{
    struct maps_record record = {.minute = minute};
    record.map.rows[y] = (uint16_t)row;
    return record;
}

static struct maps_answer ask(uint32_t from, uint32_t until, const struct watch_box *box,
                              unsigned max)
{
    static struct maps_answer answer;
    struct maps_query query = {
        .from_minute = from, .until_minute = until, .area = maps_area(box), .max_minutes = max};
    assert_int_equal(maps_ask(folder, "porch", &query, &answer), 0);
    return answer;
}

static const struct watch_box ALL = {0, 0, 1, 1};

static void records_survive_the_way_to_bytes_and_back(void **state)
{
    uint8_t bytes[MAPS_RECORD_BYTES];
    (void)state;
    struct maps_record record = at(0x12345678, 11, 0x8001);
    maps_encode(&record, bytes);
    assert_int_equal(bytes[0], 0x78);
    assert_int_equal(bytes[27], 0x80);
    struct maps_record back = maps_decode(bytes);
    assert_memory_equal(&back, &record, sizeof(back));
}

static void an_area_is_the_fields_that_a_box_touches(void **state)
{
    (void)state;
    struct watch_map map = maps_area(&(struct watch_box){0.25f, 0.5f, 0.125f, 0.25f});
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        assert_int_equal(map.rows[y], y >= 6 && y < 9 ? 0x30 : 0);
    map = maps_area(&(struct watch_box){0.99f, 0.99f, 0.01f, 0.01f});
    assert_int_equal(map.rows[11], 0x8000);
    map = maps_area(&ALL);
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        assert_int_equal(map.rows[y], 0xffff);
}

static void zones_leave_the_fields_that_they_touch(void **state)
{
    (void)state;
    struct watch_map map = maps_zones(NULL, 0);
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        assert_int_equal(map.rows[y], 0xffff);
    const struct watch_zone zones[] = {
        {.n_points = 4, .points = {{0, 0}, {0.26f, 0}, {0.26f, 0.5f}, {0, 0.5f}}},
        {.exclude = true, .n_points = 4, .points = {{0, 0}, {1, 0}, {1, 0.25f}, {0, 0.25f}}}};
    map = maps_zones(zones, 2);
    for (unsigned y = 0; y < WATCH_MAP_HEIGHT; y++)
        assert_int_equal(map.rows[y], y >= 3 && y < 6 ? 0x1f : 0);
}

static void a_large_movement_touches_many_fields(void **state)
{
    (void)state;
    assert_int_equal(maps_min_fields(0), 1);
    assert_int_equal(maps_min_fields(0.5f), 1);
    assert_int_equal(maps_min_fields(1), 2);
    assert_int_equal(maps_min_fields(100), WATCH_MAP_WIDTH * WATCH_MAP_HEIGHT);
    const uint32_t first = DAY * MAPS_DAY_MINUTES;
    const struct maps_record records[] = {at(first, 3, 1), at(first + 1, 3, 7)};
    assert_int_equal(maps_append(folder, "porch", records, 2), 0);
    static struct maps_answer answer;
    struct maps_query query = {.from_minute = first,
                               .until_minute = first + 2,
                               .area = maps_zones(NULL, 0),
                               .min_fields = 3,
                               .max_minutes = 10};
    assert_int_equal(maps_ask(folder, "porch", &query, &answer), 0);
    assert_int_equal(answer.watched, 2);
    assert_int_equal(answer.moved, 1);
    assert_int_equal(answer.minutes[0], first + 1);
    query.area.rows[3] = 5; /* of its three fields two are in the area */
    assert_int_equal(maps_ask(folder, "porch", &query, &answer), 0);
    assert_int_equal(answer.moved, 0);
}

static void what_moved_here_is_found(void **state)
{
    (void)state;
    const uint32_t first = DAY * MAPS_DAY_MINUTES + MAPS_DAY_MINUTES - 2; /* over midnight */
    const struct maps_record records[] = {at(first, 0, 0), at(first + 1, 3, 1), at(first + 2, 3, 3),
                                          at(first + 3, 7, 0x8000)};
    assert_int_equal(maps_append(folder, "porch", records, 2), 0);
    assert_int_equal(maps_append(folder, "porch", records + 2, 2), 0);
    struct maps_answer answer = ask(first, first + 10, &ALL, 10);
    assert_int_equal(answer.watched, 4);
    assert_int_equal(answer.moved, 3);
    assert_int_equal(answer.fields[3][0], 2);
    assert_int_equal(answer.fields[3][1], 1);
    assert_int_equal(answer.fields[7][15], 1);
    const struct watch_box here = {0, 0.25f, 0.0625f, 0.08f}; /* field 0, 3 */
    answer = ask(first, first + 10, &here, 10);
    assert_int_equal(answer.moved, 2);
    assert_int_equal(answer.n_minutes, 2);
    assert_int_equal(answer.minutes[0], first + 1);
    assert_int_equal(answer.minutes[1], first + 2);
    answer = ask(first, first + 2, &here, 10); /* the end is not part of the span */
    assert_int_equal(answer.moved, 1);
    answer = ask(0, 10, &ALL, 10);
    assert_int_equal(answer.watched, 0);
}

static void of_many_minutes_the_newest_are_given(void **state)
{
    struct maps_record records[50];
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        records[i] = at(DAY * MAPS_DAY_MINUTES + i, 0, 1);
    assert_int_equal(maps_append(folder, "porch", records, 50), 0);
    struct maps_answer answer = ask(DAY * MAPS_DAY_MINUTES, (DAY + 2) * MAPS_DAY_MINUTES, &ALL, 7);
    assert_int_equal(answer.moved, 50);
    assert_int_equal(answer.n_minutes, 7);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(answer.minutes[i], DAY * MAPS_DAY_MINUTES + 43 + i);
    answer = ask(DAY * MAPS_DAY_MINUTES, (DAY + 2) * MAPS_DAY_MINUTES, &ALL, 0);
    assert_int_equal(answer.n_minutes, 0);
}

static off_t size_of_day(uint32_t day)
{
    char path[128];
    struct stat file;
    snprintf(path, sizeof(path), "%s/porch/%u.map", folder, day);
    return stat(path, &file) < 0 ? -1 : file.st_size;
}

static void a_record_that_was_cut_off_is_replaced(void **state)
{
    char path[128];
    (void)state;
    struct maps_record records[] = {at(DAY * MAPS_DAY_MINUTES, 0, 1),
                                    at(DAY * MAPS_DAY_MINUTES + 1, 0, 1)};
    assert_int_equal(maps_append(folder, "porch", records, 2), 0);
    snprintf(path, sizeof(path), "%s/porch/%d.map", folder, DAY);
    assert_int_equal(truncate(path, MAPS_RECORD_BYTES + 5), 0);
    assert_int_equal(ask(DAY * MAPS_DAY_MINUTES, (DAY + 2) * MAPS_DAY_MINUTES, &ALL, 0).watched, 1);
    assert_int_equal(maps_append(folder, "porch", records + 1, 1), 0);
    assert_int_equal(size_of_day(DAY), 2 * MAPS_RECORD_BYTES);
    assert_int_equal(ask(DAY * MAPS_DAY_MINUTES, (DAY + 2) * MAPS_DAY_MINUTES, &ALL, 0).watched, 2);
}

static void days_that_are_too_old_go_when_one_begins(void **state)
{
    (void)state;
    for (uint32_t day = DAY; day <= DAY + MAPS_KEPT_DAYS + 1; day += MAPS_KEPT_DAYS / 2) {
        struct maps_record record = at(day * MAPS_DAY_MINUTES, 0, 1);
        assert_int_equal(maps_append(folder, "porch", &record, 1), 0);
    }
    assert_int_equal(size_of_day(DAY), MAPS_RECORD_BYTES);
    struct maps_record record = at((DAY + MAPS_KEPT_DAYS + 1) * MAPS_DAY_MINUTES, 0, 1);
    assert_int_equal(maps_append(folder, "porch", &record, 1), 0);
    assert_int_equal(size_of_day(DAY), -1);
    assert_int_equal(size_of_day(DAY + MAPS_KEPT_DAYS / 2), MAPS_RECORD_BYTES);
}

static void a_day_has_no_more_than_its_minutes(void **state)
{
    static struct maps_record records[MAPS_DAY_MINUTES];
    (void)state;
    for (unsigned i = 0; i < MAPS_DAY_MINUTES; i++)
        records[i] = at(DAY * MAPS_DAY_MINUTES + i, 0, 1);
    assert_int_equal(maps_append(folder, "porch", records, MAPS_DAY_MINUTES), 0);
    assert_true(maps_append(folder, "porch", records, 1) < 0); /* the clock was set back */
    assert_int_equal(size_of_day(DAY), MAPS_DAY_MINUTES * MAPS_RECORD_BYTES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_survive_the_way_to_bytes_and_back),
        cmocka_unit_test(an_area_is_the_fields_that_a_box_touches),
        cmocka_unit_test(zones_leave_the_fields_that_they_touch),
        TEST(a_large_movement_touches_many_fields),
        TEST(what_moved_here_is_found),
        TEST(of_many_minutes_the_newest_are_given),
        TEST(a_record_that_was_cut_off_is_replaced),
        TEST(days_that_are_too_old_go_when_one_begins),
        TEST(a_day_has_no_more_than_its_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
