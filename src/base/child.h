/* A child process: started from an argument vector, without a shell, and always reaped. Functions
 * that wait must not be called on the loop. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0 = none */
    int pidfd;
};

/* Starts argv[0] (searched in PATH if it has no slash). The child has /dev/null as standard input,
 * the server's standard error, and fd as number child_fd (if that is not 1, its standard output is
 * the standard error); no other descriptors. Signals have their default actions. fd stays the
 * caller's. Negative errno: -ENOENT: program not found. */
int child_start(const char *const argv[], int fd, int child_fd, struct child *ret_child)
    __attribute__((warn_unused_result));

/* The grace period when a camera ends, short because the server may be stopping. */
enum { CHILD_LAST_GRACE_MS = 250 };

/* Waits up to grace_ms for its end, then kills it, and clears *child; also takes a cleared one. The
 * wait ends early when hurry_fd is readable (-1: never). Returns waitpid's
 * status. */
int child_finish(struct child *child, int grace_ms, int hurry_fd);

void child_signal(const struct child *child, int signal_number);
