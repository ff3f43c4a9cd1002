/* Capture: a still of the device's own, or the next fresh frame; and all the ways it can fail. */
#include "camera/internal.h"
#include "rig.h"

/* What done() was told. */
struct outcome {
    unsigned times;
    int error;
    uint8_t first_byte;
    struct rig *rig;
    bool again; /* begins another capture from inside done */
    struct capture *second;
};

static void done(void *ctx, int error, struct packet *still)
{
    struct outcome *o = ctx;
    o->times++;
    o->error = error;
    assert_int_equal(error == 0, still != NULL);
    o->first_byte = still ? packet_unit(still)[0] : 0;
    if (o->again) {
        o->again = false;
        o->second = capture_begin(o->rig->camera, CAPTURE_FRAME, US_PER_S, done, o);
    }
}

static struct capture *begin(struct rig *rig, enum capture_kind kind, struct outcome *o)
{
    o->rig = rig;
    return capture_begin(rig->camera, kind, 3 * US_PER_S, done, o);
}

static struct packet *still_of(uint8_t byte)
{
    struct buf *buf;
    assert_int_equal(buf_create(1, &buf), 0);
    buf->data[0] = byte;
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = 1;
    return packet;
}

static void answer(struct rig *rig, uint32_t request, int error, uint8_t byte)
{
    struct packet *still = error ? NULL : still_of(byte);
    camera_captured(rig->camera, request, error, still);
    packet_unref(&still);
}

static void test_a_still_of_the_device(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    rig_said(rig, "still 1 "); /* without waking it */
    answer(rig, 2, 0, 9);
    assert_int_equal(o.times, 0); /* somebody else's */
    answer(rig, 0, 0, 9);
    assert_int_equal(o.times, 0);
    answer(rig, 1, 0, 42);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, 0);
    assert_int_equal(o.first_byte, 42);
    answer(rig, 1, 0, 42);
    rig_pass(rig, 10 * US_PER_S);
    assert_int_equal(o.times, 1);
}

static void test_the_device_says_no(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    answer(rig, 1, -EIO, 0);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, -EIO);
}

static void test_too_many_at_once(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    rig->capture_result = -EBUSY;
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    assert_int_equal(o.times, 0);
    rig_turn(rig);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, -EBUSY);
    rig_said(rig, "still 1 "); /* and it is not woken for its stream instead */
}

static void test_the_device_never_answers(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    rig_pass(rig, 2999 * US_PER_MS);
    assert_int_equal(o.times, 0);
    rig_pass(rig, 1 * US_PER_MS);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, -ETIMEDOUT);
    answer(rig, 1, 0, 42); /* too late */
    assert_int_equal(o.times, 1);
}

/* The still that was asked for under this number, shot so long ago. */
static void answer_shot(struct rig *rig, uint32_t request, uint8_t byte, int64_t ago_us)
{
    struct packet *still = still_of(byte);
    still->capture_us = rig->now_us - ago_us;
    camera_captured(rig->camera, request, 0, still);
    packet_unref(&still);
}

static void test_those_that_wait_share_one(void **state)
{
    struct rig *rig = *state;
    struct outcome early = {0}, late = {0}, too_late = {0};
    struct capture *captures[3];
    rig_camera(rig, true);
    captures[0] = begin(rig, CAPTURE_STILL, &early);
    rig_pass(rig, 1 * US_PER_S);
    captures[1] = begin(rig, CAPTURE_STILL, &late);
    rig_pass(rig, 300 * US_PER_MS);
    captures[2] = begin(rig, CAPTURE_STILL, &too_late);
    assert_ptr_not_equal(captures[0], captures[1]);
    assert_ptr_not_equal(captures[1], captures[2]);
    rig_pass(rig, 100 * US_PER_MS);
    rig_said(rig, "still 1 ");
    answer_shot(rig, 1, 11, 200 * US_PER_MS);
    assert_int_equal(early.first_byte, 11);
    assert_int_equal(late.first_byte, 11);
    assert_int_equal(too_late.times, 0); /* it is from before */
    rig_said(rig, "still 2 ");
    answer_shot(rig, 2, 22, US_PER_S); /* asked after it came, whatever the clocks say */
    assert_int_equal(too_late.first_byte, 22);
    rig_said(rig, "");
}

static void test_an_error_is_that_of_those_who_asked(void **state)
{
    struct rig *rig = *state;
    struct outcome early = {0}, late = {0};
    rig_camera(rig, true);
    struct capture *first = begin(rig, CAPTURE_STILL, &early);
    rig_pass(rig, 1 * US_PER_S);
    struct capture *second = begin(rig, CAPTURE_STILL, &late);
    assert_ptr_not_equal(first, second);
    answer(rig, 1, -EIO, 0);
    assert_int_equal(early.error, -EIO);
    assert_int_equal(late.times, 0);
    rig_said(rig, "still 1 still 2 ");
    rig->capture_result = -ENOTSUP; /* from now on */
    answer(rig, 2, -EIO, 0);
    assert_int_equal(late.error, -EIO);
}

static void test_nobody_waits_any_more(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    struct capture *captures[9];
    rig_camera(rig, true);
    for (unsigned i = 0; i < 9; i++) {
        captures[i] = begin(rig, CAPTURE_STILL, &o);
        rig_pass(rig, 1 * US_PER_MS);
    }
    for (unsigned i = 0; i < 9; i++)
        capture_cancel(captures[i]);
    answer_shot(rig, 1, 11, US_PER_S);
    rig_pass(rig, 10 * US_PER_S);
    rig_said(rig, "still 1 ");
    assert_int_equal(o.times, 0);
}

static void test_a_still_that_is_lost_is_not_waited_for_for_ever(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    for (unsigned i = 1; i <= 8; i++) {
        struct capture *capture = begin(rig, CAPTURE_STILL, &o);
        assert_non_null(capture);
        rig_pass(rig, 3 * US_PER_S);
        assert_int_equal(o.times, i);
        assert_int_equal(o.error, -ETIMEDOUT);
    }
    rig_said(rig, "still 1 still 2 still 3 "); /* at 0, 10 and 20 s */
    answer(rig, 1, 0, 11);
    rig_device_up(rig, true); /* another one owes nothing */
    rig_said(rig, "detached stop ");
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    rig_said(rig, "still 4 ");
    capture_cancel(capture);
}

static void test_who_waits_while_a_still_is_lost_gets_the_next(void **state)
{
    struct rig *rig = *state;
    struct outcome lost = {0}, o = {0};
    rig_camera(rig, true);
    capture_cancel(begin(rig, CAPTURE_STILL, &lost));
    rig_pass(rig, 8 * US_PER_S);
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    rig_pass(rig, 1999 * US_PER_MS);
    rig_said(rig, "still 1 ");
    rig_pass(rig, 1 * US_PER_MS);
    rig_said(rig, "still 2 ");
    rig_pass(rig, 500 * US_PER_MS);
    answer(rig, 2, 0, 22);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.first_byte, 22);
}

static void test_a_device_that_was_busy_is_asked_when_it_is_done(void **state)
{
    struct rig *rig = *state;
    struct outcome lost = {0}, o = {0}, too_many = {0};
    rig_camera(rig, true);
    capture_cancel(begin(rig, CAPTURE_STILL, &lost));
    rig_pass(rig, 8 * US_PER_S);
    struct capture *capture = begin(rig, CAPTURE_STILL, &o);
    rig->capture_result = -EBUSY;
    rig_pass(rig, 2 * US_PER_S);
    struct capture *another = begin(rig, CAPTURE_STILL, &too_many);
    assert_ptr_not_equal(capture, another);
    rig_turn(rig);
    assert_int_equal(too_many.error, -EBUSY);
    assert_int_equal(o.times, 0);
    rig->capture_result = 0;
    rig_said(rig, "still 1 still 2 still 3 ");
    answer(rig, 1, 0, 11); /* nobody's */
    rig_said(rig, "still 4 ");
    answer(rig, 4, 0, 44);
    assert_int_equal(o.first_byte, 44);
}

static void test_what_comes_next_need_not_be_taken(void **state)
{
    struct rig *rig = *state;
    static const int RESULTS[] = {-ENOTCONN, -ENOTSUP};
    for (unsigned i = 0; i < 2; i++) {
        struct outcome early = {0}, late = {0};
        if (i == 0)
            rig_camera(rig, true);
        rig->capture_result = 0;
        struct capture *first = begin(rig, CAPTURE_STILL, &early);
        rig_pass(rig, 1 * US_PER_S);
        struct capture *second = begin(rig, CAPTURE_STILL, &late);
        assert_ptr_not_equal(first, second);
        rig->capture_result = RESULTS[i];
        answer(rig, rig->last_request, 0, 11);
        assert_int_equal(early.first_byte, 11);
        rig_frame(rig, 640, 480, 5, false); /* of the stream, which is woken for the last one */
        rig_turn(rig);
        assert_int_equal(late.times, 1);
        assert_int_equal(late.error, RESULTS[i] == -ENOTSUP ? 0 : RESULTS[i]);
    }
}

static void wakes_and_takes_a_frame(struct rig *rig, enum capture_kind kind)
{
    struct outcome o = {0};
    struct capture *capture = begin(rig, kind, &o);
    assert_non_null(capture);
    assert_string_equal(rig_described(rig, "state"), "\"waking\"");
    assert_string_equal(
        rig_described(rig, "why"),
        "[{\"reason\":\"snapshot\",\"rendition\":\"jpeg\",\"count\":1,\"for_s\":0}]");
    rig_pass(rig, 300 * US_PER_MS);
    answer(rig, 0, 0, 9); /* a still that nobody asked for */
    rig_frame(rig, 640, 480, 5, false);
    assert_int_equal(o.times, 0); /* told by the loop */
    rig_turn(rig);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.first_byte, 5);
    assert_string_equal(rig_described(rig, "why"), "[]");
    assert_string_equal(rig_described(rig, "state"), "\"asleep\""); /* one picture: no linger */
}

/* Two pictures within 2 s are a series: the camera stays awake for 2 s behind each of them. */
static void test_a_series_of_frames_keeps_it_awake(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, false);
    rig->capture_result = -ENOTSUP;
    for (int i = 0; i < 4; i++) {
        struct outcome o = {0};
        assert_non_null(begin(rig, CAPTURE_FRAME, &o));
        rig_good_frame(rig);
        rig_turn(rig);
        assert_int_equal(o.times, 1);
        assert_string_equal(rig_described(rig, "state"), i == 0 ? "\"asleep\"" : "\"lingering\"");
        rig_pass(rig, 1500 * US_PER_MS);
    }
    rig_pass(rig, 600 * US_PER_MS);
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    rig_pass(rig, 10 * US_PER_S);
    struct outcome o = {0};
    assert_non_null(begin(rig, CAPTURE_FRAME, &o)); /* a tablet that polls each 10 s */
    rig_good_frame(rig);
    rig_turn(rig);
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    rig->said = text_over(rig->said_bytes, sizeof(rig->said_bytes));
}

/* What a viewer left behind is not cut short by a snapshot. */
static void test_a_frame_leaves_the_viewers_linger(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, false);
    struct lease *viewer = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    lease_release(&viewer);
    rig_pass(rig, 3 * US_PER_S);
    assert_non_null(begin(rig, CAPTURE_FRAME, &o));
    rig_good_frame(rig);
    rig_turn(rig);
    assert_int_equal(o.times, 1);
    rig_pass(rig, 6900 * US_PER_MS);
    assert_string_equal(rig_described(rig, "state"), "\"lingering\"");
    rig_pass(rig, 200 * US_PER_MS);
    assert_string_equal(rig_described(rig, "state"), "\"asleep\"");
    rig->said = text_over(rig->said_bytes, sizeof(rig->said_bytes));
}

static void test_a_plain_device_gives_its_next_frame(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, false);
    rig->capture_result = -ENOTSUP;
    wakes_and_takes_a_frame(rig, CAPTURE_STILL);
}

static void test_a_frame_of_the_stream(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    wakes_and_takes_a_frame(rig, CAPTURE_FRAME);
    rig_said(rig, "start 0 0x0 stop "); /* the device was not asked for a still */
}

static void test_an_old_frame_is_not_fresh(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_frame(rig, 640, 480, 1, false);
    rig_pass(rig, 100 * US_PER_MS); /* a joiner would still be given that one */
    struct capture *capture = begin(rig, CAPTURE_FRAME, &o);
    assert_non_null(capture);
    rig_turn(rig);
    lease_set_notify(&rig->camera->leases, rendition_full(rig->camera, RENDITION_JPEG));
    rig_turn(rig);
    assert_int_equal(o.times, 0);
    rig_frame(rig, 640, 480, 2, false);
    rig_turn(rig);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.first_byte, 2);
    lease_release(&lease);
}

static void test_no_frame_in_time(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_FRAME, &o);
    assert_non_null(capture);
    rig_pass(rig, 3 * US_PER_S);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, -ETIMEDOUT);
    assert_int_equal(rig->camera->leases.count, 0);
}

static void test_offline(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    camera_source_down(rig_camera(rig, true));
    struct capture *capture = begin(rig, CAPTURE_FRAME, &o);
    assert_non_null(capture);
    assert_int_equal(o.times, 0); /* never from inside capture_begin */
    rig_turn(rig);
    assert_int_equal(o.times, 1);
    assert_int_equal(o.error, -ENOTCONN);
}

static void test_the_device_goes_or_is_replaced_meanwhile(void **state)
{
    struct rig *rig = *state;
    struct outcome still = {0}, frame = {0};
    rig_camera(rig, true);
    struct capture *a = begin(rig, CAPTURE_STILL, &still), *b = begin(rig, CAPTURE_FRAME, &frame);
    assert_ptr_not_equal(a, b);
    rig_device_up(rig, true);
    assert_int_equal(still.times + frame.times, 0);
    rig_turn(rig);
    assert_int_equal(still.error, -ENOTCONN);
    assert_int_equal(frame.error, -ENOTCONN);
    assert_int_equal(still.times + frame.times, 2);
}

static void test_cancel(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_camera(rig, true);
    capture_cancel(NULL);
    capture_cancel(begin(rig, CAPTURE_STILL, &o));
    answer(rig, 1, 0, 42);
    struct capture *frame = begin(rig, CAPTURE_FRAME, &o);
    rig_good_frame(rig);
    capture_cancel(frame); /* the frame is there, nobody was told yet */
    struct capture *failed = begin(rig, CAPTURE_FRAME, &o);
    camera_source_down(rig->camera);
    capture_cancel(failed); /* the same with an error */
    rig_pass(rig, 10 * US_PER_S);
    assert_int_equal(o.times, 0);
    assert_int_equal(rig->camera->leases.count, 0);
}

static void test_another_one_from_inside_done(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {.again = true};
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_FRAME, &o);
    assert_non_null(capture);
    camera_source_down(rig->camera);
    rig_turn(rig);
    assert_int_equal(o.times, 2); /* both found nobody there */
    o = (struct outcome){.again = true};
    rig_device_up(rig, true);
    capture = begin(rig, CAPTURE_STILL, &o);
    assert_non_null(capture);
    answer(rig, rig->last_request, 0, 7);
    rig_pass(rig, 1 * US_PER_MS);
    rig_frame(rig, 640, 480, 8, false);
    rig_turn(rig);
    assert_int_equal(o.times, 2);
    assert_int_equal(o.first_byte, 8);
}

static void test_dark_frames_are_no_snapshot(void **state)
{
    struct rig *rig = *state;
    struct outcome o = {0};
    rig_registry(rig, &(struct registry_params){.env.skip_dark = true});
    rig_camera(rig, true);
    struct capture *capture = begin(rig, CAPTURE_FRAME, &o);
    assert_non_null(capture);
    rig_frame(rig, 640, 480, 1, true);
    rig_turn(rig);
    assert_int_equal(o.times, 0);
    rig_frame(rig, 640, 480, 99, false);
    rig_turn(rig);
    assert_int_equal(o.first_byte, 99);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_still_of_the_device),
        T(test_the_device_says_no),
        T(test_too_many_at_once),
        T(test_the_device_never_answers),
        T(test_those_that_wait_share_one),
        T(test_an_error_is_that_of_those_who_asked),
        T(test_nobody_waits_any_more),
        T(test_a_still_that_is_lost_is_not_waited_for_for_ever),
        T(test_who_waits_while_a_still_is_lost_gets_the_next),
        T(test_a_device_that_was_busy_is_asked_when_it_is_done),
        T(test_what_comes_next_need_not_be_taken),
        T(test_a_plain_device_gives_its_next_frame),
        T(test_a_series_of_frames_keeps_it_awake),
        T(test_a_frame_leaves_the_viewers_linger),
        T(test_a_frame_of_the_stream),
        T(test_an_old_frame_is_not_fresh),
        T(test_no_frame_in_time),
        T(test_offline),
        T(test_the_device_goes_or_is_replaced_meanwhile),
        T(test_cancel),
        T(test_another_one_from_inside_done),
        T(test_dark_frames_are_no_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
