#include "app/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char cli_help[] =
    "eyelid: a camera server that wakes a camera only while someone is watching\n"
    "\n"
    "  eyelid serve [--config FILE] [--http ADDR:PORT] [--https ADDR:PORT]\n"
    "               [--device ADDR:PORT] [--data DIR] [--control PATH] [--lan]\n"
    "      --config FILE       settings (default: /etc/eyelid/eyelid.conf, if there)\n"
    "      --http ADDR:PORT    page and API (default: 127.0.0.1:8080)\n"
    "      --https ADDR:PORT   the same over TLS (default: port 8443 beside --http)\n"
    "      --device ADDR:PORT  cameras' WebSocket (default: 127.0.0.1:8765)\n"
    "      --data DIR          folder for cameras, settings and recordings\n"
    "      --lan               listen on the network, not only on this machine\n"
    "      --control PATH      the socket of the commands that follow\n"
    "  eyelid setup\n"
    "      prints the link where the first administrator is set up\n"
    "  eyelid user list | add NAME | remove NAME | passwd NAME | role NAME ROLE\n"
    "  eyelid token list | add NAME | remove ID\n"
    "  eyelid session list | remove ID\n"
    "  eyelid camera list | token ID\n"
    "      asks the running server; lists, setup and tokens take --json\n"
    "      --role ROLE         viewer (default), operator or admin\n"
    "      --cameras ID,ID     no others\n"
    "      --days N            a token that expires\n"
    "      --control PATH, --config FILE, --data DIR    which server\n"
    "  eyelid cameras [--verbose]\n"
    "      lists this machine's cameras and says why one does not work\n"
    "      --verbose           also lists devices that are not cameras\n"
    "  eyelid check-config [[--config] FILE]\n"
    "      checks the settings, and shows those in force\n"
    "  eyelid motion --from FILE.mjpeg --fps N [--settings FILE.json] [--json] [--full-rate]\n"
    "      runs the motion detector on a file of JPEGs\n"
    "      --from FILE.mjpeg   the pictures, one after another\n"
    "      --fps N             pictures per second in the file\n"
    "      --settings FILE     sensitivity, zones and so on, as in the API\n"
    "      --json              a line of JSON for each event\n"
    "      --full-rate         always checks 10 pictures a second, not only after a change\n"
    "  eyelid archive check [--repair] [--config FILE] [--data DIR]\n"
    "      compares the archive's files with its index; the server must not run\n"
    "      --repair            adds files to the index, completes clips, removes missing ones\n"
    "  eyelid backup FILE [--pictures] [--config FILE] [--data DIR]\n"
    "      writes cameras, settings, accounts and keys to a tar file; the server may run\n"
    "      --pictures          the archive, too\n"
    "  eyelid restore FILE [--replace] [--config FILE] [--data DIR]\n"
    "      brings them back; the server must not run\n"
    "      --replace           sets aside what is there\n"
    "  eyelid --version\n"
    "  eyelid --help\n"
    "\n"
    "Manual: eyelid(1), eyelid.conf(5).\n";

struct option {
    const char *name;
    const char *key;     /* of the configuration; NULL: --config */
    const char *implied; /* value of an option without one */
};

static const struct option OPTIONS[] = {
    {"--config", NULL, NULL},       {"--http", "http", NULL}, {"--https", "https", NULL},
    {"--device", "device", NULL},   {"--data", "data", NULL}, {"--lan", "lan", "on"},
    {"--control", "control", NULL},
};

/* The option named by the part of arg before "=", or NULL. */
static const struct option *find_option(const char *arg)
{
    size_t len = strcspn(arg, "=");
    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
        if (strlen(OPTIONS[i].name) == len && strncmp(OPTIONS[i].name, arg, len) == 0)
            return &OPTIONS[i];
    return NULL;
}

/* The options from argv[first] on. */
static int parse_options(int first, int argc, const char *const *argv, struct cli *cli,
                         char error[CLI_ERROR_MAX])
{
    for (int i = first; i < argc; i++) {
        const struct option *option = find_option(argv[i]);
        const char *equals = strchr(argv[i], '='), *value = equals ? equals + 1 : NULL;
        if (!option) {
            snprintf(error, CLI_ERROR_MAX, "%s has no option \"%s\"; see eyelid --help", argv[1],
                     argv[i]);
            return -EINVAL;
        }
        if (option->implied && value) {
            snprintf(error, CLI_ERROR_MAX, "%s takes no value", option->name);
            return -EINVAL;
        }
        if (option->implied)
            value = option->implied;
        if (!value && ++i < argc)
            value = argv[i];
        if (!value) {
            snprintf(error, CLI_ERROR_MAX, "%s needs a value; see eyelid --help", option->name);
            return -EINVAL;
        }
        if (cli->n_options == CLI_OPTIONS_MAX) {
            snprintf(error, CLI_ERROR_MAX, "too many options; give each once");
            return -EINVAL;
        }
        if (option->key)
            cli->options[cli->n_options++] =
                (struct config_option){.key = option->key, .value = value, .option = option->name};
        else
            cli->config_file = value;
    }
    return 0;
}

/* check, then --repair and options in any order. */
static int parse_archive(int argc, char **argv, struct cli *cli, char error[CLI_ERROR_MAX])
{
    if (argc < 3 || strcmp(argv[2], "check") != 0) {
        snprintf(error, CLI_ERROR_MAX, "write \"eyelid archive check\"; see eyelid --help");
        return -EINVAL;
    }
    int n = 3;
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--repair") == 0)
            cli->repair = true;
        else
            argv[n++] = argv[i];
    }
    return parse_options(3, n, (const char *const *)argv, cli, error);
}

/* FILE, a flag, and options in any order. */
static int parse_backup(int argc, char **argv, const char *flag, bool *ret_flag, struct cli *cli,
                        char error[CLI_ERROR_MAX])
{
    int n = 2;
    for (int i = 2; i < argc; i++) {
        const bool is_value = i > 2 && argv[i - 1][0] == '-' && !strchr(argv[i - 1], '=') &&
                              strcmp(argv[i - 1], flag) != 0;
        if (strcmp(argv[i], flag) == 0)
            *ret_flag = true;
        else if (argv[i][0] != '-' && !is_value && !cli->file)
            cli->file = argv[i];
        else
            argv[n++] = argv[i];
    }
    if (!cli->file) {
        snprintf(error, CLI_ERROR_MAX, "write \"eyelid %s FILE\"; see eyelid --help", argv[1]);
        return -EINVAL;
    }
    return parse_options(2, n, (const char *const *)argv, cli, error);
}

static bool is_option(const char *arg, const char *name)
{
    const size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && (arg[len] == 0 || arg[len] == '=');
}

/* Which server, in any place; the other words are the order. */
static int parse_order(int argc, char **argv, struct cli *cli, char error[CLI_ERROR_MAX])
{
    static const char *const WHICH[] = {"--control", "--config", "--data"};
    const char *words[CLI_WORDS_MAX], *left[2 * CLI_OPTIONS_MAX + 2] = {argv[0], argv[1]};
    int n_words = 0, n_left = 2;
    for (int i = 1; i < argc; i++) {
        bool is_which = false;
        for (size_t k = 0; k < sizeof(WHICH) / sizeof(WHICH[0]); k++)
            is_which |= is_option(argv[i], WHICH[k]);
        const bool has_word = is_which && !strchr(argv[i], '=') && i + 1 < argc;
        if (n_words == CLI_WORDS_MAX || n_left + 2 > (int)(sizeof(left) / sizeof(left[0]))) {
            snprintf(error, CLI_ERROR_MAX, "too many words; see eyelid --help");
            return -EINVAL;
        }
        if (!is_which)
            words[n_words++] = argv[i];
        else
            left[n_left++] = argv[i];
        if (has_word)
            left[n_left++] = argv[++i];
    }
    const int r = parse_options(2, n_left, left, cli, error);
    return r < 0 ? r : order_parse((unsigned)n_words, words, &cli->order, error);
}

/* FILE, --config FILE or --config=FILE. */
static int parse_check_config(int argc, char **argv, struct cli *cli, char error[CLI_ERROR_MAX])
{
    static const char OPTION[] = "--config";
    const size_t len = sizeof(OPTION) - 1;
    int i = 2;
    if (i < argc && strncmp(argv[i], OPTION, len) == 0 && argv[i][len] == '=') {
        cli->config_file = argv[i++] + len + 1;
    } else if (i + 1 < argc && strcmp(argv[i], OPTION) == 0) {
        cli->config_file = argv[i + 1];
        i += 2;
    } else if (i < argc && argv[i][0] != '-') {
        cli->config_file = argv[i++];
    }
    if (i == argc)
        return 0;
    snprintf(error, CLI_ERROR_MAX, "check-config takes one file, not \"%s\"", argv[i]);
    return -EINVAL;
}

static int parse_cameras(int argc, char **argv, struct cli *cli, char error[CLI_ERROR_MAX])
{
    cli->verbose = argc == 3 && strcmp(argv[2], "--verbose") == 0;
    if (argc > 2 && !(argc == 3 && cli->verbose)) {
        snprintf(error, CLI_ERROR_MAX, "cameras takes only --verbose, not \"%s\"",
                 argv[argc > 3 ? 3 : 2]);
        return -EINVAL;
    }
    return 0;
}

/* The value in argv[*i] after "=", or else the next argument; NULL: none. */
static const char *value_of(int argc, char **argv, int *i)
{
    const char *equals = strchr(argv[*i], '=');
    if (equals)
        return equals + 1;
    return *i + 1 < argc ? argv[++*i] : NULL;
}

static int parse_fps(const char *text, double *ret_fps, char error[CLI_ERROR_MAX])
{
    char *end;
    const double fps = strtod(text, &end);
    if (end == text || *end || !(fps >= 0.01 && fps <= 1000)) {
        snprintf(error, CLI_ERROR_MAX, "--fps takes a number from 0.01 to 1000, not \"%s\"", text);
        return -EINVAL;
    }
    *ret_fps = fps;
    return 0;
}

static int parse_motion_option(int argc, char **argv, int *i, struct motion_options *options,
                               char error[CLI_ERROR_MAX])
{
    const char *arg = argv[*i];
    if (strcmp(arg, "--json") == 0) {
        options->json = true;
        return 0;
    }
    if (strcmp(arg, "--full-rate") == 0 || strcmp(arg, "--two-stage") == 0) {
        options->full_rate = arg[2] == 'f'; /* two stages are the default */
        return 0;
    }
    const bool from = is_option(arg, "--from"), fps = is_option(arg, "--fps");
    if (!from && !fps && !is_option(arg, "--settings")) {
        snprintf(error, CLI_ERROR_MAX, "motion has no option \"%s\"; see eyelid --help", arg);
        return -EINVAL;
    }
    const char *value = value_of(argc, argv, i);
    if (!value) {
        snprintf(error, CLI_ERROR_MAX, "%s needs a value; see eyelid --help", arg);
        return -EINVAL;
    }
    if (fps)
        return parse_fps(value, &options->fps, error);
    *(from ? &options->from : &options->settings) = value;
    return 0;
}

static int parse_motion(int argc, char **argv, struct cli *cli, char error[CLI_ERROR_MAX])
{
    for (int i = 2; i < argc; i++) {
        const int r = parse_motion_option(argc, argv, &i, &cli->motion, error);
        if (r < 0)
            return r;
    }
    if (!cli->motion.from || cli->motion.fps <= 0) {
        snprintf(error, CLI_ERROR_MAX, "motion needs --from FILE.mjpeg and --fps N");
        return -EINVAL;
    }
    return 0;
}

int cli_parse(int argc, char **argv, struct cli *ret_cli, char error[CLI_ERROR_MAX])
{
    struct cli cli = {0};
    const char *word = argc > 1 ? argv[1] : "";
    int result = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            word = "--help";
    if (strcmp(word, "serve") == 0) {
        cli.command = CLI_SERVE;
        result = parse_options(2, argc, (const char *const *)argv, &cli, error);
    } else if (strcmp(word, "check-config") == 0) {
        cli.command = CLI_CHECK_CONFIG;
        result = parse_check_config(argc, argv, &cli, error);
    } else if (strcmp(word, "cameras") == 0) {
        cli.command = CLI_CAMERAS;
        result = parse_cameras(argc, argv, &cli, error);
    } else if (strcmp(word, "film") == 0 && (argc == 3 || argc == 4)) {
        cli.command = CLI_FILM;
        cli.film = argv[2];
        cli.film_decoder = argc == 4 ? argv[3] : NULL;
    } else if (strcmp(word, "motion") == 0) {
        cli.command = CLI_MOTION;
        result = parse_motion(argc, argv, &cli, error);
    } else if (strcmp(word, "archive") == 0) {
        cli.command = CLI_ARCHIVE_CHECK;
        result = parse_archive(argc, argv, &cli, error);
    } else if (strcmp(word, "backup") == 0) {
        cli.command = CLI_BACKUP;
        result = parse_backup(argc, argv, "--pictures", &cli.pictures, &cli, error);
    } else if (strcmp(word, "restore") == 0) {
        cli.command = CLI_RESTORE;
        result = parse_backup(argc, argv, "--replace", &cli.replaces, &cli, error);
    } else if (order_is_noun(word)) {
        cli.command = CLI_ORDER;
        result = parse_order(argc, argv, &cli, error);
    } else if (strcmp(word, "--version") == 0) {
        cli.command = CLI_VERSION;
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "help") == 0) {
        cli.command = CLI_HELP;
    } else if (*word) {
        snprintf(error, CLI_ERROR_MAX, "there is no command \"%s\"; see eyelid --help", word);
        result = -EINVAL;
    } else {
        snprintf(error, CLI_ERROR_MAX, "no command given; try eyelid serve, or eyelid --help");
        result = -EINVAL;
    }
    if (!result)
        *ret_cli = cli;
    return result;
}
