#include "app/helper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool helper_find(const char *name, char ret_path[PATH_MAX])
{
    const size_t room = strlen(name) + 1;
    ssize_t n = readlink("/proc/self/exe", ret_path, PATH_MAX - room);
    if (n > 0) {
        ret_path[n] = '\0';
        memcpy(strrchr(ret_path, '/') + 1, name, room);
        if (access(ret_path, X_OK) == 0)
            return true;
    }
    snprintf(ret_path, PATH_MAX, "%s/%s", EYELID_LIBEXECDIR, name);
    return access(ret_path, X_OK) == 0;
}
