/* What the log is told of devices that are refused: how often, and of whom. */
#include "rig.h"

#include <stdio.h>

#include "camera/refusals.h"

static const char NO_HELLO[] = "no hello received", BAD_TOKEN[] = "it does not present its token";

static void tell(struct refusals *refusals, int64_t now_us, const char *id, const char *why)
{
    refusals_tell(refusals, now_us, id, "a device is refused", why);
}

static void test_each_device_and_reason_once(void **state)
{
    (void)state;
    struct refusals refusals = {0};
    int64_t now_us = US_PER_S;
    for (int i = 0; i < 1000; i++)
        tell(&refusals, now_us, "porch", NO_HELLO);
    assert_int_equal(refusals.lines, 1);
    assert_int_equal(refusals.more, 999);
    tell(&refusals, now_us, "porch", BAD_TOKEN); /* another reason */
    tell(&refusals, now_us, "attic", NO_HELLO);  /* another device, which is not hidden */
    assert_int_equal(refusals.lines, 3);
    now_us += 60 * US_PER_S; /* the sum is told, and not the same again */
    tell(&refusals, now_us, "porch", NO_HELLO);
    assert_int_equal(refusals.lines, 0);
    assert_int_equal(refusals.more, 1);
    now_us += 3600 * US_PER_S;
    tell(&refusals, now_us, "porch", NO_HELLO); /* after an hour it is */
    assert_int_equal(refusals.lines, 1);
}

static void test_made_up_ids_are_bounded(void **state)
{
    (void)state;
    struct refusals refusals = {0};
    char id[CAMERA_ID_MAX + 1];
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof(id), "made-up-%d", i);
        tell(&refusals, US_PER_S, id, NO_HELLO);
    }
    assert_int_equal(refusals.lines, REFUSALS_LINES_MAX);
    assert_int_equal(refusals.more, 1000 - REFUSALS_LINES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_device_and_reason_once),
        cmocka_unit_test(test_made_up_ids_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
