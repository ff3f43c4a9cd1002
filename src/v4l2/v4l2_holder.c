#include "v4l2/v4l2_holder.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Longer than any path in /proc: a truncated one does not match. */
static void join(char out[PATH_MAX], const char *folder, const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_add(&text, "%s/%s", folder, name);
}

static bool has_open(const char *process, const char *node)
{
    char folder[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
    bool found = false;
    join(folder, process, "fd");
    DIR *dir = opendir(folder); /* another user's: no access */
    if (!dir)
        return false;
    for (const struct dirent *e; !found && (e = readdir(dir));) {
        join(path, folder, e->d_name);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        if (n > 0) {
            target[n] = '\0';
            found = strcmp(target, node) == 0;
        }
    }
    closedir(dir);
    return found;
}

static void describe(const char *process, const char *pid, char out[V4L2_HOLDER_MAX])
{
    char path[PATH_MAX], name[20] = "";
    join(path, process, "comm");
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(name, sizeof(name), file))
            name[0] = '\0';
        fclose(file);
    }
    for (char *p = name; *p; p++)
        *p = (char)(*p == '\n' ? '\0' : *p < ' ' || *p > '~' ? '?' : *p);
    snprintf(out, V4L2_HOLDER_MAX, "%s%spid %.10s", name, name[0] ? ", " : "", pid);
}

const char *v4l2_holder(const char *proc, const char *node, char out[V4L2_HOLDER_MAX])
{
    char process[PATH_MAX];
    DIR *dir = opendir(proc);
    out[0] = '\0';
    if (!dir)
        return out;
    for (const struct dirent *e; !out[0] && (e = readdir(dir));) {
        if (!isdigit((unsigned char)e->d_name[0]) || atol(e->d_name) == (long)getpid())
            continue;
        join(process, proc, e->d_name);
        if (has_open(process, node))
            describe(process, e->d_name, out);
    }
    closedir(dir);
    return out;
}
