/* The registry: who may come, how many, how fast; who is told. */
#include "camera/internal.h"
#include "rig.h"

#include <stdio.h>

static int add(struct rig *rig, const char *id)
{
    struct camera *camera = NULL;
    int r = registry_get_or_add(rig->registry, id, NULL, &camera);
    assert_int_equal(r == 0, camera != NULL);
    return r;
}

/* The same for one that has shown a picture. */
static int add_seen(struct rig *rig, const char *id)
{
    int r = add(rig, id);
    return r < 0 ? r : registry_seen(rig->registry, registry_find(rig->registry, id)) ? 0 : -ENOSPC;
}

static unsigned count(struct rig *rig)
{
    unsigned n = 0;
    registry_for_each (camera, rig->registry)
        n++;
    return n;
}

static void test_ids(void **state)
{
    struct rig *rig = *state;
    static const char *const BAD[] = {
        "", "Porch", "a b", "a/b", "a_b", "\xc3\xa4", "123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_int_equal(add(rig, BAD[i]), -EINVAL);
    assert_int_equal(count(rig), 0);
    assert_int_equal(add(rig, "12345678901234567890123456789012"), 0);
    assert_int_equal(add(rig, "-"), 0);
}

static void test_found_again(void **state)
{
    struct rig *rig = *state;
    assert_null(registry_find(rig->registry, "porch"));
    assert_int_equal(add(rig, "porch"), 0);
    struct camera *porch = registry_find(rig->registry, "porch"), *same;
    assert_non_null(porch);
    assert_int_equal(registry_get_or_add(rig->registry, "porch", NULL, &same), 0);
    assert_ptr_equal(same, porch);
    assert_int_equal(count(rig), 1);
}

static int claim(struct rig *rig, const char *id, const char *token)
{
    struct camera *camera;
    return registry_get_or_add(rig->registry, id, token, &camera);
}

static void test_the_first_token_is_the_cameras(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(claim(rig, "new", "aa"), 0);
    assert_int_equal(claim(rig, "new", "aa"), 0);
    assert_int_equal(claim(rig, "new", "ab"), -EKEYREJECTED);
    assert_int_equal(claim(rig, "new", NULL), -EKEYREJECTED);
    assert_int_equal(claim(rig, "old", NULL), 0);
    assert_int_equal(claim(rig, "old", "cc"), 0);
    assert_int_equal(claim(rig, "old", NULL), -EKEYREJECTED);
    /* One that is known without a token is no stranger's, who is let in as any other. */
    assert_int_equal(claim(rig, "open", NULL), 0);
    assert_true(registry_seen(rig->registry, registry_find(rig->registry, "open")));
    assert_int_equal(claim(rig, "open", "ff"), 0);
    assert_int_equal(claim(rig, "open", NULL), 0);
    registry_remove(rig->registry, registry_find(rig->registry, "old"));
    assert_int_equal(claim(rig, "old", "dd"), 0);
    registry_load_camera(rig->registry, &(struct store_camera){.id = "kept",
                                                               .name = "Kept",
                                                               .source = "push",
                                                               .address = "",
                                                               .token = "ee",
                                                               .adopted = true});
    assert_int_equal(claim(rig, "kept", NULL), -EKEYREJECTED);
    assert_int_equal(claim(rig, "kept", "ee"), 0);
}

/* A stranger must not shut out the device that is there. */
static void test_a_token_cannot_be_brought_in_while_another_device_is_there(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    assert_int_equal(claim(rig, "porch", "aa"), -EBUSY);
    assert_int_equal(claim(rig, "porch", NULL), 0);
    camera_source_down(rig->camera);
    assert_int_equal(claim(rig, "porch", "aa"), 0);
    assert_int_equal(claim(rig, "porch", NULL), -EKEYREJECTED);
}

static void test_streams_are_numbered_through(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(add(rig, "a"), 0);
    assert_int_equal(add(rig, "b"), 0);
    struct camera *a = registry_find(rig->registry, "a"), *b = registry_find(rig->registry, "b");
    assert_int_equal(camera_stream(a, RENDITION_JPEG), 1);
    assert_int_equal(camera_stream(a, RENDITION_H264), 2);
    assert_int_equal(camera_stream(b, RENDITION_JPEG), 3);
    assert_int_equal(camera_stream(b, RENDITION_H264), 4);
}

static void test_no_more_than_so_many(void **state)
{
    struct rig *rig = *state;
    rig_registry(rig, &(struct registry_params){.max_cameras = 2});
    assert_int_equal(add_seen(rig, "a"), 0);
    assert_int_equal(add_seen(rig, "b"), 0);
    assert_int_equal(add_seen(rig, "c"), -ENOSPC); /* it may look around, and is not remembered */
    assert_int_equal(add(rig, "d"), 0);
    assert_int_equal(add(rig, "e"), 0); /* in the place of c */
    assert_null(registry_find(rig->registry, "c"));
    assert_int_equal(add(rig, "a"), 0); /* it is known */
    assert_int_equal(count(rig), 4);
}

/* Ids that strangers make up take no place from the owner's. */
static void test_ids_that_are_made_up(void **state)
{
    struct rig *rig = *state;
    const struct camera_identity gate = {
        .id = "gate", .kind = CAMERA_HTTP, .address = "http://gate/", .adopted = true};
    struct camera *camera;
    rig_registry(rig, &(struct registry_params){.max_cameras = 2, .max_new_per_minute = 2});
    for (int i = 0; i < 1000; i++) {
        char id[16];
        snprintf(id, sizeof(id), "made-up-%d", i);
        assert_int_equal(add(rig, id), 0); /* and gone */
        assert_in_range(count(rig), 1, 2);
    }
    rig_camera(rig, true); /* the owner's device, which stays */
    assert_int_equal(registry_add(rig->registry, &gate, &camera), 0);
    assert_int_equal(add(rig, "one"), 0);
    assert_non_null(registry_find(rig->registry, "porch"));
    assert_int_equal(count(rig), 3);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    assert_true(rig->camera->is_unseen);
    rig_good_frame(rig);
    assert_false(rig->camera->is_unseen);
    assert_int_equal(add_seen(rig, "two"), -ENOSPC); /* both places are taken now */
    lease_release(&lease);
}

static void test_no_more_than_so_many_by_default(void **state)
{
    struct rig *rig = *state;
    for (int i = 0; i < 64; i++) {
        char id[8];
        snprintf(id, sizeof(id), "c%d", i);
        rig->now_us += 30 * US_PER_S;
        assert_int_equal(add_seen(rig, id), 0);
    }
    assert_int_equal(add_seen(rig, "one-more"), -ENOSPC);
}

static void test_no_more_than_so_many_a_minute(void **state)
{
    struct rig *rig = *state;
    rig_registry(rig, &(struct registry_params){.max_new_per_minute = 2});
    assert_int_equal(add_seen(rig, "a"), 0);
    assert_int_equal(add_seen(rig, "b"), 0);
    assert_int_equal(add(rig, "c"), -EAGAIN);
    assert_int_equal(add(rig, "b"), 0);
    rig_pass(rig, 59 * US_PER_S);
    assert_int_equal(add(rig, "c"), -EAGAIN);
    rig_pass(rig, 1 * US_PER_S);
    assert_int_equal(add(rig, "c"), 0);
}

static void test_loaded_cameras(void **state)
{
    struct rig *rig = *state;
    rig_registry(rig, &(struct registry_params){.max_new_per_minute = 1});
    struct store_camera rows[] = {{.id = "a", .name = "Attic", .source = "push"},
                                  {.id = "b", .name = "bad\nname", .source = "push"},
                                  {.id = "a", .name = "Twice", .source = "push"},
                                  {.id = "No Id", .name = "x", .source = "push"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        registry_load_camera(rig->registry, &rows[i]);
    assert_int_equal(count(rig), 2);
    assert_string_equal(registry_find(rig->registry, "a")->name, "Attic");
    assert_string_equal(registry_find(rig->registry, "b")->name, "b");
    registry_load_setting(rig->registry, "nobody", "x", "1");
    registry_load_setting(rig->registry, "a", "x", "no json");
    registry_load_setting(rig->registry, "a", "y", "1");
    assert_int_equal(json_object_size(registry_find(rig->registry, "a")->settings), 1);
    assert_int_equal(add(rig, "new"), 0); /* those were not new */
}

static void test_identities(void **state)
{
    struct rig *rig = *state;
    const struct camera_identity gate = {
        .id = "gate", .name = "Gate", .kind = CAMERA_HTTP, .address = "http://gate/stream"};
    struct camera_identity other = gate;
    struct camera *camera = NULL, *again = NULL;
    rig_registry(rig, &(struct registry_params){.max_new_per_minute = 1, .max_cameras = 3});
    assert_int_equal(registry_add(rig->registry, &gate, &camera), 0);
    assert_string_equal(camera->name, "Gate");
    assert_true(camera->adopted);
    assert_int_equal(registry_add(rig->registry, &gate, &again), 0);
    assert_ptr_equal(camera, again);
    other.address = "http://elsewhere/stream";
    assert_int_equal(registry_add(rig->registry, &other, &again), -EEXIST);
    assert_int_equal(add(rig, "gate"), -EEXIST); /* a device that pushes */
    char too_long[CAMERA_ADDRESS_MAX + 2];
    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    other = (struct camera_identity){.id = "usb", .kind = CAMERA_V4L2, .address = too_long};
    assert_int_equal(registry_add(rig->registry, &other, &again), -EINVAL);
    other.address = "usb-1";
    assert_int_equal(registry_add(rig->registry, &other, &again), 0);
    /* The rate is that of devices that come from outside; the number counts for all. */
    assert_int_equal(add_seen(rig, "a"), 0);
    other.id = "usb2";
    assert_int_equal(registry_add(rig->registry, &other, &again), -ENOSPC);
}

static void test_adoption(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = NULL;
    rig_registry(rig, &(struct registry_params){.adopt_ask = true});
    rig_camera(rig, true);
    assert_false(rig->camera->adopted);
    assert_string_equal(rig_described(rig, "adopted"), "false");
    camera_adopt(rig->camera);
    assert_string_equal(rig_described(rig, "adopted"), "true");
    const struct camera_identity gate = {
        .id = "gate", .kind = CAMERA_HTTP, .address = "http://gate/", .adopted = true};
    assert_int_equal(registry_add(rig->registry, &gate, &camera), 0);
    assert_true(camera->adopted); /* by the owner's own word */
    /* As remembered. */
    struct store_camera row = {
        .id = "usb", .name = "usb", .source = "v4l2", .address = "usb-1", .adopted = false};
    registry_load_camera(rig->registry, &row);
    camera = registry_find(rig->registry, "usb");
    assert_false(camera->adopted);
    assert_int_equal(camera->kind, CAMERA_V4L2);
    assert_string_equal(camera->address, "usb-1");
    row.id = "future";
    row.source = "telepathy"; /* of a newer program */
    registry_load_camera(rig->registry, &row);
    assert_null(registry_find(rig->registry, "future"));
}

static void count_removed(void *ctx, struct camera *camera)
{
    (void)camera;
    ++*(unsigned *)ctx;
}

static void ignore_change(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx, (void)camera;
}

static void test_the_oldest_unadopted_makes_room(void **state)
{
    struct rig *rig = *state;
    unsigned removed = 0;
    struct registry_observer observer = {
        .changed = ignore_change, .removed = count_removed, .ctx = &removed};
    const struct camera_identity gate = {
        .id = "gate", .kind = CAMERA_HTTP, .address = "http://gate/", .adopted = true};
    struct camera *camera;
    rig_registry(rig, &(struct registry_params){
                          .adopt_ask = true, .max_cameras = 3, .max_new_per_minute = 4});
    registry_observe(rig->registry, &observer);
    rig_camera(rig, true); /* "porch", which is connected */
    assert_true(registry_seen(rig->registry, rig->camera));
    assert_int_equal(add_seen(rig, "a"), 0);
    assert_int_equal(add_seen(rig, "b"), 0);
    assert_int_equal(registry_add(rig->registry, &gate, &camera), 0);
    assert_null(registry_find(rig->registry, "a"));
    assert_int_equal(add_seen(rig, "c"), 0);
    assert_null(registry_find(rig->registry, "b"));
    assert_int_equal(add(rig, "d"), -EAGAIN); /* too fast: takes nobody's place */
    camera_adopt(registry_find(rig->registry, "c"));
    rig->now_us += 60 * US_PER_S;
    assert_int_equal(add_seen(rig, "d"), -ENOSPC);
    registry_remove(rig->registry, registry_find(rig->registry, "d"));
    assert_int_equal(count(rig), 3);
    assert_int_equal(removed, 3);
    registry_unobserve(&observer);
}

/* --- Removal: everybody who looks or waits hears of it. --- */

struct looker {
    struct lease *lease;
    unsigned gone, captured, removed;
    int error;
};

static void gone(void *ctx)
{
    struct looker *looker = ctx;
    looker->gone++;
    lease_release(&looker->lease);
}

static void not_ready(void *ctx)
{
    (void)ctx;
}

static void captured(void *ctx, int error, struct packet *still)
{
    struct looker *looker = ctx;
    assert_null(still);
    looker->captured++;
    looker->error = error;
}

static void removed(void *ctx, struct camera *camera)
{
    struct looker *looker = ctx;
    assert_string_equal(camera->id, "porch");
    looker->removed++;
}

static void changed_no_more(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx, (void)camera;
}

static void test_removal(void **state)
{
    struct rig *rig = *state;
    struct looker looker = {0};
    struct registry_observer observer = {
        .changed = changed_no_more, .removed = removed, .ctx = &looker};
    rig_camera(rig, true);
    registry_observe(rig->registry, &observer);
    looker.lease = camera_lease(rig->camera, &(struct lease_params){.reason = LEASE_VIEWER,
                                                                    .rendition = RENDITION_JPEG,
                                                                    .ready = not_ready,
                                                                    .gone = gone,
                                                                    .ctx = &looker});
    struct capture *capture =
        capture_begin(rig->camera, CAPTURE_STILL, 10 * US_PER_S, captured, &looker);
    (void)capture;
    rig_said(rig, "start 0 0x0 still 1 ");
    registry_remove(rig->registry, rig->camera);
    rig_said(rig, "stop detached ");
    assert_null(looker.lease);
    assert_int_equal(looker.gone, 1);
    assert_int_equal(looker.captured, 1);
    assert_int_equal(looker.error, -ENOTCONN);
    assert_int_equal(looker.removed, 1);
    assert_null(registry_find(rig->registry, "porch"));
    assert_int_equal(add(rig, "porch"), 0); /* it may come again */
    registry_unobserve(&observer);
}

/* --- Observers. --- */

struct seen {
    char bytes[256];
    struct text text;
    struct registry_observer observer;
    bool leaves;
};

static void changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    struct seen *seen = ctx;
    text_add(&seen->text, "%s ", camera->id);
    if (seen->leaves)
        registry_unobserve(&seen->observer);
}

static void observe(struct rig *rig, struct seen *seen)
{
    seen->text = text_over(seen->bytes, sizeof(seen->bytes));
    seen->observer = (struct registry_observer){.changed = changed, .ctx = seen};
    registry_observe(rig->registry, &seen->observer);
}

static void test_observers_are_told_once_a_turn(void **state)
{
    struct rig *rig = *state;
    struct seen a = {0}, b = {.leaves = true};
    observe(rig, &a);
    observe(rig, &b);
    assert_int_equal(add(rig, "one"), 0);
    assert_int_equal(add(rig, "two"), 0);
    assert_int_equal(add(rig, "three"), 0);
    rig_turn(rig);
    assert_string_equal(a.bytes, "one two three ");
    assert_string_equal(b.bytes, "one "); /* it left from inside the call */
    for (int i = 0; i < 5; i++)
        camera_changed(registry_find(rig->registry, "two"), CAMERA_CHANGE_STATE);
    assert_string_equal(a.bytes, "one two three ");
    rig_turn(rig);
    assert_string_equal(a.bytes, "one two three two ");
    rig_turn(rig);
    assert_string_equal(a.bytes, "one two three two ");
    registry_unobserve(&a.observer);
    camera_changed(registry_find(rig->registry, "two"), CAMERA_CHANGE_STATE);
    rig_turn(rig);
    assert_string_equal(a.bytes, "one two three two ");
}

static void test_defaults(void **state)
{
    struct rig *rig = *state;
    const struct camera_env *p = registry_env(rig->registry);
    assert_int_equal(p->policy.linger_us, 10 * US_PER_S);
    assert_int_equal(p->policy.start_timeout_us, 5 * US_PER_S);
    assert_int_equal(p->jpeg_limits.max_width, 4096);
    assert_int_equal(p->jpeg_limits.max_height, 4096);
    rig_registry(rig, &(struct registry_params){.env.policy = {.start_timeout_us = 7},
                                                .env.jpeg_limits = {.max_width = 640}});
    p = registry_env(rig->registry);
    assert_int_equal(p->policy.start_timeout_us, 7);
    assert_int_equal(p->policy.linger_us, 0);
    assert_int_equal(p->jpeg_limits.max_width, 640);
    assert_int_equal(p->jpeg_limits.max_height, 4096);
    registry_destroy(NULL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_identities, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_adoption, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_the_oldest_unadopted_makes_room, rig_setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(test_removal, rig_setup, rig_teardown),
        T(test_ids),
        T(test_found_again),
        T(test_the_first_token_is_the_cameras),
        T(test_a_token_cannot_be_brought_in_while_another_device_is_there),
        T(test_streams_are_numbered_through),
        T(test_no_more_than_so_many),
        T(test_ids_that_are_made_up),
        T(test_no_more_than_so_many_by_default),
        T(test_no_more_than_so_many_a_minute),
        T(test_loaded_cameras),
        T(test_observers_are_told_once_a_turn),
        T(test_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
