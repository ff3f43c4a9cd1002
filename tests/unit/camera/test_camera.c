/* A camera under demand: what its source and its encoder are told as leases, frames, devices and
 * time come and go. */
#include "camera/internal.h"
#include "rig.h"

static void test_a_lease_wakes_it_and_a_frame_makes_it_awake(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    struct lease *lease = camera_lease(
        camera, &(struct lease_params){.max_fps = 15, .max_width = 640, .max_height = 480});
    rig_said(rig, "start 15 640x480 ");
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    struct packet *packet = lease_next(lease, NULL);
    assert_non_null(packet);
    packet_unref(&packet);
    lease_release(&lease);
    rig_said(rig, "");
}

static void test_it_lingers_and_sleeps(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    rig_said(rig, "start 0 0x0 ");
    lease_release(&lease);
    assert_string_equal(rig_described(rig, "state"), "\"lingering\"");
    rig_pass(rig, 9999 * US_PER_MS);
    rig_said(rig, "");
    rig_pass(rig, 1 * US_PER_MS);
    rig_said(rig, "stop ");
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    rig_pass(rig, 3600 * US_PER_S);
    rig_said(rig, "");
}

static void test_another_wish_while_it_lingers_reaches_the_source(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease =
        camera_lease(camera, &(struct lease_params){.max_width = 320, .max_height = 240});
    rig_good_frame(rig);
    rig_said(rig, "start 0 320x240 ");
    lease_release(&lease);
    rig_pass(rig, 1 * US_PER_S);
    rig_said(rig, ""); /* nobody's wish is no wish */
    lease = camera_lease(camera, &(struct lease_params){.max_width = 640, .max_height = 480});
    rig_said(rig, "adjust 0 640x480 ");
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
    lease = camera_lease(camera, &(struct lease_params){.max_width = 640, .max_height = 480});
    rig_said(rig, ""); /* the same as before */
    lease_release(&lease);
}

static void test_the_largest_wish_of_all_counts(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *a = camera_lease(camera, &(struct lease_params){.max_fps = 5, .max_width = 320});
    rig_said(rig, "start 5 320x0 ");
    struct lease *b = camera_lease(camera, &(struct lease_params){.max_fps = 15, .max_width = 320});
    rig_said(rig, "adjust 15 320x0 ");
    struct lease *c = camera_lease(camera, &(struct lease_params){.max_fps = 1, .max_width = 320});
    rig_said(rig, "");
    lease_release(&b);
    rig_said(rig, "adjust 5 320x0 ");
    lease_release(&a);
    rig_said(rig, "adjust 1 320x0 ");
    lease_release(&c);
    rig_said(rig, "stop ");
    assert_int_equal(camera->stats.starts, 1); /* one waking, however often it was adjusted */
}

static void test_no_frame_then_stop_wait_and_start(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = camera_lease(camera, &(struct lease_params){.max_fps = 2});
    rig_said(rig, "start 2 0x0 ");
    assert_string_equal(rig_described(rig, "retry_in_s"), "null");
    rig_pass(rig, 5 * US_PER_S);
    rig_said(rig, "stop ");
    assert_string_equal(rig_described(rig, "error"), "\"no usable frame within 5 s of the start\"");
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    assert_string_equal(rig_described(rig, "retry_in_s"), "1.0");
    struct lease *other = camera_lease(camera, &(struct lease_params){.max_fps = 3});
    rig_said(rig, ""); /* a wish does not break into the wait */
    rig_pass(rig, 1 * US_PER_S);
    rig_said(rig, "start 3 0x0 ");
    camera_count_drop(camera, JPEG_NO_SOI);
    rig_pass(rig, 5 * US_PER_S);
    assert_string_equal(rig_described(rig, "error"),
                        "\"no usable frame within 5 s of the start; dropped: no-soi\"");
    rig_said(rig, "stop ");
    rig_pass(rig, 2 * US_PER_S);
    rig_said(rig, "start 3 0x0 ");
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "error"), "null");
    assert_int_equal(camera->stats.start_timeouts, 2);
    assert_int_equal(camera->stats.starts, 3);
    lease_release(&other);
    lease_release(&lease);
}

static void test_a_late_frame_while_backing_off_starts_it_again(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_pass(rig, 5 * US_PER_S);
    rig_said(rig, "start 0 0x0 stop ");
    rig_good_frame(rig);
    rig_said(rig, "start 0 0x0 ");
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
}

static void test_silence_while_awake(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    for (int i = 0; i < 100; i++) {
        rig_good_frame(rig);
        rig_pass(rig, 200 * US_PER_MS);
    }
    rig_said(rig, "start 0 0x0 ");
    rig_pass(rig, 4800 * US_PER_MS); /* 5 s after the last one */
    rig_said(rig, "restart 0 0x0 ");
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    lease_release(&lease);
}

static void test_a_source_that_gave_up_is_started_again(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    rig_said(rig, "start 0 0x0 ");
    camera_failed(camera, "its cable is loose");
    rig_said(rig, "stop ");
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    assert_string_equal(rig_described(rig, "error"), "\"its cable is loose\"");
    assert_string_equal(rig_described(rig, "retry_in_s"), "1.0");
    rig_pass(rig, 1 * US_PER_S);
    rig_said(rig, "start 0 0x0 ");
    camera_failed(camera, "its cable is loose");
    rig_pass(rig, 2 * US_PER_S - 1);
    rig_said(rig, "stop "); /* each further wait is twice as long */
    rig_pass(rig, 1);
    rig_said(rig, "start 0 0x0 ");
    assert_int_equal(camera->stats.start_timeouts, 0);
    lease_release(&lease);
    rig_said(rig, "stop ");
    camera_failed(camera, "its cable is loose");
    rig_said(rig, ""); /* it rests: nothing is to be tried again */
}

static void test_a_device_that_comes_back_is_started_again(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    camera_source_down(camera);
    rig_said(rig, "start 0 0x0 ");
    assert_string_equal(rig_described(rig, "state"), "\"offline\"");
    assert_string_equal(rig_described(rig, "width"), "null");
    rig_pass(rig, 60 * US_PER_S);
    rig_device_up(rig, true);
    rig_said(rig, "start 0 0x0 ");
    struct packet *old = lease_next(lease, NULL);
    packet_unref(&old); /* the frame that came before */
    rig_good_frame(rig);
    struct packet *fresh = lease_next(lease, NULL);
    assert_int_equal(fresh->sequence, 2);
    packet_unref(&fresh);
    lease_release(&lease);
}

enum { LINGER_US = 10 * US_PER_S }; /* the rig's policy is that of the defaults */

/* The page is given it as the poster: it must not come again as a live picture. */
static void test_what_came_before_a_rest_is_not_live_after_it(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    for (int with_device_gone = 0; with_device_gone <= 1; with_device_gone++) {
        struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        rig_good_frame(rig);
        lease_release(&lease);
        rig_pass(rig, LINGER_US - 100 * US_PER_MS);
        rig_good_frame(rig);
        if (with_device_gone) {
            camera_source_down(camera);
            rig_device_up(rig, true);
        }
        rig_pass(rig, 100 * US_PER_MS);
        assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
        lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        assert_null(lease_next(lease, NULL));
        rig_good_frame(rig);
        struct packet *fresh = lease_next(lease, NULL);
        assert_non_null(fresh);
        packet_unref(&fresh);
        lease_release(&lease);
        rig_pass(rig, LINGER_US);
    }
}

static void test_a_second_source_takes_the_place_of_the_first(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_said(rig, "start 0 0x0 ");
    rig_device_up(rig, true);
    rig_said(rig, "detached start 0 0x0 ");
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    lease_release(&lease);
    rig_said(rig, "stop ");
}

static void test_a_lease_while_offline(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    camera_source_down(camera);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_said(rig, "");
    lease_release(&lease);
    rig_device_up(rig, true);
    rig_said(rig, "stop ");
}

/* --- The encoder. --- */

static void test_the_encoder_runs_while_video_is_wanted(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *jpeg = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_said(rig, "start 0 0x0 "); /* a viewer of JPEG needs none */
    struct lease *a = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_said(rig, "open h264 ");
    struct lease *b = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    assert_null(lease_next(b, NULL));
    assert_true(hub_wants_key(rendition_full(camera, RENDITION_H264)->hub));
    lease_release(&a);
    rig->stats = (struct maker_stats){.encoded = 7, .undecodable = 2, .keys = 1, .buckets = {7}};
    assert_int_equal(camera_encode_stats(camera).encoded, 7);
    lease_release(&b);
    rig_said(rig, "close ");
    a = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_said(rig, "open h264 ");
    rig->stats = (struct maker_stats){.encoded = 3, .undecodable = 1, .buckets = {2, 1}};
    struct maker_stats all = camera_encode_stats(camera);
    assert_int_equal(all.encoded, 10);
    assert_int_equal(all.keys, 1);
    assert_int_equal(all.buckets[0], 9);
    assert_int_equal(all.buckets[1], 1);
    assert_int_equal(camera_dropped(camera, CAMERA_DROP_UNDECODABLE), 3);
    lease_release(&a);
    lease_release(&jpeg);
}

static void publish_unit(struct rig *rig)
{
    struct buf *buf;
    assert_int_equal(buf_create(10, &buf), 0);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = 10;
    packet->key = true;
    packet->arrival_us = rig->now_us;
    struct rendition *h264 = rendition_full(rig->camera, RENDITION_H264);
    assert_true(hub_publish(h264->hub, h264->turn, packet));
}

static void test_no_old_video_for_the_next_viewer(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    publish_unit(rig);
    lease_release(&lease);
    lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    assert_null(lease_next(lease, NULL));
    lease_release(&lease);
}

static void test_no_encoder(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig->open_result = -ENOENT;
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    assert_string_equal(rig_described(rig, "error"), "\"the encoder does not work\"");
    assert_null(lease_next(lease, NULL)); /* nobody to ask for a key */
    lease_release(&lease);
    assert_string_equal(rig_described(rig, "error"), "null");
    rig_said(rig, "start 0 0x0 ");
}

static void test_an_encoder_that_gives_up(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "error"), "null");
    rig->stats.error = -EIO;
    assert_string_equal(rig_described(rig, "error"), "\"the encoder does not work\"");
    lease_release(&lease);
}

/* --- Readers are told by the loop. --- */

static void count(void *ctx)
{
    ++*(unsigned *)ctx;
}

static void test_readers_are_told_once_a_turn(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    unsigned jpeg = 0, h264 = 0;
    struct lease *a = camera_lease(
        camera, &(struct lease_params){.rendition = RENDITION_JPEG, .ready = count, .ctx = &jpeg});
    struct lease *b = camera_lease(
        camera, &(struct lease_params){.rendition = RENDITION_H264, .ready = count, .ctx = &h264});
    rig_good_frame(rig);
    rig_good_frame(rig);
    assert_int_equal(jpeg, 0);
    rig_turn(rig);
    assert_int_equal(jpeg, 1);
    assert_int_equal(h264, 0);
    publish_unit(rig);
    rig_turn(rig);
    assert_int_equal(jpeg, 1);
    assert_int_equal(h264, 1);
    lease_release(&a);
    lease_release(&b);
}

static void test_a_camera_that_ends_detaches_its_source(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig_registry(rig, &(struct registry_params){0});
    rig_said(rig, "detached ");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_lease_wakes_it_and_a_frame_makes_it_awake),
        T(test_it_lingers_and_sleeps),
        T(test_another_wish_while_it_lingers_reaches_the_source),
        T(test_the_largest_wish_of_all_counts),
        T(test_no_frame_then_stop_wait_and_start),
        T(test_a_late_frame_while_backing_off_starts_it_again),
        T(test_silence_while_awake),
        T(test_a_source_that_gave_up_is_started_again),
        T(test_a_device_that_comes_back_is_started_again),
        T(test_what_came_before_a_rest_is_not_live_after_it),
        T(test_a_second_source_takes_the_place_of_the_first),
        T(test_a_lease_while_offline),
        T(test_the_encoder_runs_while_video_is_wanted),
        T(test_no_old_video_for_the_next_viewer),
        T(test_no_encoder),
        T(test_an_encoder_that_gives_up),
        T(test_readers_are_told_once_a_turn),
        T(test_a_camera_that_ends_detaches_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
