/* A program of our own beside the server: started as an argument vector, without a shell, and
 * always waited for. Not for the loop where it says that it waits. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0 = none */
    int pidfd;
};

/* Starts argv[0] (looked for in PATH where it has no slash). The child has /dev/null as its input,
 * the server's standard error, and the descriptor as number child_fd (its standard output is the
 * error's otherwise); no other one. Signals are as the system has them. The descriptor stays the
 * caller's. Negative errno: -ENOENT: there is no such program. */
int child_start(const char *const argv[], int fd, int child_fd, struct child *ret_child)
    __attribute__((warn_unused_result));

/* The grace where a camera ends, with the server perhaps, which does not wait for long. */
enum { CHILD_LAST_GRACE_MS = 250 };

/* Waits up to grace_ms for its end, kills it then, and sets the child to none; takes none. The wait
 * is over as soon as hurry_fd can be read (-1: nothing hurries). Returns what waitpid calls the
 * status. */
int child_finish(struct child *child, int grace_ms, int hurry_fd);

void child_signal(const struct child *child, int signal_number);
