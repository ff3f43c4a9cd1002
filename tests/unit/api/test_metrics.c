#include "api/endpoint.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

static int setup(void **state)
{
    *state = mem_new(struct world);
    world_init(*state);
    return 0;
}

static int teardown(void **state)
{
    world_finish(*state);
    mem_free(*state);
    return 0;
}

/* The value of a series; the test fails where it is not there exactly once. */
static double value_of(const char *text, const char *series)
{
    char line[160];
    snprintf(line, sizeof(line), "\n%s ", series);
    const char *found = strstr(text, line);
    if (!found)
        fail_msg("no series %s in:\n%s", series, text);
    assert_null(strstr(found + 1, line));
    return strtod(found + strlen(line), NULL);
}

static void the_fixed_names_are_there(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world->stats = (struct maker_stats){.encoded = 5,
                                        .undecodable = 2,
                                        .decode_us = 3000,
                                        .encode_us = 4500,
                                        .buckets = {1, 3, 0, 0, 0, 0, 0, 0, 0, 1}};
    world_say(world, ws, "{\"type\":\"start\",\"camera\":\"porch\",\"rendition\":\"h264\"}");
    world_jpeg(porch, "x", 640, 480);
    camera_count_drop(porch->camera, JPEG_NO_EOI);
    for (unsigned i = 0; i < 7; i++)
        camera_count_received(porch->camera, 1);
    fake_clock_advance(3 * US_PER_S);

    struct http_request *request = world_get(world, "/metrics");
    const char *text = fake_answer(request)->body;
    assert_string_equal(fake_answer(request)->content_type,
                        "text/plain; version=0.0.4; charset=utf-8");
    assert_true(value_of(text, "eyelid_camera_state{camera=\"porch\",state=\"awake\"}") == 1);
    assert_true(value_of(text, "eyelid_camera_state{camera=\"porch\",state=\"asleep\"}") == 0);
    assert_true(value_of(text, "eyelid_camera_state{camera=\"porch\",state=\"offline\"}") == 0);
    assert_true(value_of(text, "eyelid_camera_state{camera=\"porch\",state=\"waking\"}") == 0);
    assert_true(value_of(text, "eyelid_camera_state{camera=\"porch\",state=\"lingering\"}") == 0);
    assert_true(value_of(text, "eyelid_frames_received_total{camera=\"porch\"}") == 7);
    assert_true(value_of(text, "eyelid_frames_dropped_total{camera=\"porch\",reason=\"no-eoi\"}") ==
                1);
    assert_true(
        value_of(text, "eyelid_frames_dropped_total{camera=\"porch\",reason=\"undecodable\"}") ==
        2);
    assert_true(value_of(text, "eyelid_frames_dropped_total{camera=\"porch\",reason=\"dark\"}") ==
                0);
    assert_true(value_of(text, "eyelid_frames_encoded_total{camera=\"porch\"}") == 5);
    assert_true(value_of(text, "eyelid_leases{camera=\"porch\",reason=\"viewer\"}") == 1);
    assert_true(value_of(text, "eyelid_leases{camera=\"porch\",reason=\"record\"}") == 0);
    assert_true(value_of(text, "eyelid_awake_seconds_total{camera=\"porch\"}") >= 3);
    assert_true(value_of(text, "eyelid_frames_sent_total{camera=\"porch\"}") == 0);
    assert_true(value_of(text, "eyelid_frames_skipped_slow_total{camera=\"porch\"}") == 0);
    assert_true(value_of(text, "eyelid_starts_total{camera=\"porch\"}") == 1);
    assert_true(value_of(text, "eyelid_start_timeouts_total{camera=\"porch\"}") == 0);
    assert_true(value_of(text, "eyelid_frame_age_seconds{camera=\"porch\"}") == 0.005);
    assert_true(value_of(text, "eyelid_pages") == 1);
    assert_true(value_of(text, "eyelid_build_info{version=\"0.0.0-\\\"test\\\"\"}") == 1);
    assert_true(value_of(text, "process_resident_memory_bytes") > 100000);
    fake_request_destroy(request);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

static void the_histogram_is_cumulative_and_ends_with_the_count(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct ws *ws = world_page(world);
    world_say(world, ws, START("porch", "h264"));
    world->stats = (struct maker_stats){
        .decode_us = 3000, .encode_us = 4500, .buckets = {1, 3, 0, 0, 0, 0, 0, 0, 0, 1}};
    struct http_request *request = world_get(world, "/metrics");
    const char *text = fake_answer(request)->body;
    char series[96];
    snprintf(series, sizeof(series), "eyelid_encode_seconds_bucket{camera=\"porch\",le=\"%g\"}",
             maker_bucket_us[0] / 1e6);
    assert_true(value_of(text, series) == 1);
    snprintf(series, sizeof(series), "eyelid_encode_seconds_bucket{camera=\"porch\",le=\"%g\"}",
             maker_bucket_us[MAKER_BUCKETS - 2] / 1e6);
    assert_true(value_of(text, series) == 4);
    assert_true(value_of(text, "eyelid_encode_seconds_bucket{camera=\"porch\",le=\"+Inf\"}") == 5);
    assert_true(value_of(text, "eyelid_encode_seconds_count{camera=\"porch\"}") == 5);
    assert_true(value_of(text, "eyelid_encode_seconds_sum{camera=\"porch\"}") == 0.0075);
    fake_request_destroy(request);
    fake_ws_destroy(ws);
    world_device_free(porch);
}

/* Every line is a comment or a series with a number, and a family's lines stand together. */
static void the_text_is_well_formed(void **state)
{
    struct world *world = *state;
    struct device *a = world_device(world, "a"), *b = world_device(world, "b");
    struct http_request *request = world_get(world, "/metrics");
    char *text = mem_strdup_or_die(fake_answer(request)->body);
    char family[96] = "", *rest = NULL;
    unsigned series = 0;
    assert_int_equal(text[strlen(text) - 1], '\n');
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            snprintf(family, sizeof(family), "%.*s", (int)strcspn(line + 7, " "), line + 7);
            continue;
        }
        if (strncmp(line, "# TYPE ", 7) == 0)
            continue;
        assert_int_equal(strncmp(line, family, strlen(family)), 0);
        char *space = strrchr(line, ' '), *end;
        assert_non_null(space);
        (void)strtod(space + 1, &end);
        assert_true(end > space + 1 && *end == '\0');
        series++;
    }
    assert_true(series > 60);
    mem_free(text);
    fake_request_destroy(request);
    world_device_free(a);
    world_device_free(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_fixed_names_are_there),
        TEST(the_histogram_is_cumulative_and_ends_with_the_count),
        TEST(the_text_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
