/* Where the control socket is. The server makes it; the commands of the command line look for it.
 */
#pragma once
#include "app/config.h"

enum { CONTROL_PLACES_MAX = 2 };

struct control_places {
    char path[CONTROL_PLACES_MAX][CONFIG_SOCKET_MAX_BYTES + 1];
    const char *list[CONTROL_PLACES_MAX + 1]; /* NULL-terminated */
};

/* Where a server with this configuration makes it: $RUNTIME_DIRECTORY (systemd.exec(5)), else the
 * data folder. runtime: that variable, or NULL. -ENOENT: nowhere, it is off; -ENAMETOOLONG. */
int control_place(const struct config *config, const char *runtime,
                  char ret_path[CONFIG_SOCKET_MAX_BYTES + 1]) __attribute__((warn_unused_result));

/* Where a command looks for it: where it was told to, else where the service of the system has it,
 * and in the data folder. */
void control_places(const struct config *config, struct control_places *ret_places);
