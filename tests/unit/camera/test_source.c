/* What a source brings: frames and their headers, frames that are dropped, dark ones, news. */
#include "camera/internal.h"
#include "rig.h"

#include <unistd.h>

#include "media/live.h"

static uint64_t published(struct camera *camera)
{
    return hub_count(rendition_full(camera, RENDITION_JPEG)->hub);
}

static uint64_t dropped(struct rig *rig, unsigned drop)
{
    return camera_dropped(rig->camera, drop);
}

static void test_a_frame_as_it_goes_out(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig->now_us = 0x0102030405;
    rig->camera->woke_us = rig->now_us;
    rig_frame(rig, 1600, 1200, 0x77, false);
    rig_frame(rig, 1600, 1200, 0x78, false);
    struct packet *packet = lease_next(lease, NULL);
    assert_non_null(packet);
    assert_int_equal(packet->message_off, PACKET_TRANSPORT_ROOM);
    assert_int_equal(packet->unit_off, PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES);
    assert_int_equal(packet->chunk_off, packet->unit_off);
    assert_int_equal(packet_unit_len_bytes(packet), 100);
    assert_int_equal(packet_unit(packet)[0], 0x78);
    assert_true(packet->key);
    assert_int_equal(packet->width, 1600);
    assert_int_equal(packet->height, 1200);
    assert_int_equal(packet->arrival_us, rig->now_us);
    assert_int_equal(packet->sequence, 2);
    assert_null(packet->init);
    const uint8_t *head = packet->buf->data + packet->message_off;
    uint64_t capture_us = (uint64_t)rig->now_us - 40000;
    uint8_t expected[LIVE_HEAD_BYTES] = {
        1,           /* version */
        3,           /* JPEG */
        0, 1,        /* key */
        0, 0,  0, 1, /* stream */
        0, 0,  0, 2, /* sequence */
        0, 24, 0, 0, /* offset of the JPEG */
    };
    for (int i = 0; i < 8; i++)
        expected[16 + i] = (uint8_t)(capture_us >> (56 - 8 * i));
    assert_memory_equal(head, expected, LIVE_HEAD_BYTES);
    packet_unref(&packet);
    lease_release(&lease);
}

/* Frames go through the gatekeeper here, and nowhere else. */
static void test_a_frame_that_is_no_picture(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = NULL;
    struct camera_frame frame = {.unit_off = CAMERA_FRAME_ROOM, .end_off = CAMERA_FRAME_ROOM + 9};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(buf_create(frame.end_off, &frame.takes_buf), 0);
        memset(frame.takes_buf->data, 0, frame.end_off);
        camera_frame(camera, &frame);
        if (i == 0) { /* nobody wants it: it is not even looked at */
            assert_int_equal(dropped(rig, CAMERA_DROP_UNWANTED), 1);
            assert_int_equal(dropped(rig, JPEG_NO_SOI), 0);
        }
        if (i == 0)
            lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    }
    assert_int_equal(dropped(rig, JPEG_NO_SOI), 1);
    assert_int_equal(camera->stats.received, 2);
    assert_int_equal(camera->stats.received_bytes, 18);
    lease_release(&lease);
}

static void test_unwanted_frames_are_counted_and_dropped(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, false);
    rig_good_frame(rig);
    rig_good_frame(rig);
    assert_int_equal(dropped(rig, CAMERA_DROP_UNWANTED), 2);
    assert_null(camera->poster);
    assert_int_equal(published(camera), 0);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    assert_int_equal(dropped(rig, CAMERA_DROP_UNWANTED), 2);
    assert_int_equal(published(camera), 1);
    lease_release(&lease);
    rig_good_frame(rig); /* while it lingers, they keep the poster fresh */
    assert_int_equal(published(camera), 2);
    rig_pass(rig, 10 * US_PER_S);
    rig_good_frame(rig);
    assert_int_equal(dropped(rig, CAMERA_DROP_UNWANTED), 3);
}

static void test_a_plain_device_delivers_while_the_retry_waits(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, false);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_pass(rig, 5500 * US_PER_MS);
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    assert_int_equal(dropped(rig, CAMERA_DROP_UNWANTED), 0);
    lease_release(&lease);
}

static void test_the_poster_outlives_the_device(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    assert_string_equal(rig_described(rig, "last_frame_age_s"), "null");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_frame(rig, 640, 480, 1, false);
    rig_frame(rig, 640, 480, 2, false);
    lease_release(&lease);
    camera_source_down(camera);
    rig_pass(rig, 3600 * US_PER_S);
    assert_int_equal(packet_unit(camera->poster)[0], 2);
    assert_string_equal(rig_described(rig, "last_frame_age_s"), "3600.0");
}

static void test_the_size_changes(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    assert_string_equal(rig_described(rig, "width"), "null");
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "width"), "640");
    rig_turn(rig);
    rig->told_of = 0;
    rig_good_frame(rig);
    rig_turn(rig);
    assert_int_equal(rig->told_of, 0); /* a frame is no news */
    rig_frame(rig, 320, 240, 128, false);
    rig_turn(rig);
    assert_int_equal(rig->told_of, 1);
    assert_string_equal(rig_described(rig, "height"), "240");
    lease_release(&lease);
}

static void test_the_rate_is_measured(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "fps"), "null");
    for (int i = 0; i < 30; i++) {
        rig_pass(rig, 50 * US_PER_MS);
        rig_good_frame(rig);
    }
    assert_string_equal(rig_described(rig, "fps"), "20.0");
    lease_release(&lease);
    rig_pass(rig, 60 * US_PER_S);
    assert_string_equal(rig_described(rig, "fps"), "null");
    lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    assert_int_equal(camera->frame_interval_us, 0); /* the pause is no interval */
    for (int i = 0; i < 9; i++) {
        rig_pass(rig, 100 * US_PER_MS);
        rig_good_frame(rig);
    }
    assert_string_equal(rig_described(rig, "fps"), "null"); /* no whole second yet */
    rig_turn(rig);
    rig->told_of = 0;
    rig_pass(rig, 100 * US_PER_MS);
    rig_good_frame(rig);
    rig_turn(rig);
    assert_string_equal(rig_described(rig, "fps"), "10.0");
    assert_int_equal(rig->told_of, 1);
    lease_release(&lease);
}

/* --- Dark frames after waking. --- */

static int mean_luma(const uint8_t *jpeg, size_t len_bytes)
{
    assert_int_equal(len_bytes, 100);
    return jpeg[0] == 255 ? -EBADMSG : jpeg[0];
}

static struct lease *woken(struct rig *rig, const struct registry_params *params)
{
    rig_registry(rig, params);
    rig_camera(rig, true);
    return rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
}

static void test_dark_frames_are_skipped_by_measure(void **state)
{
    struct rig *rig = *state;
    struct lease *lease =
        woken(rig, &(struct registry_params){.env.skip_dark = true, .env.mean_luma = mean_luma});
    rig_frame(rig, 640, 480, 3, false);
    rig_frame(rig, 640, 480, 11, false);
    assert_int_equal(dropped(rig, CAMERA_DROP_DARK), 2);
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    rig_frame(rig, 640, 480, 12, false);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    rig_frame(rig, 640, 480, 0, true); /* somebody switched off the light: that is news */
    assert_int_equal(dropped(rig, CAMERA_DROP_DARK), 2);
    assert_int_equal(published(rig->camera), 2);
    lease_release(&lease);
}

static void test_dark_frames_are_skipped_by_flag(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = woken(rig, &(struct registry_params){.env.skip_dark = true});
    rig_frame(rig, 640, 480, 200, true);
    assert_int_equal(dropped(rig, CAMERA_DROP_DARK), 1);
    rig_frame(rig, 640, 480, 1, false); /* nobody measures */
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
}

static void test_a_dark_room_is_shown(void **state)
{
    struct rig *rig = *state;
    struct lease *lease =
        woken(rig, &(struct registry_params){.env.skip_dark = true, .env.mean_luma = mean_luma});
    rig_pass(rig, 700 * US_PER_MS);
    rig_frame(rig, 640, 480, 3, true);
    assert_int_equal(dropped(rig, CAMERA_DROP_DARK), 1);
    rig_pass(rig, 1 * US_PER_MS);
    rig_frame(rig, 640, 480, 3, true);
    assert_int_equal(dropped(rig, CAMERA_DROP_DARK), 1);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
}

static void test_a_frame_that_cannot_be_measured_is_shown(void **state)
{
    struct rig *rig = *state;
    struct lease *lease =
        woken(rig, &(struct registry_params){.env.skip_dark = true, .env.mean_luma = mean_luma});
    rig_frame(rig, 640, 480, 255, false);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
}

static void test_nothing_is_skipped_unless_asked_for(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = woken(rig, &(struct registry_params){.env.mean_luma = mean_luma});
    rig_frame(rig, 640, 480, 0, true);
    assert_string_equal(rig_described(rig, "state"), "\"awake\"");
    lease_release(&lease);
}

/* --- News of the device. --- */

static void test_battery(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    assert_string_equal(rig_described(rig, "battery"), "null");
    rig->told_of = 0;
    camera_battery(camera, 81);
    rig_turn(rig);
    camera_battery(camera, 81);
    rig_turn(rig);
    assert_int_equal(rig->told_of, 1);
    assert_string_equal(rig_described(rig, "battery"), "81");
}

static void test_it_sleeps_by_itself(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    camera_sleeps(camera, 300);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "null"); /* still there */
    camera_source_down(camera);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "300");
    rig_pass(rig, 100 * US_PER_S);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "200");
    rig_pass(rig, 230 * US_PER_S);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "0"); /* any moment now */
    rig_pass(rig, 30 * US_PER_S);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "null"); /* plainly away */
    rig_device_up(rig, true);
    camera_source_down(camera);
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "null");
}

static void test_names_and_models(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, false);
    assert_string_equal(rig_described(rig, "name"), "\"porch\"");
    assert_string_equal(rig_described(rig, "model"), "null");
    rig_device_up(rig, true);
    assert_string_equal(rig_described(rig, "model"), "\"AtomS3R-M12\"");
    camera_source_down(camera);
    assert_string_equal(rig_described(rig, "model"), "\"AtomS3R-M12\"");
    rig_device_up(rig, false); /* another device now */
    assert_string_equal(rig_described(rig, "model"), "null");
    assert_string_equal(rig_described(rig, "controls"), "[]");
}

static void come_and_go(struct rig *rig)
{
    for (int i = 0; i < 100; i++) {
        camera_source_down(rig->camera);
        rig_device_up(rig, true);
    }
}

/* How many lines are written, and whether the last says that no more are. */
static int lines_of(struct rig *rig, void (*act)(struct rig *rig), bool *ret_says_so)
{
    static char text[65536];
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO), lines = 0;
    assert_true(file && before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    act(rig);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    ssize_t n = pread(fileno(file), text, sizeof(text) - 1, 0);
    assert_in_range(n, 0, sizeof(text) - 1);
    text[n] = '\0';
    for (char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    *ret_says_so = strstr(text, "repeating: suppressed for 1 min\n");
    close(before);
    fclose(file);
    return lines;
}

static void test_coming_and_going_is_logged_a_few_times_a_minute(void **state)
{
    struct rig *rig = *state;
    bool says_so;
    rig_pass(rig, 3600 * US_PER_S);
    rig_camera(rig, true); /* the first of six lines */
    assert_int_equal(lines_of(rig, come_and_go, &says_so), 5);
    assert_true(says_so);
    rig_pass(rig, 60 * US_PER_S - 1);
    assert_int_equal(lines_of(rig, come_and_go, &says_so), 0);
    rig_pass(rig, 1);
    assert_int_equal(lines_of(rig, come_and_go, &says_so), 6);
    assert_true(says_so);
}

static void test_drop_names(void **state)
{
    (void)state;
    assert_string_equal(camera_drop_name(JPEG_NO_EOI), "no-eoi");
    assert_string_equal(camera_drop_name(JPEG_UNSUPPORTED), "unsupported");
    assert_string_equal(camera_drop_name(CAMERA_DROP_UNWANTED), "unwanted");
    assert_string_equal(camera_drop_name(CAMERA_DROP_PROTOCOL), "protocol");
}

static void say_one_error_after_another(struct rig *rig)
{
    for (int i = 0; i < 100; i++)
        camera_error(rig->camera, i % 2 ? "one" : "another");
}

static void test_errors_are_logged_a_few_times_a_minute(void **state)
{
    struct rig *rig = *state;
    bool says_so;
    rig_camera(rig, true);
    for (int minute = 0; minute < 2; minute++) {
        assert_int_equal(lines_of(rig, say_one_error_after_another, &says_so), 6);
        assert_true(says_so);
        assert_string_equal(rig_described(rig, "error"), "\"one\"");
        rig_pass(rig, 60 * US_PER_S);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_frame_as_it_goes_out),
        T(test_a_frame_that_is_no_picture),
        T(test_unwanted_frames_are_counted_and_dropped),
        T(test_a_plain_device_delivers_while_the_retry_waits),
        T(test_the_poster_outlives_the_device),
        T(test_the_size_changes),
        T(test_the_rate_is_measured),
        T(test_dark_frames_are_skipped_by_measure),
        T(test_dark_frames_are_skipped_by_flag),
        T(test_a_dark_room_is_shown),
        T(test_a_frame_that_cannot_be_measured_is_shown),
        T(test_nothing_is_skipped_unless_asked_for),
        T(test_battery),
        T(test_it_sleeps_by_itself),
        T(test_names_and_models),
        T(test_coming_and_going_is_logged_a_few_times_a_minute),
        T(test_drop_names),
        T(test_errors_are_logged_a_few_times_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
