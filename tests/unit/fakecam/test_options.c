#include "tools/fakecam/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

enum { MAX_WORDS = 64 };

/* Parses a command line; its words are separated by single spaces. */
static int parse(const char *line, struct options *options, char error[256])
{
    static char copy[1024];
    static char program[] = "eyelid-fakecam";
    char *argv[MAX_WORDS + 1] = {program}, *rest = copy;
    int argc = 1;
    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    for (char *word; line[0] && (word = strsep(&rest, " "));) {
        assert_true(argc < MAX_WORDS);
        argv[argc++] = word;
    }
    return options_parse(argc, argv, options, error, 256);
}

static struct options parsed(const char *line)
{
    struct options options;
    char error[256] = "";
    if (parse(line, &options, error) < 0)
        fail_msg("%s: %s", line, error);
    return options;
}

static void defaults(void **state)
{
    (void)state;
    struct options options = parsed("");
    assert_int_equal(options.action, OPTIONS_RUN);
    assert_string_equal(options.host, "127.0.0.1");
    assert_int_equal(options.port, 8765);
    assert_string_equal(options.path, "/");
    assert_string_equal(options.id, "fake");
    assert_string_equal(options.name, "fake");
    assert_int_equal(options.width, 640);
    assert_int_equal(options.height, 480);
    assert_int_equal(options.fps_milli, 15000);
    assert_int_equal(options.cameras, 1);
    assert_int_equal(options.quality, 80);
    assert_int_equal(options.chroma, JPEG_CHROMA_422);
    assert_int_equal(options.battery_percent, -1);
    assert_false(options.plain || options.barcode || options.verbosity);
}

static void everything_at_once(void **state)
{
    (void)state;
    struct options options =
        parsed("--url ws://box:80/device --id a-1 --name Porch --size 324x242 --fps 29.5 "
               "--cameras 100 --quality 1 --chroma 420 --barcode --motion s.txt --fault huge:3 "
               "--dark 5 --noise 2.5 --battery 81 --seed 9 --doze 10/60 -v -v");
    assert_string_equal(options.host, "box");
    assert_int_equal(options.port, 80);
    assert_string_equal(options.path, "/device/");
    assert_string_equal(options.id, "a-1");
    assert_string_equal(options.name, "Porch");
    assert_int_equal(options.width, 324);
    assert_int_equal(options.fps_milli, 29500);
    assert_int_equal(options.cameras, 100);
    assert_int_equal(options.chroma, JPEG_CHROMA_420);
    assert_true(options.barcode);
    assert_string_equal(options.motion, "s.txt");
    assert_int_equal(options.faults.rules[FAULT_HUGE].every, 3);
    assert_int_equal(options.dark_frames, 5);
    assert_true(options.noise_sigma == 2.5);
    assert_int_equal(options.battery_percent, 81);
    assert_int_equal(options.seed, 9);
    assert_int_equal(options.doze_after_us, 10000000);
    assert_int_equal(options.doze_us, 60000000);
    assert_int_equal(options.verbosity, 2);
    assert_true(parsed("--plain --fault base64").plain);
    assert_null(parsed("").token);
    assert_string_equal(parsed("--token 0123456789abcdef").token, "0123456789abcdef");
    assert_string_equal(parsed("--from x.mjpeg").from, "x.mjpeg");
    assert_int_equal(parsed("--help").action, OPTIONS_HELP);
    assert_int_equal(parsed("--version").action, OPTIONS_VERSION);
}

static void scenes(void **state)
{
    (void)state;
    struct options options = parsed("");
    assert_false(options.circle || options.tells_walks);
    assert_int_equal(options.daytime_min, -1);
    assert_true(parsed("--scene circle").circle);
    options = parsed("--scene place");
    assert_true(options.tells_walks && !options.circle);
    assert_int_equal(options.daytime_min, -1);
    options = parsed("--scene place,21:30,120");
    assert_int_equal(options.daytime_min, 21 * 60 + 30);
    assert_int_equal(options.day_us, 120 * INT64_C(1000000));
    static const char *const wrong[] = {"--scene square",        "--scene place,25:00",
                                        "--scene place,12",      "--scene place,12:00,5",
                                        "--scene place,12:00 x", "--scene placebo"};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char error[256];
        assert_int_equal(parse(wrong[i], &options, error), -EINVAL);
    }
}

static void urls(void **state)
{
    (void)state;
    static const struct {
        const char *line, *host, *path;
        int port;
        const char *authority;
    } table[] = {
        {"--url ws://127.0.0.1:8765/", "127.0.0.1", "/", 8765, "127.0.0.1:8765"},
        {"--url ws://127.0.0.1:8765", "127.0.0.1", "/", 8765, "127.0.0.1:8765"},
        {"--url ws://box/", "box", "/", 80, "box"},
        {"--url ws://[::1]:99/x/y/", "::1", "/x/y/", 99, "[::1]:99"},
        {"--url ws://[fe80::1]", "fe80::1", "/", 80, "[fe80::1]"},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct options options = parsed(table[i].line);
        assert_string_equal(options.host, table[i].host);
        assert_string_equal(options.path, table[i].path);
        assert_string_equal(options.authority, table[i].authority);
        assert_int_equal(options.port, table[i].port);
    }
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *line, *error;
    } table[] = {
        {"--url http://x/", "--url: \"http://x/\": expected ws://HOST:PORT/"},
        {"--url ws://", "expected ws://HOST:PORT/"},
        {"--url ws://:80/", "expected ws://HOST:PORT/"},
        {"--url ws://x:0/", "expected ws://HOST:PORT/"},
        {"--url ws://x:65536/", "expected ws://HOST:PORT/"},
        {"--url ws://x:123456789/", "expected ws://HOST:PORT/"},
        {"--url ws://x:/", "expected ws://HOST:PORT/"},
        {"--url ws://x/?id=a", "expected ws://HOST:PORT/"},
        {"--id Porch", "--id: \"Porch\": expected 1 to 32 characters"},
        {"--id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1 to 32 characters"},
        {"--cameras 0", "--cameras: \"0\": expected 1 to 10000"},
        {"--cameras 10001", "1 to 10000"},
        {"--cameras many", "1 to 10000"},
        {"--cameras 2 --id aaaaaaaaaaaaaaaaaaaaaaaaaaa", "26 characters at most"},
        {"--size 640", "expected WIDTHxHEIGHT"},
        {"--size 640x", "expected WIDTHxHEIGHT"},
        {"--size 640x480p", "expected WIDTHxHEIGHT"},
        {"--size x480", "expected WIDTHxHEIGHT"},
        {"--size 16x480", "32 to 4096"},
        {"--size 640x5000", "32 to 4096"},
        {"--fps 0", "0.01 to 240"},
        {"--fps nan", "0.01 to 240"},
        {"--fps fast", "0.01 to 240"},
        {"--quality 0", "1 to 100"},
        {"--quality 101", "1 to 100"},
        {"--chroma 411", "422, 420, 444 or grey"},
        {"--fault nothing", "unknown fault \"nothing\""},
        {"--fault base64", "needs --plain"},
        {"--fault wrong-size --from x", "wrong-size needs drawn pictures"},
        {"--from x --barcode", "draws nothing"},
        {"--from x --motion y", "draws nothing"},
        {"--dark -1", "0 to 10000"},
        {"--noise 61", "0 to 60"},
        {"--battery 101", "0 to 100"},
        {"--doze 10", "such as 10/60"},
        {"--doze 10/", "such as 10/60"},
        {"--doze 0/60", "such as 10/60"},
        {"--doze 10/60 --plain", "does not know whether it is wanted"},
        {"--seed x", "whole number"},
        {"--token short", "16 to 64"},
        {"--nonsense", "--nonsense is not an option"},
        {"--plain=yes", "--plain=yes is not an option (or takes no value)"},
        {"-x", "is not an option"},
        {"--url", "--url needs a value"},
        {"porch", "\"porch\" is not an option"},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct options options;
        char error[256] = "";
        assert_int_equal(parse(table[i].line, &options, error), -EINVAL);
        if (!strstr(error, table[i].error))
            fail_msg("%s gives: %s", table[i].line, error);
    }
}

static void help_and_manual_name_every_option(void **state)
{
    (void)state;
    static const char *const names[] = {
        "url",    "id",      "name",    "cameras", "size",    "fps",   "plain",   "quality",
        "chroma", "from",    "barcode", "motion",  "scene",   "fault", "dark",    "token",
        "noise",  "battery", "doze",    "seed",    "verbose", "help",  "version",
    };
    static char manual[65536];
    FILE *file = fopen(MANUAL, "r");
    assert_non_null(file);
    size_t len_bytes = fread(manual, 1, sizeof(manual) - 1, file);
    fclose(file);
    assert_true(len_bytes > 0 && len_bytes < sizeof(manual) - 1);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char word[32];
        snprintf(word, sizeof(word), "--%s", names[i]);
        assert_non_null(strstr(options_help, word));
        if (!strstr(manual, word + 1)) /* mdoc adds the first dash */
            fail_msg("the manual lacks %s", word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(everything_at_once),
        cmocka_unit_test(scenes),
        cmocka_unit_test(urls),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(help_and_manual_name_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
