#include "film/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/lock.h"
#include "base/thread.h"
#include "codec/jpeg_decode.h"

struct film_run {
    struct thread thread;
    struct waker changed;
    FILE *lines; /* the thread's */
    struct lock lock;
    /* Guarded by lock. */
    pid_t pid; /* 0: already reaped */
    struct film_run_state state;
};

/* --- The thread. --- */

static void read_line(struct film_run *run, char *line)
{
    struct film_run_state *state = &run->state;
    struct film_progress p;
    line[strcspn(line, "\n")] = '\0';
    lock_take(&run->lock);
    if (sscanf(line, "at %u %u %u", &p.next, &p.frames, &p.total) == 3) {
        state->progress = p;
    } else if (strncmp(line, "done ", 5) == 0) {
        state->is_done = true;
        snprintf(state->text, sizeof(state->text), "%.*s", FILM_RUN_TEXT_MAX_BYTES - 1, line + 5);
    } else if (strncmp(line, "failed ", 7) == 0) {
        snprintf(state->text, sizeof(state->text), "%.*s", FILM_RUN_TEXT_MAX_BYTES - 1, line + 7);
    }
    lock_drop(&run->lock);
    waker_wake(&run->changed);
}

static void *follow(void *ctx)
{
    struct film_run *run = ctx;
    char line[256];
    siginfo_t info;
    while (fgets(line, sizeof(line), run->lines))
        read_line(run, line);
    /* The pid stays valid until the process is reaped under the lock. */
    while (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    lock_take(&run->lock);
    (void)waitpid(run->pid, NULL, 0);
    run->pid = 0;
    run->state.has_ended = true;
    lock_drop(&run->lock);
    waker_wake(&run->changed);
    return NULL;
}

/* --- The loop's side. --- */

static int set_up(posix_spawn_file_actions_t *actions, int archive, int out)
{
    int r = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addfchdir_np(actions, archive);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return r;
}

/* The process must not inherit blocked signals and the ignored SIGPIPE of the server's threads. */
static int spawn(const char *folder, int archive, int out, pid_t *ret_pid)
{
    const char *const argv[] = {"eyelid", "film", folder, jpeg_decode_program(), NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        r = set_up(&actions, archive, out);
        if (r == 0)
            r = posix_spawnattr_setsigmask(&attributes, &none);
        if (r == 0)
            r = posix_spawnattr_setsigdefault(&attributes, &all);
        if (r == 0)
            r = posix_spawnattr_setflags(&attributes,
                                         POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (r == 0)
            r = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes,
                            (char *const *)(uintptr_t)argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int film_run_start(const char *folder, int takes_archive, struct waker changed,
                   struct film_run **ret_run)
{
    int pipe_fds[2];
    pid_t pid = -1;
    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        close(takes_archive);
        return -errno;
    }
    int r = spawn(folder, takes_archive, pipe_fds[1], &pid);
    close(takes_archive);
    close(pipe_fds[1]);
    if (r < 0) {
        close(pipe_fds[0]);
        return r;
    }
    struct film_run *run = mem_new(struct film_run);
    run->changed = changed;
    run->pid = pid;
    run->lines = fdopen(pipe_fds[0], "r");
    lock_init(&run->lock, LOCK_RANK_WORKER);
    r = run->lines ? thread_start(&run->thread, "film", follow, run) : -ENOMEM;
    if (r < 0) {
        kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        if (run->lines)
            (void)fclose(run->lines);
        else
            close(pipe_fds[0]);
        lock_finish(&run->lock);
        mem_free(run);
        return r;
    }
    *ret_run = run;
    return 0;
}

struct film_run_state film_run_state(struct film_run *run)
{
    lock_take(&run->lock);
    const struct film_run_state state = run->state;
    lock_drop(&run->lock);
    return state;
}

void film_run_kill(struct film_run *run)
{
    lock_take(&run->lock);
    if (run->pid > 0)
        kill(run->pid, SIGKILL);
    lock_drop(&run->lock);
}

void film_run_stop(struct film_run *run)
{
    if (!run)
        return;
    film_run_kill(run);
    thread_join(&run->thread);
    (void)fclose(run->lines);
    lock_finish(&run->lock);
    mem_free(run);
}
