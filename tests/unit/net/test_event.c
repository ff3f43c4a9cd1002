#include "site.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* One thread: the loop runs in the test itself and stops when the test's callback says so. */
struct world {
    struct net *net;
    struct net_timer *a, *b;
    struct net_wake *wake;
    int64_t due_us;
    int fired, others;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){0};
    assert_int_equal(net_create(&(struct net_params){0}, &world.net), 0);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    net_timer_destroy(world->a);
    net_timer_destroy(world->b);
    net_wake_destroy(world->wake);
    net_destroy(world->net);
    return 0;
}

static void stop_when_due(void *ctx)
{
    struct world *world = ctx;
    assert_true(net_now_us(world->net) >= world->due_us);
    world->fired++;
    net_stop(world->net, 0);
}

static void a_timer_fires_once_and_never_early(void **state)
{
    struct world *world = *state;
    world->a = net_timer_create(world->net, stop_when_due, world);
    world->due_us = net_now_us(world->net) + 12345;
    net_timer_set(world->a, world->due_us);
    assert_int_equal(net_run(world->net), 0);
    assert_int_equal(world->fired, 1);
}

static void set_again(void *ctx)
{
    struct world *world = ctx;
    assert_true(net_now_us(world->net) >= world->due_us);
    if (++world->fired == 5) {
        net_timer_destroy(world->a);
        world->a = NULL;
        net_stop(world->net, 0);
        return;
    }
    world->due_us = net_now_us(world->net) + 1500;
    net_timer_set(world->a, world->due_us);
}

static void a_timer_may_set_and_destroy_itself(void **state)
{
    struct world *world = *state;
    world->a = net_timer_create(world->net, set_again, world);
    net_timer_set(world->a, 0); /* long past: at once */
    assert_int_equal(net_run(world->net), 0);
    assert_int_equal(world->fired, 5);
}

static void count_other(void *ctx)
{
    ((struct world *)ctx)->others++;
}

static void a_disarmed_timer_stays_silent(void **state)
{
    struct world *world = *state;
    int64_t now_us = net_now_us(world->net);
    world->a = net_timer_create(world->net, stop_when_due, world);
    world->b = net_timer_create(world->net, count_other, world);
    net_timer_set(world->b, now_us + 1000);
    net_timer_set(world->b, CLOCK_NEVER_US);
    net_timer_set(world->a, now_us + 2000000);
    net_timer_set(world->a, now_us + 20000); /* the last setting counts */
    assert_int_equal(net_run(world->net), 0);
    assert_true(net_now_us(world->net) < now_us + 2000000);
    assert_int_equal(world->others, 0);
}

/* --- Wakes --- */

enum { THREADS = 4, POKES = 20000 };

struct pokes {
    struct waker waker;
    atomic_int *done;
    int *value; /* written before the poke, read by the loop after it */
    pthread_mutex_t *mutex;
};

struct wake_world {
    struct net *net;
    atomic_int done;
    pthread_mutex_t mutex;
    int values, seen, runs;
};

static void count_wake(void *ctx)
{
    struct wake_world *world = ctx;
    world->runs++;
    pthread_mutex_lock(&world->mutex);
    world->seen = world->values;
    pthread_mutex_unlock(&world->mutex);
    if (world->seen == THREADS * POKES)
        net_stop(world->net, 0);
}

static void *poke_often(void *ctx)
{
    struct pokes *pokes = ctx;
    for (int i = 0; i < POKES; i++) {
        pthread_mutex_lock(pokes->mutex);
        ++*pokes->value;
        pthread_mutex_unlock(pokes->mutex);
        waker_wake(&pokes->waker);
    }
    atomic_fetch_add(pokes->done, 1);
    return NULL;
}

/* The loop ends only when it has seen the last poke of all: a lost one hangs the test. */
static void no_poke_of_any_thread_is_lost(void **state)
{
    struct world *outer = *state;
    struct wake_world world = {.net = outer->net, .mutex = PTHREAD_MUTEX_INITIALIZER};
    outer->wake = net_wake_create(outer->net, count_wake, &world);
    struct pokes pokes = {.waker = net_wake_waker(outer->wake),
                          .done = &world.done,
                          .value = &world.values,
                          .mutex = &world.mutex};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, poke_often, &pokes), 0);
    assert_int_equal(net_run(outer->net), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(world.seen, THREADS * POKES);
    assert_true(world.runs <= THREADS * POKES);
}

static void stop_at_once(void *ctx)
{
    struct world *world = ctx;
    world->fired++;
    net_stop(world->net, 0);
}

static void many_pokes_cost_one_run(void **state)
{
    struct world *world = *state;
    world->wake = net_wake_create(world->net, stop_at_once, world);
    struct waker waker = net_wake_waker(world->wake);
    for (int i = 0; i < 1000; i++)
        waker_wake(&waker);
    assert_int_equal(net_run(world->net), 0);
    assert_int_equal(world->fired, 1);
}

/* --- Signals --- */

static void on_signal(void *ctx, int signal_number)
{
    struct world *world = ctx;
    assert_int_equal(signal_number, SIGUSR1);
    if (++world->fired == 2)
        net_stop(world->net, 0);
    else
        kill(getpid(), SIGUSR1);
}

static void on_hangup(void *ctx, int signal_number)
{
    (void)signal_number;
    ((struct world *)ctx)->others++;
}

static void signals_come_on_the_loop(void **state)
{
    struct world *world = *state;
    assert_int_equal(net_on_signal(world->net, SIGUSR1, on_signal, world), 0);
    assert_int_equal(net_on_signal(world->net, SIGHUP, on_hangup, world), 0);
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGUSR1);
    assert_int_equal(net_run(world->net), 0);
    assert_int_equal(world->fired, 2);
    assert_int_equal(world->others, 1);
    assert_true(net_on_signal(world->net, SIGKILL, on_signal, world) < 0);
}

static void a_net_that_never_ran_goes_quietly(void **state)
{
    struct world *world = *state;
    world->a = net_timer_create(world->net, count_other, world);
    net_timer_set(world->a, 0);
    world->wake = net_wake_create(world->net, count_other, world);
    struct waker waker = net_wake_waker(world->wake);
    waker_wake(&waker);
    assert_int_equal(world->others, 0);
    net_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_timer_fires_once_and_never_early),
        TEST(a_timer_may_set_and_destroy_itself),
        TEST(a_disarmed_timer_stays_silent),
        TEST(no_poke_of_any_thread_is_lost),
        TEST(many_pokes_cost_one_run),
        TEST(signals_come_on_the_loop),
        TEST(a_net_that_never_ran_goes_quietly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
