/* The program as a whole, against a server of the test's own. usage: test_fakecam EYELID-FAKECAM */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "device/wire.h"
#include "media/jpeg.h"
#include "pixels.h"
#include "wsserver.h"

enum { MAX_WORDS = 40 };

static char *program;

struct run {
    struct wsserver server;
    pid_t pid;
    char words[1024];
    char scratch_path[64];
};

static int setup(void **state)
{
    struct run *run = mem_new(struct run);
    wsserver_init(&run->server, 0);
    *state = run;
    return 0;
}

static int teardown(void **state)
{
    struct run *run = *state;
    if (run->pid > 0) {
        kill(run->pid, SIGKILL);
        waitpid(run->pid, NULL, 0);
    }
    if (run->scratch_path[0])
        unlink(run->scratch_path);
    wsserver_finish(&run->server);
    mem_free(run);
    return 0;
}

/* Starts the program with options separated by single spaces; --url is added. */
static void start(struct run *run, const char *options)
{
    extern char **environ;
    char *argv[MAX_WORDS + 1] = {program}, *rest = run->words;
    int argc = 1;
    snprintf(run->words, sizeof(run->words), "--url ws://127.0.0.1:%u/ %s", run->server.port,
             options);
    for (char *word; (word = strsep(&rest, " "));) {
        assert_true(argc < MAX_WORDS);
        if (word[0])
            argv[argc++] = word;
    }
    assert_int_equal(posix_spawn(&run->pid, program, NULL, NULL, argv, environ), 0);
}

/* Ends the program and returns its exit status. */
static int stop(struct run *run, int signal)
{
    int status;
    if (signal)
        kill(run->pid, signal);
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    run->pid = 0;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Skips frames until the text that contains `part`; returns how many there were. */
static unsigned expect_text(struct run *run, const char *part)
{
    for (unsigned frames = 0;; frames++) {
        struct wsmessage message = wsserver_next(&run->server);
        assert_true(message.opcode == 1 || message.opcode == 2);
        bool is_text = message.opcode == 1;
        if (is_text && !strstr((char *)message.data, part))
            fail_msg("expected %s, got %s", part, (char *)message.data);
        wsmessage_finish(&message);
        if (is_text)
            return frames;
    }
}

/* The next binary message, its header and its picture. */
static struct pixels expect_frame(struct run *run, struct wire_frame *ret_frame)
{
    struct wsmessage message = wsserver_next(&run->server);
    if (message.opcode != 2)
        fail_msg("expected a frame, got %d: %s", message.opcode, (char *)message.data);
    assert_int_equal(wire_frame_read(message.data, message.len_bytes, ret_frame), 0);
    struct pixels pixels =
        pixels_decode(message.data + WIRE_HEAD_BYTES, message.len_bytes - WIRE_HEAD_BYTES);
    wsmessage_finish(&message);
    return pixels;
}

static void connect_controlled(struct run *run, const char *options)
{
    start(run, options);
    wsserver_accept(&run->server);
    assert_non_null(strstr(run->server.request, "eyelid.device.v1"));
    expect_text(run, "{\"type\":\"hello\",");
}

static void it_says_who_it_is_and_waits(void **state)
{
    struct run *run = *state;
    start(run, "--id porch --name Porch --battery 81 --size 324x242");
    wsserver_accept(&run->server);
    assert_non_null(strstr(run->server.request, "GET /porch HTTP/1.1\r\n"));
    assert_null(strcasestr(run->server.request, "permessage-deflate"));
    char host[64];
    snprintf(host, sizeof(host), "Host: 127.0.0.1:%u\r\n", run->server.port);
    assert_non_null(strcasestr(run->server.request, host));
    struct wsmessage hello = wsserver_next(&run->server);
    assert_int_equal(hello.opcode, 1);
    assert_non_null(strstr((char *)hello.data, "\"id\":\"porch\",\"name\":\"Porch\","));
    assert_non_null(strstr((char *)hello.data, "\"max_fps\":15,"));
    assert_non_null(strstr((char *)hello.data, "[320,240],[324,242],[400,296]"));
    assert_non_null(strstr((char *)hello.data, "\"battery\":81"));
    wsmessage_finish(&hello);
    wsserver_send(&run->server, "{\"type\":\"time\",\"server_us\":42}");
    assert_int_equal(expect_text(run, "{\"type\":\"time\",\"server_us\":42,\"device_us\":"), 0);
    assert_int_equal(stop(run, SIGTERM), 0);
}

static void it_starts_and_stops(void **state)
{
    struct run *run = *state;
    struct wire_frame frame, before = {0};
    connect_controlled(run, "--fps 30");
    wsserver_send(&run->server, "{\"type\":\"start\",\"fps\":60,\"width\":320,\"height\":240}");
    assert_int_equal(expect_text(run, "\"streaming\""), 0);
    for (unsigned i = 0; i < 10; i++) {
        struct pixels pixels = expect_frame(run, &frame);
        int x, y;
        assert_int_equal(pixels.width, 320);
        assert_int_equal(pixels.height, 240);
        assert_true(pixels_find_red(&pixels, &x, &y) > 500);
        assert_int_equal(frame.sequence, i);
        assert_int_equal(frame.flags, 0);
        assert_true(i == 0 || frame.capture_us > before.capture_us);
        before = frame;
        pixels_finish(&pixels);
    }
    wsserver_send(&run->server, "{\"type\":\"start\",\"fps\":60,\"width\":160,\"height\":120}");
    int width;
    do {
        struct pixels pixels = expect_frame(run, &frame);
        width = pixels.width;
        pixels_finish(&pixels);
    } while (width == 320);
    assert_int_equal(width, 160);
    wsserver_send(&run->server, "{\"type\":\"stop\"}");
    expect_text(run, "\"idle\"");
    wsserver_send(&run->server, "{\"type\":\"time\",\"server_us\":1}");
    assert_int_equal(expect_text(run, "\"time\""), 0); /* no frame after "idle" */
}

static void settings_show_in_the_picture(void **state)
{
    struct run *run = *state;
    struct wire_frame frame;
    connect_controlled(run, "--fps 30 --size 160x120");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    struct pixels pixels = expect_frame(run, &frame);
    double before = pixels_mean_luma(&pixels);
    pixels_finish(&pixels);
    wsserver_send(&run->server, "{\"type\":\"set\",\"values\":{\"brightness\":2,\"shine\":1}}");
    expect_text(run, "{\"type\":\"values\",\"values\":{\"brightness\":2,");
    pixels = expect_frame(run, &frame);
    assert_true(pixels_mean_luma(&pixels) > before + 30);
    pixels_finish(&pixels);
}

static void expect_still(struct run *run, unsigned request)
{
    struct wire_frame frame;
    char captured[64];
    struct pixels pixels;
    for (;;) {
        pixels = expect_frame(run, &frame);
        if (frame.flags & WIRE_FLAG_STILL)
            break;
        pixels_finish(&pixels);
    }
    assert_int_equal(frame.sequence, request);
    assert_int_equal(pixels.width, 1600);
    assert_int_equal(pixels.height, 1200);
    pixels_finish(&pixels);
    snprintf(captured, sizeof(captured), "{\"type\":\"captured\",\"request\":%u,\"ok\":true}",
             request);
    expect_text(run, captured);
}

static void it_captures_idle_and_streaming(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "--fps 30 --size 160x120");
    wsserver_send(&run->server, "{\"type\":\"capture\",\"request\":7}");
    expect_still(run, 7);
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    wsserver_send(&run->server, "{\"type\":\"capture\",\"request\":8}");
    wsserver_send(&run->server, "{\"type\":\"capture\",\"request\":9}");
    expect_still(run, 8);
    expect_still(run, 9);
}

static void it_comes_back_after_a_broken_connection(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "--fps 30");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    wsserver_accept(&run->server); /* drops the first */
    expect_text(run, "\"hello\"");
    wsserver_send(&run->server, "{\"type\":\"time\",\"server_us\":1}");
    assert_int_equal(expect_text(run, "\"time\""), 0); /* it waits to be started again */
}

static void it_finds_a_server_that_comes_later(void **state)
{
    struct run *run = *state;
    uint16_t port = run->server.port;
    close(run->server.listen_fd); /* nobody listens there now */
    start(run, "");
    struct wsserver later;
    wsserver_init(&later, 0); /* something else to do meanwhile */
    wsserver_finish(&later);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    run->server.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(run->server.listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(run->server.listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(run->server.listen_fd, 4), 0);
    wsserver_accept(&run->server);
    expect_text(run, "\"hello\"");
}

static void it_sleeps_when_told_and_returns(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "");
    wsserver_send(&run->server, "{\"type\":\"sleep\",\"seconds\":1}");
    expect_text(run, "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":1}");
    struct wsmessage end = wsserver_next(&run->server);
    assert_int_equal(end.opcode, 8);
    assert_int_equal(end.data[0] << 8 | end.data[1], 1000);
    wsmessage_finish(&end);
    wsserver_accept(&run->server);
    expect_text(run, "\"hello\"");
}

static void it_dozes_by_itself(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "--doze 0.1/0.5");
    expect_text(run, "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":1}");
    wsserver_accept(&run->server);
    expect_text(run, "\"hello\"");
}

static void dark_frames_come_first(void **state)
{
    struct run *run = *state;
    struct wire_frame frame;
    connect_controlled(run, "--dark 3 --fps 60 --size 160x120");
    for (int start = 0; start < 2; start++) {
        wsserver_send(&run->server, "{\"type\":\"start\"}");
        expect_text(run, "\"streaming\"");
        for (int i = 0; i < 5; i++) {
            struct pixels pixels = expect_frame(run, &frame);
            assert_int_equal(frame.flags, i < 3 ? WIRE_FLAG_DARK : 0);
            assert_int_equal(pixels_mean_luma(&pixels) < 30, i < 3);
            pixels_finish(&pixels);
        }
        wsserver_send(&run->server, "{\"type\":\"stop\"}");
        expect_text(run, "\"idle\"");
    }
}

static void a_plain_device_just_pushes(void **state)
{
    struct run *run = *state;
    start(run, "--plain --id shed --fps 30 --chroma 420");
    wsserver_accept(&run->server);
    assert_non_null(strstr(run->server.request, "GET /shed HTTP/1.1\r\n"));
    assert_null(strcasestr(run->server.request, "Sec-WebSocket-Protocol"));
    for (int i = 0; i < 5; i++) {
        struct wsmessage message = wsserver_next(&run->server);
        assert_int_equal(message.opcode, 2);
        assert_int_equal(message.fragments, 1);
        struct pixels pixels = pixels_decode(message.data, message.len_bytes);
        assert_int_equal(pixels.width, 640);
        pixels_finish(&pixels);
        wsmessage_finish(&message);
    }
}

static void fragments_are_small(void **state)
{
    struct run *run = *state;
    start(run, "--plain --fault fragment");
    wsserver_accept(&run->server);
    for (int i = 0; i < 3; i++) {
        struct wsmessage message = wsserver_next(&run->server);
        assert_int_equal(message.opcode, 2);
        assert_int_equal(message.longest_fragment_bytes, 1024);
        assert_int_equal(message.fragments, (message.len_bytes + 1023) / 1024);
        struct pixels pixels = pixels_decode(message.data, message.len_bytes);
        pixels_finish(&pixels);
        wsmessage_finish(&message);
    }
}

static void base64_is_text_of_a_jpeg(void **state)
{
    struct run *run = *state;
    start(run, "--plain --fault base64 --size 160x120");
    wsserver_accept(&run->server);
    struct wsmessage message = wsserver_next(&run->server);
    assert_int_equal(message.opcode, 1);
    char *jpeg = mem_zalloc_or_die(1, message.len_bytes);
    int n = lws_b64_decode_string_len((char *)message.data, (int)message.len_bytes, jpeg,
                                      (int)message.len_bytes);
    assert_true(n > 0);
    struct pixels pixels = pixels_decode((uint8_t *)jpeg, (size_t)n);
    assert_int_equal(pixels.width, 160);
    pixels_finish(&pixels);
    mem_free(jpeg);
    wsmessage_finish(&message);
}

static void faults_arrive(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "--fault no-eoi:3,wrong-size:4,text-junk:5 --fps 60 --size 320x240");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    for (unsigned i = 1; i <= 20; i++) {
        struct wsmessage message = wsserver_next(&run->server);
        const struct jpeg_limits limits = {4096, 4096};
        struct jpeg_info info;
        assert_int_equal(message.opcode, i % 5 == 0 ? 1 : 2);
        if (i % 5 != 0) {
            enum jpeg_fault verdict =
                jpeg_inspect(message.data + WIRE_HEAD_BYTES, message.len_bytes - WIRE_HEAD_BYTES,
                             &limits, &info);
            assert_int_equal(verdict, i % 3 == 0 ? JPEG_NO_EOI : JPEG_OK);
            if (verdict == JPEG_OK)
                assert_int_equal(info.width, i / 4 % 2 ? 160 : 320);
        }
        wsmessage_finish(&message);
    }
}

static void a_jumping_clock_jumps(void **state)
{
    struct run *run = *state;
    struct wire_frame frame;
    int64_t before_us = 0;
    unsigned jumps = 0;
    connect_controlled(run, "--fault clock-jump:2 --fps 60 --size 160x120");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    for (unsigned i = 0; i < 12; i++) {
        struct pixels pixels = expect_frame(run, &frame);
        pixels_finish(&pixels);
        int64_t distance_us = frame.capture_us - before_us;
        jumps += i > 0 && (distance_us < 0 || distance_us > 60000000);
        before_us = frame.capture_us;
    }
    assert_in_range(jumps, 3, 6);
}

static void a_planned_break_breaks(void **state)
{
    struct run *run = *state;
    start(run, "--plain --fault disconnect:1 --size 160x120");
    wsserver_accept(&run->server);
    for (int opcode = 2; opcode == 2;) {
        struct wsmessage message = wsserver_next(&run->server);
        opcode = message.opcode;
        wsmessage_finish(&message);
    }
    wsserver_accept(&run->server); /* and it comes back */
}

static void a_stall_pauses_and_ends(void **state)
{
    struct run *run = *state;
    struct wire_frame frame;
    int64_t longest_us = 0, before_us = 0;
    connect_controlled(run, "--fault stall:400:4 --fps 60 --size 160x120");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    for (unsigned i = 0; i < 6; i++) {
        struct pixels pixels = expect_frame(run, &frame);
        pixels_finish(&pixels);
        if (i > 0 && frame.capture_us - before_us > longest_us)
            longest_us = frame.capture_us - before_us;
        before_us = frame.capture_us;
    }
    assert_true(longest_us >= 390000);
}

static void a_choked_socket_gets_no_stale_frames(void **state)
{
    struct run *run = *state;
    struct wire_frame frame;
    wsserver_finish(&run->server);
    wsserver_init(&run->server, 32768);
    connect_controlled(run, "--fps 60 --size 1600x1200");
    wsserver_send(&run->server, "{\"type\":\"start\"}");
    expect_text(run, "\"streaming\"");
    usleep(1500000); /* reads nothing; 90 frames fall due, and the buffers hold a few */
    int64_t before_us = 0, longest_us = 0;
    for (uint32_t i = 0; i < 30; i++) {
        struct pixels pixels = expect_frame(run, &frame);
        pixels_finish(&pixels);
        assert_int_equal(frame.sequence, i); /* what was skipped was never taken */
        if (i > 0 && frame.capture_us - before_us > longest_us)
            longest_us = frame.capture_us - before_us;
        before_us = frame.capture_us;
    }
    assert_true(longest_us > 500000);
}

static void a_file_is_sent_over_and_over(void **state)
{
    struct run *run = *state;
    struct wsmessage frames[2];
    char options[128];
    start(run, "--plain --fps 30 --size 160x120");
    wsserver_accept(&run->server);
    strcpy(run->scratch_path, "/tmp/test_fakecam_XXXXXX");
    int fd = mkstemp(run->scratch_path);
    for (int i = 0; i < 2; i++) {
        frames[i] = wsserver_next(&run->server);
        assert_int_equal(write(fd, frames[i].data, frames[i].len_bytes), frames[i].len_bytes);
    }
    close(fd);
    assert_int_equal(stop(run, SIGINT), 0);
    snprintf(options, sizeof(options), "--plain --fps 60 --from %s", run->scratch_path);
    start(run, options);
    wsserver_accept(&run->server);
    for (int i = 0; i < 5; i++) {
        struct wsmessage message = wsserver_next(&run->server);
        assert_int_equal(message.len_bytes, frames[i % 2].len_bytes);
        assert_memory_equal(message.data, frames[i % 2].data, message.len_bytes);
        wsmessage_finish(&message);
    }
    wsmessage_finish(&frames[0]);
    wsmessage_finish(&frames[1]);
}

static void many_cameras_come_from_one_process(void **state)
{
    struct run *run = *state;
    unsigned seen = 0;
    start(run, "--cameras 5 --id yard");
    for (int i = 0; i < 5; i++) {
        unsigned number;
        wsserver_accept(&run->server);
        assert_int_equal(sscanf(run->server.request, "GET /yard-%u HTTP", &number), 1);
        assert_in_range(number, 1, 5);
        seen |= 1u << number;
        run->server.fd = dup(run->server.fd); /* stays open when the next is accepted */
        expect_text(run, "\"hello\"");
    }
    assert_int_equal(seen, 0x3e);
    assert_int_equal(stop(run, SIGTERM), 0);
}

static void it_ends_while_nobody_answers(void **state)
{
    struct run *run = *state;
    start(run, "");
    struct pollfd poll_fd = {.fd = run->server.listen_fd, .events = POLLIN};
    assert_int_equal(poll(&poll_fd, 1, 20000), 1); /* it has knocked and waits */
    assert_int_equal(stop(run, SIGTERM), 0);
}

static void it_ends_while_it_waits_to_come_back(void **state)
{
    struct run *run = *state;
    connect_controlled(run, "");
    wsserver_drop(&run->server);
    assert_int_equal(stop(run, SIGINT), 0);
}

static void wrong_words_end_it_with_2(void **state)
{
    struct run *run = *state;
    static const char *const options[] = {"--size 1x1", "--from /nowhere", "--motion /nowhere",
                                          "--motion 1;2"};
    for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        start(run, options[i]);
        assert_int_equal(stop(run, 0), 2);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    program = argv[1];
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_says_who_it_is_and_waits),
        TEST(it_starts_and_stops),
        TEST(settings_show_in_the_picture),
        TEST(it_captures_idle_and_streaming),
        TEST(it_comes_back_after_a_broken_connection),
        TEST(it_finds_a_server_that_comes_later),
        TEST(it_sleeps_when_told_and_returns),
        TEST(it_dozes_by_itself),
        TEST(dark_frames_come_first),
        TEST(a_plain_device_just_pushes),
        TEST(fragments_are_small),
        TEST(base64_is_text_of_a_jpeg),
        TEST(faults_arrive),
        TEST(a_jumping_clock_jumps),
        TEST(a_planned_break_breaks),
        TEST(a_stall_pauses_and_ends),
        TEST(a_choked_socket_gets_no_stale_frames),
        TEST(a_file_is_sent_over_and_over),
        TEST(many_cameras_come_from_one_process),
        TEST(it_ends_while_nobody_answers),
        TEST(it_ends_while_it_waits_to_come_back),
        TEST(wrong_words_end_it_with_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
