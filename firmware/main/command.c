#include "firmware/main/command.h"

#include <stdio.h>
#include <string.h>

const struct command command_table[] = {
    {"wifi", "The network to join; without a password, an open one", "SSID [PASSWORD]"},
    {"server", "The server's address; auto finds it on the network", "auto|HOST[:PORT]"},
    {"id", "The camera's id: a-z, 0-9 and -", "ID"},
    {"name", "The camera's name on the page", "NAME"},
    {"token", "Presented to the server, which then refuses this id without it: 16 to 64 characters",
     "off|TOKEN"},
    {"rest", "Sleep for FOR seconds after AFTER seconds without a viewer", "off|AFTER FOR"},
    {"show", "Print the settings", ""},
    {"restart", "Restart with these settings", ""},
};
const unsigned command_count = sizeof(command_table) / sizeof(command_table[0]);

static void show(const struct settings *settings, char answer[COMMAND_ANSWER_BYTES])
{
    char server[SETTINGS_HOST_MAX_BYTES + sizeof(":65535")] = "auto";
    char rest[48] = "off";
    if (settings->server.host[0])
        snprintf(server, sizeof(server), "%s:%u", settings->server.host, settings->server.port);
    if (settings->rest_s)
        snprintf(rest, sizeof(rest), "after %lu s for %lu s", (unsigned long)settings->rest_after_s,
                 (unsigned long)settings->rest_s);
    snprintf(answer, COMMAND_ANSWER_BYTES,
             "wifi   %s (%s)\nserver %s\nid     %s\nname   %s\ntoken  %s\nrest   %s",
             settings->ssid[0] ? settings->ssid : "not set",
             settings->password[0] ? "with a password" : "no password", server, settings->id,
             settings->name, settings->token[0] ? "set" : "off", rest);
}

/* Whole seconds; false for anything else. */
static bool read_seconds(const char *text, uint32_t *ret_seconds)
{
    uint32_t seconds = 0;
    size_t len_bytes = strlen(text);
    if (len_bytes < 1 || len_bytes > 6)
        return false;
    for (size_t i = 0; i < len_bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        seconds = seconds * 10 + (uint32_t)(text[i] - '0');
    }
    *ret_seconds = seconds;
    return true;
}

static int set_rest(struct settings *settings, int argc, char **argv)
{
    uint32_t after_s, rest_s;
    if (argc == 2 && strcmp(argv[1], "off") == 0)
        return settings_set_rest(settings, 0, 0);
    if (argc != 3 || !read_seconds(argv[1], &after_s) || !read_seconds(argv[2], &rest_s))
        return -1;
    return settings_set_rest(settings, after_s, rest_s);
}

static int change(struct settings *settings, int argc, char **argv)
{
    const char *name = argv[0];
    if (strcmp(name, "wifi") == 0 && (argc == 2 || argc == 3))
        return settings_set_wifi(settings, argv[1], argc == 3 ? argv[2] : "");
    if (strcmp(name, "rest") == 0)
        return set_rest(settings, argc, argv);
    if (argc != 2)
        return -1;
    if (strcmp(name, "server") == 0)
        return settings_set_server(settings, argv[1]);
    if (strcmp(name, "id") == 0)
        return settings_set_id(settings, argv[1]);
    if (strcmp(name, "name") == 0)
        return settings_set_name(settings, argv[1]);
    if (strcmp(name, "token") == 0)
        return settings_set_token(settings, argv[1]);
    return -1;
}

static void explain(const char *name, char answer[COMMAND_ANSWER_BYTES])
{
    for (unsigned i = 0; i < command_count; i++)
        if (strcmp(command_table[i].name, name) == 0)
            snprintf(answer, COMMAND_ANSWER_BYTES, "%s. Usage: %s %s (quote values with blanks)",
                     command_table[i].help, name, command_table[i].hint);
}

enum command_outcome command_run(struct settings *settings, int argc, char **argv,
                                 char answer[COMMAND_ANSWER_BYTES])
{
    snprintf(answer, COMMAND_ANSWER_BYTES, "no such command");
    if (argc == 1 && strcmp(argv[0], "show") == 0) {
        show(settings, answer);
        return COMMAND_SHOWN;
    }
    if (argc == 1 && strcmp(argv[0], "restart") == 0) {
        snprintf(answer, COMMAND_ANSWER_BYTES, "restarting");
        return COMMAND_RESTART;
    }
    if (argc < 1 || change(settings, argc, argv) < 0) {
        explain(argc < 1 ? "" : argv[0], answer);
        return COMMAND_WRONG;
    }
    snprintf(answer, COMMAND_ANSWER_BYTES, "stored; in force after: restart");
    return COMMAND_CHANGED;
}
