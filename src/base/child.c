#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Undoes for the child that the server's threads block signals and that it ignores SIGPIPE. */
static int reset_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int r = posix_spawnattr_setsigmask(attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(attributes, &all);
    if (r == 0)
        r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return r;
}

static int hand_over(posix_spawn_file_actions_t *actions, int fd, int child_fd)
{
    int r = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, fd, child_fd);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(
            actions, child_fd > STDERR_FILENO ? child_fd + 1 : STDERR_FILENO + 1);
    return r;
}

int child_start(const char *const argv[], int fd, int child_fd, struct child *ret_child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    struct child child = {0};
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        r = reset_signals(&attributes);
        if (r == 0)
            r = hand_over(&actions, fd, child_fd);
        if (r == 0)
            r = posix_spawnp(&child.pid, argv[0], &actions, &attributes,
                             (char *const *)(uintptr_t)argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        return -r;
    child.pidfd = pidfd_open(child.pid, 0);
    *ret_child = child;
    return 0;
}

void child_signal(const struct child *child, int signal_number)
{
    if (child->pid > 0)
        kill(child->pid, signal_number); /* not reaped yet: the pid is still valid */
}

int child_finish(struct child *child, int grace_ms, int hurry_fd)
{
    int status = 0;
    if (child->pid <= 0)
        return 0;
    struct pollfd fds[2] = {{.fd = child->pidfd, .events = POLLIN},
                            {.fd = hurry_fd, .events = POLLIN}};
    if (child->pidfd < 0 || poll(fds, 2, grace_ms) <= 0 || !fds[0].revents)
        kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child->pidfd >= 0)
        close(child->pidfd);
    *child = (struct child){0};
    return status;
}
