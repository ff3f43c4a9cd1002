/* libcurl's errors as sentences for the owner. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "visit.h"

static void test_a_line_beyond_libcurls_own_limit(void **state)
{
    struct visit *visit = *state;
    char part[1024];
    memset(part, 'x', sizeof(part));
    part[sizeof(part) - 1] = '\0';
    visit_get(visit);
    int fd = visit_serve(visit);
    peer_say(fd, "HTTP/1.1 200 OK\r\nX: ");
    for (int i = 0; i < 101; i++) /* 100 KiB; the last one ends it */
        peer_say(fd, "%s", part);
    visit_expect_about(visit, -EMSGSIZE, "", " sends headers that are too long");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_beyond_libcurls_own_limit, visit_setup,
                                        visit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
