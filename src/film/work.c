#include "film/work.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "film/make.h"

static void say(void *ctx, const struct film_progress *progress)
{
    (void)ctx;
    printf("at %u %u %u\n", progress->next, progress->frames, progress->total);
    (void)fflush(stdout);
}

int film_work(const char *folder)
{
    struct archive_item item;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpriority(PRIO_PROCESS, 0, 15); /* live pictures have priority */
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int archive = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 || archive < 0 ? -errno : film_make(fd, archive, say, NULL, &item);
    if (r == 0)
        printf("done %s\n", item.path);
    else
        printf("failed %s\n",
               r == -ENODATA ? "none of its photos can be read, or all are dark" : strerror(-r));
    return fflush(stdout) == 0 && r == 0 ? 0 : 1;
}
