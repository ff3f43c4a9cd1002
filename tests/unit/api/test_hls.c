#include "api/hls_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define INDEX "/hls/porch/index.m3u8"

/* The encoder at 20 fps, which gives a key when it is asked for one. */
static void run(struct world *world, struct device *device, int64_t ms)
{
    for (; ms > 0; ms -= 50) {
        bool key = world_wants_key(world, camera_id(device->camera));
        world->stats.keys += key;
        fake_clock_advance(50 * US_PER_MS);
        world_jpeg(device, "j", 640, 480);
        if (world_encoding(world, camera_id(device->camera)))
            world_h264(world, device, "unit", key, false);
        fake_net_turn(world->net);
    }
}

static struct http_request *ask(struct world *world, const char *query)
{
    return world_ask(world, &(struct fake_request){.path = INDEX, .query = query});
}

static int status_of(struct world *world, const char *path, const char *query)
{
    struct http_request *request =
        world_ask(world, &(struct fake_request){.path = path, .query = query});
    int status = fake_answer(request)->status;
    fake_request_destroy(request);
    return status;
}

static const struct hls_session *session_of(struct world *world, const struct device *device)
{
    return hls_session_find(world->api, device->camera);
}

static void media_path(char out[96], const struct hls_session *session, enum hls_path_kind kind,
                       uint64_t number, unsigned part)
{
    struct hls_path path = {.kind = kind, .number = number, .part = part};
    memcpy(path.session, session->id, sizeof(path.session));
    char rest[HLS_PATH_MAX];
    hls_path_write(&path, rest);
    snprintf(out, 96, "/hls/porch/%s", rest);
}

/* Its first playlist is there. */
static struct device *playing(struct world *world)
{
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, INDEX);
    run(world, porch, 700);
    assert_int_equal(fake_answer(request)->status, 200);
    fake_request_destroy(request);
    return porch;
}

static void all_share_one_lease_and_polling_keeps_it(void **state)
{
    struct world *world = *state;
    struct device *porch = playing(world);
    for (int i = 0; i < 5; i++) {
        run(world, porch, 5800);
        assert_int_equal(status_of(world, INDEX, NULL), 200);
        assert_int_equal(status_of(world, INDEX, NULL), 200);
        assert_int_equal(camera_view(porch->camera).leases, 1);
    }
    run(world, porch, 5800);
    const struct hls_session *session = session_of(world, porch);
    char path[96]; /* media renews it as well */
    media_path(path, session, HLS_PATH_SEGMENT, session->track.current - 1, 0);
    assert_int_equal(status_of(world, path, NULL), 200);
    run(world, porch, 5800);
    assert_int_equal(camera_view(porch->camera).leases, 1);
    run(world, porch, 250);
    assert_int_equal(camera_view(porch->camera).leases, 0);
    assert_true(list_empty(&world->encodings));
    assert_null(session_of(world, porch));
    assert_int_equal(status_of(world, path, NULL), 404);
    world_device_free(porch);
}

static void a_later_session_goes_on_counting(void **state)
{
    struct world *world = *state;
    struct device *porch = playing(world);
    run(world, porch, 5000);
    uint64_t before = session_of(world, porch)->track.current;
    char id[HLS_SESSION_ID_LEN + 1];
    memcpy(id, session_of(world, porch)->id, sizeof(id));
    run(world, porch, 3000);
    assert_null(session_of(world, porch));
    struct http_request *request = world_get(world, INDEX);
    run(world, porch, 700);
    assert_int_equal(fake_answer(request)->status, 200);
    assert_true(session_of(world, porch)->track.first > before);
    assert_string_not_equal(session_of(world, porch)->id, id);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void a_key_is_asked_for_before_each_segment_ends(void **state)
{
    struct world *world = *state;
    struct device *porch = playing(world);
    uint64_t first = session_of(world, porch)->track.first;
    uint64_t keys = world->stats.keys;
    for (int i = 0; i < 5; i++) {
        run(world, porch, 2000);
        assert_int_equal(status_of(world, INDEX, NULL), 200);
    }
    const struct hls_track *track = &session_of(world, porch)->track;
    assert_in_range(world->stats.keys - keys, 5, 7);
    assert_in_range(track->current - first, 5, 7);
    assert_int_equal(track->discontinuities, 0);
    world_device_free(porch);
}

static void what_waits_in_vain_is_told_so(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *request = world_get(world, INDEX);
    fake_clock_advance(10 * US_PER_S - 1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 0);
    fake_clock_advance(1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 504);
    assert_string_equal(fake_answer(request)->body, "the camera did not deliver a picture in time: "
                                                    "no usable frame within 5 s of the start\n");
    fake_request_destroy(request);
    world_device_free(porch);

    porch = playing(world);
    char query[64];
    snprintf(query, sizeof(query), "_HLS_msn=%llu",
             (unsigned long long)session_of(world, porch)->track.current);
    request = ask(world, query);
    fake_clock_advance(9 * US_PER_S - 1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 0);
    fake_clock_advance(1);
    fake_net_turn(world->net);
    assert_int_equal(fake_answer(request)->status, 503);
    assert_int_equal(camera_view(porch->camera).leases, 1); /* it may ask again */
    fake_clock_advance(6 * US_PER_S);
    fake_net_turn(world->net);
    assert_int_equal(camera_view(porch->camera).leases, 0);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void media_may_be_kept_and_the_map_is_the_init_segment(void **state)
{
    struct world *world = *state;
    struct device *porch = playing(world);
    const struct hls_session *session = session_of(world, porch);
    char path[96];
    media_path(path, session, HLS_PATH_INIT, session->track.first, 0);
    struct http_request *request = world_get(world, path);
    assert_int_equal(fake_answer(request)->status, 200);
    assert_string_equal(fake_answer(request)->body, "init");
    assert_string_equal(fake_field(request, "cache-control"), "private, max-age=60, immutable");
    fake_request_destroy(request);
    media_path(path, session, HLS_PATH_SEGMENT, session->track.first, 0);
    request = world_get(world, path);
    assert_int_equal(fake_answer(request)->status, 200);
    assert_int_equal(fake_answer(request)->len_bytes,
                     hls_track_segment(&session->track, session->track.first)->len_bytes);
    assert_memory_equal(fake_answer(request)->body + 4, "moof", 4);
    fake_request_destroy(request);
    world_device_free(porch);
}

static void not_more_than_so_many_may_wait(void **state)
{
    struct world *world = *state;
    struct device *porch = world_device(world, "porch");
    struct http_request *waiting[HLS_MAX_HELD];
    for (size_t i = 0; i < HLS_MAX_HELD; i++) {
        waiting[i] = world_get(world, INDEX);
        assert_int_equal(fake_answer(waiting[i])->status, 0);
    }
    assert_int_equal(status_of(world, INDEX, NULL), 503);
    fake_hang_up(waiting[0]); /* a request that leaves makes room */
    struct http_request *another = world_get(world, INDEX);
    assert_int_equal(fake_answer(another)->status, 0);
    run(world, porch, 700);
    assert_int_equal(fake_answer(another)->status, 200);
    assert_int_equal(session_of(world, porch)->n_waits, 0);
    fake_request_destroy(another);
    for (size_t i = 0; i < HLS_MAX_HELD; i++)
        fake_request_destroy(waiting[i]);
    world_device_free(porch);
}

static void another_size_is_another_map(void **state)
{
    struct world *world = *state;
    struct device *porch = playing(world);
    world_h264(world, porch, "k", true, true);
    fake_net_turn(world->net);
    run(world, porch, 400);
    struct http_request *request = world_get(world, INDEX);
    const char *gap = strstr(fake_answer(request)->body, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=");
    assert_non_null(gap);
    fake_request_destroy(request);
    world_device_free(porch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(all_share_one_lease_and_polling_keeps_it),
        WORLD_TEST(a_later_session_goes_on_counting),
        WORLD_TEST(a_key_is_asked_for_before_each_segment_ends),
        WORLD_TEST(what_waits_in_vain_is_told_so),
        WORLD_TEST(media_may_be_kept_and_the_map_is_the_init_segment),
        WORLD_TEST(not_more_than_so_many_may_wait),
        WORLD_TEST(another_size_is_another_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
