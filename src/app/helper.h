/* Finds the programs that work for this one: eyelid-jpeg, eyelid-libcamera. Any thread. */
#pragma once
#include <limits.h>
#include <stdbool.h>

/* Looks beside this program (in a build folder) and where it is installed. */
bool helper_find(const char *name, char ret_path[PATH_MAX]);
