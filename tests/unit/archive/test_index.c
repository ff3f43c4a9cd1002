#include "archive/index.h"

#include <errno.h>

#include "base/clock.h"
#include "scratch.h"

static struct index *open_index(const char *dir)
{
    struct index *index = NULL;
    assert_int_equal(index_open(scratch_path(dir, "archive.db"), &index), 0);
    return index;
}

/* Item n of a hundred: two cameras, two kinds, three reasons. */
static struct archive_item item_of(unsigned n)
{
    struct archive_item item = {.kind = n % 2 ? ARCHIVE_CLIP : ARCHIVE_PHOTO,
                                .reason = (enum archive_reason)(n % 3),
                                .start_us = (1000 + n / 2) * US_PER_S, /* pairs of one time */
                                .end_us = (1001 + n / 2) * US_PER_S,
                                .bytes = n,
                                .width = 640,
                                .height = 480};
    snprintf(item.camera, sizeof(item.camera), "%s", n % 4 < 2 ? "porch" : "yard");
    snprintf(item.path, sizeof(item.path), "%s/%u.jpg", item.camera, n);
    return item;
}

static void fill(struct index *index)
{
    for (unsigned n = 0; n < 100; n++) {
        struct archive_item item = item_of(n);
        assert_int_equal(index_add(index, &item), 0);
        assert_int_equal(item.id, n + 1);
    }
}

static const struct index_filter ALL = {.kind = -1, .reason = -1};

static void test_an_item_is_remembered(void **state)
{
    struct index *index = open_index(*state);
    struct archive_item item = item_of(7), read;
    int64_t id = 0;
    strcpy(item.note, "the \"cat\"");
    assert_int_equal(index_add(index, &item), 0);
    assert_int_equal(index_add(index, &item), -EEXIST);
    index_close(index);
    index = open_index(*state);
    assert_int_equal(index_get(index, item.id, &read), 0);
    assert_memory_equal(&read, &item, sizeof(item));
    assert_int_equal(index_find(index, item.path, &id), 0);
    assert_int_equal(id, item.id);
    assert_int_equal(index_get(index, 99, &read), -ENOENT);
    assert_int_equal(index_find(index, "porch/none.jpg", &id), -ENOENT);
    index_close(index);
}

static void test_star_and_note(void **state)
{
    struct index *index = open_index(*state);
    struct archive_item read;
    fill(index);
    assert_int_equal(index_star(index, 5, true), 0);
    assert_int_equal(index_note(index, 5, "hello"), 0);
    assert_int_equal(index_get(index, 5, &read), 0);
    assert_true(read.starred);
    assert_string_equal(read.note, "hello");
    assert_int_equal(index_star(index, 500, true), -ENOENT);
    assert_int_equal(index_note(index, 500, ""), -ENOENT);
    index_close(index);
}

/* Page by page all of them come, the newest first, each once. */
static void test_pages(void **state)
{
    struct index *index = open_index(*state);
    struct index_filter filter = ALL;
    struct archive_item items[7];
    unsigned n_all = 0;
    int n;
    fill(index);
    while ((n = index_list(index, &filter, items, 7)) > 0) {
        for (int i = 0; i < n; i++)
            assert_int_equal(items[i].id, 100 - n_all++);
        filter.before_us = items[n - 1].start_us;
        filter.before_id = items[n - 1].id;
    }
    assert_int_equal(n, 0);
    assert_int_equal(n_all, 100);
    index_close(index);
}

static int count(struct index *index, const struct index_filter *filter)
{
    static struct archive_item items[200];
    return index_list(index, filter, items, 200);
}

static void test_filters(void **state)
{
    struct index *index = open_index(*state);
    fill(index);
    assert_int_equal(index_star(index, 1, true), 0);
    assert_int_equal(count(index, &ALL), 100);
    assert_int_equal(
        count(index, &(struct index_filter){.camera = "yard", .kind = -1, .reason = -1}), 50);
    assert_int_equal(count(index, &(struct index_filter){.kind = ARCHIVE_CLIP, .reason = -1}), 50);
    assert_int_equal(count(index, &(struct index_filter){.kind = -1, .reason = ARCHIVE_MANUAL}),
                     34);
    assert_int_equal(count(index, &(struct index_filter){.camera = "porch",
                                                         .kind = ARCHIVE_PHOTO,
                                                         .reason = ARCHIVE_MOTION}),
                     8);
    assert_int_equal(count(index, &(struct index_filter){.kind = -1,
                                                         .reason = -1,
                                                         .from_us = 1010 * US_PER_S,
                                                         .until_us = 1020 * US_PER_S}),
                     20);
    assert_int_equal(
        count(index, &(struct index_filter){.kind = -1, .reason = -1, .starred = true}), 1);
    index_close(index);
}

static void test_garbage(void **state)
{
    struct index *index = open_index(*state);
    struct archive_item item;
    fill(index);
    assert_int_equal(index_garbage(index, &item), -ENOENT);
    assert_int_equal(index_condemn(index, 3), 0);
    assert_int_equal(index_condemn(index, 3), -ENOENT);
    assert_int_equal(index_get(index, 3, &item), -ENOENT);
    assert_int_equal(index_star(index, 3, true), -ENOENT);
    assert_int_equal(count(index, &ALL), 99);
    assert_int_equal(index_garbage(index, &item), 0);
    assert_int_equal(item.id, 3);
    assert_int_equal(index_drop(index, 3), 0);
    assert_int_equal(index_garbage(index, &item), -ENOENT);
    index_close(index);
}

static void test_the_oldest(void **state)
{
    struct index *index = open_index(*state);
    struct archive_item item;
    fill(index);
    assert_int_equal(index_oldest(index, NULL, &item), 0);
    assert_int_equal(item.id, 1);
    assert_int_equal(index_star(index, 1, true), 0);
    assert_int_equal(index_oldest(index, NULL, &item), 0);
    assert_int_equal(item.id, 2);
    assert_int_equal(index_oldest(index, "yard", &item), 0);
    assert_int_equal(item.id, 3);
    assert_int_equal(index_oldest(index, "none", &item), -ENOENT);
    index_close(index);
}

static void add_sum(void *ctx, const char *camera, uint64_t items, uint64_t bytes)
{
    char *text = ctx;
    sprintf(text + strlen(text), "%s %d %d;", camera, (int)items, (int)bytes);
}

static void add_day(void *ctx, const char *day, uint64_t items)
{
    char *text = ctx;
    sprintf(text + strlen(text), "%s %d;", day, (int)items);
}

static void add_use(void *ctx, const struct index_use *use)
{
    struct index_use **next = ctx;
    *(*next)++ = *use;
}

static bool is_done_or_gone(int error)
{
    return error == 0 || error == -ENOENT;
}

/* What is counted on the way, and what a new connection reads. */
static void test_sums_follow_each_change(void **state)
{
    struct index *index = open_index(*state), *other;
    char sums[128] = "", fresh[128] = "";
    struct archive_item item;
    fill(index);
    assert_int_equal(index_sums(index, add_sum, sums), 0);
    for (int64_t id = 1; id <= 100; id++) {
        assert_int_equal(index_get(index, id, &item), 0);
        if (id % 3 == 0)
            assert_int_equal(index_condemn(index, id), 0);
        if (id % 6 == 0)
            assert_int_equal(index_drop(index, id), 0); /* of garbage */
        if (id % 5 == 0 && id % 3)
            assert_int_equal(index_drop(index, id), 0); /* of one that got lost */
        if (id % 7 == 0)
            assert_true(is_done_or_gone(index_star(index, id, true)));
        if (id % 11 == 0)
            assert_true(is_done_or_gone(index_note(index, id, "a note")));
        assert_int_equal(index_condemn(index, 1000), -ENOENT);
    }
    item.id = 0;
    snprintf(item.camera, sizeof(item.camera), "gate");
    snprintf(item.path, sizeof(item.path), "gate/new.jpg");
    assert_int_equal(index_add(index, &item), 0);
    assert_int_equal(index_add(index, &item), -EEXIST);
    sums[0] = '\0';
    assert_int_equal(index_sums(index, add_sum, sums), 0);
    index_close(index);
    other = open_index(*state);
    assert_int_equal(index_sums(other, add_sum, fresh), 0);
    assert_string_equal(sums, fresh);
    assert_int_equal(strncmp(sums, "gate 1 ", 7), 0);
    while (index_oldest(other, "gate", &item) == 0)
        assert_int_equal(index_condemn(other, item.id), 0);
    sums[0] = '\0';
    assert_int_equal(index_sums(other, add_sum, sums), 0);
    assert_int_equal(strncmp(sums, "porch ", 6), 0); /* none is left of the other camera */
    index_close(other);
}

static void test_sums_and_days(void **state)
{
    struct index *index = open_index(*state);
    char sums[128] = "", days[128] = "";
    fill(index);
    assert_int_equal(index_sums(index, add_sum, sums), 0);
    assert_string_equal(sums, "porch 50 2425;yard 50 2525;");
    setenv("TZ", "UTC", 1);
    assert_int_equal(index_days(index, &ALL, add_day, days), 0);
    assert_string_equal(days, "1970-01-01 100;");
    struct archive_item oldest;
    struct index_use uses[3];
    memset(uses, 0, sizeof(uses));
    struct index_use *next = uses;
    assert_int_equal(index_oldest(index, "porch", &oldest), 0);
    assert_int_equal(index_uses(index, 0, add_use, &next), 0);
    assert_ptr_equal(next, uses + 2);
    assert_string_equal(uses[0].camera, "porch");
    assert_int_equal(uses[0].items, 50);
    assert_int_equal(uses[0].bytes, 2425);
    assert_int_equal(uses[0].recent_bytes, 2425);
    assert_int_equal(uses[0].oldest_us, oldest.start_us);
    assert_int_equal(uses[1].bytes, 2525);
    assert_true(uses[1].first_us <= uses[1].oldest_us);
    next = uses;
    assert_int_equal(index_uses(index, INT64_MAX, add_use, &next), 0);
    assert_int_equal(uses[0].bytes, 2425);
    assert_int_equal(uses[0].recent_bytes, 0);
    index_close(index);
}

/* Days of 25 and 23 hours, days without items, an item that is removed, bounds within a day. */
static void test_days_of_the_local_calendar(void **state)
{
    struct index *index = open_index(*state);
    char days[256] = "";
    setenv("TZ", "Europe/Berlin", 1);
    /* 2026-10-25 in Berlin is from 2026-10-24 22:00 to 2026-10-25 23:00 UTC; an item every half
     * hour of it, and one on either side; one in March, on a day of 23 hours. */
    const int64_t begin_us = 1792879200 * US_PER_S, half_us = 1800 * US_PER_S;
    for (int i = -1; i <= 50; i++) {
        struct archive_item item = item_of((unsigned)(i + 1));
        item.start_us = item.end_us = begin_us + i * half_us;
        assert_int_equal(index_add(index, &item), 0);
    }
    struct archive_item spring = item_of(60);
    spring.start_us = spring.end_us = 1806195600 * US_PER_S; /* 2027-03-28 01:00 UTC */
    assert_int_equal(index_add(index, &spring), 0);
    assert_int_equal(index_days(index, &ALL, add_day, days), 0);
    assert_string_equal(days, "2026-10-24 1;2026-10-25 50;2026-10-26 1;2027-03-28 1;");

    assert_int_equal(index_condemn(index, 2), 0);
    assert_int_equal(index_condemn(index, 1), 0);
    days[0] = '\0';
    assert_int_equal(index_days(index, &ALL, add_day, days), 0);
    assert_string_equal(days, "2026-10-25 49;2026-10-26 1;2027-03-28 1;");

    const struct index_filter within = {.kind = ARCHIVE_CLIP,
                                        .reason = -1,
                                        .from_us = begin_us + 10 * half_us,
                                        .until_us = begin_us + 20 * half_us};
    days[0] = '\0';
    assert_int_equal(index_days(index, &within, add_day, days), 0);
    assert_string_equal(days, "2026-10-25 5;");
    index_close(index);
    setenv("TZ", "UTC", 1);
}

static void test_damage(void **state)
{
    struct index *index = NULL;
    scratch_write(*state, "archive.db", "this is no database, and long enough to be looked at", 52);
    assert_int_equal(index_open(scratch_path(*state, "archive.db"), &index), -EBADMSG);
    assert_null(index);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_create, scratch_destroy)
    const struct CMUnitTest tests[] = {
        T(test_an_item_is_remembered),
        T(test_star_and_note),
        T(test_pages),
        T(test_filters),
        T(test_garbage),
        T(test_the_oldest),
        T(test_sums_follow_each_change),
        T(test_sums_and_days),
        T(test_days_of_the_local_calendar),
        T(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
