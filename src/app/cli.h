/* Parses the command line. Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "admin/order.h"
#include "app/config.h"
#include "app/motion.h"

enum cli_command {
    CLI_SERVE,
    CLI_CAMERAS,
    CLI_CHECK_CONFIG,
    CLI_MOTION,
    CLI_FILM, /* used by the server for the films that it makes */
    CLI_ARCHIVE_CHECK,
    CLI_BACKUP,
    CLI_RESTORE,
    CLI_ORDER, /* to the running server */
    CLI_VERSION,
    CLI_HELP
};

enum { CLI_OPTIONS_MAX = 8, CLI_WORDS_MAX = 16, CLI_ERROR_MAX = 256 };

struct cli {
    enum cli_command command;
    const char *config_file; /* NULL = not given; borrowed from argv, as all below */
    struct config_option options[CLI_OPTIONS_MAX];
    size_t n_options;
    bool verbose;
    bool repair;      /* CLI_ARCHIVE_CHECK */
    const char *file; /* CLI_BACKUP, CLI_RESTORE */
    bool pictures;    /* CLI_BACKUP */
    bool replaces;    /* CLI_RESTORE */
    struct motion_options motion;
    const char *film;         /* CLI_FILM: its folder */
    const char *film_decoder; /* the program that decodes its photos; NULL: the film does */
    struct order order;
};

/* -EINVAL: error says what is wrong and what is expected. */
int cli_parse(int argc, char **argv, struct cli *ret_cli, char error[CLI_ERROR_MAX])
    __attribute__((warn_unused_result));

/* What --help prints; immutable. */
extern const char cli_help[];
