/* The command lines of rpicam's programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "picam/rpicam_command.h"

static void expect(const struct rpicam_command *command, const char *want)
{
    char line[1024];
    struct text text = text_over(line, sizeof(line));
    for (unsigned i = 0; command->argv[i]; i++)
        text_add(&text, "%s%s", i ? " " : "", command->argv[i]);
    assert_string_equal(line, want);
}

static void test_by_default(void **state)
{
    (void)state;
    struct rpicam_choice choice;
    struct rpicam_command command;
    rpicam_choice_init(&choice, 0);
    rpicam_command_stream(&command, "rpicam-vid", &choice, &(struct camera_wish){0});
    expect(&command,
           "rpicam-vid --nopreview --verbose=0 --camera 0 --width 1280 --height 720 --framerate 30 "
           "--timeout 0 --codec mjpeg --quality 80 --no-raw --flush --output -");
    rpicam_command_stream(&command, "libcamera-vid", &choice, &(struct camera_wish){0});
    expect(
        &command,
        "libcamera-vid --nopreview --verbose=0 --camera 0 --width 1280 --height 720 --framerate 30 "
        "--timeout 0 --codec mjpeg --quality 80 --flush --output -");
    rpicam_command_still(&command, "rpicam-still", &choice);
    expect(&command,
           "rpicam-still --nopreview --verbose=0 --camera 0 --timeout 1000 --encoding jpg "
           "--quality 95 --output -");
}

static void test_wishes_make_it_smaller_and_slower(void **state)
{
    (void)state;
    struct rpicam_choice choice;
    struct rpicam_command command;
    rpicam_choice_init(&choice, 1);
    rpicam_command_stream(&command, "rpicam-vid", &choice,
                          &(struct camera_wish){.fps = 10, .width = 600, .height = 400});
    expect(&command,
           "rpicam-vid --nopreview --verbose=0 --camera 1 --width 640 --height 480 --framerate 10 "
           "--timeout 0 --codec mjpeg --quality 80 --no-raw --flush --output -");
    rpicam_command_stream(&command, "rpicam-vid", &choice,
                          &(struct camera_wish){.fps = 60, .width = 4000, .height = 3000});
    expect(&command,
           "rpicam-vid --nopreview --verbose=0 --camera 1 --width 1280 --height 720 --framerate 30 "
           "--timeout 0 --codec mjpeg --quality 80 --no-raw --flush --output -");
}

/* Everything at once is the longest that there is, and fits. */
static void test_all_that_can_be_set(void **state)
{
    (void)state;
    struct rpicam_choice choice;
    struct rpicam_command command;
    rpicam_choice_init(&choice, 15);
    for (unsigned i = 0; i < RPICAM_CONTROLS; i++)
        choice.values[i] = rpicam_controls[i].fallback == rpicam_controls[i].min
                               ? rpicam_controls[i].max
                               : rpicam_controls[i].min;
    choice.values[RPICAM_WHITE_BALANCE] = 1;
    choice.values[RPICAM_SIZE] = 4;
    rpicam_command_stream(&command, "rpicam-vid", &choice, &(struct camera_wish){0});
    expect(&command,
           "rpicam-vid --nopreview --verbose=0 --camera 15 --brightness -1.00 --contrast 0.00 "
           "--saturation "
           "0.00 --sharpness 0.00 --ev -8.00 --awb incandescent --hflip --vflip --width 1920 "
           "--height 1080 --framerate 1 --timeout 0 --codec mjpeg --quality 80 --no-raw --flush "
           "--output -");
    assert_in_range(command.n, 1, sizeof(command.argv) / sizeof(command.argv[0]) - 1);
    assert_in_range(command.text_len, 1, sizeof(command.text));
}

static void test_the_same_is_the_same(void **state)
{
    (void)state;
    struct rpicam_choice choice;
    struct rpicam_command a, b;
    rpicam_choice_init(&choice, 0);
    rpicam_command_stream(&a, "rpicam-vid", &choice, &(struct camera_wish){0});
    rpicam_command_stream(&b, "rpicam-vid", &choice, &(struct camera_wish){.fps = 60});
    assert_true(rpicam_command_equals(&a, &b)); /* not faster than chosen */
    rpicam_command_stream(&b, "rpicam-vid", &choice, &(struct camera_wish){.fps = 10});
    assert_false(rpicam_command_equals(&a, &b));
    choice.values[RPICAM_MIRROR] = 1;
    rpicam_command_stream(&b, "rpicam-vid", &choice, &(struct camera_wish){0});
    assert_false(rpicam_command_equals(&a, &b));
    assert_false(rpicam_command_equals(&b, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_default),
        cmocka_unit_test(test_wishes_make_it_smaller_and_slower),
        cmocka_unit_test(test_all_that_can_be_set),
        cmocka_unit_test(test_the_same_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
