/* eyelid archive check: compares the archive's files with its index, and puts them in order. */
#pragma once
#include "app/config.h"

/* Returns the program's exit status: 0 if everything is in order, or was repaired. Findings are
 * printed on standard output, one per line. */
int archive_check(const struct config *config, bool repair);
