/* Where eyelid-libcamera is. Any thread. */
#pragma once
#include <limits.h>
#include <stdbool.h>

/* It stands beside this program (a build folder) or where it is installed. */
bool helper_find(char ret_path[PATH_MAX]);
