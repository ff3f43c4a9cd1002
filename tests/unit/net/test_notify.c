#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/notify.h"

/* A service manager's socket, in the abstract namespace. */
static int manager_open(char path[64])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(path, 64, "@eyelid-test-%d", (int)getpid());
    memcpy(address.sun_path, path, strlen(path));
    address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
                     0);
    return fd;
}

static void test_state_arrives(void **state)
{
    (void)state;
    char path[64], got[64] = "";
    int fd = manager_open(path);
    setenv("NOTIFY_SOCKET", path, 1);
    notify("READY=1");
    assert_int_equal(recv(fd, got, sizeof(got), 0), 7);
    assert_memory_equal(got, "READY=1", 7);
    unsetenv("NOTIFY_SOCKET");
    notify("READY=1");
    assert_int_equal(recv(fd, got, sizeof(got), 0), -1);
    assert_int_equal(errno, EAGAIN);
    close(fd);
}

/* Nothing to check but that it returns. */
static void test_odd_sockets_are_ignored(void **state)
{
    (void)state;
    static const char *const PATHS[] = {"", "@", "relative", "/nonexistent/notify"};
    char longest[300] = "/";
    memset(longest + 1, 'x', sizeof(longest) - 2);
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        setenv("NOTIFY_SOCKET", PATHS[i], 1);
        notify("READY=1");
    }
    setenv("NOTIFY_SOCKET", longest, 1);
    notify("READY=1");
    unsetenv("NOTIFY_SOCKET");
}

static void test_watchdog(void **state)
{
    (void)state;
    char pid[16];
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_us(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(notify_watchdog_us(), 30000000);
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_us(), 30000000);
    setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
    assert_int_equal(notify_watchdog_us(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_watchdog_us(), 0);
    unsetenv("WATCHDOG_USEC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_arrives),
        cmocka_unit_test(test_odd_sockets_are_ignored),
        cmocka_unit_test(test_watchdog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
