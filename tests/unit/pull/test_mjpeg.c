/* A network camera's source: when it connects, what it accepts, which addresses are allowed. */
#include "far.h"

#include <stdlib.h>

static void test_connects_while_somebody_looks(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://me:secret@cam/video?action=stream");
    assert_int_equal(camera_state(camera), DEMAND_ASLEEP);
    assert_int_equal(far_clients, 0);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    struct lease *another = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_asked(":80/video?action=stream ");
    assert_string_equal(far_request(":80/video?action=stream")->user, "me");
    far_head(":80/video?action=stream", 200, FAR_STREAM_TYPE);
    far_part(":80/video?action=stream", 640, 480);
    assert_int_equal(camera_state(camera), DEMAND_AWAKE);
    assert_int_equal(camera_view(camera).width, 640);
    assert_int_equal(camera_view(camera).stats.received, 1);
    far_asked(":80/video?action=stream "); /* not at port 81, no such boundary */
    lease_release(&lease);
    lease_release(&another);
    rig_pass(rig, 11 * US_PER_S);
    assert_int_equal(camera_state(camera), DEMAND_ASLEEP);
    far_asked("");
    assert_int_equal(far_clients, 0);
}

static void test_begins_anew_after_trouble(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_done(":80/", -ECONNREFUSED, "connection refused by cam:80");
    assert_string_equal(camera_view(camera).error, "connection refused by cam:80");
    far_asked(""); /* the demand decides when */
    rig_pass(rig, 1 * US_PER_S);
    far_asked(":80/ ");
    assert_string_equal(camera_view(camera).error, "connection refused by cam:80");
    far_head(":80/", 200, FAR_STREAM_TYPE);
    far_part(":80/", 640, 480);
    assert_string_equal(camera_view(camera).error, "");
    far_done(":80/", 0, "");
    assert_string_equal(camera_view(camera).error, "cam:80 ended the stream");
    assert_int_equal(far_clients, 0);
    rig_pass(rig, 1 * US_PER_S);
    assert_string_equal(camera_view(camera).error, "cam:80 ended the stream");
    far_asked(":80/ ");
    /* A stream that is alive and holds no good picture is given up, too. */
    far_head(":80/", 200, FAR_STREAM_TYPE);
    unsigned first = far_request(":80/")->number;
    rig_pass(rig, 14 * US_PER_S);
    assert_int_equal(far_request(":80/")->number, first + 1);
    lease_release(&lease);
}

static void on_snapshot(void *ctx, int error, struct packet *still)
{
    (void)still;
    *(int *)ctx = error;
}

static void test_a_stream_that_breaks_off_may_go_on(void **state)
{
    struct rig *rig = *state;
    int error = 1; /* not reported yet */
    far_camera(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":80/", 200, FAR_STREAM_TYPE);
    far_part(":80/", 640, 480);
    rig_pass(rig, 1 * US_PER_S);
    struct capture *capture =
        capture_begin(rig->camera, CAPTURE_FRAME, 60 * US_PER_S, on_snapshot, &error);
    assert_non_null(capture);
    far_done(":80/", -ETIMEDOUT, "cam:80 sent nothing for 4 s");
    rig_turn(rig);
    assert_string_equal(camera_view(rig->camera).error, "cam:80 sent nothing for 4 s");
    assert_int_equal(error, 1);
    rig_pass(rig, 1 * US_PER_S);
    far_done(":80/", -ECONNREFUSED, "connection refused by cam:80"); /* now it is not there */
    rig_turn(rig);
    assert_int_equal(error, -EHOSTUNREACH);
    lease_release(&lease);
}

static void test_pictures_that_cannot_be_had_any_more(void **state)
{
    struct rig *rig = *state;
    int error = 1;
    far_camera(rig, "http://cam/still");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    const struct far_picture *picture = far_picture(640, 480);
    far_answer(":80/still", 200, "image/jpeg", picture->bytes, picture->len_bytes);
    rig_pass(rig, 1 * US_PER_S);
    struct capture *capture =
        capture_begin(rig->camera, CAPTURE_FRAME, 60 * US_PER_S, on_snapshot, &error);
    assert_non_null(capture);
    far_done(":80/still", -ECONNREFUSED, "connection refused by cam:80");
    rig_turn(rig);
    assert_int_equal(error, -EHOSTUNREACH);
    lease_release(&lease);
}

static void test_a_wish_alone_changes_nothing(void **state)
{
    struct rig *rig = *state;
    far_camera(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":80/", 200, FAR_STREAM_TYPE);
    far_part(":80/", 640, 480);
    unsigned first = far_request(":80/")->number;
    struct lease *small = far_lease(rig->camera, 2);
    lease_release(&lease);
    rig_turn(rig);
    assert_int_equal(far_request(":80/")->number, first);
    lease_release(&small);
}

static void test_stills_again_and_again(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/shot.jpg");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    const struct far_picture *picture = far_picture(640, 480);
    for (int i = 0; i < 3; i++) {
        far_answer(":80/shot.jpg", 200, "image/jpeg", picture->bytes, picture->len_bytes);
        assert_int_equal(camera_state(camera), DEMAND_AWAKE);
        assert_int_equal(camera_view(camera).stats.received, i + 1);
        rig_pass(rig, 199 * US_PER_MS);
        far_asked("");
        rig_pass(rig, US_PER_MS);
        far_asked(":80/shot.jpg ");
    }
    /* Less often if no lease wants more. */
    struct lease *slow = far_lease(camera, 1);
    lease_release(&lease);
    far_answer(":80/shot.jpg", 200, "image/jpeg", picture->bytes, picture->len_bytes);
    rig_pass(rig, 999 * US_PER_MS);
    far_asked("");
    rig_pass(rig, US_PER_MS);
    far_asked(":80/shot.jpg ");
    /* An answer of another kind ends it. */
    far_answer(":80/shot.jpg", 200, "text/html", "<html>", 6);
    assert_string_equal(camera_view(camera).error, "cam:80 sends no JPEG (text/html)");
    far_asked("");
    lease_release(&slow);
}

static void test_what_is_no_picture(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/");
    static const struct {
        unsigned status;
        const char *type, *error;
    } CASES[] = {
        {404, "image/jpeg", "cam:80 answers 404 Not Found"},
        {418, "", "cam:80 answers 418"},
    };
    static const struct {
        const char *type, *body, *error;
    } BODIES[] = {
        {"", "hello", "cam:80 sends no JPEG ()"},
        {"video/\x1b[31mred", "hello", "cam:80 sends no JPEG (video/)"},
        {"image/jpeg", "", "cam:80 sends an empty answer"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        far_head(":80/", CASES[i].status, CASES[i].type);
        assert_string_equal(camera_view(camera).error, CASES[i].error);
        far_asked("");
        lease_release(&lease);
        rig_pass(rig, 30 * US_PER_S);
    }
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(*BODIES); i++) {
        struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        far_answer(":80/", 200, BODIES[i].type, BODIES[i].body, strlen(BODIES[i].body));
        assert_string_equal(camera_view(camera).error, BODIES[i].error);
        far_asked("");
        lease_release(&lease);
        rig_pass(rig, 30 * US_PER_S);
    }
}

/* The body decides, not the head. */
static void test_types_do_not_count(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/");
    static const char *const TYPES[] = {"", "application/octet-stream", "video/x-mjpeg",
                                        "multipart/x-mixed-replace", "multipart/x; boundary=other"};
    const struct far_picture *picture = far_picture(640, 480);
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++) {
        struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        far_head(":80/", 200, TYPES[i]);
        for (int k = 0; k < 3; k++)
            far_body(":80/", picture->bytes, picture->len_bytes); /* in a row */
        assert_int_equal(camera_view(camera).stats.received, n += 3);
        far_asked(":80/ ");
        far_done(":80/", -EIO, "cam:80 closed the connection");
        assert_string_equal(camera_view(camera).error, "cam:80 closed the connection");
        rig_pass(rig, 1 * US_PER_S);
        /* A single one that is no part of a stream is asked for again, however its answer ends. */
        far_head(":80/", 200, TYPES[i]);
        far_body(":80/", picture->bytes, picture->len_bytes);
        far_done(":80/", -EIO, "cam:80 closed the connection");
        assert_int_equal(camera_view(camera).stats.received, n += 1);
        assert_string_equal(camera_view(camera).error, "");
        rig_pass(rig, US_PER_S / MJPEG_STILLS_MAX_FPS);
        far_asked(":80/ ");
        lease_release(&lease);
        rig_pass(rig, 30 * US_PER_S);
    }
}

/* A camera that takes its time with the first byte is not asked again meanwhile. */
static void test_a_slow_first_byte(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    unsigned first = far_request(":80/")->number;
    rig_pass(rig, 9 * US_PER_S);
    assert_int_equal(far_request(":80/")->number, first);
    far_head(":80/", 200, FAR_STREAM_TYPE);
    far_part(":80/", 640, 480);
    assert_int_equal(camera_state(camera), DEMAND_AWAKE);
    lease_release(&lease);
}

static void test_pictures_are_bounded(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = far_camera(rig, "http://cam/");
    static uint8_t block[1024 * 1024];
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":80/", 200, "image/jpeg");
    far_body(":80/", "\xff\xd8\xff\xda", 4);
    for (int i = 0; i < 4; i++)
        far_body(":80/", block, sizeof(block) - 1);
    far_asked(":80/ ");
    far_body(":80/", block, 1);
    assert_string_equal(camera_view(camera).error, "cam:80 sends a picture larger than 4 MiB");
    far_asked("");
    lease_release(&lease);
}

/* --- Who may be one. --- */

static void refuse(struct rig *rig, const char *id, const char *url, int error,
                   const char *sentence)
{
    char wrong[MJPEG_SENTENCE_MAX_BYTES] = "";
    struct camera *camera = NULL;
    assert_int_equal(mjpeg_add(rig->registry, &(struct camera_identity){.id = id, .address = url},
                               &camera, wrong),
                     error);
    assert_string_equal(wrong, sentence);
    assert_null(camera);
}

static void test_who_is_refused(void **state)
{
    struct rig *rig = *state;
    rig_registry(rig, &(struct registry_params){.adopt_ask = true});
    refuse(rig, "porch", "rtsp://cam/", -EINVAL,
           "invalid camera URL: it must start with http:// or https://");
    refuse(rig, "porch", "http://127.0.0.1/", -EACCES,
           "127.0.0.1 is a loopback address; pull_allow in eyelid.conf can allow it");
    refuse(rig, "porch", "http://[fd00:ec2::254]/", -EACCES,
           "[fd00:ec2::254] is the address of a cloud's metadata service; pull_allow in "
           "eyelid.conf can allow it");
    refuse(rig, "Porch", "http://cam/", -EINVAL, "an id is 1 to 32 of a-z, 0-9 and -");
    struct camera *camera = far_camera(rig, "http://cam/"), *same = far_camera(rig, "http://cam/");
    assert_ptr_equal(camera, same);
    assert_true(camera_view(camera).adopted);
    refuse(rig, "porch", "http://other/", -EEXIST, "another camera has the id \"porch\"");
    rig_registry(rig, &(struct registry_params){.max_cameras = 1});
    far_camera(rig, "http://cam/");
    refuse(rig, "other", "http://cam/", -ENOSPC, "max_cameras in eyelid.conf is reached");
}

static void test_moves_to_another_address(void **state)
{
    struct rig *rig = *state;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    struct camera *camera = far_camera(rig, "http://cam/old");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    far_head(":80/old", 200, FAR_STREAM_TYPE);
    far_part(":80/old", 640, 480);
    assert_int_equal(mjpeg_move(camera, "http://127.0.0.1/", wrong), -EACCES);
    far_asked(":80/old ");
    assert_int_equal(mjpeg_move(camera, "http://cam/new", wrong), 0);
    assert_string_equal(camera_view(camera).address, "http://cam/new");
    rig_turn(rig);
    far_asked(":80/new ");
    far_head(":80/new", 200, FAR_STREAM_TYPE);
    far_part(":80/new", 640, 480);
    assert_int_equal(camera_state(camera), DEMAND_AWAKE);
    lease_release(&lease);
}

static void test_those_of_the_store(void **state)
{
    struct rig *rig = *state;
    static const struct store_camera ROWS[] = {
        {"good", "good", "http", "http://me:secret@cam/", true},
        {"bad", "bad", "mjpeg", "file:///etc/passwd", true},
        {"none", "none", "mjpeg", "", true},
        {"push", "push", "push", "", true},
    };
    for (size_t i = 0; i < 4; i++)
        registry_load_camera(rig->registry, &ROWS[i]);
    mjpeg_attach_all(rig->registry);
    mjpeg_attach_all(rig->registry); /* once is enough */
    assert_int_equal(camera_state(registry_find(rig->registry, "good")), DEMAND_ASLEEP);
    assert_int_equal(camera_state(registry_find(rig->registry, "bad")), DEMAND_OFFLINE);
    assert_string_equal(camera_view(registry_find(rig->registry, "bad")).error,
                        "invalid camera URL");
    assert_string_equal(camera_view(registry_find(rig->registry, "none")).error,
                        "invalid camera URL");
    assert_false(camera_view(registry_find(rig->registry, "push")).has_source);
    /* The password is not shown. */
    rig->camera = registry_find(rig->registry, "good");
    assert_string_equal(rig_described(rig, "address"), "\"http://***@cam/\"");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
    const struct CMUnitTest tests[] = {
        T(test_connects_while_somebody_looks),
        T(test_begins_anew_after_trouble),
        T(test_a_stream_that_breaks_off_may_go_on),
        T(test_pictures_that_cannot_be_had_any_more),
        T(test_a_wish_alone_changes_nothing),
        T(test_stills_again_and_again),
        T(test_what_is_no_picture),
        T(test_types_do_not_count),
        T(test_a_slow_first_byte),
        T(test_pictures_are_bounded),
        T(test_who_is_refused),
        T(test_moves_to_another_address),
        T(test_those_of_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
