/* An ESP32 with CameraWebServer: its settings, its stills. */
#include "far.h"

#include "pull/espcam.h"

/* Looks at a CameraWebServer until it is known. */
static struct lease *look_at_device(struct rig *rig)
{
    far_camera(rig, "http://cam:81/stream");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":81/stream", 200, FAR_STREAM_TYPE);
    far_asked(":81/stream :80/status ");
    assert_int_equal(far_request(":81/stream")->get.max_body_bytes, 0); /* it has no end */
    assert_int_equal(far_request(":80/status")->get.max_body_bytes, ESPCAM_STATUS_MAX_BYTES);
    far_answer(":80/status", 200, "application/json", FAR_STATUS, strlen(FAR_STATUS));
    assert_string_equal(rig_described(rig, "controls"),
                        "[]"); /* until a picture says how it counts */
    far_part(":81/stream", 640, 480);
    json_t *controls = camera_controls(rig->camera);
    assert_int_equal(json_array_size(controls), 3);
    json_decref(controls);
    return lease;
}

static void set(struct rig *rig, const char *values)
{
    json_t *object = json_loads(values, 0, NULL);
    const char *message = "";
    int r = camera_set(rig->camera, object, &message);
    json_decref(object);
    assert_string_equal(message, "");
    assert_int_equal(r, 0);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx;
    (void)camera;
}

static void on_refused(void *ctx, struct camera *camera, const char *control, const char *why)
{
    struct rig *rig = ctx;
    (void)camera;
    text_add(&rig->said, "%s: %s ", control, why);
}

static void test_settings_go_one_by_one(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct registry_observer observer = {.changed = on_changed, .refused = on_refused, .ctx = rig};
    registry_observe(rig->registry, &observer);
    set(rig, "{\"brightness\":1,\"quality\":20}");
    far_asked(":81/stream :80/control?var=quality&val=20 ");
    set(rig, "{\"brightness\":-1}"); /* the newest counts */
    far_answer(":80/control?var=quality&val=20", 200, "", NULL, 0);
    far_asked(":81/stream :80/control?var=brightness&val=-1 ");
    rig_said(rig, "");
    far_answer(":80/control?var=brightness&val=-1", 500, "", NULL, 0);
    rig_said(rig, "brightness: it answers 500 ");
    registry_unobserve(&observer);
    /* What is in force after all? */
    static const char NOW[] = "{\"0xd3\":0,\"framesize\":10,\"quality\":20,\"brightness\":1}";
    far_answer(":80/status", 200, "application/json", NOW, strlen(NOW));
    far_asked(":81/stream ");
    const char *controls = rig_described(rig, "controls");
    assert_non_null(
        strstr(controls, "\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,"
                         "\"default\":0,\"value\":1"));
    lease_release(&lease);
    /* Without a viewer, too; and then it is let go. */
    rig_pass(rig, 11 * US_PER_S);
    assert_int_equal(far_clients, 0);
    set(rig, "{\"brightness\":2}");
    far_asked(":80/control?var=brightness&val=2 ");
    far_answer(":80/control?var=brightness&val=2", 200, "", NULL, 0);
    far_done(":80/status", -ETIMEDOUT, "no answer from cam:80 within 4 s");
    assert_int_equal(far_clients, 0);
}

/* --- Stills. --- */

static int still_error;
static unsigned stills;
static uint16_t still_width;

static void on_still(void *ctx, int error, struct packet *still)
{
    (void)ctx;
    stills++;
    still_error = error;
    still_width = still ? still->width : 0;
}

static struct capture *begin_still(struct rig *rig)
{
    stills = 0;
    return capture_begin(rig->camera, CAPTURE_STILL, 20 * US_PER_S, on_still, NULL);
}

static void answer_picture(const char *url, uint16_t width, uint16_t height)
{
    const struct far_picture *picture = far_picture(width, height);
    far_answer(url, 200, "image/jpeg", picture->bytes, picture->len_bytes);
}

static void test_a_still_at_full_size(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    uint64_t unwanted = camera_dropped(rig->camera, CAMERA_DROP_UNWANTED);
    (void)capture;
    far_asked(":81/stream :80/control?var=framesize&val=15 ");
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    assert_int_equal(far_request(":80/capture")->get.max_body_bytes, MJPEG_PICTURE_MAX_BYTES);
    assert_int_equal(far_request(":80/capture")->get.total_us, 15 * US_PER_S);
    far_part(":81/stream", 1600, 1200); /* not shown to viewers */
    assert_int_equal(camera_view(rig->camera).width, 640);
    assert_int_equal(camera_dropped(rig->camera, CAMERA_DROP_UNWANTED), unwanted + 1);
    answer_picture(":80/capture", 640, 480); /* one from before */
    assert_int_equal(stills, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, 0);
    assert_int_equal(still_width, 1600);
    far_asked(":81/stream :80/control?var=framesize&val=10 ");
    set(rig, "{\"size\":\"800x600\"}");
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_part(":81/stream", 1600, 1200); /* still not */
    assert_int_equal(camera_view(rig->camera).width, 640);
    far_answer(":80/control?var=framesize&val=11", 200, "", NULL, 0);
    far_part(":81/stream", 640, 480);
    far_part(":81/stream", 800, 600);
    assert_int_equal(camera_view(rig->camera).width, 800);
    lease_release(&lease);
}

static void test_pictures_of_another_size_pass_in_time(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    rig_pass(rig, 2 * US_PER_S - 1);
    far_part(":81/stream", 800, 600);
    assert_int_equal(camera_view(rig->camera).width, 640);
    rig_pass(rig, 1);
    far_part(":81/stream", 800, 600); /* another program has set it */
    assert_int_equal(camera_view(rig->camera).width, 800);
    lease_release(&lease);
}

static void test_a_still_behind_a_setting(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    set(rig, "{\"brightness\":1}");
    begin_still(rig);
    far_asked(":81/stream :80/control?var=brightness&val=1 ");
    far_answer(":80/control?var=brightness&val=1", 200, "", NULL, 0);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(still_width, 1600);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_asked(":81/stream :80/status ");
    lease_release(&lease);
}

/* What the camera has after a still that came right behind a new size, which was answered so. */
static void take_still_behind_size(struct rig *rig, const char *size, const char *command,
                                   unsigned http_status, const char *restored)
{
    char values[32];
    snprintf(values, sizeof(values), "{\"size\":\"%s\"}", size);
    set(rig, values);
    begin_still(rig);
    if (http_status)
        far_answer(command, http_status, "", NULL, 0);
    else
        far_done(command, -ETIMEDOUT, "no answer from cam:80 within 4 s");
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(still_width, 1600);
    far_answer(restored, 200, "", NULL, 0);
    far_asked(":81/stream :80/status ");
    far_answer(":80/status", 500, "", NULL, 0);
}

static void test_a_still_behind_a_size(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    static const char SMALLER[] = ":80/control?var=framesize&val=8",
                      LARGER[] = ":80/control?var=framesize&val=11";
    take_still_behind_size(rig, "800x600", LARGER, 200, LARGER);
    take_still_behind_size(rig, "400x296", SMALLER, 500, LARGER);
    take_still_behind_size(rig, "400x296", SMALLER, 0, SMALLER); /* it may have taken it */
    /* The largest already. */
    set(rig, "{\"size\":\"1600x1200\"}");
    begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(still_width, 1600);
    far_asked(":81/stream :80/status ");
    lease_release(&lease);
}

static void test_a_size_set_when_the_last_was_not_restored(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    far_done(":80/control?var=framesize&val=10", -ECONNREFUSED, "connection refused by cam:80");
    set(rig, "{\"size\":\"800x600\"}");
    far_answer(":80/control?var=framesize&val=11", 200, "", NULL, 0);
    far_answer(":80/status", 500, "", NULL, 0);
    /* When it is there again nothing is put back, although a setting is under way then. */
    far_done(":81/stream", -EIO, "cam:81 closed the connection");
    rig_pass(rig, 1 * US_PER_S);
    set(rig, "{\"brightness\":1}");
    far_head(":81/stream", 200, FAR_STREAM_TYPE);
    far_answer(":80/control?var=brightness&val=1", 200, "", NULL, 0);
    far_asked(":81/stream :80/status ");
    lease_release(&lease);
}

static void test_a_still_that_does_not_grow(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    /* It does not take the size: then as it is, and nothing is to be restored. */
    struct capture *capture = begin_still(rig);
    (void)capture;
    far_answer(":80/control?var=framesize&val=15", 500, "", NULL, 0);
    answer_picture(":80/capture", 640, 480);
    assert_int_equal(stills, 1);
    assert_int_equal(still_width, 640);
    far_asked(":81/stream ");
    /* It still takes it and sends the small ones: the fourth is taken. */
    capture = begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stills, 0);
        answer_picture(":80/capture", 640, 480);
    }
    assert_int_equal(still_width, 640);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_asked(":81/stream ");
    lease_release(&lease);
}

static void test_stills_that_fail(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    far_done(":80/capture", -ECONNREFUSED, "connection refused by cam:80");
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EIO);
    /* Another one while the size is being restored goes first. */
    capture = begin_still(rig);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    for (int i = 0; i < 4; i++)
        far_answer(":80/capture", 200, "image/jpeg", "garbage", 7);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EIO);
    (void)capture;
    lease_release(&lease);
}

static void test_one_still_for_all_who_ask(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *first = begin_still(rig), *second = begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    capture_cancel(first); /* leaving takes it from no one else */
    begin_still(rig);
    far_asked(":81/stream :80/capture ");
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 2);
    assert_int_equal(still_error, 0);
    (void)second;
    /* The next one while the size is restored. */
    begin_still(rig);
    begin_still(rig);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    far_done(":80/capture", -ETIMEDOUT, "no answer from cam:80 within 4 s");
    assert_int_equal(stills, 2);
    assert_int_equal(still_error, -ETIMEDOUT);
    lease_release(&lease);
}

static void test_a_still_is_not_for_who_came_after_it_was_asked_for(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *early = begin_still(rig);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    rig_pass(rig, 1 * US_PER_S);
    struct capture *late = begin_still(rig);
    assert_ptr_not_equal(early, late);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 1);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 2);
    lease_release(&lease);
}

static void test_a_still_that_was_given_up_is_nobodys(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    lease_release(&lease);
    rig_pass(rig, 11 * US_PER_S);
    capture_cancel(begin_still(rig));
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    rig_pass(rig, 11 * US_PER_S);
    struct capture *capture = begin_still(rig);
    assert_non_null(capture);
    rig_turn(rig);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EBUSY);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 1);
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    assert_int_equal(far_clients, 0);
}

static void test_a_still_outlives_the_stream(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    assert_non_null(capture);
    far_answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    far_done(":81/stream", -EIO,
             "cam:81 closed the connection"); /* the new size was too much for it */
    rig_pass(rig, 1 * US_PER_S);
    far_done(":81/stream", -ECONNREFUSED, "connection refused by cam:81");
    rig_turn(rig);
    assert_int_equal(stills, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 1);
    assert_int_equal(still_width, 1600);
    lease_release(&lease);
}

static void test_a_size_is_restored_for_sure(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    (void)capture;
    /* Whether it took the size is not known: it is put back. */
    far_done(":80/control?var=framesize&val=15", -ETIMEDOUT, "no answer from cam:80 within 4 s");
    answer_picture(":80/capture", 640, 480);
    assert_int_equal(still_error, 0);
    far_done(":80/control?var=framesize&val=10", -ECONNREFUSED, "connection refused by cam:80");
    far_asked(":81/stream ");
    /* When it is there again, first of all. */
    far_done(":81/stream", -EIO, "cam:81 closed the connection");
    rig_pass(rig, 1 * US_PER_S);
    far_head(":81/stream", 200, FAR_STREAM_TYPE);
    far_asked(":81/stream :80/control?var=framesize&val=10 ");
    far_done(":80/control?var=framesize&val=10", -ECONNREFUSED, "connection refused by cam:80");
    far_answer(":80/status", 500, "", NULL, 0);
    /* Behind a setting, whose answer is not that of the size. */
    far_done(":81/stream", -EIO, "cam:81 closed the connection");
    rig_pass(rig, 10 * US_PER_S);
    set(rig, "{\"brightness\":1}");
    far_head(":81/stream", 200, FAR_STREAM_TYPE);
    far_answer(":80/control?var=brightness&val=1", 200, "", NULL, 0);
    far_asked(":81/stream :80/control?var=framesize&val=10 ");
    far_answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    far_answer(":80/status", 200, "application/json", FAR_STATUS, strlen(FAR_STATUS));
    far_asked(":81/stream ");
    lease_release(&lease);
}

static void test_ends_in_the_middle(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    set(rig, "{\"brightness\":1}");
    capture_cancel(capture);
    lease_release(&lease);
    /* rig_teardown takes the camera away; teardown looks that nothing is left. */
}

static void test_a_wrong_guess_costs_one_question(void **state)
{
    struct rig *rig = *state;
    far_camera(rig, "http://cam:8080/stream");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":8080/stream", 200,
             "multipart/x-mixed-replace;boundary=123456789000000000000987654321");
    far_asked(":8080/stream :8079/status ");
    far_answer(":8079/status", 200, "application/json", "{\"ok\":true}", 11);
    far_asked(":8080/stream ");
    assert_string_equal(rig_described(rig, "controls"), "[]");
    /* It can only stream: a still is the next picture. */
    struct capture *capture = begin_still(rig);
    far_asked(":8080/stream ");
    capture_cancel(capture);
    lease_release(&lease);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
    const struct CMUnitTest tests[] = {
        T(test_settings_go_one_by_one),
        T(test_a_still_at_full_size),
        T(test_pictures_of_another_size_pass_in_time),
        T(test_a_still_behind_a_setting),
        T(test_a_still_behind_a_size),
        T(test_a_size_set_when_the_last_was_not_restored),
        T(test_a_still_that_does_not_grow),
        T(test_stills_that_fail),
        T(test_one_still_for_all_who_ask),
        T(test_a_still_is_not_for_who_came_after_it_was_asked_for),
        T(test_a_still_that_was_given_up_is_nobodys),
        T(test_a_still_outlives_the_stream),
        T(test_a_size_is_restored_for_sure),
        T(test_ends_in_the_middle),
        T(test_a_wrong_guess_costs_one_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
