#include "app/cli.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS_MAX = 24 };

/* Parses the words, of which "eyelid" is the first. */
static int parse(struct cli *cli, char error[CLI_ERROR_MAX], const char *const words[ARGS_MAX])
{
    static char copies[ARGS_MAX][64];
    char *argv[ARGS_MAX + 2] = {(char[]){"eyelid"}};
    int argc = 1;
    for (; words[argc - 1]; argc++) {
        strcpy(copies[argc], words[argc - 1]);
        argv[argc] = copies[argc];
    }
    return cli_parse(argc, argv, cli, error);
}

#define WORDS(...) ((const char *const[ARGS_MAX]){__VA_ARGS__})

static void serve_without_anything(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error, WORDS("serve")), 0);
    assert_int_equal(cli.command, CLI_SERVE);
    assert_null(cli.config_file);
    assert_int_equal(cli.n_options, 0);
}

static void backups(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error, WORDS("backup", "--data", "d", "x.tar", "--pictures")), 0);
    assert_int_equal(cli.command, CLI_BACKUP);
    assert_string_equal(cli.file, "x.tar");
    assert_true(cli.pictures);
    assert_string_equal(cli.options[0].value, "d");
    assert_int_equal(parse(&cli, error, WORDS("restore", "--replace", "x.tar", "--data=d")), 0);
    assert_int_equal(cli.command, CLI_RESTORE);
    assert_string_equal(cli.file, "x.tar");
    assert_true(cli.replaces && !cli.pictures);
    assert_int_equal(parse(&cli, error, WORDS("backup", "--data", "d")), -EINVAL);
    assert_string_equal(error, "write \"eyelid backup FILE\"; see eyelid --help");
    assert_int_equal(parse(&cli, error, WORDS("restore", "x.tar", "y.tar")), -EINVAL);
    assert_int_equal(parse(&cli, error, WORDS("restore", "x.tar", "--pictures")), -EINVAL);
}

static void orders_go_to_the_named_server(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error,
                           WORDS("user", "--data", "d", "role", "--control=/x", "ben", "viewer",
                                 "--config", "c")),
                     0);
    assert_int_equal(cli.command, CLI_ORDER);
    assert_string_equal(cli.order.target, "/api/v1/users/ben");
    assert_string_equal(cli.order.role, "viewer");
    assert_string_equal(cli.config_file, "c");
    assert_int_equal(cli.n_options, 2);
    assert_string_equal(cli.options[0].key, "data");
    assert_string_equal(cli.options[1].value, "/x");
    assert_int_equal(parse(&cli, error, WORDS("user", "list", "--http", ":1")), -EINVAL);
    assert_string_equal(error, "usage: eyelid user list [--json]");
    assert_int_equal(parse(&cli, error, WORDS("setup", "--data")), -EINVAL);
    assert_string_equal(error, "--data needs a value; see eyelid --help");
    assert_int_equal(parse(&cli, error,
                           WORDS("user", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11",
                                 "12", "13", "14", "15", "16", "17")),
                     -EINVAL);
    assert_string_equal(error, "too many words; see eyelid --help");
}

static void serve_with_everything(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error,
                           WORDS("serve", "--config", "a.conf", "--http=:1", "--device", "[::1]:2",
                                 "--data", "d=e", "--lan")),
                     0);
    assert_string_equal(cli.config_file, "a.conf");
    assert_int_equal(cli.n_options, 4);
    static const struct config_option WANTED[] = {{"http", ":1", "--http"},
                                                  {"device", "[::1]:2", "--device"},
                                                  {"data", "d=e", "--data"},
                                                  {"lan", "on", "--lan"}};
    for (size_t i = 0; i < cli.n_options; i++) {
        assert_string_equal(cli.options[i].key, WANTED[i].key);
        assert_string_equal(cli.options[i].value, WANTED[i].value);
        assert_string_equal(cli.options[i].option, WANTED[i].option);
    }
}

static void other_commands(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error, WORDS("check-config")), 0);
    assert_int_equal(cli.command, CLI_CHECK_CONFIG);
    assert_null(cli.config_file);
    assert_int_equal(parse(&cli, error, WORDS("check-config", "--config", "y.conf")), 0);
    assert_string_equal(cli.config_file, "y.conf");
    assert_int_equal(parse(&cli, error, WORDS("check-config", "--config=z.conf")), 0);
    assert_string_equal(cli.config_file, "z.conf");
    assert_int_equal(parse(&cli, error, WORDS("check-config", "x.conf")), 0);
    assert_string_equal(cli.config_file, "x.conf");
    assert_int_equal(parse(&cli, error, WORDS("cameras")), 0);
    assert_int_equal(cli.command, CLI_CAMERAS);
    assert_false(cli.verbose);
    assert_int_equal(parse(&cli, error, WORDS("cameras", "--verbose")), 0);
    assert_true(cli.verbose);
    assert_int_equal(parse(&cli, error, WORDS("--version")), 0);
    assert_int_equal(cli.command, CLI_VERSION);
    assert_int_equal(parse(&cli, error, WORDS("help")), 0);
    assert_int_equal(cli.command, CLI_HELP);
    assert_int_equal(parse(&cli, error, WORDS("serve", "--help")), 0);
    assert_int_equal(cli.command, CLI_HELP);
}

static void motion_with_everything(void **state)
{
    (void)state;
    struct cli cli;
    char error[CLI_ERROR_MAX];
    assert_int_equal(parse(&cli, error, WORDS("motion", "--from", "a.mjpeg", "--fps", "12.5")), 0);
    assert_int_equal(cli.command, CLI_MOTION);
    assert_string_equal(cli.motion.from, "a.mjpeg");
    assert_true(cli.motion.fps == 12.5);
    assert_null(cli.motion.settings);
    assert_false(cli.motion.json || cli.motion.full_rate);
    assert_int_equal(parse(&cli, error,
                           WORDS("motion", "--json", "--fps=10", "--settings", "s.json",
                                 "--from=b.mjpeg", "--full-rate")),
                     0);
    assert_string_equal(cli.motion.from, "b.mjpeg");
    assert_string_equal(cli.motion.settings, "s.json");
    assert_true(cli.motion.json && cli.motion.full_rate);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *words[ARGS_MAX], *says;
    } CASES[] = {
        {{NULL}, "no command given"},
        {{"surve"}, "no command \"surve\""},
        {{"serve", "--htpt", "x"}, "option \"--htpt\""},
        {{"serve", "file"}, "option \"file\""},
        {{"serve", "--http"}, "--http needs a value"},
        {{"serve", "--lan=yes"}, "--lan takes no value"},
        {{"cameras", "all"}, "not \"all\""},
        {{"cameras", "--verbose", "--verbose"}, "not \"--verbose\""},
        {{"check-config", "--all"}, "not \"--all\""},
        {{"motion"}, "motion needs --from FILE.mjpeg and --fps N"},
        {{"motion", "--from", "a"}, "motion needs --from"},
        {{"motion", "--fps", "10"}, "motion needs --from"},
        {{"motion", "--from"}, "--from needs a value"},
        {{"motion", "--from", "a", "--fps", "0"}, "--fps takes a number"},
        {{"motion", "--from", "a", "--fps", "ten"}, "--fps takes a number"},
        {{"motion", "a.mjpeg"}, "option \"a.mjpeg\""},
        {{"motion", "--jsonx"}, "option \"--jsonx\""},
        {{"check-config", "a", "b"}, "not \"b\""},
        {{"check-config", "--config"}, "not \"--config\""},
        {{"check-config", "--config", "a", "b"}, "not \"b\""},
        {{"serve", "--lan", "--lan", "--lan", "--lan", "--lan", "--lan", "--lan", "--lan", "--lan"},
         "too many options"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct cli cli;
        char error[CLI_ERROR_MAX] = "";
        assert_int_equal(parse(&cli, error, CASES[i].words), -EINVAL);
        if (!strstr(error, CASES[i].says))
            fail_msg("\"%s\" does not say \"%s\"", error, CASES[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serve_without_anything),
        cmocka_unit_test(backups),
        cmocka_unit_test(orders_go_to_the_named_server),
        cmocka_unit_test(serve_with_everything),
        cmocka_unit_test(other_commands),
        cmocka_unit_test(motion_with_everything),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
