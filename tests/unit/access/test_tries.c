#include "access/tries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_US = 60 * 1000000 };

/* A try that fails at once. False: refused. */
static bool fails(struct tries *tries, struct tries_network network, int64_t now_us)
{
    struct tries_ticket ticket;
    if (tries_begin(tries, network, now_us, &ticket) != TRIES_GO)
        return false;
    tries_end(tries, &ticket, false, now_us);
    return true;
}

/* Whether a password would be looked at. */
static bool may(struct tries *tries, const char *peer, int64_t now_us)
{
    struct tries_ticket ticket;
    if (tries_begin(tries, tries_network_of(peer), now_us, &ticket) != TRIES_GO)
        return false;
    tries_cancel(tries, &ticket, now_us);
    return true;
}

static void fail_times(struct tries *tries, const char *peer, unsigned n, int64_t now_us)
{
    for (unsigned i = 0; i < n; i++)
        (void)fails(tries, tries_network_of(peer), now_us);
}

static void succeed(struct tries *tries, const char *peer, int64_t now_us)
{
    struct tries_ticket ticket;
    assert_int_equal(tries_begin(tries, tries_network_of(peer), now_us, &ticket), TRIES_GO);
    tries_end(tries, &ticket, true, now_us);
}

static bool is_one_network(const char *a, const char *b)
{
    const struct tries_network x = tries_network_of(a), y = tries_network_of(b);
    return memcmp(&x, &y, sizeof(x)) == 0;
}

static void networks_are_addresses_and_64s(void **state)
{
    (void)state;
    assert_true(is_one_network("192.0.2.7", "::ffff:192.0.2.7"));
    assert_false(is_one_network("192.0.2.7", "192.0.2.8"));
    assert_true(is_one_network("2001:db8:1:2::7", "2001:db8:1:2:ffff::1"));
    assert_false(is_one_network("2001:db8:1:2::7", "2001:db8:1:3::7"));
    assert_false(is_one_network("::1", "uid 1000 pid 4711"));
    assert_true(is_one_network("uid 1000 pid 4711", "uid 0 pid 1"));
}

static void a_network_has_its_own_limit_for_a_minute(void **state)
{
    struct tries tries = {.n = 0};
    (void)state;
    fail_times(&tries, "192.0.2.7", TRIES_OF_A_NETWORK - 1, 1);
    assert_true(may(&tries, "192.0.2.7", 2));
    fail_times(&tries, "192.0.2.7", 1, 2);
    assert_false(may(&tries, "192.0.2.7", 3));
    assert_true(may(&tries, "192.0.2.8", 3));
    assert_false(may(&tries, "192.0.2.7", MINUTE_US));
    assert_true(may(&tries, "192.0.2.7", MINUTE_US + 1));
    /* The next minute begins with its first failure. */
    struct tries_ticket ticket;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(tries_begin(&tries, tries_network_of("192.0.2.7"), 2 * MINUTE_US, &ticket),
                         TRIES_GO);
        assert_int_equal(tries_end(&tries, &ticket, false, 2 * MINUTE_US), i == 0);
    }
}

static void strangers_never_keep_a_known_network_out(void **state)
{
    struct tries tries = {.n = 0};
    char peer[64];
    (void)state;
    succeed(&tries, "192.0.2.7", 1);
    for (unsigned i = 0; i < 1000; i++) { /* a new /64 each time */
        snprintf(peer, sizeof(peer), "2001:db8:0:%x::1", i);
        if (may(&tries, peer, 2))
            fail_times(&tries, peer, 1, 2);
    }
    assert_int_equal(tries.strangers_failed, TRIES_OF_STRANGERS);
    assert_false(may(&tries, "192.0.2.8", 3));
    assert_true(may(&tries, "192.0.2.7", 3));
    assert_true(may(&tries, "192.0.2.8", MINUTE_US + 2));
    /* Its own failures count, and are not those of strangers. */
    fail_times(&tries, "192.0.2.7", TRIES_OF_A_NETWORK, MINUTE_US + 2);
    assert_false(may(&tries, "192.0.2.7", MINUTE_US + 3));
    assert_true(may(&tries, "192.0.2.8", MINUTE_US + 3));
}

static void the_known_are_forgotten_last(void **state)
{
    struct tries tries = {.n = 0};
    char peer[64];
    (void)state;
    succeed(&tries, "192.0.2.7", 1);
    for (unsigned i = 0; i < 3 * TRIES_NETWORKS_MAX; i++) {
        snprintf(peer, sizeof(peer), "2001:db8:0:%x::1", i);
        fail_times(&tries, peer, 1, 2 + i);
    }
    assert_int_equal(tries.n, TRIES_NETWORKS_MAX);
    assert_true(may(&tries, "192.0.2.7", 3 * TRIES_NETWORKS_MAX));
    for (unsigned i = 0; i < TRIES_NETWORKS_MAX; i++) {
        snprintf(peer, sizeof(peer), "10.0.0.%u", i);
        tries_know(&tries, tries_network_of(peer), 1000 + i);
    }
    fail_times(&tries, "198.51.100.1", TRIES_OF_STRANGERS, 2000);
    assert_false(may(&tries, "192.0.2.7", 2001)); /* one more of the known than there is room for */
}

/* Tries count while they are under way: many at once are no way around the limit. */
static void tries_under_way_count(void **state)
{
    struct tries tries = {.n = 0};
    struct tries_ticket tickets[TRIES_AT_ONCE_OF_STRANGERS], own[TRIES_AT_ONCE_OF_A_NETWORK], more;
    const struct tries_network known = tries_network_of("192.0.2.7"),
                               stranger = tries_network_of("198.51.100.1");
    (void)state;
    succeed(&tries, "192.0.2.7", 1);
    for (unsigned i = 0; i < TRIES_AT_ONCE_OF_STRANGERS; i++)
        assert_int_equal(tries_begin(&tries, stranger, 1, &tickets[i]), TRIES_GO);
    assert_int_equal(tries_begin(&tries, tries_network_of("198.51.100.3"), 1, &more), TRIES_BUSY);
    assert_int_equal(tries.strangers_failed, TRIES_AT_ONCE_OF_STRANGERS);
    /* A known network has its own places, and not all there are. */
    for (unsigned i = 0; i < TRIES_AT_ONCE_OF_A_NETWORK; i++)
        assert_int_equal(tries_begin(&tries, known, 1, &own[i]), TRIES_GO);
    assert_int_equal(tries_begin(&tries, known, 1, &more), TRIES_BUSY);
    for (unsigned i = 0; i < TRIES_AT_ONCE_OF_A_NETWORK; i++)
        tries_cancel(&tries, &own[i], 1);
    for (unsigned i = 0; i < 3; i++)
        tries_end(&tries, &tickets[i], false, 2);
    /* Nine failed, one is under way: there is no tenth. */
    for (unsigned i = 0; i < TRIES_OF_A_NETWORK - 1; i++)
        assert_true(fails(&tries, known, 2));
    assert_int_equal(tries_begin(&tries, known, 2, &tickets[0]), TRIES_GO);
    assert_int_equal(tries_begin(&tries, known, 2, &more), TRIES_TOO_MANY);
    /* It was right: it takes nothing of the limit. */
    tries_end(&tries, &tickets[0], true, 3);
    assert_true(fails(&tries, known, 3));
    assert_false(fails(&tries, known, 3));
}

/* One that is under way is not forgotten, nor does a refused one make its network known. */
static void what_is_under_way_is_remembered(void **state)
{
    struct tries tries = {.n = 0};
    struct tries_ticket ticket;
    char peer[64];
    (void)state;
    assert_int_equal(tries_begin(&tries, tries_network_of("198.51.100.1"), 1, &ticket), TRIES_GO);
    for (unsigned i = 0; i < 2 * TRIES_NETWORKS_MAX; i++) {
        snprintf(peer, sizeof(peer), "10.0.1.%u", i);
        tries_know(&tries, tries_network_of(peer), 2);
    }
    tries_cancel(&tries, &ticket, 3);
    assert_int_equal(tries.strangers_at_once, 0);
    assert_int_equal(tries.strangers_failed, 0);
    fail_times(&tries, "198.51.100.1", 1, 3);
    assert_int_equal(tries.strangers_failed, 1);
}

/* A change of password is counted by its user, whom nobody at the same address keeps from it. */
static void users_have_their_own_count(void **state)
{
    struct tries tries = {.n = 0};
    const struct tries_network anna = tries_network_of_user("anna"),
                               bert = tries_network_of_user("bert");
    (void)state;
    fail_times(&tries, "198.51.100.1", TRIES_OF_STRANGERS, 1);
    for (unsigned i = 0; i < TRIES_OF_A_NETWORK; i++)
        assert_true(fails(&tries, anna, 2));
    assert_false(fails(&tries, anna, 2));
    assert_true(fails(&tries, tries_network_of_code("anna"), 2));
    assert_true(fails(&tries, bert, 2));
    assert_int_equal(tries.strangers_failed, TRIES_OF_A_NETWORK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_addresses_and_64s),
        cmocka_unit_test(a_network_has_its_own_limit_for_a_minute),
        cmocka_unit_test(strangers_never_keep_a_known_network_out),
        cmocka_unit_test(the_known_are_forgotten_last),
        cmocka_unit_test(tries_under_way_count),
        cmocka_unit_test(what_is_under_way_is_remembered),
        cmocka_unit_test(users_have_their_own_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
