/* eyelid archive check: compares the archive's files with its index, and puts them in order. */
#pragma once
#include "app/config.h"

/* The program's exit status: 0 when all is in order, or is after the repair. Findings go to
 * standard output, a line each. */
int archive_check(const struct config *config, bool repair);
