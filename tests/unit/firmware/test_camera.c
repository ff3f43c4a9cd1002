/* The sensor's comings and goings, on a pretended camera driver. */
#include "firmware/main/camera.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <driver/gpio.h>
#include <errno.h>
#include <esp_log.h>
#include <freertos/task.h>
#include <stdbool.h>
#include <string.h>

enum { PINS = 64 };

/* Calls to the fake hardware; reset for each test. */
static struct {
    bool is_open;
    unsigned opened, closed, gets, lent, delayed_ms;
    bool gives_nothing, fails_to_open;
    framesize_t first_framesize, framesize;
    int quality, brightness;
    int level[PINS];
    bool held[PINS];
    camera_fb_t frame;
} hw;

static int set_framesize(sensor_t *sensor, framesize_t framesize)
{
    (void)sensor;
    hw.framesize = framesize;
    return 0;
}

static int set_quality(sensor_t *sensor, int quality)
{
    (void)sensor;
    hw.quality = quality;
    return 0;
}

static int set_brightness(sensor_t *sensor, int level)
{
    (void)sensor;
    if (level == 2)
        return -1;
    hw.brightness = level;
    return 0;
}

static int set_other(sensor_t *sensor, int value)
{
    (void)sensor;
    (void)value;
    return 0;
}

static sensor_t sensor = {.set_framesize = set_framesize,
                          .set_quality = set_quality,
                          .set_brightness = set_brightness,
                          .set_contrast = set_other,
                          .set_saturation = set_other,
                          .set_hmirror = set_other,
                          .set_vflip = set_other};

esp_err_t esp_camera_init(const camera_config_t *config)
{
    assert_false(hw.is_open);
    if (hw.fails_to_open)
        return ESP_FAIL;
    hw.is_open = true;
    hw.opened++;
    hw.first_framesize = config->frame_size;
    return ESP_OK;
}

esp_err_t esp_camera_deinit(void)
{
    assert_true(hw.is_open);
    assert_int_equal(hw.lent, 0); /* it would pull the buffer from under our feet */
    hw.is_open = false;
    hw.closed++;
    return ESP_OK;
}

camera_fb_t *esp_camera_fb_get(void)
{
    static uint8_t jpeg[4];
    assert_true(hw.is_open);
    if (hw.gives_nothing)
        return NULL;
    hw.gets++;
    hw.lent++;
    hw.frame =
        (camera_fb_t){.buf = jpeg, .len = sizeof(jpeg), .timestamp = {.tv_sec = 7, .tv_usec = 42}};
    return &hw.frame;
}

void esp_camera_fb_return(camera_fb_t *fb)
{
    assert_ptr_equal(fb, &hw.frame);
    hw.lent--;
}

sensor_t *esp_camera_sensor_get(void)
{
    return hw.is_open ? &sensor : NULL;
}

esp_err_t gpio_reset_pin(gpio_num_t pin)
{
    assert_in_range(pin, 0, PINS - 1);
    return ESP_OK;
}

esp_err_t gpio_set_direction(gpio_num_t pin, gpio_mode_t mode)
{
    (void)pin;
    assert_int_equal(mode, GPIO_MODE_OUTPUT);
    return ESP_OK;
}

esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level)
{
    assert_false(hw.held[pin]);
    hw.level[pin] = (int)level;
    return ESP_OK;
}

esp_err_t gpio_hold_en(gpio_num_t pin)
{
    hw.held[pin] = true;
    return ESP_OK;
}

esp_err_t gpio_hold_dis(gpio_num_t pin)
{
    hw.held[pin] = false;
    return ESP_OK;
}

void vTaskDelay(TickType_t ticks)
{
    hw.delayed_ms += ticks * 1000 / configTICK_RATE_HZ;
}

const char *esp_err_to_name(esp_err_t code)
{
    (void)code;
    return "ESP_FAIL";
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    (void)level;
    (void)tag;
    (void)format;
}

static const struct agent_stream VGA = {.size = {640, 480}, .fps_milli = 10000};

static struct camera make(const char *board)
{
    struct camera camera;
    memset(&hw, 0, sizeof(hw));
    memset(hw.level, -1, sizeof(hw.level));
    camera_init(&camera, board_find(board));
    return camera;
}

static void test_it_runs_only_between_start_and_stop(void **state)
{
    (void)state;
    struct camera camera = make("atoms3r-m12");
    struct agent_picture picture;
    assert_int_equal(hw.opened, 0);
    assert_int_equal(camera_start(&camera, &VGA), 0);
    assert_int_equal(hw.level[18], 0); /* the supply is on, and was before the driver began */
    assert_true(hw.delayed_ms >= 500);
    assert_int_equal(hw.first_framesize, FRAMESIZE_QXGA);
    assert_int_equal(hw.framesize, FRAMESIZE_VGA);
    assert_int_equal(hw.quality, 13); /* of the control, 85 */
    assert_int_equal(camera_grab(&camera, &picture), 0);
    assert_int_equal(picture.capture_us, 7000042);
    assert_true(picture.dark);
    camera_release(&camera);
    assert_true(hw.is_open);
    camera_stop(&camera);
    assert_false(hw.is_open);
    /* Its supply stays on while the board is awake: half a second less until the next picture. */
    assert_int_equal(camera_start(&camera, &VGA), 0);
    assert_true(hw.delayed_ms < 1000);
    camera_stop(&camera);
}

static void test_it_is_dark_only_at_first(void **state)
{
    (void)state;
    struct camera camera = make("ai-thinker");
    struct agent_picture picture;
    unsigned dark = 0;
    assert_int_equal(camera_start(&camera, &VGA), 0);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(camera_grab(&camera, &picture), 0);
        dark += picture.dark;
        camera_release(&camera);
    }
    assert_in_range(dark, 1, 10);
    assert_false(picture.dark);
    camera_stop(&camera);
    assert_int_equal(hw.level[32], 1); /* PWDN: the sensor is off */
}

static void test_every_size_of_every_board_is_known(void **state)
{
    (void)state;
    for (unsigned b = 0; b < board_count; b++) {
        struct camera camera = make(board_table[b].name);
        for (unsigned i = 0; i < board_table[b].sizes_count; i++) {
            struct agent_stream stream = VGA;
            stream.size = board_table[b].sizes[i];
            assert_int_equal(camera_start(&camera, &stream), 0);
        }
        camera_stop(&camera);
    }
}

static void test_a_still_at_rest_wakes_it_for_one_good_picture(void **state)
{
    (void)state;
    struct camera camera = make("ai-thinker");
    struct agent_stream wish = {.size = {1600, 1200}, .fps_milli = 1000};
    struct agent_picture picture;
    assert_int_equal(camera_still(&camera, &wish, &picture), 0);
    assert_int_equal(hw.framesize, FRAMESIZE_UXGA);
    assert_false(picture.dark);
    assert_int_equal(hw.lent, 1);
    camera_release(&camera);
    assert_int_equal(hw.lent, 0);
    assert_false(hw.is_open);
}

static void test_a_still_gives_the_stream_its_size_back(void **state)
{
    (void)state;
    struct camera camera = make("ai-thinker");
    struct agent_stream wish = {.size = {1600, 1200}, .fps_milli = 1000};
    struct agent_picture picture;
    assert_int_equal(camera_start(&camera, &VGA), 0);
    assert_int_equal(camera_still(&camera, &wish, &picture), 0);
    assert_int_equal(hw.framesize, FRAMESIZE_UXGA);
    camera_release(&camera);
    assert_true(hw.is_open);
    assert_int_equal(camera_grab(&camera, &picture), 0);
    assert_int_equal(hw.framesize, FRAMESIZE_VGA);
    assert_int_equal(hw.quality, 13); /* of the control, 85 */
    camera_stop(&camera);             /* with a picture still lent out */
    assert_int_equal(hw.lent, 0);
}

static void test_a_silent_sensor_loses_its_supply(void **state)
{
    (void)state;
    struct camera camera = make("atoms3r-m12");
    struct agent_picture picture;
    assert_int_equal(camera_start(&camera, &VGA), 0);
    hw.gives_nothing = true;
    unsigned opened = hw.opened, delayed_ms = hw.delayed_ms;
    for (unsigned i = 0; i < 3; i++)
        assert_true(camera_grab(&camera, &picture) < 0);
    assert_int_equal(hw.opened, opened + 1);
    assert_true(hw.delayed_ms >= delayed_ms + 700); /* off, then half a second on */
    hw.gives_nothing = false;
    assert_int_equal(hw.framesize, FRAMESIZE_VGA);
    assert_int_equal(camera_grab(&camera, &picture), 0);
    camera_stop(&camera);
}

static void test_one_that_does_not_start_says_so(void **state)
{
    (void)state;
    struct camera camera = make("atoms3r-m12");
    struct agent_picture picture;
    hw.fails_to_open = true;
    assert_true(camera_start(&camera, &VGA) < 0);
    assert_int_equal(hw.level[18], 1);
    assert_true(camera_still(&camera, &VGA, &picture) < 0);
    hw.fails_to_open = false;
    assert_int_equal(camera_start(&camera, &VGA), 0);
    camera_stop(&camera);
}

static void test_controls_wait_for_the_start(void **state)
{
    (void)state;
    struct camera camera = make("ai-thinker");
    assert_int_equal(camera_apply(&camera, CONTROL_BRIGHTNESS, -2), 0);
    assert_int_equal(hw.opened, 0);
    assert_int_equal(camera_start(&camera, &VGA), 0);
    assert_int_equal(hw.brightness, -2);
    assert_int_equal(camera_apply(&camera, CONTROL_BRIGHTNESS, 1), 0);
    assert_int_equal(hw.brightness, 1);
    assert_true(camera_apply(&camera, CONTROL_BRIGHTNESS, 2) < 0); /* this sensor refuses it */
    assert_int_equal(camera.values[CONTROL_BRIGHTNESS], 1);
    camera_stop(&camera);
}

static void test_before_sleep_everything_is_off_and_stays_so(void **state)
{
    (void)state;
    struct camera camera = make("atoms3r-m12");
    assert_int_equal(camera_start(&camera, &VGA), 0);
    camera_power_off(&camera);
    assert_false(hw.is_open);
    assert_int_equal(hw.level[18], 1);
    assert_true(hw.held[18]);
    assert_int_equal(camera_start(&camera, &VGA), 0); /* as after waking: the hold is taken off */
    assert_int_equal(hw.level[18], 0);
    camera_stop(&camera);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_only_between_start_and_stop),
        cmocka_unit_test(test_it_is_dark_only_at_first),
        cmocka_unit_test(test_every_size_of_every_board_is_known),
        cmocka_unit_test(test_a_still_at_rest_wakes_it_for_one_good_picture),
        cmocka_unit_test(test_a_still_gives_the_stream_its_size_back),
        cmocka_unit_test(test_a_silent_sensor_loses_its_supply),
        cmocka_unit_test(test_one_that_does_not_start_says_so),
        cmocka_unit_test(test_controls_wait_for_the_start),
        cmocka_unit_test(test_before_sleep_everything_is_off_and_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
