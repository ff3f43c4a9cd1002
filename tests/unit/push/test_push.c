/* Devices at the door: plain ones and their frames, who may come in and as whom. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "door.h"

/* --- Plain devices. --- */

static void test_plain(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int fd = peer_connect_as(&door, "/porch", false);
    peer_frame(fd, PEER_FIN | PEER_BINARY, door_jpeg, door_jpeg_len);
    peer_settle(fd);
    const struct view *view = door_look(&door, "porch");
    assert_true(view->has_source);
    assert_false(view->controlled);
    assert_int_equal(view->received, 1);
    assert_int_equal(view->received_bytes, door_jpeg_len);
    assert_int_equal(view->dropped[CAMERA_DROP_UNWANTED], 1);
    assert_int_equal(view->published, 0);
    struct lease *lease = door_take(&door, "porch");
    /* as esp_websocket_client sends it: 1 KiB at a time */
    for (size_t at = 0; at < door_jpeg_len; at += 1024) {
        size_t n = door_jpeg_len - at < 1024 ? door_jpeg_len - at : 1024;
        unsigned opcode = at == 0 ? PEER_BINARY : 0;
        peer_frame(fd, opcode | (at + n == door_jpeg_len ? PEER_FIN : 0), door_jpeg + at, n);
    }
    peer_settle(fd); /* and nothing was ever said to it */
    view = door_look(&door, "porch");
    assert_int_equal(view->published, 1);
    assert_int_equal(view->newest_len, door_jpeg_len);
    assert_memory_equal(view->newest, door_jpeg, door_jpeg_len);
    assert_int_equal(view->newest_age_us, 0);
    door_release(&door, lease);
    close(fd);
    door_await_source(&door, "porch", false);
    door_end(&door);
}

static size_t encode_base64(const uint8_t *bytes, size_t len, char *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)bytes[i] << 16 | (i + 1 < len ? bytes[i + 1] : 0u) << 8 |
                     (i + 2 < len ? bytes[i + 2] : 0u);
        out[n++] = DIGITS[v >> 18];
        out[n++] = DIGITS[v >> 12 & 63];
        out[n++] = i + 1 < len ? DIGITS[v >> 6 & 63] : '=';
        out[n++] = i + 2 < len ? DIGITS[v & 63] : '=';
    }
    return n;
}

static void test_base64(void **state)
{
    (void)state;
    struct door door;
    static char text[2 * sizeof(door_jpeg)];
    door_run(&door, NULL);
    int fd = peer_connect_as(&door, "/porch", false);
    struct lease *lease = door_take(&door, "porch");
    peer_frame(fd, PEER_FIN | PEER_TEXT, text, encode_base64(door_jpeg, door_jpeg_len, text));
    peer_says(fd, "{\"type\":\"hello\"}"); /* no base64, no frame */
    peer_settle(fd);
    const struct view *view = door_look(&door, "porch");
    assert_int_equal(view->received, 2);
    assert_int_equal(view->published, 1);
    assert_memory_equal(view->newest, door_jpeg, door_jpeg_len);
    assert_int_equal(view->dropped[CAMERA_DROP_PROTOCOL], 1);
    door_release(&door, lease);
    close(fd);
    door_end(&door);
}

static void test_bad_frames_are_counted_and_never_published(void **state)
{
    (void)state;
    struct door door;
    static uint8_t padded[sizeof(door_jpeg) + 64];
    door_run(&door,
             &(struct registry_params){.env.jpeg_limits = {.max_width = 4096, .max_height = 4096}});
    int fd = peer_connect_as(&door, "/porch", false);
    struct lease *lease = door_take(&door, "porch");
    peer_frame(fd, PEER_FIN | PEER_BINARY, door_jpeg + 1, door_jpeg_len - 1);
    peer_frame(fd, PEER_FIN | PEER_BINARY, door_jpeg, door_jpeg_len - 3);
    peer_frame(fd, PEER_FIN | PEER_BINARY, "", 0);
    peer_frame(fd, PEER_FIN | PEER_BINARY, "hello", 5);
    memcpy(padded, door_jpeg,
           door_jpeg_len); /* zeros behind: padding is no fault and is not passed on */
    peer_frame(fd, PEER_FIN | PEER_BINARY, padded, door_jpeg_len + 64);
    peer_settle(fd);
    const struct view *view = door_look(&door, "porch");
    assert_int_equal(view->received, 5);
    assert_int_equal(view->dropped[JPEG_NO_SOI], 3);
    assert_int_equal(view->dropped[JPEG_NO_EOI], 1);
    assert_int_equal(view->published, 1);
    assert_int_equal(view->newest_len, door_jpeg_len);
    door_release(&door, lease);
    close(fd);
    door_end(&door);
}

static void test_too_large_a_picture(void **state)
{
    (void)state;
    struct door door;
    door_run(&door,
             &(struct registry_params){.env.jpeg_limits = {.max_width = 16, .max_height = 16}});
    int fd = peer_connect_as(&door, "/porch", false);
    struct lease *lease = door_take(&door, "porch");
    peer_frame(fd, PEER_FIN | PEER_BINARY, door_jpeg, door_jpeg_len);
    peer_settle(fd);
    assert_int_equal(door_look(&door, "porch")->dropped[JPEG_TOO_LARGE], 1);
    assert_int_equal(door_look(&door, "porch")->published, 0);
    door_release(&door, lease);
    close(fd);
    door_end(&door);
}

static void test_too_large_a_message(void **state)
{
    (void)state;
    struct door door;
    static const uint8_t MASK[4];
    door_run(&door, NULL);
    int fd = peer_connect_as(&door, "/porch", false);
    uint8_t head[14];
    size_t n = peer_make_frame(head, PEER_FIN | PEER_BINARY, MASK, "", 0) - 4;
    head[n - 1] = 0x80 | 127;
    for (int i = 0; i < 8; i++)
        head[n++] = (uint8_t)((uint64_t)(PUSH_MAX_MESSAGE_BYTES + 1) >> (56 - 8 * i));
    peer_send(fd, head, n);
    peer_send(fd, MASK, 4);
    peer_is_hung_up(fd, 1009);
    close(fd);
    door_end(&door);
}

/* --- Who it is. --- */

static void test_ids(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    static const char *const BAD[] = {"/Porch", "/a/b", "/a%20b", "/?id=A",
                                      "/123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        int fd = peer_connect(door.site.port);
        assert_int_equal(peer_upgrade(fd, BAD[i], "", NULL, 0), 400);
        close(fd);
    }
    int in_query = peer_connect_as(&door, "/?id=attic", false);
    int without = peer_connect_as(&door, "/", false);
    peer_settle(in_query);
    peer_settle(without);
    assert_true(door_look(&door, "attic")->has_source);
    assert_true(door_look(&door, "cam-08a3d11e")->has_source); /* FNV-1a of "127.0.0.1" */
    close(in_query);
    close(without);
    door_end(&door);
}

static void test_subprotocols(void **state)
{
    (void)state;
    static const struct {
        const char *offered;
        bool controlled;
    } ROWS[] = {{"eyelid.device.v1", true},
                {"arduino, eyelid.device.v1", true},
                {"arduino", false},
                {"eyelid.device.v10", false},
                {"eyelid.device.v1x,x", false}};
    struct door door;
    door_run(&door, NULL);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        char line[128], head[4096];
        int fd = peer_connect(door.site.port);
        snprintf(line, sizeof(line), "Sec-WebSocket-Protocol: %s\r\n", ROWS[i].offered);
        assert_int_equal(peer_upgrade(fd, "/porch", line, head, sizeof(head)), 101);
        assert_int_equal(strstr(head, "sec-websocket-protocol: eyelid.device.v1\r\n") != NULL,
                         ROWS[i].controlled);
        peer_settle(fd);
        assert_int_equal(door_look(&door, "porch")->has_source, !ROWS[i].controlled);
        close(fd);
        door_await_source(&door, "porch", false);
    }
    door_end(&door);
}

static void test_the_second_replaces_the_first(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int first = peer_connect_as(&door, "/porch", false);
    struct lease *lease = NULL;
    peer_settle(first);
    lease = door_take(&door, "porch");
    int second = peer_connect_as(&door, "/porch", true);
    peer_settle(second);
    assert_true(door_look(&door, "porch")->has_source); /* who says hello takes its place */
    assert_false(door_look(&door, "porch")->controlled);
    peer_says(second, "{\"type\":\"hello\"}");
    peer_hears(second, "{\"type\":\"start\",\"fps\":30,\"width\":640,\"height\":480}");
    peer_answers_time(second, 1);
    peer_is_hung_up(first, 4001);
    close(first);
    peer_sends(second, 0, 1, 5, door_jpeg, door_jpeg_len);
    peer_settle(second);
    const struct view *view = door_look(&door, "porch");
    assert_true(view->controlled);
    assert_int_equal(view->published, 1);
    door_release(&door, lease);
    close(second);
    door_end(&door);
}

static void test_another_token_is_refused(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, NULL);
    int owner = peer_connect_as(&door, "/porch?token=aa", false);
    peer_settle(owner);
    assert_true(door_look(&door, "porch")->has_source);
    int plain = peer_connect_as(&door, "/porch?token=ab", false);
    peer_is_hung_up(plain, 1008);
    int controlled = peer_connect_as(&door, "/", true);
    peer_says(controlled, "{\"type\":\"hello\",\"id\":\"porch\"}");
    peer_is_hung_up(controlled, 1008);
    peer_settle(owner); /* it is there still */
    assert_true(door_look(&door, "porch")->has_source);
    int again = peer_connect_as(&door, "/porch?token=aa", false);
    peer_is_hung_up(owner, 4001);
    peer_settle(again);
    close(owner);
    close(plain);
    close(controlled);
    close(again);
    door_end(&door);
}

static void test_too_many(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, &(struct registry_params){.max_cameras = 1});
    int first = peer_connect_as(&door, "/a", false);
    peer_settle(first);
    int second = peer_connect_as(&door, "/b", false);
    peer_is_hung_up(second, 1013);
    assert_false(door_look(&door, "b")->is_there);
    close(first);
    close(second);
    door_end(&door);
}

static void test_too_many_new_ones(void **state)
{
    (void)state;
    struct door door;
    door_run(&door, &(struct registry_params){.max_new_per_minute = 1});
    int first = peer_connect_as(&door, "/a", false);
    peer_settle(first);
    int second = peer_connect_as(&door, "/b", true);
    peer_says(second, "{\"type\":\"hello\"}");
    peer_is_hung_up(second, 1013);
    close(first);
    close(second);
    door_end(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_bad_frames_are_counted_and_never_published),
        cmocka_unit_test(test_too_large_a_picture),
        cmocka_unit_test(test_too_large_a_message),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_subprotocols),
        cmocka_unit_test(test_the_second_replaces_the_first),
        cmocka_unit_test(test_another_token_is_refused),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_too_many_new_ones),
    };
    return cmocka_run_group_tests(tests, door_setup, NULL);
}
