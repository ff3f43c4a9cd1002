/* The path of the control socket. The server creates it; commands search for it.
 */
#pragma once
#include "app/config.h"

enum { CONTROL_PLACES_MAX = 2 };

struct control_places {
    char path[CONTROL_PLACES_MAX][CONFIG_SOCKET_MAX_BYTES + 1];
    const char *list[CONTROL_PLACES_MAX + 1]; /* NULL-terminated */
};

/* Where a server with this configuration creates it: $RUNTIME_DIRECTORY (systemd.exec(5)), else the
 * data folder. runtime: that variable, or NULL. -ENOENT: it is off; -ENAMETOOLONG. */
int control_place(const struct config *config, const char *runtime,
                  char ret_path[CONFIG_SOCKET_MAX_BYTES + 1]) __attribute__((warn_unused_result));

/* Where a command searches for it: the configured path, else that of the system's service, and the
 * data folder. */
void control_places(const struct config *config, struct control_places *ret_places);
