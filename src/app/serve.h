/* The server: builds the house, room upon room, runs it until a signal says stop, and takes it down
 * again. Main thread. */
#pragma once
#include "app/config.h"

/* The exit code: 0 after SIGTERM or SIGINT; 1 with a sentence on standard error when it could not
 * begin. */
int serve(const struct config *config);
