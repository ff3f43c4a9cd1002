/* eyelid: dispatches the commands, which are in separate files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin.h"
#include "app/archive_check.h"
#include "app/backups.h"
#include "app/cameras.h"
#include "app/cli.h"
#include "app/complain.h"
#include "app/config.h"
#include "app/control.h"
#include "app/declared.h"
#include "app/motion.h"
#include "app/serve.h"
#include "base/alloc.h"
#include "codec/jpeg_decode.h"
#include "film/work.h"

static const char DEFAULT_FILE[] = "/etc/eyelid/eyelid.conf";

enum { EXIT_FINE = 0, EXIT_WRONG = 2 };

/* *ret_text is NULL if there is no file and none was named. */
static int read_file(const char *asked_for, struct config_sources *sources, char **ret_text)
{
    const char *path = asked_for ? asked_for : DEFAULT_FILE;
    int error = config_read_file(path, ret_text, &sources->file_len_bytes);
    if (error == -ENOENT && !asked_for)
        return 0;
    if (error == -EFBIG)
        complain("%s: larger than %d KiB; is this the right file?", path,
                 CONFIG_FILE_MAX_BYTES / 1024);
    else if (error)
        complain("%s: %s; name a file that can be read", path, strerror(-error));
    else
        sources->file_name = path;
    return error;
}

static struct config *load_config(const struct cli *cli)
{
    char *text = NULL, *sentence = NULL;
    struct config *config = NULL;
    struct config_sources sources = {.environment = (const char *const *)environ,
                                     .options = cli->options,
                                     .n_options = cli->n_options,
                                     .is_root = geteuid() == 0};
    if (read_file(cli->config_file, &sources, &text) < 0)
        return NULL;
    sources.file_text = text;
    if (config_parse(&sources, &config, &sentence) < 0)
        complain("%s", sentence);
    mem_free(sentence);
    mem_free(text);
    return config;
}

/* The settings file in use; NULL: none. */
static const char *settings_file(const struct cli *cli)
{
    if (cli->config_file)
        return cli->config_file;
    return access(DEFAULT_FILE, F_OK) == 0 ? DEFAULT_FILE : NULL;
}

static void show(const struct config *config)
{
    if (config->ignored)
        complain("%s", config->ignored);
    for (unsigned i = 0; config_key_name(i); i++)
        printf("%s = %s ; %s\n", config_key_name(i), config->values[i].text,
               config->values[i].origin);
}

static int order(const struct config *config, const struct order *wanted)
{
    struct control_places places;
    control_places(config, &places);
    if (!places.list[0]) {
        complain("the path of the control socket is too long; name a shorter one with --control");
        return EXIT_WRONG;
    }
    return admin_run(wanted, places.list, complain);
}

int main(int argc, char **argv)
{
    struct cli cli;
    char error[CLI_ERROR_MAX];
    mem_setup();
    if (cli_parse(argc, argv, &cli, error) < 0) {
        complain("%s", error);
        return EXIT_WRONG;
    }
    if (cli.command == CLI_VERSION) {
        puts("eyelid " EYELID_VERSION);
        return EXIT_FINE;
    }
    if (cli.command == CLI_HELP) {
        fputs(cli_help, stdout);
        return EXIT_FINE;
    }
    if (cli.command == CLI_CAMERAS)
        return cameras(cli.verbose);
    if (cli.command == CLI_FILM) {
        jpeg_decode_sandbox(cli.film_decoder);
        return film_work(cli.film);
    }
    if (cli.command == CLI_MOTION)
        return motion(&cli.motion);
    struct config *config = load_config(&cli);
    if (!config)
        return EXIT_WRONG;
    int result = EXIT_FINE;
    if (cli.command == CLI_CHECK_CONFIG) {
        show(config);
        result = declared_check(config) ? EXIT_WRONG : EXIT_FINE;
    } else if (cli.command == CLI_ARCHIVE_CHECK)
        result = archive_check(config, cli.repair);
    else if (cli.command == CLI_BACKUP)
        result = backups_make(config, settings_file(&cli), cli.file, cli.pictures);
    else if (cli.command == CLI_RESTORE)
        result = backups_restore(config, cli.file, cli.replaces);
    else if (cli.command == CLI_ORDER)
        result = order(config, &cli.order);
    else
        result = serve(config);
    config_destroy(config);
    return result;
}
