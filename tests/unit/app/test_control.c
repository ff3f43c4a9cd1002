#include "app/control.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

static struct config *read_config(const char *data, const char *control)
{
    struct config_option options[2];
    struct config *config = NULL;
    char *error = NULL;
    size_t n = 0;
    if (data)
        options[n++] = (struct config_option){"data", data, "--data"};
    if (control)
        options[n++] = (struct config_option){"control", control, "--control"};
    const struct config_sources sources = {.options = options, .n_options = n, .is_root = true};
    if (config_parse(&sources, &config, &error) < 0)
        fail_msg("%s", error);
    return config;
}

static void expect_place(const char *data, const char *control, const char *runtime,
                         const char *wanted)
{
    struct config *config = read_config(data, control);
    char path[CONFIG_SOCKET_MAX_BYTES + 1] = "";
    const int r = control_place(config, runtime, path);
    if (wanted[0] == '/') {
        assert_int_equal(r, 0);
        assert_string_equal(path, wanted);
    } else {
        assert_int_equal(r, strcmp(wanted, "off") == 0 ? -ENOENT : -ENAMETOOLONG);
    }
    config_destroy(config);
}

static void the_server_makes_it_where_systemd_says_or_in_its_data(void **state)
{
    (void)state;
    char longest[200];
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    expect_place("/d", NULL, NULL, "/d/control.sock");
    expect_place("/d", NULL, "/run/eyelid", "/run/eyelid/control.sock");
    expect_place("/d", NULL, "/run/a:/run/b", "/d/control.sock");
    expect_place("/d", "/x/y", "/run/eyelid", "/x/y");
    expect_place("/d", "off", "/run/eyelid", "off");
    expect_place(longest, NULL, NULL, "long");
    assert_int_equal(chdir("/usr"), 0);
    expect_place("d", NULL, NULL, "/usr/d/control.sock");
    longest[0] = 'a';
    expect_place(longest, NULL, NULL, "long");
}

static void expect_places(const char *data, const char *control, const char *first,
                          const char *second)
{
    struct config *config = read_config(data, control);
    struct control_places places;
    control_places(config, &places);
    assert_string_equal(places.list[0], first);
    if (second)
        assert_string_equal(places.list[1], second);
    else
        assert_null(places.list[1]);
    assert_null(places.list[second ? 2 : 1]);
    config_destroy(config);
}

static void a_command_looks_where_it_may_be(void **state)
{
    (void)state;
    expect_places(NULL, NULL, "/run/eyelid/control.sock", "/var/lib/eyelid/control.sock");
    expect_places("/d", NULL, "/d/control.sock", NULL);
    expect_places("/d", "/x/y", "/x/y", NULL);
}

static void an_invalid_path_is_refused(void **state)
{
    (void)state;
    char longest[CONFIG_SOCKET_MAX_BYTES + 2];
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    for (int i = 0; i < 3; i++) {
        const struct config_option option = {
            "control", ((const char *[]){"x.sock", "on", longest})[i], "--control"};
        const struct config_sources sources = {.options = &option, .n_options = 1};
        struct config *config = NULL;
        char *error = NULL;
        if (strlen(option.value) == CONFIG_SOCKET_MAX_BYTES)
            continue;
        assert_int_equal(config_parse(&sources, &config, &error), -EINVAL);
        assert_non_null(strstr(error, "absolute path"));
        mem_free(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_makes_it_where_systemd_says_or_in_its_data),
        cmocka_unit_test(a_command_looks_where_it_may_be),
        cmocka_unit_test(an_invalid_path_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
