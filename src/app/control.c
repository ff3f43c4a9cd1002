#include "app/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char SYSTEM[] = "/run/eyelid";

static int place(char ret_path[CONFIG_SOCKET_MAX_BYTES + 1], const char *folder)
{
    char path[CONFIG_SOCKET_MAX_BYTES + 1], here[CONFIG_SOCKET_MAX_BYTES + 1] = "";
    const bool is_absolute = folder[0] == '/';
    if (!is_absolute && !getcwd(here, sizeof(here)))
        return errno == ERANGE ? -ENAMETOOLONG : -errno;
    if (snprintf(path, sizeof(path), "%s%s%s/control.sock", here, is_absolute ? "" : "/", folder) >=
        (int)sizeof(path))
        return -ENAMETOOLONG;
    memcpy(ret_path, path, sizeof(path));
    return 0;
}

int control_place(const struct config *config, const char *runtime,
                  char ret_path[CONFIG_SOCKET_MAX_BYTES + 1])
{
    if (!config->control)
        return place(ret_path, runtime && runtime[0] == '/' && !strchr(runtime, ':')
                                   ? runtime
                                   : config->data);
    if (strcmp(config->control, "off") == 0)
        return -ENOENT;
    snprintf(ret_path, CONFIG_SOCKET_MAX_BYTES + 1, "%s", config->control);
    return 0;
}

void control_places(const struct config *config, struct control_places *ret_places)
{
    unsigned n = 0;
    *ret_places = (struct control_places){0};
    if (config->control) {
        snprintf(ret_places->path[n++], sizeof(ret_places->path[0]), "%s", config->control);
    } else {
        if (config_is_default(config, "data"))
            n += place(ret_places->path[n], SYSTEM) == 0;
        n += place(ret_places->path[n], config->data) == 0;
    }
    for (unsigned i = 0; i < n; i++)
        ret_places->list[i] = ret_places->path[i];
}
