/* Sources that give raw pictures: what is made of them, and for whom. */
#include "camera/internal.h"
#include "rig.h"

enum { WIDTH = 64, HEIGHT = 48 };

struct lent {
    uint8_t luma[WIDTH * HEIGHT];
    int released;
};

static void give_back(void *ctx)
{
    ((struct lent *)ctx)->released++;
}

static void raw_frame(struct rig *rig, struct lent *lent, uint8_t luma)
{
    memset(lent->luma, luma, sizeof(lent->luma));
    const struct raw_picture raw = {.format = RAW_I420,
                                    .full_range = true,
                                    .width = WIDTH,
                                    .height = HEIGHT,
                                    .planes = {lent->luma, lent->luma, lent->luma},
                                    .strides = {WIDTH, WIDTH / 2, WIDTH / 2},
                                    .dmabuf_fd = -1};
    camera_frame(rig->camera, &(struct camera_frame){.takes_buf = buf_lend(give_back, lent),
                                                     .raw = &raw,
                                                     .capture_us = rig->now_us,
                                                     .arrival_us = rig->now_us});
}

static void test_pictures_are_lent_and_given_back(void **state)
{
    struct rig *rig = *state;
    struct lent lent = {.released = 0};
    rig_camera(rig, true);
    camera_native(rig->camera, RENDITION_RAW);
    raw_frame(rig, &lent, 128);
    assert_int_equal(lent.released, 1); /* nobody wants it */
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_RAW);
    rig_said(rig, "start 0 0x0 ");
    raw_frame(rig, &lent, 128);
    assert_int_equal(lent.released, 1);
    struct packet *packet = lease_next(lease, NULL);
    assert_non_null(packet);
    assert_ptr_equal(packet->raw.planes[0], lent.luma);
    assert_int_equal(packet->width, WIDTH);
    assert_int_equal(rig->camera->demand.state, DEMAND_AWAKE);
    packet_unref(&packet);
    assert_int_equal(lent.released, 1); /* the hub holds the newest */
    raw_frame(rig, &lent, 128);
    assert_int_equal(lent.released, 2);
    lease_release(&lease);
    rig_pass(rig, 11 * US_PER_S);
    rig_said(rig, "stop ");
    assert_int_equal(lent.released, 3); /* asleep: the driver has everything */
    assert_null(rig->camera->poster);
}

static void test_both_renditions_are_made(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    camera_native(rig->camera, RENDITION_RAW);
    struct lease *video = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_said(rig, "open h264 start 0 0x0 ");
    struct lease *jpeg = rig_lease(rig, LEASE_SNAPSHOT, RENDITION_JPEG);
    rig_said(rig, "open jpeg ");
    lease_release(&jpeg);
    rig_said(rig, "close ");
    lease_release(&video);
    rig_said(rig, "close stop ");
}

/* The camera goes from one kind to the other while somebody looks. */
static void test_a_change_of_kind_opens_the_makers_anew(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *video = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    struct lease *jpeg = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_said(rig, "open h264 start 0 0x0 ");
    camera_native(rig->camera, RENDITION_RAW);
    rig_said(rig, "close open jpeg open h264 ");
    camera_native(rig->camera, RENDITION_RAW);
    rig_said(rig, "");
    camera_native(rig->camera, RENDITION_JPEG);
    rig_said(rig, "close close open h264 ");
    lease_release(&video);
    lease_release(&jpeg);
    rig_said(rig, "close stop ");
}

/* One lent picture holds the driver's whole queue. */
static void test_no_raw_picture_is_kept_beside_jpeg(void **state)
{
    struct rig *rig = *state;
    struct lent lent = {.released = 0};
    rig_camera(rig, true);
    camera_native(rig->camera, RENDITION_RAW);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_RAW);
    raw_frame(rig, &lent, 128);
    assert_int_equal(lent.released, 0);
    camera_native(rig->camera, RENDITION_JPEG);
    assert_int_equal(lent.released, 1);
    lease_release(&lease);
    rig_pass(rig, 11 * US_PER_S);
}

static void test_dark_pictures_are_skipped(void **state)
{
    struct rig *rig = *state;
    struct lent lent = {.released = 0};
    rig_registry(rig, &(struct registry_params){.env.skip_dark = true});
    rig_camera(rig, true);
    camera_native(rig->camera, RENDITION_RAW);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_RAW);
    raw_frame(rig, &lent, 3);
    assert_int_equal(camera_dropped(rig->camera, CAMERA_DROP_DARK), 1);
    assert_int_equal(lent.released, 1);
    raw_frame(rig, &lent, 60);
    assert_int_equal(rig->camera->demand.state, DEMAND_AWAKE);
    lease_release(&lease);
    rig_pass(rig, 11 * US_PER_S);
}

static void test_the_source_brings_the_poster_and_its_trouble(void **state)
{
    struct rig *rig = *state;
    struct buf *buf;
    rig_camera(rig, true);
    assert_int_equal(buf_create(CAMERA_FRAME_ROOM + 10, &buf), 0);
    struct packet *poster = packet_of_jpeg(buf, CAMERA_FRAME_ROOM, CAMERA_FRAME_ROOM + 10);
    camera_set_poster(rig->camera, poster);
    assert_ptr_equal(rig->camera->poster, poster);
    assert_int_equal(packet_unit_len_bytes(poster), 10);

    camera_error(rig->camera, "another program uses this camera");
    assert_string_equal(rig_described(rig, "error"), "\"another program uses this camera\"");
    /* What the source said is worth more than that nothing came. */
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_pass(rig, 6 * US_PER_S);
    assert_string_equal(rig_described(rig, "error"), "\"another program uses this camera\"");
    rig_good_frame(rig);
    assert_string_equal(rig_described(rig, "error"), "null");
    lease_release(&lease);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pictures_are_lent_and_given_back, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_both_renditions_are_made, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_a_change_of_kind_opens_the_makers_anew, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_raw_picture_is_kept_beside_jpeg, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_dark_pictures_are_skipped, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_the_source_brings_the_poster_and_its_trouble,
                                        rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
