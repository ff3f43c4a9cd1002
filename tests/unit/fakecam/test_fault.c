#include "tools/fakecam/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "media/jpeg.h"
#include "tools/fakecam/studio.h"

static struct buf *draw(void)
{
    static const struct scene scene = {.name = "fault", .script_width = 320, .script_height = 240};
    const struct studio_wish wish = {.look = {.width = 320, .height = 240}, .quality = 80};
    struct studio *studio;
    struct buf *jpeg;
    int64_t drawn_us;
    assert_int_equal(studio_create(&scene, JPEG_CHROMA_422, &studio), 0);
    assert_int_equal(studio_take(studio, &wish, &jpeg, &drawn_us), 0);
    studio_destroy(studio);
    return jpeg;
}

static enum jpeg_fault judge(const struct buf *jpeg)
{
    static const struct jpeg_limits limits = {4096, 4096};
    struct jpeg_info info;
    return jpeg_inspect(jpeg->data, jpeg->len_bytes, &limits, &info);
}

static struct fault_plan plan_of(const char *spec)
{
    struct fault_plan plan;
    char error[256];
    assert_int_equal(fault_parse(spec, &plan, error, sizeof(error)), 0);
    return plan;
}

/* What the gatekeeper says of a hundred frames under this plan. */
static void count_verdicts(const char *spec, unsigned counts[JPEG_UNSUPPORTED + 1])
{
    struct fault_plan plan = plan_of(spec);
    struct fault_course course;
    struct buf *whole = draw();
    assert_int_equal(judge(whole), JPEG_OK);
    memset(counts, 0, (JPEG_UNSUPPORTED + 1) * sizeof(*counts));
    fault_begin(&course, &plan, 1);
    for (int i = 0; i < 100; i++) {
        struct buf *jpeg = buf_ref(whole);
        fault_spoil(&course, fault_next(&course), &jpeg);
        counts[judge(jpeg)]++;
        buf_unref(&jpeg);
    }
    assert_int_equal(judge(whole), JPEG_OK); /* others share it */
    buf_unref(&whole);
}

static void the_gatekeeper_sees_each_fault(void **state)
{
    (void)state;
    unsigned counts[JPEG_UNSUPPORTED + 1];
    count_verdicts("truncated:4", counts);
    assert_int_equal(counts[JPEG_OK], 75);
    assert_int_equal(counts[JPEG_NO_EOI] + counts[JPEG_TRUNCATED], 25);
    count_verdicts("no-eoi:5", counts);
    assert_int_equal(counts[JPEG_NO_EOI], 20);
    count_verdicts("no-soi:2", counts);
    assert_int_equal(counts[JPEG_NO_SOI], 50);
    count_verdicts("garbage:10", counts);
    assert_int_equal(counts[JPEG_OK], 90);
    count_verdicts("no-soi:2,no-eoi:5", counts);
    assert_int_equal(counts[JPEG_OK], 40);
}

static void a_huge_frame_is_above_the_servers_limit(void **state)
{
    (void)state;
    struct fault_plan plan = plan_of("huge:1");
    struct fault_course course;
    struct buf *jpeg = draw();
    fault_begin(&course, &plan, 1);
    fault_spoil(&course, fault_next(&course), &jpeg);
    assert_true(jpeg->len_bytes > 4 << 20);
    buf_unref(&jpeg);
}

static void the_same_seed_has_the_same_luck(void **state)
{
    (void)state;
    struct fault_plan plan = plan_of("truncated:20%,text-junk:50%");
    struct fault_course one, same, other;
    unsigned differences = 0, truncated = 0;
    fault_begin(&one, &plan, 42);
    fault_begin(&same, &plan, 42);
    fault_begin(&other, &plan, 43);
    for (int i = 0; i < 1000; i++) {
        unsigned faults = fault_next(&one);
        assert_int_equal(faults, fault_next(&same));
        differences += faults != fault_next(&other);
        truncated += faults >> FAULT_TRUNCATED & 1;
    }
    assert_true(differences > 100);
    assert_in_range(truncated, 150, 250);
}

static void specs_are_read(void **state)
{
    (void)state;
    struct fault_plan plan =
        plan_of("truncated,stall:2000,fragment,disconnect:5,base64,garbage:2.5%,huge:7");
    assert_int_equal(plan.rules[FAULT_TRUNCATED].every, 10);
    assert_int_equal(plan.rules[FAULT_STALL].argument, 2000);
    assert_int_equal(plan.rules[FAULT_STALL].every, 100);
    assert_int_equal(plan.rules[FAULT_FRAGMENT].argument, 1024);
    assert_int_equal(plan.rules[FAULT_DISCONNECT].argument, 5);
    assert_true(plan.rules[FAULT_BASE64].on);
    assert_int_equal(plan.rules[FAULT_GARBAGE].every, 0);
    assert_true(plan.rules[FAULT_GARBAGE].chance == 0.025);
    assert_int_equal(plan.rules[FAULT_HUGE].every, 7);
    assert_false(plan.rules[FAULT_NO_EOI].on);
    plan = plan_of("stall:50:3,fragment:100");
    assert_int_equal(plan.rules[FAULT_STALL].every, 3);
    assert_int_equal(plan.rules[FAULT_FRAGMENT].argument, 100);
}

static void wrong_specs_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *word;
    } table[] = {
        {"", "unknown fault \"\""},
        {"explode", "unknown fault \"explode\""},
        {"truncated,", "unknown fault \"\""},
        {"truncated:0", "truncated: expected a rate"},
        {"truncated:-1", "expected a rate"},
        {"truncated:ten", "expected a rate"},
        {"truncated:101%", "expected a rate"},
        {"truncated:0%", "expected a rate"},
        {"truncated:%", "expected a rate"},
        {"truncated:10:10", "expected a rate"},
        {"truncated:", "expected a rate"},
        {"stall", "milliseconds, 1 to"},
        {"stall:0", "milliseconds"},
        {"stall:5:0", "expected a rate"},
        {"stall:5:5:5", "expected a rate"},
        {"disconnect", "seconds"},
        {"disconnect:5:5", "further argument"},
        {"fragment:0", "bytes"},
        {"base64:3", "further argument"},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct fault_plan plan;
        char error[256] = "";
        assert_int_equal(fault_parse(table[i].spec, &plan, error, sizeof(error)), -EINVAL);
        if (!strstr(error, table[i].word))
            fail_msg("%s: %s", table[i].spec, error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gatekeeper_sees_each_fault),
        cmocka_unit_test(a_huge_frame_is_above_the_servers_limit),
        cmocka_unit_test(the_same_seed_has_the_same_luck),
        cmocka_unit_test(specs_are_read),
        cmocka_unit_test(wrong_specs_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
