/* Continuous recording over a real archive, under the fake clock. */
#include <glob.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "media/fmp4.h"
#include "media/h264.h"
#include "service/archive.h"
#include "tests/unit/archive/scratch.h"
#include "world.h"

#define RECORD "/api/v1/cameras/porch/record"

struct house {
    struct world world;
    struct device *porch;
    struct archive *archive;
    void *dir;
    atomic_bool is_woken;
    unsigned n_clips; /* in the index */
    struct archive_item clips[4];
};

static void wake(void *ctx)
{
    atomic_store(&((struct house *)ctx)->is_woken, true);
}

static void on_news(void *ctx, enum shelf_change change, const struct archive_item *item)
{
    struct house *house = ctx;
    assert_int_equal(change, SHELF_ADDED);
    assert_true(house->n_clips < 4);
    house->clips[house->n_clips++] = *item;
}

/* The init segment of a committed stream: a clip's file begins with it. */
static struct packet *new_init(void)
{
    static uint8_t annexb[DATA_MAX_BYTES];
    struct h264_params params = {0};
    struct h264_nal nal;
    const size_t len_bytes = data_read("x264.h264", annexb);
    size_t pos = 0, init_bytes;
    while (h264_annexb_next(annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            params.sps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.sps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            params.pps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.pps, nal.data, nal.len_bytes);
        }
    }
    const uint32_t room = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES;
    struct buf *buf;
    assert_int_equal(buf_create(room + FMP4_INIT_MAX_BYTES, &buf), 0);
    memset(buf->data, 0, room);
    assert_int_equal(fmp4_init_write(&params, buf->data + room, &init_bytes), 0);
    struct packet *init = packet_create(buf, NULL);
    init->message_off = PACKET_TRANSPORT_ROOM;
    init->chunk_off = init->unit_off = room;
    init->end_off = room + (uint32_t)init_bytes;
    init->live = LIVE_INIT;
    return init;
}

static int setup(void **state)
{
    struct house *house = mem_new(struct house);
    world_init(&house->world);
    if (scratch_create(&house->dir) < 0)
        return -1;
    assert_int_equal(archive_open(&(struct archive_params){.data = house->dir,
                                                           .deliver = {wake, house},
                                                           .news = on_news,
                                                           .ctx = house},
                                  &house->archive),
                     0);
    service_use_archive(house->world.service, house->archive);
    house->world.init = new_init();
    house->porch = world_device(&house->world, "porch");
    *state = house;
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    world_device_free(house->porch);
    archive_close(house->archive);
    service_use_archive(house->world.service, NULL);
    world_finish(&house->world);
    scratch_destroy(&house->dir);
    mem_free(house);
    return 0;
}

/* --- What is waited for: the keeper's and the recorder's threads work beside the test. --- */

static unsigned files(const struct house *house)
{
    glob_t found;
    const char *all = scratch_path(house->dir, "archive/porch/*/*/*/*.mp4");
    const unsigned n = glob(all, 0, NULL, &found) == 0 ? (unsigned)found.gl_pathc : 0;
    globfree(&found);
    return n;
}

static void turn(struct house *house)
{
    if (atomic_exchange(&house->is_woken, false))
        archive_deliver(house->archive);
    fake_net_turn(house->world.net);
    sched_yield();
}

#define WAIT_UNTIL(condition)                                                                      \
    do                                                                                             \
        turn(house);                                                                               \
    while (!(condition))

static void put(struct house *house, const char *body, int status)
{
    struct http_request *request = world_ask(
        &house->world, &(struct fake_request){.method = "PUT", .path = RECORD, .body = body});
    assert_int_equal(fake_answer(request)->status, status);
    fake_request_destroy(request);
}

static bool has_state(struct house *house, bool is_recording, bool is_on, bool has_error)
{
    struct http_request *request = world_get(&house->world, RECORD);
    json_t *now = world_json(request);
    const bool is_so = json_is_true(json_object_get(now, "recording")) == is_recording &&
                       json_is_true(json_object_get(now, "continuous")) == is_on &&
                       json_is_string(json_object_get(now, "error")) == has_error;
    json_decref(now);
    fake_request_destroy(request);
    return is_so;
}

static uint64_t written(const struct house *house)
{
    return service_recorded(house->world.service, "porch").bytes;
}

/* The recorder is there and reads; before that a picture would be lost. */
static void wait_for_recorder(struct house *house)
{
    world_jpeg(house->porch, "picture", 320, 240);
    WAIT_UNTIL(world_wants_key(&house->world, "porch"));
}

static void key(struct house *house)
{
    world_h264(&house->world, house->porch, "unit", true, false);
}

/* --- The tests. --- */

static void a_clip_ends_after_ten_minutes(void **state)
{
    struct house *house = *state;
    put(house, "{\"continuous\":true}", 204);
    wait_for_recorder(house);
    key(house);
    WAIT_UNTIL(files(house) == 1);
    fake_clock_advance(599 * US_PER_S);
    key(house);
    WAIT_UNTIL(written(house) > 0);
    assert_int_equal(house->n_clips, 0);
    fake_clock_advance(1 * US_PER_S);
    key(house);
    WAIT_UNTIL(house->n_clips == 1 && files(house) == 2);
    assert_true(has_state(house, true, true, false));
    put(house, "{\"continuous\":false}", 204);
    WAIT_UNTIL(has_state(house, false, false, false));
    assert_int_equal(house->n_clips, 2);
    assert_int_equal(house->clips[1].start_us - house->clips[0].start_us, 600 * US_PER_S);
    assert_true(house->clips[0].end_us - house->clips[0].start_us >
                599 * US_PER_S); /* not cut then */
    assert_int_equal(house->clips[0].reason, ARCHIVE_CONTINUOUS);
    assert_null(world_encoding(&house->world, "porch")); /* nothing holds the camera */
}

static void an_error_is_told_and_tried_again_each_ten_seconds(void **state)
{
    struct house *house = *state;
    WAIT_UNTIL(scratch_size(house->dir, "archive") >= 0);
    scratch_write(house->dir, "archive/porch", "in the way", 10); /* of the camera's folder */
    put(house, "{\"continuous\":true}", 204);
    for (unsigned failures = 0; failures < 3; failures++) {
        wait_for_recorder(house);
        key(house);
        WAIT_UNTIL(has_state(house, false, true, true));
        assert_null(world_encoding(&house->world, "porch"));
        fake_clock_advance(10 * US_PER_S - 1);
        turn(house);
        assert_true(has_state(house, false, true, true)); /* not yet */
        fake_clock_advance(1);
        turn(house);
        assert_true(has_state(house, true, true, true)); /* tried, nothing written */
    }
    assert_int_equal(remove(scratch_path(house->dir, "archive/porch")), 0);
    wait_for_recorder(house);
    key(house);
    WAIT_UNTIL(files(house) == 1);
    fake_clock_advance(1 * US_PER_S);
    key(house);
    WAIT_UNTIL(written(house) > 0);
    assert_true(has_state(house, true, true, false));
}

static void a_camera_that_comes_back_is_recorded_on(void **state)
{
    struct house *house = *state;
    put(house, "{\"continuous\":true}", 204);
    wait_for_recorder(house);
    key(house);
    WAIT_UNTIL(files(house) == 1);
    const unsigned starts = house->porch->starts;
    world_device_gone(house->porch);
    fake_clock_advance(3600 * US_PER_S);
    turn(house);
    world_device_back(house->porch);
    turn(house);
    assert_int_equal(house->porch->starts, starts + 1); /* it is kept awake, without a viewer */
    world_jpeg(house->porch, "picture", 320, 240);
    turn(house);
    const uint64_t before = written(house);
    key(house);
    WAIT_UNTIL(files(house) == 2);
    fake_clock_advance(1 * US_PER_S);
    key(house);
    WAIT_UNTIL(written(house) > before);
    assert_true(has_state(house, true, true, false));
}

static void stored_settings_are_used_and_broken_ones_ignored(void **state)
{
    struct house *house = *state;
    service_load_recording(house->world.service, "{\"porch\":{\"continuous\":\"yes\"}}");
    service_load_recording(house->world.service, "no JSON");
    assert_true(has_state(house, false, false, false));
    service_load_recording(house->world.service, "{\"porch\":{\"continuous\":true}}");
    wait_for_recorder(house);
    assert_true(has_state(house, true, true, false));
}

static void it_may_be_switched_on_again_while_the_last_clip_is_closed(void **state)
{
    struct house *house = *state;
    put(house, "{\"continuous\":true}", 204);
    wait_for_recorder(house);
    put(house, "{\"continuous\":false}", 204);
    put(house, "{\"continuous\":true}", 204);
    WAIT_UNTIL(!world_encoding(&house->world, "porch"));
    WAIT_UNTIL(has_state(house, false, true, false));
    fake_clock_advance(10 * US_PER_S);
    wait_for_recorder(house);
    assert_true(has_state(house, true, true, false));
    put(house, "{\"continuous\":1}", 422);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clip_ends_after_ten_minutes),
        TEST(an_error_is_told_and_tried_again_each_ten_seconds),
        TEST(a_camera_that_comes_back_is_recorded_on),
        TEST(stored_settings_are_used_and_broken_ones_ignored),
        TEST(it_may_be_switched_on_again_while_the_last_clip_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
