#include "app/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

static struct config_sources file(const char *text)
{
    return (struct config_sources){
        .file_name = "my.conf", .file_text = text, .file_len_bytes = strlen(text)};
}

static struct config *parse_or_fail(const struct config_sources *sources)
{
    struct config *config = NULL;
    char *error = NULL;
    if (config_parse(sources, &config, &error) < 0)
        fail_msg("%s", error);
    assert_non_null(config);
    return config;
}

/* The configuration must be refused with exactly this sentence. */
static void refuse(const struct config_sources *sources, const char *sentence)
{
    struct config *config = NULL;
    char *error = NULL;
    assert_int_equal(config_parse(sources, &config, &error), -EINVAL);
    assert_null(config);
    assert_string_equal(error, sentence);
    mem_free(error);
}

static void refuse_file(const char *text, const char *sentence)
{
    struct config_sources sources = file(text);
    refuse(&sources, sentence);
}

static void nothing_gives_the_defaults(void **state)
{
    (void)state;
    struct config *config = parse_or_fail(&(struct config_sources){.is_root = true});
    assert_string_equal(config->http.host, "127.0.0.1");
    assert_int_equal(config->http.port, 8080);
    assert_int_equal(config->device.port, 8765);
    assert_string_equal(config->data, "/var/lib/eyelid");
    assert_null(config->hosts[0]);
    assert_string_equal(config->embed_origins[0], "same-host");
    assert_null(config->embed_origins[1]);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_false(config->log_json);
    assert_null(config->encoder);
    assert_int_equal(config->quality, 0);
    assert_int_equal(config->linger_s, 10);
    assert_int_equal(config->start_timeout_s, 5);
    assert_int_equal(config->max_cameras, 64);
    assert_int_equal(config->max_new_cameras_per_minute, 10);
    assert_int_equal(config->max_width, 4096);
    assert_int_equal(config->max_height, 4096);
    assert_true(config->skip_dark);
    assert_int_equal(config->libcamera, CONFIG_LIBCAMERA_AUTO);
    config_destroy(config);
}

static void who_drives_the_cameras(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum config_libcamera way;
    } good[] = {{"libcamera = auto\n", CONFIG_LIBCAMERA_AUTO},
                {"libcamera = rpicam\n", CONFIG_LIBCAMERA_RPICAM},
                {"libcamera = off\n", CONFIG_LIBCAMERA_OFF}};
    for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct config_sources sources = file(good[i].text);
        sources.is_root = true;
        struct config *config = parse_or_fail(&sources);
        assert_int_equal(config->libcamera, good[i].way);
        config_destroy(config);
    }
    refuse_file("libcamera = on\n",
                "my.conf:1: `libcamera` cannot be \"on\"; it is auto, rpicam or off");
}

static void whose_word_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum config_access access;
        enum config_open_role role;
        enum config_adopt adopt;
    } good[] = {{"access = open\nadopt = auto\n", CONFIG_ACCESS_OPEN, CONFIG_OPEN_ROLE_VIEWER,
                 CONFIG_ADOPT_AUTO},
                {"access = accounts\nadopt = ask\n", CONFIG_ACCESS_ACCOUNTS,
                 CONFIG_OPEN_ROLE_VIEWER, CONFIG_ADOPT_ASK},
                {"access = open\nopen_role = operator\nadopt = all\n", CONFIG_ACCESS_OPEN,
                 CONFIG_OPEN_ROLE_OPERATOR, CONFIG_ADOPT_ALL},
                {"access = open\nopen_role = admin\n", CONFIG_ACCESS_OPEN, CONFIG_OPEN_ROLE_ADMIN,
                 CONFIG_ADOPT_AUTO}};
    for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct config_sources sources = file(good[i].text);
        sources.is_root = true;
        struct config *config = parse_or_fail(&sources);
        assert_int_equal(config->access, good[i].access);
        assert_int_equal(config->open_role, good[i].role);
        assert_int_equal(config->adopt, good[i].adopt);
        config_destroy(config);
    }
    refuse_file("open_role = auto\n", "my.conf:1: `open_role` cannot be \"auto\"; it is viewer, "
                                      "operator or admin");
    refuse_file("proxy_login = remote-user\n",
                "my.conf:1: `proxy_login` alone has no effect; set `trusted_proxies` and "
                "`proxy_secret_file` too");
    refuse_file("adopt = no\n", "my.conf:1: `adopt` cannot be \"no\"; it is auto, ask or all");
}

static void file_sets_every_kind(void **state)
{
    (void)state;
    struct config_sources sources = file("\xef\xbb\xbf# first\n"
                                         "http = [::1]:80\n"
                                         "  device: :81 ; behind a colon\n"
                                         "\r\n"
                                         "data=/srv/with = in it\r\n"
                                         "hosts = Cam.Example.org, other\n"
                                         "embed_origins = same-host https://a.example:3000\n"
                                         "log_level = debug\n"
                                         "log_format = json\n"
                                         "encoder = openh264\n"
                                         "quality = 100\n"
                                         "skip_dark = off");
    struct config *config = parse_or_fail(&sources);
    assert_string_equal(config->http.host, "::1");
    assert_int_equal(config->http.port, 80);
    assert_string_equal(config->device.host, "*");
    assert_int_equal(config->device.port, 81);
    assert_string_equal(config->data, "/srv/with = in it");
    assert_string_equal(config->hosts[0], "cam.example.org");
    assert_string_equal(config->hosts[1], "other");
    assert_null(config->hosts[2]);
    assert_string_equal(config->embed_origins[0], "same-host");
    assert_string_equal(config->embed_origins[1], "https://a.example:3000");
    assert_null(config->embed_origins[2]);
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
    assert_true(config->log_json);
    assert_string_equal(config->encoder, "openh264");
    assert_int_equal(config->quality, 100);
    assert_false(config->skip_dark);
    assert_string_equal(config->values[0].text, "[::1]:80");
    assert_string_equal(config->values[0].origin, "my.conf:2");
    assert_true(config_is_default(config, "lan"));
    config_destroy(config);
}

static void encoders_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"hardware", "x264", "openh264"};
    for (unsigned i = 0; i < 3; i++) {
        char text[32];
        snprintf(text, sizeof(text), "encoder = %s\n", names[i]);
        const struct config_sources sources = {
            .file_name = "my.conf", .file_text = text, .file_len_bytes = strlen(text)};
        struct config *config = parse_or_fail(&sources);
        assert_string_equal(config->encoder, names[i]);
        config_destroy(config);
    }
}

static void command_line_beats_environment_beats_file(void **state)
{
    (void)state;
    static const char *const ENVIRONMENT[] = {"HOME=/home/me", "EYELID_HTTP=:2", "EYELID_QUALITY=2",
                                              NULL};
    static const struct config_option OPTIONS[] = {{"http", ":3", "--http"}};
    struct config_sources sources = file("http = :1\nquality = 1\nlinger_s = 1\n");
    sources.environment = ENVIRONMENT;
    sources.options = OPTIONS;
    sources.n_options = 1;
    struct config *config = parse_or_fail(&sources);
    assert_int_equal(config->http.port, 3);
    assert_int_equal(config->quality, 2);
    assert_int_equal(config->linger_s, 1);
    assert_string_equal(config->values[0].origin, "--http");
    config_destroy(config);
}

static void lan_opens_both_and_keeps_the_ports(void **state)
{
    (void)state;
    static const struct config_option OPTIONS[] = {{"lan", "on", "--lan"}};
    struct config_sources sources = file("http = 127.0.0.1:80\n");
    sources.options = OPTIONS;
    sources.n_options = 1;
    struct config *config = parse_or_fail(&sources);
    assert_string_equal(config->http.host, "*");
    assert_int_equal(config->http.port, 80);
    assert_string_equal(config->device.host, "*");
    assert_int_equal(config->device.port, 8765);
    config_destroy(config);
}

static void data_folder_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *environment[4];
        bool is_root;
        const char *data;
    } CASES[] = {
        {{"HOME=/home/me", NULL}, false, "/home/me/.local/state/eyelid"},
        {{"HOME=/home/me", "XDG_STATE_HOME=/s", NULL}, false, "/s/eyelid"},
        {{"HOME=/home/me", "XDG_STATE_HOME=", NULL}, false, "/home/me/.local/state/eyelid"},
        {{"HOME=/root", NULL}, true, "/var/lib/eyelid"},
        {{"HOME=/root", "STATE_DIRECTORY=/var/lib/x", NULL}, true, "/var/lib/x"},
        {{NULL}, false, "/var/lib/eyelid"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct config *config = parse_or_fail(&(struct config_sources){
            .environment = CASES[i].environment, .is_root = CASES[i].is_root});
        assert_string_equal(config->data, CASES[i].data);
        config_destroy(config);
    }
}

static void mistakes_in_the_file_are_named(void **state)
{
    (void)state;
    refuse_file("# x\n\nhtpt = :80\n", "my.conf:3: there is no key `htpt`; did you mean `http`?");
    refuse_file("max_hight = 5\n", "my.conf:1: there is no key `max_hight`; did you mean "
                                   "`max_height`?");
    refuse_file("colour = 5\n",
                "my.conf:1: there is no key `colour`; eyelid.conf(5) lists the keys");
    refuse_file("quality = 101\n", "my.conf:1: `quality` cannot be \"101\"; it is 1 (smallest) to "
                                   "100 (best), or 0 for the encoder's default");
    refuse_file("http = 8080\n", "my.conf:1: `http` cannot be \"8080\"; it is ADDRESS:PORT like "
                                 "127.0.0.1:8080 or [::1]:8080, or :8080 for all");
    refuse_file("encoder = gpu\n", "my.conf:1: `encoder` cannot be \"gpu\"; it is auto, hardware, "
                                   "x264 or openh264");
    refuse_file("lan = yes\n", "my.conf:1: `lan` cannot be \"yes\"; it is on or off");
    refuse_file("data =\n", "my.conf:1: `data` cannot be \"\"; it is a folder");
    refuse_file("data = \"/srv\"\n",
                "my.conf:1: values are written without quotes; remove the quotes");
    refuse_file("quality = 1\nlan = on\nquality = 1\n",
                "my.conf:3: `quality` was set before, at my.conf:1; keep one of the two");
    refuse_file("[video]\nquality = 1\n",
                "my.conf:1: eyelid.conf has no sections; remove the line in brackets");
    refuse_file("quality = 1\n [video]\n",
                "my.conf:2: eyelid.conf has no sections; remove the line in brackets");
    refuse_file(
        "quality\n",
        "my.conf:1: this line is not a setting; write `key = value`, or `#` before a comment");
}

static void two_doors_need_two_addresses(void **state)
{
    (void)state;
    refuse_file("device = 127.0.0.1:8080\n",
                "my.conf:1: `http` and `device` are the same address; give them different ports");
    refuse_file("http = localhost:8765\n",
                "my.conf:1: `http` and `device` are the same address; give them different ports");
    refuse_file("http = :8443\nhttps = :8443\n",
                "my.conf:2: `http` and `https` are the same address; give them different ports");
    refuse_file("tls_cert = a.pem\n",
                "my.conf:1: `tls_cert` and `tls_key` go together; set both, or neither");
    refuse_file("http = :9000\ndevice = 127.0.0.1:9000\nlan = on\n",
                "my.conf:2: `http` and `device` are the same address; give them different ports");
    struct config_sources sources = file("http = :0\ndevice = :0\n");
    config_destroy(parse_or_fail(&sources));
}

static void continuation_is_no_trap(void **state)
{
    (void)state;
    refuse_file("quality = 1\n  linger_z = 2\n",
                "my.conf:2: there is no key `linger_z`; did you mean `linger_s`?");
}

static void binary_and_endless_lines_are_refused(void **state)
{
    (void)state;
    struct config_sources sources = file("lan = on\n");
    sources.file_text = "lan\0= on\n";
    refuse(&sources,
           "my.conf:1: this is not a text file; eyelid.conf has lines like `key = value`");
    char line[400];
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    refuse_file(line, "my.conf:1: the line is too long; at most 190 characters fit");
    line[0] = '#';
    struct config_sources comment = file(line);
    config_destroy(parse_or_fail(&comment));
}

static void longest_line_fits_whole(void **state)
{
    (void)state;
    char text[256], path[190 - 7 + 1];
    memset(path, 'p', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    snprintf(text, sizeof(text), "data = %s\nlan = on\n", path);
    struct config_sources sources = file(text);
    struct config *config = parse_or_fail(&sources);
    assert_string_equal(config->data, path);
    assert_true(config->lan);
    config_destroy(config);
}

static void mistakes_elsewhere_are_named(void **state)
{
    (void)state;
    static const char *const TYPO[] = {"EYELID_QUALTY=5", NULL};
    refuse(&(struct config_sources){.environment = TYPO},
           "EYELID_QUALTY: there is no key `qualty`; did you mean `quality`?");
    static const char *const RANGE[] = {"EYELID_LINGER_S=9999", NULL};
    refuse(&(struct config_sources){.environment = RANGE},
           "EYELID_LINGER_S: `linger_s` cannot be \"9999\"; it is 0 to 3600 seconds");
    static const struct config_option OPTIONS[] = {{"http", "x", "--http"}};
    refuse(&(struct config_sources){.options = OPTIONS, .n_options = 1},
           "--http: `http` cannot be \"x\"; it is ADDRESS:PORT like 127.0.0.1:8080 or [::1]:8080, "
           "or :8080 for all");
}

static void https_stands_beside_http(void **state)
{
    (void)state;
    struct config_sources sources = file("http = [::1]:80\n");
    struct config *config = parse_or_fail(&sources);
    assert_string_equal(config->https.host, "::1");
    assert_int_equal(config->https.port, 8443);
    assert_true(config->tls);
    assert_null(config->tls_cert);
    config_destroy(config);
    sources = file("http = :80\nhttps = 127.0.0.1:443\ntls = off\n");
    config = parse_or_fail(&sources);
    assert_string_equal(config->https.host, "127.0.0.1");
    assert_int_equal(config->https.port, 443);
    assert_false(config->tls);
    config_destroy(config);
}

/* Kubernetes names a service's address so. */
static void variables_of_a_platform_are_ignored(void **state)
{
    (void)state;
    static const char *const ENVIRONMENT[] = {"EYELID_SERVICE_HOST=10.0.0.7", "EYELID_QUALITY=5",
                                              "EYELID_PORT=tcp://10.0.0.7:80", NULL};
    struct config_sources sources = {.environment = ENVIRONMENT};
    struct config *config = parse_or_fail(&sources);
    assert_int_equal(config->quality, 5);
    assert_string_equal(config->ignored,
                        "ignored environment variables: EYELID_SERVICE_HOST, EYELID_PORT");
    config_destroy(config);
}

static void names_are_bounded(void **state)
{
    (void)state;
    char text[128] = "EYELID_HOSTS=";
    for (int i = 0; i <= CONFIG_HOSTS_MAX; i++)
        strcat(text, "a ");
    const char *const environment[] = {text, NULL};
    refuse(
        &(struct config_sources){.environment = environment},
        "EYELID_HOSTS: `hosts` cannot be \"a a a a a a a a a a a a a a a a a a a a a a a a a a a "
        "a a a a a a \"; it is up to 32 names like eyelid.example.org, separated by blanks");
    refuse_file("hosts = eyelid:8080\n",
                "my.conf:1: `hosts` cannot be \"eyelid:8080\"; it is up to "
                "32 names like eyelid.example.org, separated by blanks");
}

static void ranges_of_addresses(void **state)
{
    (void)state;
    struct config *config = NULL;
    struct config_sources sources = file("pull_allow = 127.0.0.0/8, fe80::/10\t169.254.1.2\n");
    config = parse_or_fail(&sources);
    assert_int_equal(config->pull_allow.n, 3);
    assert_int_equal(config->pull_allow.list[0].bits, 96 + 8);
    assert_int_equal(config->pull_allow.list[1].bits, 10);
    assert_int_equal(config->pull_allow.list[2].bits, 128);
    config_destroy(config);
    refuse_file("pull_allow = 127.0.0.1 localhost\n",
                "my.conf:1: `pull_allow` cannot be \"127.0.0.1 localhost\"; it is up to 32 "
                "addresses like 127.0.0.1 or 169.254.0.0/16, separated by blanks");
    char text[16 + 5 * (CONFIG_RANGES_MAX + 1)] = "EYELID_PULL_ALLOW=";
    for (int i = 0; i < CONFIG_RANGES_MAX; i++)
        strcat(text, "::1 ");
    const char *const environment[] = {text, NULL};
    char *error = NULL;
    assert_int_equal(
        config_parse(&(struct config_sources){.environment = environment}, &config, &error), 0);
    config_destroy(config);
    strcat(text, "::1");
    assert_int_equal(
        config_parse(&(struct config_sources){.environment = environment}, &config, &error),
        -EINVAL);
    mem_free(error);
}

static void files_are_read_whole_and_bounded(void **state)
{
    (void)state;
    char path[] = "/tmp/eyelid-conf-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char *text = NULL;
    size_t len_bytes = 0;
    assert_int_equal(write(fd, "lan = on\n", 9), 9);
    assert_int_equal(config_read_file(path, &text, &len_bytes), 0);
    assert_int_equal(len_bytes, 9);
    assert_memory_equal(text, "lan = on\n", 9);
    mem_free(text);
    text = NULL;
    assert_int_equal(ftruncate(fd, CONFIG_FILE_MAX_BYTES), 0);
    assert_int_equal(config_read_file(path, &text, &len_bytes), 0);
    assert_int_equal(len_bytes, CONFIG_FILE_MAX_BYTES);
    mem_free(text);
    assert_int_equal(ftruncate(fd, CONFIG_FILE_MAX_BYTES + 1), 0);
    assert_int_equal(config_read_file(path, &text, &len_bytes), -EFBIG);
    close(fd);
    unlink(path);
    assert_int_equal(config_read_file(path, &text, &len_bytes), -ENOENT);
    assert_int_equal(config_read_file("/tmp", &text, &len_bytes), -EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_gives_the_defaults),
        cmocka_unit_test(who_drives_the_cameras),
        cmocka_unit_test(whose_word_counts),
        cmocka_unit_test(file_sets_every_kind),
        cmocka_unit_test(encoders_have_names),
        cmocka_unit_test(command_line_beats_environment_beats_file),
        cmocka_unit_test(lan_opens_both_and_keeps_the_ports),
        cmocka_unit_test(data_folder_is_found),
        cmocka_unit_test(mistakes_in_the_file_are_named),
        cmocka_unit_test(two_doors_need_two_addresses),
        cmocka_unit_test(continuation_is_no_trap),
        cmocka_unit_test(binary_and_endless_lines_are_refused),
        cmocka_unit_test(longest_line_fits_whole),
        cmocka_unit_test(mistakes_elsewhere_are_named),
        cmocka_unit_test(https_stands_beside_http),
        cmocka_unit_test(variables_of_a_platform_are_ignored),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(ranges_of_addresses),
        cmocka_unit_test(files_are_read_whole_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
