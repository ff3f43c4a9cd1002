/* The server's side of a helper, with one that pretends (pretend_helper.c): pictures come and go
 * back, and its errors affect only the helper. */
#include "fake_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "picam/libcamera_driver.h"

struct rig {
    struct source kit;
    struct libcamera_driver driver;
    struct source_orders orders;
};

/* As a JPEG, the picture's first luma. */
static int make_jpeg(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off)
{
    struct buf *buf;
    assert_true(quality >= 80);
    assert_int_equal(buf_create(room + 1, &buf), 0);
    buf->data[room] = raw->planes[0][0];
    *ret_buf = buf;
    *ret_end_off = room + 1;
    return 0;
}

static void obey(struct rig *rig)
{
    kit_obey(&rig->kit, &rig->orders);
    rig->orders.still = 0;
    rig->orders.fresh = 0;
}

/* The first order, which wants nothing, opens the camera. */
static void begin_with(struct rig *rig, const char *helper, const char *manner)
{
    static const struct camera_env ENV = {.make_jpeg = make_jpeg};
    *rig = (struct rig){.driver = {.helper = helper, .camera_id = manner, .env = &ENV}};
    rig->driver.source = &rig->kit;
    kit_begin(&rig->kit, &libcamera_driver, &rig->driver);
    obey(rig);
}

static void begin(struct rig *rig, const char *manner)
{
    begin_with(rig, PRETEND_HELPER, manner);
}

static void begin_ready(struct rig *rig, const char *manner)
{
    begin(rig, manner);
    kit_until(&rig->kit, "learned");
    kit_said(&rig->kit, "learned pretended 1 ");
}

static void end(struct rig *rig)
{
    kit_end(&rig->kit);
    libcamera_driver_finish(&rig->driver);
}

static void start(struct rig *rig)
{
    rig->orders.runs = true;
    rig->orders.round++;
    obey(rig);
}

static void ask_still(struct rig *rig, uint32_t request)
{
    rig->orders.still = request;
    obey(rig);
}

static void test_pictures_come_and_go_back(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "good");
    assert_string_equal(rig.kit.controls.list[0].name, "brightness");
    start(&rig);
    kit_until(&rig.kit, "frame");
    kit_said(&rig.kit, "frame 32x16 ");
    assert_int_equal(rig.kit.raw.planes[0][0], 100);
    /* The driver keeps the newest one for the poster: a buffer comes back with the frame after it.
     */
    rig.orders.wish.fps = 5;
    obey(&rig); /* new buffers, one more frame; the stream is not stopped */
    kit_until(&rig.kit, "frame");
    assert_int_equal(rig.kit.raw.planes[0][0], 101);
    rig.orders.runs = false;
    obey(&rig);
    kit_until(&rig.kit, "poster 32x16");
    assert_true(packet_unit(rig.kit.packet)[0] >= 101);
    end(&rig);
}

static void test_a_picture_outlives_the_helper(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "good");
    start(&rig);
    kit_until(&rig.kit, "frame");
    struct buf *frame = buf_ref(rig.kit.frame);
    end(&rig);
    assert_int_equal(rig.kit.raw.planes[0][0], 100);
    buf_unref(&frame);
}

static void test_orders_wait_for_the_helper(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, "good");
    ask_still(&rig, 7); /* it is not open yet */
    start(&rig);
    kit_said(&rig.kit, "");
    kit_until(&rig.kit, "learned");
    obey(&rig); /* the kit's, once the camera has learned its controls */
    kit_until(&rig.kit, "still 7 0 64x48");
    assert_int_equal(packet_unit(rig.kit.packet)[0], 128);
    kit_until(&rig.kit, "frame 32x16");
    end(&rig);
}

static void test_a_still_that_fails(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "no still");
    ask_still(&rig, 7);
    kit_until(&rig.kit, "still");
    kit_said(&rig.kit, "still 7 -5 ");
    end(&rig);
}

static void set(struct rig *rig, unsigned control, int64_t value)
{
    control_values_put(&rig->orders.settings, control, value);
    rig->orders.fresh |= UINT64_C(1) << control;
    obey(rig);
}

static void test_settings_are_answered(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "good");
    set(&rig, 0, 50);
    kit_until(&rig.kit, "values");
    kit_said(&rig.kit, "values 0=50 ");
    end(&rig);
    begin_ready(&rig, "stubborn");
    set(&rig, 0, 50);
    kit_until(&rig.kit, "values");
    kit_said(&rig.kit, "refusal 0: Invalid argument values 0=0 "); /* still in force */
    set(&rig, 3, 1);
    kit_said(&rig.kit, "refusal 3: No such file or directory "); /* of another schema */
    end(&rig);
}

static void test_a_crash_is_a_failure(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "crash");
    for (unsigned i = 0; i < 3; i++)
        start(&rig); /* a frame each; the third one is its last */
    kit_until(&rig.kit, "failed");
    assert_non_null(
        strstr(rig.kit.said_bytes, "failed: the camera's helper process crashed (Aborted) "));
    rig.orders.runs = false; /* as the kit gives them, until the next start */
    obey(&rig);
    assert_null(rig.driver.line); /* nothing wants another helper */
    rig.kit.said = text_over(rig.kit.said_bytes, sizeof(rig.kit.said_bytes));
    start(&rig);
    kit_until(&rig.kit, "learned");
    obey(&rig);
    kit_until(&rig.kit, "frame");
    end(&rig);
}

static void test_a_still_dies_with_its_helper(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "silent");
    ask_still(&rig, 7);
    kit_end(&rig.kit);
    kit_said(&rig.kit, "still 7 -5 flush ");
    libcamera_driver_finish(&rig.driver);
}

static void expect_failure(const char *manner, bool starts, const char *failure)
{
    struct rig rig;
    begin(&rig, manner);
    if (starts) {
        kit_until(&rig.kit, "learned");
        start(&rig);
    }
    kit_until(&rig.kit, "failed");
    assert_non_null(strstr(rig.kit.said_bytes, failure));
    assert_null(rig.driver.line);
    end(&rig);
}

static void test_nonsense_is_not_listened_to(void **state)
{
    (void)state;
    static const char NONSENSE[] = "failed: the camera's helper process failed (Bad message) ";
    expect_failure("nonsense", false, NONSENSE);
    expect_failure("miscounted", false, NONSENSE);
    expect_failure("answers", false, NONSENSE); /* not requested */
    expect_failure("stills", false, NONSENSE);
    expect_failure("small", true, NONSENSE);     /* buffers smaller than said */
    expect_failure("elsewhere", true, NONSENSE); /* a frame in no buffer */
    expect_failure("twice", true, NONSENSE);     /* a buffer that is lent already */
    expect_failure("chatty", false, NONSENSE);   /* 64 troubles are enough */
    expect_failure("shrinkable", true,
                   "failed: the camera's helper process failed (Permission denied) ");
}

static void test_its_own_message_is_enough(void **state)
{
    (void)state;
    expect_failure("busy", false, "failed: another program uses this camera ");
}

static void test_a_helper_that_does_not_answer_is_ended(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "silent");
    start(&rig);
    const int64_t before_us = clock_now_us(&clock_system);
    const struct source_wait wait = libcamera_driver.waits(&rig.driver);
    assert_in_range(wait.until_us, before_us, before_us + 11 * US_PER_S);
    const int r = libcamera_driver.ready(&rig.driver, 0); /* the time is over */
    char sentence[SOURCE_SENTENCE_MAX];
    assert_int_equal(r, -ETIMEDOUT);
    assert_true(libcamera_driver.explain(&rig.driver, r, sentence));
    assert_string_equal(sentence, "the camera's helper process did not answer");
    end(&rig);
}

static void test_a_resting_helper_is_not_waited_for(void **state)
{
    (void)state;
    struct rig rig;
    begin_ready(&rig, "good");
    assert_int_equal(libcamera_driver.waits(&rig.driver).until_us, CLOCK_NEVER_US);
    end(&rig);
}

/* Orders that do not fit the socket are sent later; when too many wait, more are refused. */
static void test_a_helper_that_is_late_misses_nothing(void **state)
{
    (void)state;
    struct rig rig;
    char folder[] = "/tmp/eyelid-test-XXXXXX", manner[64], want[64];
    unsigned n_sent = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(manner, sizeof(manner), "late %s/fifo", folder);
    const char *fifo = manner + strlen("late ");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    begin_ready(&rig, manner);
    while (!strstr(rig.kit.said_bytes, "refusal")) {
        set(&rig, 0, n_sent % 2);
        n_sent++;
    }
    kit_said(&rig.kit, "refusal 0: Resource temporarily unavailable ");
    int fd = open(fifo, O_WRONLY | O_CLOEXEC); /* it wakes */
    assert_true(fd >= 0);
    for (unsigned i = 1; i < n_sent; i++) {
        kit_until(&rig.kit, "values");
        rig.kit.said = text_over(rig.kit.said_bytes, sizeof(rig.kit.said_bytes));
    }
    start(&rig);
    rig.orders.runs = false;
    obey(&rig);
    snprintf(want, sizeof(want), "trouble: %u settings, 0 releases ", n_sent - 1);
    kit_until(&rig.kit, want);
    end(&rig);
    close(fd);
    unlink(fifo);
    rmdir(folder);
}

static void test_a_missing_program(void **state)
{
    (void)state;
    struct rig rig;
    begin_with(&rig, "/nowhere/eyelid-libcamera", "good");
    kit_said(&rig.kit,
             "flush failed: the camera's helper process failed (No such file or directory) ");
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures_come_and_go_back),
        cmocka_unit_test(test_a_picture_outlives_the_helper),
        cmocka_unit_test(test_orders_wait_for_the_helper),
        cmocka_unit_test(test_a_still_that_fails),
        cmocka_unit_test(test_settings_are_answered),
        cmocka_unit_test(test_a_crash_is_a_failure),
        cmocka_unit_test(test_a_still_dies_with_its_helper),
        cmocka_unit_test(test_nonsense_is_not_listened_to),
        cmocka_unit_test(test_its_own_message_is_enough),
        cmocka_unit_test(test_a_helper_that_does_not_answer_is_ended),
        cmocka_unit_test(test_a_resting_helper_is_not_waited_for),
        cmocka_unit_test(test_a_helper_that_is_late_misses_nothing),
        cmocka_unit_test(test_a_missing_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
