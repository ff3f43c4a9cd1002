#include "service/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

struct listener {
    struct event_subscriber subscriber;
    unsigned counts[EVENT_SETTING + 1];
    bool leaves;
};

static void on_event(void *ctx, const struct event *event)
{
    struct listener *listener = ctx;
    listener->counts[event->type]++;
    if (listener->leaves)
        event_unsubscribe(&listener->subscriber);
}

static void listen(struct listener *listener, struct world *world,
                   const struct principal *principal)
{
    listener->subscriber =
        (struct event_subscriber){.principal = principal, .on_event = on_event, .ctx = listener};
    event_subscribe(service_events(world->service), &listener->subscriber);
}

static void each_subscriber_hears_what_its_principal_may_see(void **state)
{
    const struct principal narrowed = {.role = ACCESS_VIEWER,
                                       .is_narrowed = true,
                                       .rights = {{"porch", ACCESS_VIEWER}},
                                       .n_rights = 1},
                           nobody = {0};
    struct world world;
    struct listener all = {0}, some = {0}, none = {0}, once = {.leaves = true};
    (void)state;
    world_init(&world);
    listen(&all, &world, NULL);
    listen(&some, &world, &narrowed);
    listen(&none, &world, &nobody);
    listen(&once, &world, NULL);
    struct device *porch = world_device(&world, "porch"), *yard = world_device(&world, "yard");
    assert_int_equal(all.counts[EVENT_CAMERA_ADDED], 2);
    assert_int_equal(some.counts[EVENT_CAMERA_ADDED], 1);
    assert_int_equal(once.counts[EVENT_CAMERA_ADDED], 1);
    registry_remove(world.registry, yard->camera);
    yard->camera = NULL;
    assert_int_equal(all.counts[EVENT_CAMERA_REMOVED], 1);
    assert_int_equal(some.counts[EVENT_CAMERA_REMOVED], 0);
    for (unsigned i = 0; i <= EVENT_SETTING; i++)
        assert_int_equal(none.counts[i], 0);
    event_unsubscribe(&all.subscriber);
    event_unsubscribe(&some.subscriber);
    event_unsubscribe(&none.subscriber);
    world_device_free(porch);
    world_device_free(yard);
    world_finish(&world);
}

static void nothing_reads(void *ctx)
{
    (void)ctx;
}

static void waking_and_sleeping_are_reported_once(void **state)
{
    struct world world;
    struct listener all = {0};
    (void)state;
    world_init(&world);
    struct device *porch = world_device(&world, "porch");
    listen(&all, &world, NULL);
    struct lease *lease =
        camera_lease(porch->camera, &(struct lease_params){.reason = LEASE_VIEWER,
                                                           .rendition = RENDITION_JPEG,
                                                           .ready = nothing_reads});
    fake_net_turn(world.net);
    assert_int_equal(all.counts[EVENT_WOKE], 0); /* there is no picture yet */
    for (int i = 0; i < 3; i++) {
        world_jpeg(porch, "x", 640, 480);
        fake_net_turn(world.net);
    }
    assert_int_equal(all.counts[EVENT_WOKE], 1);
    assert_int_equal(all.counts[EVENT_SLEPT], 0);
    lease_release(&lease);
    fake_clock_advance(60 * US_PER_S);
    fake_net_turn(world.net);
    assert_int_equal(all.counts[EVENT_WOKE], 1);
    assert_int_equal(all.counts[EVENT_SLEPT], 1);
    event_unsubscribe(&all.subscriber);
    world_device_free(porch);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_subscriber_hears_what_its_principal_may_see),
        cmocka_unit_test(waking_and_sleeping_are_reported_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
