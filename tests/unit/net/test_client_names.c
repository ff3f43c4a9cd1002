/* A name is resolved once, for all ports. */
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "net/socket.h"
#include "visit.h"

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static atomic_uint resolved;

/* Instead of the C library's: a name that leads elsewhere whenever it is asked again. */
__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **ret)
{
    resolver *real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "cam.test") == 0)
        name = atomic_fetch_add(&resolved, 1) == 0 ? "127.0.0.1" : "127.0.0.3";
    return real(name, service, hints, ret);
}

static void test_another_port_of_a_host(void **state)
{
    struct visit *visit = *state;
    visit_point_to(visit, "http://", "cam.test", "/stream");
    visit_get(visit);
    int stream = visit_serve(visit), first_server = visit->server;
    peer_say(stream, "HTTP/1.1 200 OK\r\n\r\nx");
    tally_wait(&visit->bodies, 1);
    visit->port = 0;
    visit->server = socket_listen("127.0.0.1", &visit->port);
    assert_true(visit->server >= 0);
    visit_point_to(visit, "http://", "cam.test", "/status");
    visit_get(visit);
    int control = visit_serve(visit);
    peer_say(control, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    visit_expect_done(visit, 0, "");
    assert_int_equal(atomic_load(&resolved), 1);
    visit_do_now(visit, visit_destroy_now); /* else its end would be reported in the check */
    close(control);
    close(stream);
    close(first_server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_another_port_of_a_host, visit_setup, visit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
