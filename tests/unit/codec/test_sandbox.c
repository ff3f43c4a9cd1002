/* The filter of eyelid-jpeg: what it forbids ends the process. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "helper/jpeg/sandbox.h"

static void compute(void)
{
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        _exit(9);
    p[1 << 19] = 1;
    munmap(p, 1 << 20);
}
static void open_file(void)
{
    (void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}
static void open_socket(void)
{
    (void)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}
static void connect_socket(void)
{
    (void)syscall(SYS_connect, 0, NULL, 0);
}
static void run_program(void)
{
    (void)syscall(SYS_execve, "/bin/true", NULL, NULL);
}
static void trace(void)
{
    (void)syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0);
}
static void split(void)
{
    (void)syscall(SYS_clone, 0, 0, 0, 0, 0);
}
static void run_memory(void)
{
    (void)syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void protect_memory(void)
{
    (void)syscall(SYS_mprotect, 0, 4096, PROT_READ | PROT_EXEC);
}
static void map_file(void)
{
    (void)syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, 0, 0);
}
static void kill_parent(void)
{
    (void)syscall(SYS_kill, getppid(), 0);
}

/* How a process ends that does so. */
static int end_of(void (*act)(void))
{
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (sandbox_enter() < 0)
            _exit(8);
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_it_may_compute(void **state)
{
    (void)state;
    const int status = end_of(compute);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_anything_else_kills_it(void **state)
{
    (void)state;
    void (*const acts[])(void) = {open_file, open_socket, connect_socket, run_program, trace,
                                  split,     run_memory,  protect_memory, map_file,    kill_parent};
    for (unsigned i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        const int status = end_of(acts[i]);
        if (!WIFSIGNALED(status))
            print_error("act %u: status %x\n", i, status);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_may_compute),
        cmocka_unit_test(test_anything_else_kills_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
