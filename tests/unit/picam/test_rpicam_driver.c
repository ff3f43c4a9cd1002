/* The driver that reads rpicam's programs, with one that pretends (pretend_rpicam.c). */
#include "fake_kit.h"

#include <errno.h>
#include <string.h>

#include "picam/rpicam_driver.h"

enum { ENDS = 0, IS_DEAF = 1 };

struct rig {
    struct source kit;
    struct rpicam_driver driver;
    struct source_orders orders;
};

static void begin(struct rig *rig, unsigned behaviour, const struct rpicam_programs *programs)
{
    *rig = (struct rig){.orders = {.runs = true, .round = 1}};
    rpicam_driver_init(&rig->driver, programs, behaviour);
    rig->driver.source = &rig->kit;
    kit_begin(&rig->kit, &rpicam_driver, &rig->driver);
}

static void end(struct rig *rig)
{
    kit_end(&rig->kit);
    rpicam_driver_finish(&rig->driver);
}

static const struct rpicam_programs PRETEND = {PRETEND_RPICAM, PRETEND_RPICAM};

static unsigned count(const char *said, const char *word)
{
    unsigned n = 0;
    for (; (said = strstr(said, word)); said += strlen(word))
        n++;
    return n;
}

static void test_a_program_that_ends_is_a_failure(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, ENDS, &PRETEND);
    kit_obey(&rig.kit, &rig.orders);
    kit_until(&rig.kit, "failed: " PRETEND_RPICAM " ended unexpectedly");
    assert_int_equal(count(rig.kit.said_bytes, "frame"), 20); /* all its pictures came before */
    assert_true(rig.driver.fd < 0);
    end(&rig);
}

static void test_a_program_goes_on_where_nothing_changes(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, IS_DEAF, &PRETEND);
    kit_obey(&rig.kit, &rig.orders);
    kit_until(&rig.kit, "frame");
    const pid_t pid = rig.driver.child.pid;
    kit_obey(&rig.kit, &rig.orders);
    assert_int_equal(rig.driver.child.pid, pid);
    control_values_put(&rig.orders.settings, RPICAM_MIRROR, 1);
    rig.orders.fresh = UINT64_C(1) << RPICAM_MIRROR;
    kit_said(&rig.kit, "frame 0x0 ");
    kit_obey(&rig.kit, &rig.orders);
    kit_said(&rig.kit, "values 6=1 ");
    assert_int_not_equal(rig.driver.child.pid, pid); /* another command line */
    rig.orders.runs = false;
    kit_obey(&rig.kit, &rig.orders);
    assert_true(rig.driver.fd < 0);
    end(&rig);
}

static void test_a_still_makes_the_stream_wait(void **state)
{
    (void)state;
    struct rig rig;
    begin(&rig, IS_DEAF, &PRETEND);
    kit_obey(&rig.kit, &rig.orders);
    kit_until(&rig.kit, "frame");
    const pid_t pid = rig.driver.child.pid;
    rig.orders.still = 7;
    rig.kit.said = text_over(rig.kit.said_bytes, sizeof(rig.kit.said_bytes));
    kit_obey(&rig.kit, &rig.orders);
    assert_non_null(strstr(rig.kit.said_bytes, "still 7 0 "));
    assert_true(rig.driver.fd >= 0);
    assert_int_not_equal(rig.driver.child.pid, pid);
    end(&rig);
}

static void test_programs_that_are_not_there(void **state)
{
    (void)state;
    static const struct rpicam_programs NONE = {"/nowhere/rpicam-vid", "/nowhere/rpicam-still"};
    struct rig rig;
    begin(&rig, ENDS, &NONE);
    rig.orders.still = 7;
    kit_obey(&rig.kit, &rig.orders);
    kit_said(&rig.kit, "still 7 -5 failed: /nowhere/rpicam-vid is no longer installed ");
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_program_that_ends_is_a_failure),
        cmocka_unit_test(test_a_program_goes_on_where_nothing_changes),
        cmocka_unit_test(test_a_still_makes_the_stream_wait),
        cmocka_unit_test(test_programs_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
