/* Which rendition a lease gets, and how long each is there. */
#include "camera/internal.h"
#include "rig.h"

static struct lease *lease_of(struct rig *rig, const struct lease_params *params)
{
    return camera_lease(rig->camera, params);
}

static unsigned renditions(const struct rig *rig)
{
    unsigned n = 0;
    list_for_each (rendition, &rig->camera->renditions, const struct rendition, node)
        n++;
    return n;
}

/* A camera of 1280x720 at 30 fps. */
static struct lease *shown(struct rig *rig)
{
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    for (int i = 0; i < 40; i++) {
        rig_frame(rig, 1280, 720, 128, false);
        rig_pass(rig, 33 * US_PER_MS);
    }
    rig_said(rig, "start 0 0x0 ");
    return lease;
}

static void test_the_smallest_that_covers_the_wish(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint16_t width, height, fps;
        unsigned scale, max_fps;
    } ROWS[] = {
        {0, 0, 0, 1, 0},     {1280, 720, 0, 1, 0}, {641, 361, 0, 1, 0}, {640, 360, 0, 2, 0},
        {640, 480, 0, 2, 0}, /* its width is filled: the picture is no taller there */
        {400, 0, 0, 2, 0},   {0, 200, 0, 2, 0},    {320, 180, 0, 4, 0}, {16, 16, 0, 4, 0},
        {0, 0, 30, 1, 0},    {0, 0, 25, 1, 0},     {0, 0, 15, 1, 15},   {320, 0, 2, 4, 2},
    };
    struct lease *jpeg = shown(rig);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct lease *lease = lease_of(rig, &(struct lease_params){.rendition = RENDITION_H264,
                                                                   .max_fps = ROWS[i].fps,
                                                                   .max_width = ROWS[i].width,
                                                                   .max_height = ROWS[i].height});
        assert_int_equal(lease->rendition->scale, ROWS[i].scale);
        assert_int_equal(lease->rendition->max_fps, ROWS[i].max_fps);
        assert_int_equal(rig->pace.max_width, ROWS[i].width);
        assert_int_equal(rig->pace.max_fps, ROWS[i].fps);
        lease_release(&lease);
    }
    lease_release(&jpeg);
}

static void test_a_derived_rendition_is_there_while_it_is_leased(void **state)
{
    struct rig *rig = *state;
    struct lease *jpeg = shown(rig);
    const struct lease_params tile = {.rendition = RENDITION_H264, .max_width = 320};
    const unsigned before = renditions(rig);
    struct lease *a = lease_of(rig, &tile), *b = lease_of(rig, &tile);
    rig_said(rig, "open h264 1/4 "); /* one for both */
    assert_ptr_equal(a->rendition, b->rendition);
    assert_int_not_equal(a->rendition->stream, camera_stream(rig->camera, RENDITION_H264));
    struct lease *full = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    struct lease *luma = rig_lease(rig, LEASE_MOTION, RENDITION_LUMA);
    rig_said(rig, "open h264 open luma 1/8 ");
    assert_int_equal(luma->rendition->stream, 0); /* it never leaves the server */
    assert_int_equal(renditions(rig), before + 2);
    lease_release(&a);
    rig_said(rig, "");
    lease_release(&b);
    rig_said(rig, "close ");
    lease_release(&luma);
    lease_release(&full);
    rig_said(rig, "close close ");
    assert_int_equal(renditions(rig), before);
    lease_release(&jpeg);
}

/* A peer chooses the bounds, and must not choose the number of encoders. */
static void test_no_more_renditions_than_may_be(void **state)
{
    struct rig *rig = *state;
    enum { LEASES = 20, MAX = 8 };
    struct lease *jpeg = shown(rig), *leases[LEASES];
    const unsigned before = renditions(rig);
    for (unsigned i = 0; i < LEASES; i++)
        leases[i] = lease_of(
            rig, &(struct lease_params){.rendition = RENDITION_H264, .max_fps = (uint16_t)(1 + i)});
    assert_int_equal(renditions(rig), before + MAX);
    assert_ptr_equal(leases[LEASES - 1]->rendition, rendition_full(rig->camera, RENDITION_H264));
    for (unsigned i = 0; i < LEASES; i++)
        lease_release(&leases[i]);
    assert_int_equal(renditions(rig), before);
    lease_release(&jpeg);
}

/* A camera that was never seen has no size to choose by. */
static void test_full_size_while_the_size_is_unknown(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease =
        lease_of(rig, &(struct lease_params){.rendition = RENDITION_H264, .max_width = 320});
    assert_int_equal(lease->rendition->scale, 1);
    lease_release(&lease);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_smallest_that_covers_the_wish, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_a_derived_rendition_is_there_while_it_is_leased,
                                        rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_more_renditions_than_may_be, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_full_size_while_the_size_is_unknown, rig_setup,
                                        rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
