/* Over a client that is the test. */
#include "tell/tell.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "fake_net.h"

struct client_request {
    struct client *client;
    struct client_get params;
};
struct client {
    struct client_request request; /* one at a time */
    bool is_asked;
};

static unsigned asked; /* all together */
static struct client_request *latest;

struct client *client_create(const struct client_params *params)
{
    (void)params;
    return mem_new(struct client);
}

void client_destroy(struct client *client)
{
    if (latest == &client->request)
        latest = NULL;
    mem_free(client);
}

struct client_request *client_get(struct client *client, const struct client_get *get)
{
    assert_false(client->is_asked);
    client->request = (struct client_request){client, *get};
    client->is_asked = true;
    asked++;
    latest = &client->request;
    return latest;
}

void client_cancel(struct client_request *request)
{
    if (request)
        request->client->is_asked = false;
}

static void answer(unsigned status, int error)
{
    struct client_request *request = latest;
    const struct client_get get = request->params;
    request->client->is_asked = false;
    if (!error)
        get.ops->head(get.ctx, &(struct client_head){.status = status, .content_type = ""});
    get.ops->done(get.ctx, error, error ? "no answer" : "");
}

struct rig {
    struct net *net;
    struct tell *tell;
};

static int setup(void **state)
{
    struct rig *rig = mem_new(struct rig);
    rig->net = fake_net_create();
    rig->tell = tell_create(&(struct tell_params){.net = rig->net, .clock = &fake_clock});
    asked = 0;
    latest = NULL;
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    tell_destroy(rig->tell);
    fake_net_destroy(rig->net);
    mem_free(rig);
    return 0;
}

static struct receiver hook(const char *id)
{
    struct receiver receiver = {
        .kind = RECEIVER_WEBHOOK, .enabled = true, .url = "http://10.0.0.1/"};
    snprintf(receiver.id, sizeof(receiver.id), "%s", id);
    return receiver;
}

static void tell_one(struct rig *rig)
{
    tell_notice(rig->tell, &(struct notice){.camera = "porch", .name = "Porch"});
}

static struct tell_view view(struct rig *rig, unsigned index)
{
    struct tell_view view;
    assert_true(tell_view(rig->tell, index, &view));
    return view;
}

static void pass(struct rig *rig, int64_t seconds)
{
    fake_clock_advance(seconds * US_PER_S);
    fake_net_turn(rig->net);
}

static void one_after_another(void **state)
{
    struct rig *rig = *state;
    const struct receiver a = hook("a");
    tell_set(rig->tell, &a, 1);
    tell_one(rig);
    tell_one(rig);
    assert_int_equal(asked, 1);
    assert_int_equal(view(rig, 0).queued, 2);
    answer(204, 0);
    assert_int_equal(asked, 2);
    answer(200, 0);
    assert_int_equal(asked, 2);
    assert_int_equal(view(rig, 0).sent, 2);
    assert_int_equal(view(rig, 0).queued, 0);
}

static void what_fails_is_tried_again_for_a_while(void **state)
{
    static const int64_t WAITS_S[] = {2, 8, 32, 128};
    struct rig *rig = *state;
    const struct receiver a = hook("a");
    tell_set(rig->tell, &a, 1);
    tell_one(rig);
    for (unsigned i = 0; i < TELL_ATTEMPTS_MAX - 1; i++) {
        assert_int_equal(asked, i + 1);
        answer(i % 2 ? 503 : 0, i % 2 ? 0 : -ECONNREFUSED);
        assert_string_equal(view(rig, 0).error, i % 2 ? "it answered 503" : "no answer");
        pass(rig, WAITS_S[i] - 1);
        assert_int_equal(asked, i + 1);
        pass(rig, 1);
    }
    answer(500, 0);
    assert_int_equal(view(rig, 0).failed, 1);
    assert_int_equal(view(rig, 0).queued, 0);
    pass(rig, 3600);
    assert_int_equal(asked, TELL_ATTEMPTS_MAX);
    tell_one(rig); /* the next one has all attempts again */
    answer(429, 0);
    assert_int_equal(view(rig, 0).queued, 1);
    pass(rig, 2);
    answer(200, 0);
    assert_string_equal(view(rig, 0).error, "");
}

static void what_is_refused_for_good_is_not_tried_again(void **state)
{
    struct rig *rig = *state;
    const struct receiver a = hook("a");
    tell_set(rig->tell, &a, 1);
    for (unsigned i = 0; i < 2; i++) {
        tell_one(rig);
        answer(i ? 302 : 404, 0);
        assert_int_equal(view(rig, 0).failed, i + 1);
        assert_int_equal(view(rig, 0).queued, 0);
    }
}

static void a_full_queue_drops_and_counts(void **state)
{
    struct rig *rig = *state;
    const struct receiver both[] = {hook("a"), hook("b")};
    tell_set(rig->tell, both, 2);
    for (unsigned i = 0; i < TELL_QUEUE_MAX + 3; i++) {
        tell_one(rig);
        answer(200, 0); /* the latest one asked is b; a never answers */
    }
    assert_int_equal(view(rig, 0).queued, TELL_QUEUE_MAX);
    assert_int_equal(view(rig, 0).dropped, 3);
    assert_int_equal(view(rig, 1).dropped, 0);
    assert_int_equal(view(rig, 1).sent, TELL_QUEUE_MAX + 3);
}

static void figures_outlive_a_change_and_go_with_their_receiver(void **state)
{
    struct rig *rig = *state;
    struct receiver both[] = {hook("a"), hook("b")};
    struct tell_view none;
    tell_set(rig->tell, both, 1);
    tell_one(rig);
    answer(200, 0);
    tell_one(rig);
    tell_set(rig->tell, (struct receiver[]){both[1], both[0]}, 2);
    assert_string_equal(view(rig, 0).receiver->id, "b");
    assert_int_equal(view(rig, 1).sent, 1);
    assert_int_equal(view(rig, 1).queued, 1);
    tell_set(rig->tell, &both[1], 1); /* while a is asked */
    assert_int_equal(view(rig, 0).sent, 0);
    assert_false(tell_view(rig->tell, 1, &none));
}

static void only_webhooks_are_told_of_the_end(void **state)
{
    struct rig *rig = *state;
    struct receiver apprise = hook("a");
    apprise.kind = RECEIVER_APPRISE;
    tell_set(rig->tell, &apprise, 1);
    tell_notice(rig->tell, &(struct notice){.camera = "porch", .has_ended = true});
    assert_int_equal(asked, 0);
    const struct receiver webhook = hook("a");
    tell_set(rig->tell, &webhook, 1);
    tell_notice(rig->tell, &(struct notice){.camera = "porch", .has_ended = true});
    assert_int_equal(asked, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_after_another),
        TEST(what_fails_is_tried_again_for_a_while),
        TEST(what_is_refused_for_good_is_not_tried_again),
        TEST(a_full_queue_drops_and_counts),
        TEST(figures_outlive_a_change_and_go_with_their_receiver),
        TEST(only_webhooks_are_told_of_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
