#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "net/outbound.h"

static const struct outbound_policy NOTHING_ALLOWED;

static void to_sixteen(const char *text, uint8_t out[OUTBOUND_ADDRESS_BYTES])
{
    static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, MAPPED, sizeof(MAPPED));
    if (inet_pton(AF_INET, text, out + 12) != 1)
        assert_int_equal(inet_pton(AF_INET6, text, out), 1);
}

static const char *denial(const struct outbound_policy *policy, const char *text)
{
    uint8_t address[OUTBOUND_ADDRESS_BYTES];
    to_sixteen(text, address);
    return outbound_denial(policy, address);
}

static void test_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *address, *what; /* NULL: allowed */
    } CASES[] = {
        {"192.168.1.5", NULL},
        {"10.0.0.1", NULL},
        {"172.16.0.1", NULL},
        {"172.31.255.255", NULL},
        {"100.64.0.1", NULL}, /* carriers' networks, and Tailscale's */
        {"8.8.8.8", NULL},
        {"126.255.255.255", NULL},
        {"128.0.0.1", NULL},
        {"169.253.255.255", NULL},
        {"169.255.0.0", NULL},
        {"223.255.255.255", NULL},
        {"fd12:3456::1", NULL},
        {"2001:db8::1", NULL},
        {"fec0::1", NULL},
        {"127.0.0.1", "a loopback address"},
        {"127.255.255.255", "a loopback address"},
        {"::1", "a loopback address"},
        {"::ffff:127.0.0.1", "a loopback address"},
        {"0.0.0.0", "the unspecified address"},
        {"0.1.2.3", "the unspecified address"},
        {"::", "the unspecified address"},
        {"169.254.0.1", "a link-local address"},
        {"169.254.255.255", "a link-local address"},
        {"fe80::1", "a link-local address"},
        {"febf::1", "a link-local address"},
        {"169.254.169.254", "the address of a cloud's metadata service"},
        {"::ffff:169.254.169.254", "the address of a cloud's metadata service"},
        {"100.100.100.200", "the address of a cloud's metadata service"},
        {"168.63.129.16", "the address of a cloud's metadata service"},
        {"192.0.0.192", "the address of a cloud's metadata service"},
        {"fd00:ec2::254", "the address of a cloud's metadata service"},
        {"fd00:ec2::23", "the address of a cloud's metadata service"},
        {"fd20:ce::254", "the address of a cloud's metadata service"},
        {"fd00:c1::a9fe:a9fe", "the address of a cloud's metadata service"},
        {"fd00:ec2::2", NULL},
        {"224.0.0.1", "a multicast address"},
        {"239.255.255.255", "a multicast address"},
        {"ff02::1", "a multicast address"},
        {"240.0.0.1", "a reserved address"},
        {"255.255.255.255", "a reserved address"},
        {"::127.0.0.1", "a loopback address"},
        {"64:ff9b::7f00:1", "a loopback address"},
        {"64:ff9b::a9fe:a9fe", "the address of a cloud's metadata service"},
        {"64:ff9b::c0a8:105", NULL},
        {"64:ff9b::", "the unspecified address"},
        {"64:ff9b:1::7f00:1", "an address for translation to IPv4"},
        {"64:ff9b:1:7f00:0:100::", "an address for translation to IPv4"},
        {"64:ff9b:2::7f00:1", NULL},
        {"::ffff:0:127.0.0.1", "a loopback address"},
        {"::ffff:0:a9fe:a9fe", "the address of a cloud's metadata service"},
        {"::ffff:0:0:1", "the unspecified address"},
        {"::ffff:0:192.168.1.5", NULL},
        {"::5", "the unspecified address"},
        {"2001:0:4136:e378:8000:63bf:80ff:fffe", "a Teredo address"},
        {"2001:1::1", NULL},
        {"2002:7f00:1::", "a loopback address"},
        {"2002:c0a8:105::1", NULL},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        const char *what = denial(&NOTHING_ALLOWED, CASES[i].address);
        if ((what == NULL) != (CASES[i].what == NULL) || (what && strcmp(what, CASES[i].what) != 0))
            fail_msg("%s: %s", CASES[i].address, what ? what : "allowed");
    }
}

static void test_what_the_file_allows(void **state)
{
    (void)state;
    struct outbound_range ranges[3];
    assert_int_equal(outbound_range_parse("127.0.0.1", &ranges[0]), 0);
    assert_int_equal(outbound_range_parse("169.254.0.0/17", &ranges[1]), 0);
    assert_int_equal(outbound_range_parse("fe80::/10", &ranges[2]), 0);
    struct outbound_policy policy = {.allow = ranges, .n_allow = 3};
    assert_null(denial(&policy, "127.0.0.1"));
    assert_null(denial(&policy, "::ffff:127.0.0.1"));
    assert_non_null(denial(&policy, "127.0.0.2"));
    assert_non_null(denial(&policy, "::1"));
    assert_null(denial(&policy, "169.254.127.255"));
    assert_non_null(denial(&policy, "169.254.128.0"));
    assert_null(denial(&policy, "febf:ffff::1"));
    assert_int_equal(outbound_range_parse("127.0.0.1", &ranges[0]), 0);
    policy.n_allow = 1;
    assert_null(denial(&policy, "64:ff9b::127.0.0.1")); /* the one inside */
    assert_non_null(denial(&policy, "64:ff9b::127.0.0.2"));
    assert_int_equal(outbound_range_parse("::1", &ranges[0]), 0);
    assert_null(denial(&policy, "::1"));
    assert_int_equal(outbound_range_parse("0.0.0.0/0", &ranges[0]), 0);
    assert_null(denial(&policy, "169.254.169.254"));
    assert_non_null(denial(&policy, "::1"));
    assert_int_equal(outbound_range_parse("::/0", &ranges[0]), 0);
    assert_null(denial(&policy, "::1"));
    assert_null(denial(&policy, "127.0.0.1"));
}

static bool is_own(const uint8_t address[OUTBOUND_ADDRESS_BYTES])
{
    uint8_t v4[OUTBOUND_ADDRESS_BYTES], v6[OUTBOUND_ADDRESS_BYTES];
    to_sixteen("192.168.1.2", v4);
    to_sixteen("fd12:3456::2", v6);
    return memcmp(address, v4, sizeof(v4)) == 0 || memcmp(address, v6, sizeof(v6)) == 0;
}

static void test_addresses_of_this_machine(void **state)
{
    (void)state;
    struct outbound_range range;
    struct outbound_policy policy = {.is_own = is_own};
    assert_string_equal(denial(&policy, "192.168.1.2"), "an address of this machine");
    assert_string_equal(denial(&policy, "fd12:3456::2"), "an address of this machine");
    assert_string_equal(denial(&policy, "64:ff9b::192.168.1.2"), "an address of this machine");
    assert_string_equal(denial(&policy, "127.0.0.1"), "a loopback address");
    assert_null(denial(&policy, "192.168.1.3"));
    assert_string_equal(outbound_host_denial(&policy, "[fd12:3456::2]"),
                        "an address of this machine");
    assert_int_equal(outbound_range_parse("192.168.1.0/24", &range), 0);
    policy.allow = &range;
    policy.n_allow = 1;
    assert_null(denial(&policy, "192.168.1.2"));
    assert_non_null(denial(&policy, "fd12:3456::2"));
}

static void test_hosts_of_urls(void **state)
{
    (void)state;
    assert_string_equal(outbound_host_denial(&NOTHING_ALLOWED, "127.0.0.1"), "a loopback address");
    assert_string_equal(outbound_host_denial(&NOTHING_ALLOWED, "[::1]"), "a loopback address");
    assert_string_equal(outbound_host_denial(&NOTHING_ALLOWED, "[fe80::1]"),
                        "a link-local address");
    assert_null(outbound_host_denial(&NOTHING_ALLOWED, "192.168.1.5"));
    assert_null(outbound_host_denial(&NOTHING_ALLOWED, "[fd00::5]"));
    assert_null(outbound_host_denial(&NOTHING_ALLOWED, "localhost")); /* the gate finds out */
    assert_null(outbound_host_denial(&NOTHING_ALLOWED, ""));
    char longest[300];
    memset(longest, '1', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_null(outbound_host_denial(&NOTHING_ALLOWED, longest));
}

static void test_invalid_ranges(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"",
                                        "127.0.0",
                                        "127.0.0.1/",
                                        "127.0.0.1/33",
                                        "::/129",
                                        "127.0.0.1/-1",
                                        "127.0.0.1/ 8",
                                        "localhost",
                                        "/8",
                                        "127.0.0.1/8/8",
                                        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/8"};
    struct outbound_range range = {.bits = 77};
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++)
        assert_int_equal(outbound_range_parse(WRONG[i], &range), -EINVAL);
    assert_int_equal(range.bits, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_what_the_file_allows),
        cmocka_unit_test(test_addresses_of_this_machine),
        cmocka_unit_test(test_hosts_of_urls),
        cmocka_unit_test(test_invalid_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
