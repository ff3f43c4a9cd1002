/* The server: creates the rooms in order, runs the loop until a signal stops it, and destroys them
 * again. Main thread. */
#pragma once
#include "app/config.h"

/* Returns the exit code: 0 after SIGTERM or SIGINT; 1 with a sentence on standard error if it could
 * not start. */
int serve(const struct config *config);
