#include "access/tries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_US = 60 * 1000000 };

static bool may(struct tries *tries, const char *peer, int64_t now_us)
{
    return tries_may(tries, tries_network_of(peer), now_us);
}

static void fail_times(struct tries *tries, const char *peer, unsigned n, int64_t now_us)
{
    for (unsigned i = 0; i < n; i++)
        tries_failed(tries, tries_network_of(peer), now_us);
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
    assert_true(tries_failed(&tries, tries_network_of("192.0.2.7"), 2 * MINUTE_US));
    assert_false(tries_failed(&tries, tries_network_of("192.0.2.7"), 2 * MINUTE_US));
}

static void strangers_never_keep_a_known_network_out(void **state)
{
    struct tries tries = {.n = 0};
    char peer[64];
    (void)state;
    tries_succeeded(&tries, tries_network_of("192.0.2.7"), 1);
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
    tries_succeeded(&tries, tries_network_of("192.0.2.7"), 1);
    for (unsigned i = 0; i < 3 * TRIES_NETWORKS_MAX; i++) {
        snprintf(peer, sizeof(peer), "2001:db8:0:%x::1", i);
        fail_times(&tries, peer, 1, 2 + i);
    }
    assert_int_equal(tries.n, TRIES_NETWORKS_MAX);
    assert_true(may(&tries, "192.0.2.7", 3 * TRIES_NETWORKS_MAX));
    for (unsigned i = 0; i < TRIES_NETWORKS_MAX; i++) {
        snprintf(peer, sizeof(peer), "10.0.0.%u", i);
        tries_succeeded(&tries, tries_network_of(peer), 1000 + i);
    }
    fail_times(&tries, "198.51.100.1", TRIES_OF_STRANGERS, 2000);
    assert_false(may(&tries, "192.0.2.7", 2001)); /* one more of the known than there is room for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_addresses_and_64s),
        cmocka_unit_test(a_network_has_its_own_limit_for_a_minute),
        cmocka_unit_test(strangers_never_keep_a_known_network_out),
        cmocka_unit_test(the_known_are_forgotten_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
