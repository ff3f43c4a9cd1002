/* Leases: what the owner is told and when, the wish of all, and reading. */
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

/* An owner that writes down what it is told. */
struct owner {
    struct lease_set set;
    struct hub *hubs[RENDITION_KINDS];
    char said_bytes[512];
    struct text said;
};

static void changing(void *ctx)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "(%u)", owner->set.count);
}

static void rendition_wanted(void *ctx, enum rendition_kind kind, bool wanted)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "%c%s ", wanted ? '+' : '-', kind == RENDITION_H264 ? "h264" : "jpeg");
}

static void changed(void *ctx)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "%u,", owner->set.count);
}

static void need_key(void *ctx, enum rendition_kind kind)
{
    struct owner *owner = ctx;
    text_add(&owner->said, "key %d,", (int)kind);
}

static const struct lease_set_ops OPS = {.changing = changing,
                                         .rendition_wanted = rendition_wanted,
                                         .changed = changed,
                                         .need_key = need_key};

static int setup(void **state)
{
    static struct owner owner;
    owner.said = text_over(owner.said_bytes, sizeof(owner.said_bytes));
    lease_set_init(&owner.set, &OPS, &owner);
    owner.hubs[RENDITION_JPEG] =
        hub_create(&(struct hub_params){.max_packets = 1, .latest_only = true});
    owner.hubs[RENDITION_H264] = hub_create(&(struct hub_params){.max_packets = 8});
    for (int kind = 0; kind < RENDITION_KINDS; kind++)
        owner.set.renditions[kind].hub = owner.hubs[kind];
    *state = &owner;
    return 0;
}

static int teardown(void **state)
{
    struct owner *owner = *state;
    for (int kind = 0; kind < RENDITION_KINDS; kind++)
        hub_destroy(owner->hubs[kind]);
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

static void publish(struct owner *owner, enum rendition_kind kind, bool key)
{
    struct buf *buf;
    assert_int_equal(buf_create(8, &buf), 0);
    struct packet *packet = packet_create(buf, NULL);
    packet->end_off = 8;
    packet->key = key;
    hub_publish(owner->hubs[kind], packet);
}

static struct lease *take(struct owner *owner, enum lease_reason reason, enum rendition_kind kind)
{
    return lease_take(&owner->set, &(struct lease_params){.reason = reason, .rendition = kind}, 0);
}

static void test_what_the_owner_is_told(void **state)
{
    struct owner *owner = *state;
    struct lease *viewer = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(0)+h264 1,");
    struct lease *second = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(1)2,");
    struct lease *snapshot = take(owner, LEASE_SNAPSHOT, RENDITION_JPEG);
    was_told(owner, "(2)+jpeg 3,");
    assert_int_equal(owner->set.by_reason[LEASE_VIEWER], 2);
    assert_int_equal(owner->set.by_reason[LEASE_SNAPSHOT], 1);
    lease_release(&viewer);
    assert_null(viewer);
    was_told(owner, "(3)2,");
    lease_release(&second);
    was_told(owner, "(2)-h264 1,");
    assert_int_equal(owner->set.by_reason[LEASE_VIEWER], 0);
    lease_release(&snapshot);
    was_told(owner, "(1)-jpeg 0,");
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
            leases[n] = lease_take(&owner->set,
                                   &(struct lease_params){.max_fps = ROWS[i].wishes[n].fps,
                                                          .max_width = ROWS[i].wishes[n].width,
                                                          .max_height = ROWS[i].wishes[n].height},
                                   0);
        uint16_t fps, width, height;
        lease_set_wish(&owner->set, &fps, &width, &height);
        assert_int_equal(fps, ROWS[i].all.fps);
        assert_int_equal(width, ROWS[i].all.width);
        assert_int_equal(height, ROWS[i].all.height);
        for (unsigned n = 0; n < ROWS[i].n; n++)
            lease_release(&leases[n]);
    }
}

static void test_notify_reaches_its_rendition_only(void **state)
{
    struct owner *owner = *state;
    unsigned jpeg = 0, h264 = 0;
    struct lease *a = lease_take(
        &owner->set,
        &(struct lease_params){.rendition = RENDITION_JPEG, .ready = count_ready, .ctx = &jpeg}, 0);
    struct lease *b = lease_take(
        &owner->set,
        &(struct lease_params){.rendition = RENDITION_H264, .ready = count_ready, .ctx = &h264}, 0);
    lease_set_notify(&owner->set, RENDITION_JPEG);
    lease_set_notify(&owner->set, RENDITION_JPEG);
    lease_set_notify(&owner->set, RENDITION_H264);
    assert_int_equal(jpeg, 2);
    assert_int_equal(h264, 1);
    lease_release(&a);
    lease_release(&b);
}

static void test_reading_asks_for_a_key_and_counts_losses(void **state)
{
    struct owner *owner = *state;
    struct lease *lease = take(owner, LEASE_VIEWER, RENDITION_H264);
    was_told(owner, "(0)+h264 1,");
    uint64_t lost = 99;
    assert_null(lease_next(lease, &lost));
    was_told(owner, "key 1,");
    assert_int_equal(lost, 0);
    publish(owner, RENDITION_H264, true);
    struct packet *packet = lease_next(lease, NULL);
    assert_int_equal(packet->sequence, 1);
    packet_unref(&packet);
    assert_null(lease_next(lease, &lost));
    was_told(owner, ""); /* up to date: no key is needed */
    for (int i = 0; i < 10; i++)
        publish(owner, RENDITION_H264, i == 9);
    packet = lease_next(lease, &lost);
    assert_int_equal(packet->sequence, 11);
    assert_int_equal(lost, 9);
    packet_unref(&packet);
    assert_null(lease_next(lease, &lost));
    assert_int_equal(lost, 0); /* told once */
    lease_release(&lease);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(lease_reason_name(LEASE_VIEWER), "viewer");
    assert_string_equal(lease_reason_name(LEASE_REMOTE), "remote");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_the_owner_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notify_reaches_its_rendition_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reading_asks_for_a_key_and_counts_losses, setup,
                                        teardown),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
