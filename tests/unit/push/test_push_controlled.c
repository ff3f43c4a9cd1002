/* Controlled devices: hello, frames and their clock, start, stop, set and capture. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "camera/capture.h"
#include "device/wire.h"
#include "door.h"
#include "push/device_message.h"
#include "push/outbox.h"

/* --- Controlled devices. --- */

static int connect_controlled(struct door *door)
{
    int fd = peer_connect_as(door, "/porch", true);
    peer_says(fd, door_example("device-hello"));
    peer_hears(fd, door_example("device-stop")); /* no viewers */
    return fd;
}

static void test_hello(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = peer_connect_as(&door, "/porch", true);
    peer_sends(fd, 0, 1, 5, door_jpeg, door_jpeg_len); /* too early */
    peer_says(fd, door_example("device-state"));
    peer_settle(fd);
    assert_false(door_look(&door, "porch")->is_there);
    peer_says(fd, door_example("device-hello"));
    peer_hears(fd, "{\"type\":\"stop\"}");
    const struct view *view = door_look(&door, "porch");
    assert_true(view->controlled);
    assert_string_equal(view->name, "Porch");
    assert_string_equal(view->model, "AtomS3R-M12");
    assert_int_equal(view->battery_percent, 81);
    assert_int_equal(view->controls, 2);
    assert_int_equal(view->received, 0);
    peer_says(fd, door_example("device-state"));
    peer_says(fd, "{\"type\":\"weather\"}");
    peer_says(fd, "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":300}");
    peer_settle(fd);
    view = door_look(&door, "porch");
    assert_int_equal(view->battery_percent, 80);
    assert_true(view->sleeps);
    peer_says(fd, door_example("device-hello"));
    peer_is_hung_up(fd, 1008);
    close(fd);
    door_await_source(&door, "porch", false);
    door_end(&door);
}

static void test_hello_with_an_id(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = peer_connect_as(&door, "/", true);
    peer_says(fd, "{\"type\":\"hello\",\"id\":\"attic\"}");
    peer_hears(fd, "{\"type\":\"stop\"}");
    assert_true(door_look(&door, "attic")->controlled);
    close(fd);
    static const struct {
        const char *path, *hello;
    } BAD[] = {{"/porch", "{\"type\":\"hello\",\"id\":\"attic\"}"},
               {"/", "{\"type\":\"hello\",\"id\":\"No Id\"}"},
               {"/", "{\"type\":\"hello\",\"id\":\"\"}"}};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        fd = peer_connect_as(&door, BAD[i].path, true);
        peer_says(fd, BAD[i].hello);
        peer_is_hung_up(fd, 1008);
        close(fd);
    }
    door_end(&door);
}

static void test_a_long_hello(void **state)
{
    (void)state;
    struct door door;
    static char text[DEVICE_MESSAGE_MAX_BYTES + 2];
    door_run(&door, NULL);
    int len = snprintf(text, sizeof(text), "%s", door_example("device-hello"));
    memset(text + len, ' ', DEVICE_MESSAGE_MAX_BYTES - (size_t)len);
    int fd = peer_connect_as(&door, "/porch", true);
    peer_says(fd, text);
    peer_hears(fd, "{\"type\":\"stop\"}");
    close(fd);
    door_await_source(&door, "porch", false);
    text[DEVICE_MESSAGE_MAX_BYTES] = ' ';
    fd = peer_connect_as(&door, "/porch", true);
    peer_says(fd, text);
    peer_is_hung_up(fd, 1009);
    close(fd);
    door_end(&door);
}

static void test_no_hello(void **state)
{
    (void)state;
    struct door door;
    door_begin(&door, NULL);
    door.behind_us = 10 * US_PER_S; /* patience ends as soon as it begins */
    site_run(&door.site);
    int fd = peer_connect_as(&door, "/porch", true);
    peer_is_hung_up(fd, 1008);
    close(fd);
    door_end(&door);
}

static void test_frames(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    struct lease *lease = door_take(&door, "porch");
    peer_hears(fd, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    peer_sends(fd, 0, 1, 7000000, door_jpeg, door_jpeg_len);
    peer_answers_time(fd, 8000000); /* "now" */
    peer_settle(fd);
    assert_int_equal(door_look(&door, "porch")->newest_age_us, 0); /* there was no map yet */
    peer_sends(fd, 0, 2, 7900000, door_jpeg, door_jpeg_len);
    peer_settle(fd);
    const struct view *view = door_look(&door, "porch");
    assert_int_equal(view->published, 2);
    assert_memory_equal(view->newest, door_jpeg, door_jpeg_len);
    assert_true(view->newest_age_us >= 100000); /* taken 100 ms before that answer */
    assert_true(view->newest_age_us < 10 * US_PER_S);
    peer_frame(fd, PEER_FIN | PEER_BINARY, door_jpeg, door_jpeg_len); /* without a header */
    peer_frame(fd, PEER_FIN | PEER_BINARY, "ED", 2);
    peer_sends(fd, 0, 3, 7900000, door_jpeg, door_jpeg_len - 3);
    peer_sends(fd, 0, 4, 7900000, door_jpeg, 0);
    peer_settle(fd);
    view = door_look(&door, "porch");
    assert_int_equal(view->published, 2);
    assert_int_equal(view->received, 6);
    assert_int_equal(view->dropped[CAMERA_DROP_PROTOCOL], 2);
    assert_int_equal(view->dropped[JPEG_NO_EOI], 1);
    assert_int_equal(view->dropped[JPEG_NO_SOI], 1);
    door_release(&door, lease);
    close(fd);
    door_end(&door);
}

static void test_start_and_stop(void **state)
{
    (void)state;
    struct door door;
    struct registry_params params = {.env.policy = demand_policy_default};
    params.env.policy.linger_us = 0;
    door_run(&door, &params);
    int fd = connect_controlled(&door);
    struct lease *lease = door_take(&door, "porch");
    peer_hears(fd, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    peer_answers_time(fd, 1);
    peer_sends(fd, 0, 1, 5, door_jpeg, door_jpeg_len);
    peer_settle(fd);
    door_release(&door, lease);
    peer_hears(fd, "{\"type\":\"stop\"}");
    peer_sends(fd, 0, 2, 6, door_jpeg, door_jpeg_len); /* it was on its way */
    peer_settle(fd);
    assert_int_equal(door_look(&door, "porch")->dropped[CAMERA_DROP_UNWANTED], 1);
    close(fd);
    door_end(&door);
}

static void five_seconds_later(struct door *door, void *ctx)
{
    (void)ctx;
    door->behind_us -= 5 * US_PER_S;
}

static void test_stop_is_repeated_until_obeyed(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    for (uint32_t i = 0; i < 3; i++) {
        for (int k = 0; k < 5; k++) {
            peer_sends(fd, 0, 10 * i + k, 5, door_jpeg, door_jpeg_len);
            peer_settle(fd); /* they may have been on their way: nothing is said */
        }
        door_on_loop(&door, five_seconds_later, NULL);
        peer_sends(fd, 0, 10 * i + 9, 5, door_jpeg, door_jpeg_len);
        peer_hears(fd, door_example("device-stop"));
    }
    door_on_loop(&door, five_seconds_later, NULL);
    peer_sends(fd, WIRE_FLAG_STILL, 1, 5, door_jpeg, door_jpeg_len); /* no sign of running */
    peer_settle(fd);
    assert_true(door_look(&door, "porch")->dropped[CAMERA_DROP_UNWANTED] > 0); /* nor asked for */
    close(fd);
    door_end(&door);
}

static void test_reconnects_while_wanted(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    struct lease *lease = door_take(&door, "porch");
    peer_hears(fd, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    close(fd);
    door_await_source(&door, "porch", false);
    fd = peer_connect_as(&door, "/porch", true);
    peer_says(fd, door_example("device-hello"));
    peer_hears(fd, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    door_release(&door, lease);
    close(fd);
    door_end(&door);
}

static void set_now(struct door *door, void *ctx)
{
    const char *message;
    json_t *values = json_pack("{s:i}", "brightness", 1);
    (void)ctx;
    assert_int_equal(camera_set(registry_find(door->registry, "porch"), values, &message), 0);
    json_decref(values);
}

static void test_set(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    door_on_loop(&door, set_now, NULL);
    peer_hears(fd, door_example("device-set"));
    door_on_loop(&door, set_now, NULL); /* waits for the answer to the first */
    peer_says(fd, "{\"type\":\"values\",\"values\":{\"brightness\":2}}");
    peer_hears(fd, door_example("device-set"));
    door_on_loop(&door, set_now, NULL);
    peer_hears(fd, door_example("device-set")); /* or after two seconds */
    close(fd);
    door_await_source(&door, "porch", false);
    fd = peer_connect_as(&door, "/porch", true);
    peer_says(fd, door_example("device-hello")); /* it has forgotten */
    peer_hears(fd, door_example("device-set"));
    peer_hears(fd, "{\"type\":\"stop\"}");
    close(fd);
    door_end(&door);
}

/* --- Stills. --- */

struct shot {
    struct tally told;
    int error;
    size_t len;
    uint8_t bytes[sizeof(door_jpeg)];
};

static void done(void *ctx, int error, struct packet *still)
{
    struct shot *shot = ctx;
    shot->error = error;
    shot->len = still ? packet_unit_len_bytes(still) : 0;
    if (still) {
        memcpy(shot->bytes, packet_unit(still), shot->len);
        assert_int_equal(still->message_off, still->unit_off - LIVE_HEAD_BYTES);
        assert_true(still->message_off >= PACKET_TRANSPORT_ROOM);
    }
    tally_add(&shot->told);
}

static void shoot(struct door *door, void *ctx)
{
    struct capture *capture = capture_begin(registry_find(door->registry, "porch"), CAPTURE_STILL,
                                            60 * US_PER_S, done, ctx);
    assert_non_null(capture);
}

static void test_stills(void **state)
{
    (void)state;
    struct door door;
    static struct shot a, b;
    a.told = b.told = (struct tally)TALLY_INIT;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    door_on_loop(&door, shoot, &a);
    peer_answers_time(fd, 5);
    peer_hears(fd, "{\"type\":\"capture\",\"request\":1}");
    door_on_loop(&door, shoot, &b);
    peer_says(fd, "{\"type\":\"captured\",\"request\":1,\"ok\":false,\"error\":\"out of memory\"}");
    peer_answers_time(fd, 5);
    peer_hears(fd, "{\"type\":\"capture\",\"request\":2}");
    peer_sends(fd, WIRE_FLAG_STILL, 2, 5, door_jpeg, door_jpeg_len - 3); /* broken: waits on */
    peer_sends(fd, WIRE_FLAG_STILL, 2, 5, door_jpeg, door_jpeg_len);
    peer_says(fd, "{\"type\":\"captured\",\"request\":2,\"ok\":true}");
    tally_wait(&a.told, 1);
    tally_wait(&b.told, 1);
    assert_int_equal(a.error, -EIO);
    assert_int_equal(b.error, 0);
    assert_int_equal(b.len, door_jpeg_len);
    assert_memory_equal(b.bytes, door_jpeg, door_jpeg_len);
    const struct view *view = door_look(&door, "porch");
    assert_int_equal(view->published, 0); /* a still belongs to no stream */
    assert_int_equal(view->dropped[JPEG_NO_EOI], 1);
    assert_int_equal(view->dropped[CAMERA_DROP_UNWANTED], 0);
    close(fd);
    door_end(&door);
}

enum { STILLS = 9 };

static void shoot_and_leave(struct door *door, void *ctx)
{
    capture_cancel(capture_begin(registry_find(door->registry, "porch"), CAPTURE_STILL,
                                 60 * US_PER_S, done, ctx));
}

/* The stills have no waiters any more, but the device has been asked for them. */
static void asks_for_a_still(struct door *door, int fd, int request)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "{\"type\":\"capture\",\"request\":%d}", request);
    door_on_loop(door, shoot_and_leave, NULL);
    peer_answers_time(fd, 5);
    peer_hears(fd, expected);
}

static void twenty_seconds_later(struct door *door, void *ctx)
{
    (void)ctx;
    door->behind_us -= 20 * US_PER_S;
}

static void test_one_still_at_a_time(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    asks_for_a_still(&door, fd, 1);
    for (int i = 0; i < STILLS; i++)
        door_on_loop(&door, shoot_and_leave, NULL);
    peer_sends(fd, WIRE_FLAG_STILL, 1, 5, door_jpeg, door_jpeg_len);
    peer_says(fd, "{\"type\":\"captured\",\"request\":1,\"ok\":true}"); /* the same one */
    peer_settle(fd);
    asks_for_a_still(&door, fd, 2);
    peer_says(fd, "{\"type\":\"captured\",\"request\":2,\"ok\":false}");
    peer_settle(fd);
    asks_for_a_still(&door, fd, 3);
    peer_says(fd, "{\"type\":\"captured\",\"request\":3,\"ok\":true}"); /* no good JPEG */
    peer_settle(fd);
    asks_for_a_still(&door, fd, 4);
    door_on_loop(&door, twenty_seconds_later, NULL);
    asks_for_a_still(&door, fd, 5); /* the one before is lost */
    close(fd);
    door_await_source(&door, "porch", false);
    fd = connect_controlled(&door); /* it remembers nothing of before */
    asks_for_a_still(&door, fd, 6);
    close(fd);
    door_end(&door);
}

/* No viewer so far: that a still takes too long must be noticed nevertheless. */
static void test_a_still_is_not_for_later_requests(void **state)
{
    (void)state;
    struct door door;
    static struct shot early, late;
    early.told = late.told = (struct tally)TALLY_INIT;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    door_on_loop(&door, shoot, &early);
    peer_answers_time(fd, 1 * US_PER_S);
    peer_hears(fd, "{\"type\":\"capture\",\"request\":1}");
    door_on_loop(&door, five_seconds_later, NULL);
    door_on_loop(&door, shoot, &late);
    peer_sends(fd, WIRE_FLAG_STILL, 1, 1 * US_PER_S, door_jpeg, door_jpeg_len);
    tally_wait(&early.told, 1);
    peer_answers_time(fd, 6 * US_PER_S);
    peer_hears(fd, "{\"type\":\"capture\",\"request\":2}");
    peer_sends(fd, WIRE_FLAG_STILL, 2, 6 * US_PER_S, door_jpeg, door_jpeg_len);
    tally_wait(&late.told, 1);
    assert_int_equal(early.error, 0);
    assert_int_equal(late.error, 0);
    close(fd);
    door_end(&door);
}

/* --- Those that misbehave. --- */

static void too_much(struct door *door, void *ctx)
{
    struct camera *camera = registry_find(door->registry, "porch");
    for (int i = 0; i < 1000; i++) { /* within one turn of the loop: nothing is sent meanwhile */
        set_now(door, NULL);
        struct lease *lease = camera_lease(camera, &(struct lease_params){.ready = NULL});
        lease_release(&lease);
    }
    for (int i = 0; i < STILLS; i++)
        shoot(door, ctx);
}

static void test_more_than_it_reads(void **state)
{
    (void)state;
    struct door door;
    static struct shot shot;
    shot.told = (struct tally)TALLY_INIT;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    door_on_loop(&door, too_much, &shot);
    peer_hears(fd, door_example("device-set"));
    peer_hears(fd, "{\"type\":\"stop\"}"); /* the last of a thousand starts and stops */
    peer_answers_time(fd, 5);
    peer_hears(fd, "{\"type\":\"capture\",\"request\":1}"); /* for all of them */
    close(fd);
    tally_wait(&shot.told, STILLS); /* offline */
    door_end(&door);
}

static void test_bad_texts(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = connect_controlled(&door);
    for (int i = 0; i < 16; i++)
        peer_says(fd, "nonsense");
    peer_settle(fd);
    assert_true(door_look(&door, "porch")->has_source);
    peer_says(fd, "nonsense");
    peer_is_hung_up(fd, 1003);
    close(fd);
    door_await_source(&door, "porch", false);
    door_end(&door);
}

static void test_the_server_stops_with_devices_on_it(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int plain = peer_connect_as(&door, "/attic", false), controlled = connect_controlled(&door);
    int silent = peer_connect_as(&door, "/silent", true);
    peer_settle(plain);
    door.site.grace_us = 0; /* they are still there when the cameras go */
    door_end(&door);
    close(plain);
    close(controlled);
    close(silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_hello_with_an_id),
        cmocka_unit_test(test_a_long_hello),
        cmocka_unit_test(test_no_hello),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_start_and_stop),
        cmocka_unit_test(test_stop_is_repeated_until_obeyed),
        cmocka_unit_test(test_reconnects_while_wanted),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_stills),
        cmocka_unit_test(test_one_still_at_a_time),
        cmocka_unit_test(test_a_still_is_not_for_later_requests),
        cmocka_unit_test(test_more_than_it_reads),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_the_server_stops_with_devices_on_it),
    };
    return cmocka_run_group_tests(tests, door_setup, NULL);
}
