/* Leases: the calls to the owner and their order, the combined wish, and reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stream/lease.h"

/* An owner that records its calls. */
struct owner {
    struct lease_set set;
    struct rendition renditions[RENDITION_KINDS];
    char said_bytes[512];
    struct text said;
};

static void changing(void *ctx, const struct lease *leaving)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "(%u%s)", owner->set.count, leaving ? "-" : "+");
}

static void rendition_changed(void *ctx, struct rendition *rendition)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "%s %u ", rendition_name(rendition->kind), rendition->leases);
}

static void changed(void *ctx)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "%u,", owner->set.count);
}

static const struct lease_set_ops OPS = {
    .changing = changing, .rendition_changed = rendition_changed, .changed = changed};

static int setup(void **state)
{
    static struct owner owner;
    owner = (struct owner){0};
    owner.said = text_over(owner.said_bytes, sizeof(owner.said_bytes));
    lease_set_init(&owner.set, &OPS, &owner);
    for (int kind = 0; kind < RENDITION_KINDS; kind++) {
        const bool is_h264 = kind == RENDITION_H264;
        owner.renditions[kind] =
            (struct rendition){.kind = (enum rendition_kind)kind,
                               .hub = hub_create(&(struct hub_params){
                                   .max_packets = is_h264 ? 8 : 1, .latest_only = !is_h264})};
    }
    *state = &owner;
    return 0;
}

static int teardown(void **state)
{
    struct owner *owner = *state;
    for (int kind = 0; kind < RENDITION_KINDS; kind++)
        hub_unref(&owner->renditions[kind].hub);
    return 0;
}

static void was_told(struct owner *owner, const char *expected)
{
    assert_string_equal(owner->said.bytes, expected);
    owner->said = text_over(owner->said_bytes, sizeof(owner->said_bytes));
}

static void count_ready(void *ctx)
{
    ++*(unsigned *)ctx;
}

static void publish_at(struct owner *owner, enum rendition_kind kind, bool key, int64_t arrival_us)
{
    struct buf *buf;
    assert_int_equal(buf_create(8, &buf), 0);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = 8;
    packet->key = key;
    packet->arrival_us = arrival_us;
    assert_true(hub_publish(owner->renditions[kind].hub, 0, packet));
}

static void publish(struct owner *owner, enum rendition_kind kind, bool key)
{
    publish_at(owner, kind, key, 0);
}

static struct lease *take_with(struct owner *owner, const struct lease_params *params)
{
    return lease_take(&owner->set, &owner->renditions[params->rendition], params, 0);
}

static struct lease *take(struct owner *owner, enum lease_reason reason, enum rendition_kind kind)
{
    return take_with(owner, &(struct lease_params){.reason = reason, .rendition = kind});
}

static void test_errors_for_the_owner(void **state)
{
    struct owner *owner = *state;
    struct lease *viewer = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(0+)h264 1 1,");
    struct lease *second = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(1+)h264 2 2,");
    struct lease *snapshot = take(owner, LEASE_SNAPSHOT, RENDITION_JPEG);
    was_told(owner, "(2+)jpeg 1 3,");
    assert_int_equal(owner->set.by_reason[LEASE_VIEWER], 2);
    assert_int_equal(owner->set.by_reason[LEASE_SNAPSHOT], 1);
    lease_release(&viewer);
    assert_null(viewer);
    was_told(owner, "(3-)h264 1 2,");
    lease_release(&second);
    was_told(owner, "(2-)h264 0 1,");
    assert_int_equal(owner->set.by_reason[LEASE_VIEWER], 0);
    lease_release(&snapshot);
    was_told(owner, "(1-)jpeg 0 0,");
    lease_release(&snapshot); /* NULL by now */
    was_told(owner, "");
    assert_true(list_empty(&owner->set.leases));
}

static void test_wishes(void **state)
{
    struct owner *owner = *state;
    static const struct {
        struct wish_size {
            uint16_t fps, width, height;
        } wishes[3];
        unsigned n;
        struct wish_size all;
    } ROWS[] = {
        {.n = 0, .all = {0, 0, 0}},
        {.n = 1, .wishes = {{15, 640, 480}}, .all = {15, 640, 480}},
        {.n = 2, .wishes = {{15, 640, 480}, {30, 320, 240}}, .all = {30, 640, 480}},
        {.n = 2, .wishes = {{15, 640, 480}, {0, 320, 960}}, .all = {0, 640, 960}},
        {.n = 3, .wishes = {{0, 0, 0}, {15, 640, 480}, {30, 320, 240}}, .all = {0, 0, 0}},
        {.n = 3, .wishes = {{5, 64, 48}, {0, 0, 48}, {30, 320, 240}}, .all = {0, 0, 240}},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct lease *leases[3] = {NULL};
        for (unsigned n = 0; n < ROWS[i].n; n++)
            leases[n] =
                take_with(owner, &(struct lease_params){.max_fps = ROWS[i].wishes[n].fps,
                                                        .max_width = ROWS[i].wishes[n].width,
                                                        .max_height = ROWS[i].wishes[n].height});
        uint16_t fps, width, height;
        lease_set_wish(&owner->set, &fps, &width, &height);
        assert_int_equal(fps, ROWS[i].all.fps);
        assert_int_equal(width, ROWS[i].all.width);
        assert_int_equal(height, ROWS[i].all.height);
        for (unsigned n = 0; n < ROWS[i].n; n++)
            lease_release(&leases[n]);
    }
    /* What is scaled down here asks nothing of the source. */
    struct lease *small = take_with(owner, &(struct lease_params){.max_fps = 15, .max_width = 320});
    const unsigned scale = small->rendition->scale;
    uint16_t fps, width, height;
    small->rendition->scale = 2;
    lease_set_wish(&owner->set, &fps, &width, &height);
    assert_int_equal(fps, 15);
    assert_int_equal(width, 0);
    small->rendition->scale = scale;
    lease_release(&small);
}

static void test_notify_reaches_its_rendition_only(void **state)
{
    struct owner *owner = *state;
    unsigned jpeg = 0, h264 = 0;
    struct lease *a = take_with(
        owner,
        &(struct lease_params){.rendition = RENDITION_JPEG, .ready = count_ready, .ctx = &jpeg});
    struct lease *b = take_with(
        owner,
        &(struct lease_params){.rendition = RENDITION_H264, .ready = count_ready, .ctx = &h264});
    struct rendition *renditions = owner->renditions;
    lease_set_notify(&owner->set, &renditions[RENDITION_JPEG]);
    assert_int_equal(jpeg, 0); /* there is nothing new */
    for (int i = 0; i < 2; i++) {
        publish(owner, RENDITION_JPEG, true);
        lease_set_notify(&owner->set, &renditions[RENDITION_JPEG]);
        lease_set_notify(&owner->set, &renditions[RENDITION_JPEG]);
    }
    publish(owner, RENDITION_H264, true);
    lease_set_notify(&owner->set, &renditions[RENDITION_H264]);
    assert_int_equal(jpeg, 2);
    assert_int_equal(h264, 1);
    lease_release(&a);
    lease_release(&b);
}

static void test_reading_asks_for_a_key_and_counts_losses(void **state)
{
    struct owner *owner = *state;
    struct lease *lease = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(0+)h264 1 1,");
    uint64_t lost = 99;
    assert_null(lease_next(lease, &lost));
    assert_true(hub_wants_key(owner->renditions[RENDITION_H264].hub));
    assert_int_equal(lost, 0);
    publish(owner, RENDITION_H264, true);
    struct packet *packet = lease_next(lease, NULL);
    assert_int_equal(packet->sequence, 1);
    packet_unref(&packet);
    assert_null(lease_next(lease, &lost));
    assert_false(hub_wants_key(owner->renditions[RENDITION_H264].hub)); /* up to date */
    lease_want_key(lease);
    assert_true(hub_wants_key(owner->renditions[RENDITION_H264].hub));
    for (int i = 0; i < 10; i++)
        publish(owner, RENDITION_H264, i == 9);
    packet = lease_next(lease, &lost);
    assert_int_equal(packet->sequence, 11);
    assert_int_equal(lost, 9);
    packet_unref(&packet);
    assert_null(lease_next(lease, &lost));
    assert_int_equal(lost, 0); /* reported once */
    lease_release(&lease);
}

/* What all leases on a rendition want of its maker. */
static void test_the_pace_of_a_rendition(void **state)
{
    struct owner *owner = *state;
    const struct maker_pace *pace = &owner->renditions[RENDITION_H264].pace;
    const struct lease_params rows[] = {
        {.rendition = RENDITION_H264, .max_fps = 2, .max_width = 320, .max_height = 200},
        {.rendition = RENDITION_H264,
         .max_fps = 5,
         .max_width = 160,
         .max_height = 240,
         .key_interval_us = 5 * US_PER_S},
        {.rendition = RENDITION_H264, .key_interval_us = 2 * US_PER_S}};
    struct lease *a = take_with(owner, &rows[0]), *b = take_with(owner, &rows[1]);
    assert_int_equal(pace->max_fps, 5);
    assert_int_equal(pace->max_width, 320);
    assert_int_equal(pace->max_height, 240);
    assert_int_equal(pace->key_interval_us, 5 * US_PER_S);
    struct lease *c = take_with(owner, &rows[2]);
    assert_int_equal(pace->max_fps, 0);
    assert_int_equal(pace->max_width, 0);
    assert_int_equal(pace->key_interval_us, 2 * US_PER_S);
    lease_release(&b);
    lease_release(&c);
    assert_int_equal(pace->max_fps, 2);
    assert_int_equal(pace->key_interval_us, 0);
    lease_release(&a);
}

/* Who asked for 2 fps of a camera that gives 30 gets 2; who asked for no bound gets them all. */
static void test_each_lease_has_its_pace(void **state)
{
    struct owner *owner = *state;
    struct lease *slow =
        take_with(owner, &(struct lease_params){.rendition = RENDITION_JPEG, .max_fps = 2});
    struct lease *fast = take(owner, LEASE_VIEWER, RENDITION_JPEG);
    unsigned n_slow = 0, n_fast = 0;
    uint64_t lost, sum_lost = 0;
    for (int i = 0; i < 300; i++) {
        publish_at(owner, RENDITION_JPEG, true, i * INT64_C(33333));
        struct packet *packet = lease_next(slow, &lost);
        n_slow += packet != NULL;
        sum_lost += lost;
        packet_unref(&packet);
        packet = lease_next(fast, NULL);
        n_fast += packet != NULL;
        packet_unref(&packet);
    }
    assert_in_range(n_slow, 20, 21);
    assert_int_equal(n_fast, 300);
    assert_int_equal(sum_lost, 0);
    lease_release(&slow);
    lease_release(&fast);
}

static void test_history_is_kept_while_a_lease_asks_for_it(void **state)
{
    struct owner *owner = *state;
    struct lease *viewer = take(owner, LEASE_VIEWER, RENDITION_JPEG);
    struct lease *recorder =
        take_with(owner, &(struct lease_params){.reason = LEASE_RECORD,
                                                .rendition = RENDITION_JPEG,
                                                .history = {.age_us = US_PER_S, .bytes = 1 << 20}});
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10; i++)
            publish_at(owner, RENDITION_JPEG, true, i * 100 * US_PER_MS);
        struct reader reader;
        reader_open(&reader, owner->renditions[RENDITION_JPEG].hub,
                    &(struct reader_params){
                        .now_us = 900 * US_PER_MS, .back_us = 500 * US_PER_MS, .all = true});
        unsigned n = 0;
        for (struct packet *packet; (packet = reader_next(&reader)); packet_unref(&packet))
            n++;
        assert_int_equal(n, round == 0 ? 6 : 1);
        reader_close(&reader);
        lease_release(&recorder);
    }
    lease_release(&viewer);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(lease_reason_name(LEASE_VIEWER), "viewer");
    assert_string_equal(lease_reason_name(LEASE_RECORD), "record");
    assert_string_equal(lease_reason_name(LEASE_CONTINUOUS), "continuous");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_errors_for_the_owner, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notify_reaches_its_rendition_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reading_asks_for_a_key_and_counts_losses, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_the_pace_of_a_rendition, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_lease_has_its_pace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_history_is_kept_while_a_lease_asks_for_it, setup,
                                        teardown),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
