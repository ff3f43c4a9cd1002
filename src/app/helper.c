#include "app/helper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char NAME[] = "eyelid-libcamera";

bool helper_find(char ret_path[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", ret_path, PATH_MAX - sizeof(NAME));
    if (n > 0) {
        ret_path[n] = '\0';
        snprintf(strrchr(ret_path, '/') + 1, sizeof(NAME), "%s", NAME);
        if (access(ret_path, X_OK) == 0)
            return true;
    }
    snprintf(ret_path, PATH_MAX, "%s/%s", EYELID_LIBEXECDIR, NAME);
    return access(ret_path, X_OK) == 0;
}
