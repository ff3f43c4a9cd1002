#include "site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct tally asked = TALLY_INIT;

static void on_request(void *ctx, struct http_request *request)
{
    (void)ctx;
    char body[64];
    int n =
        snprintf(body, sizeof(body), "%s %d", http_peer(request), http_peer_is_loopback(request));
    http_reply(request,
               &(struct http_response){.status = 200, .body = body, .len_bytes = (size_t)n});
    tally_add(&asked);
}

static const struct net_listener_params LISTENER = {.on_request = on_request, .max_per_address = 3};

static int connect_to(const char *address, uint16_t port)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    bool v6 = inet_pton(AF_INET6, address, &in6.sin6_addr) == 1;
    if (!v6)
        assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, v6 ? (void *)&in6 : (void *)&in, v6 ? sizeof(in6) : sizeof(in)) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool has = fd >= 0 && bind(fd, (void *)&in6, sizeof(in6)) == 0;
    if (fd >= 0)
        close(fd);
    return has;
}

static void expect_body(int fd, const char *body)
{
    struct answer answer;
    peer_get(fd, "/", &answer);
    assert_string_equal(answer.body, body);
}

static void says_why_it_cannot_listen(void **state)
{
    (void)state;
    struct site site;
    site_init(&site, NULL, &LISTENER);
    struct net_listener *listener = NULL;
    struct net_listener_params params = LISTENER;
    params.address = "127.0.0.1";
    params.port = site.port;
    assert_int_equal(net_listen(site.net, &params, &listener), -EADDRINUSE);
    params.address = "*";
    assert_int_equal(net_listen(site.net, &params, &listener), -EADDRINUSE);
    params.port = 0;
    params.address = "203.0.113.1"; /* TEST-NET-3: unassigned */
    assert_int_equal(net_listen(site.net, &params, &listener), -EADDRNOTAVAIL);
    params.address = "localhost";
    assert_int_equal(net_listen(site.net, &params, &listener), -EINVAL);
    params.address = "";
    assert_int_equal(net_listen(site.net, &params, &listener), -EINVAL);
    assert_null(listener);
    site_finish(&site);
}

static void a_port_is_free_again_at_once(void **state)
{
    (void)state;
    struct site site;
    uint16_t port = 0;
    for (int i = 0; i < 3; i++) {
        struct net_listener_params params = LISTENER;
        params.port = port;
        site_init(&site, NULL, &params);
        port = site.port;
        site_run(&site);
        int fd = peer_connect(port);
        expect_body(fd, "127.0.0.1 1");
        site_finish(&site); /* the server's end closes first: its port rests in TIME_WAIT */
        close(fd);
    }
}

static void a_star_listens_to_both_families(void **state)
{
    (void)state;
    struct site site;
    struct net_listener_params params = LISTENER;
    params.address = "*";
    site_init(&site, NULL, &params);
    site_run(&site);
    int fd = connect_to("127.0.0.1", site.port);
    expect_body(fd, "127.0.0.1 1"); /* not ::ffff:127.0.0.1 */
    close(fd);
    if (has_ipv6()) {
        fd = connect_to("::1", site.port);
        expect_body(fd, "::1 1");
        close(fd);
    }
    site_finish(&site);
}

static void an_ipv6_address_listens_to_ipv6_alone(void **state)
{
    (void)state;
    if (!has_ipv6())
        skip();
    struct site site;
    struct net_listener_params params = LISTENER;
    params.address = "::1";
    site_init(&site, NULL, &params);
    site_run(&site);
    int fd = connect_to("::1", site.port);
    expect_body(fd, "::1 1");
    close(fd);
    assert_int_equal(connect_to("127.0.0.1", site.port), -1);
    site_finish(&site);
}

/* Begins a request that does not end; returns when the server waits for the rest of it. */
static void be_busy(int fd)
{
    char text[25]; /* HTTP/1.1 100 Continue */
    peer_say(fd, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    peer_receive_all(fd, text, sizeof(text));
}

static int connect_to_path(const char *path)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(where.sun_path, path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (void *)&where, sizeof(where)), 0);
    return fd;
}

static void a_unix_socket_says_who_connects(void **state)
{
    (void)state;
    struct site site;
    struct stat file;
    char folder[] = "/tmp/eyelid-listen-XXXXXX", path[64], wanted[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    struct net_listener_params params = LISTENER;
    params.address = path;
    site_init(&site, NULL, &params);
    assert_int_equal(lstat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFSOCK | 0600);
    site_run(&site);
    int fd = connect_to_path(path);
    snprintf(wanted, sizeof(wanted), "uid %u pid %d 1", getuid(), getpid());
    expect_body(fd, wanted);
    close(fd);
    site_finish(&site);
    assert_int_equal(lstat(path, &file), -1); /* it goes with the listener */
    rmdir(folder);
}

static void a_unix_socket_takes_the_place_of_one_left_behind_alone(void **state)
{
    (void)state;
    struct site site;
    struct net_listener *listener = NULL;
    char folder[] = "/tmp/eyelid-listen-XXXXXX", path[64], longest[200];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    strcpy(where.sun_path, path);
    int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(left, (void *)&where, sizeof(where)), 0);
    close(left);
    struct net_listener_params params = LISTENER;
    params.address = path;
    site_init(&site, NULL, &params);
    assert_int_equal(net_listen(site.net, &params, &listener), -EADDRINUSE);
    char file[72];
    snprintf(file, sizeof(file), "%s.txt", path);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    params.address = file;
    assert_int_equal(net_listen(site.net, &params, &listener), -EEXIST);
    assert_int_equal(unlink(file), 0);
    memset(longest, '/', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    params.address = longest;
    assert_int_equal(net_listen(site.net, &params, &listener), -ENAMETOOLONG);
    site_finish(&site);
    rmdir(folder);
}

static void a_group_may_use_a_unix_socket(void **state)
{
    (void)state;
    struct site site;
    struct stat file;
    char folder[] = "/tmp/eyelid-listen-XXXXXX", path[64];
    const struct group *group = getgrgid(getegid());
    if (!group)
        skip();
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    struct net_listener_params params = LISTENER;
    params.address = path;
    params.group = group->gr_name;
    site_init(&site, NULL, &params);
    assert_int_equal(lstat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFSOCK | 0660);
    site_finish(&site);
    params.group = "no-such-group";
    site_init(&site, NULL, &params);
    assert_int_equal(lstat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFSOCK | 0600);
    site_finish(&site);
    rmdir(folder);
}

static void connections_are_limited(void **state)
{
    (void)state;
    enum { MOST = 5 };
    struct site site;
    int fds[MOST];
    char text[1024];
    site_init(&site, &(struct net_params){.max_connections = MOST}, &LISTENER);
    site_run(&site);
    for (int i = 0; i < MOST; i++) { /* loopback is not held to max_per_address */
        fds[i] = peer_connect(site.port);
        expect_body(fds[i], "127.0.0.1 1");
        be_busy(fds[i]);
    }
    int more = peer_connect(site.port);
    peer_receive_rest(more, text, sizeof(text));
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    close(more);
    close(fds[0]);
    /* Its place is free as soon as the loop has seen it go. */
    for (int i = 0; i < 1000; i++) {
        more = peer_connect(site.port);
        peer_say(more, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        peer_receive_rest(more, text, sizeof(text));
        close(more);
        if (strstr(text, "HTTP/1.1 200 "))
            break;
    }
    assert_non_null(strstr(text, "HTTP/1.1 200 "));
    for (int i = 1; i < MOST; i++)
        close(fds[i]);
    site_stop(&site);
    struct net_stats stats = net_stats(site.net);
    assert_true(stats.refused >= 1);
    assert_int_equal(stats.connections, 0);
    assert_true(stats.requests >= MOST + 1);
    site_finish(&site);
}

/* Connections that only are there give way, the oldest first. */
static void idle_connections_make_room(void **state)
{
    (void)state;
    enum { MOST = 4 };
    struct site site;
    int fds[MOST];
    char byte;
    site_init(&site, &(struct net_params){.max_connections = MOST}, &LISTENER);
    site_run(&site);
    for (int i = 0; i < MOST; i++) {
        fds[i] = peer_connect(site.port);
        expect_body(fds[i], "127.0.0.1 1");
    }
    be_busy(fds[0]);
    int more = peer_connect(site.port);
    expect_body(more, "127.0.0.1 1");
    assert_true(peer_receive(fds[1], &byte, 1) <= 0);
    peer_send(fds[0], "ok", 2);
    struct answer answer;
    peer_answer(fds[0], true, &answer);
    assert_int_equal(answer.status, 200);
    expect_body(fds[2], "127.0.0.1 1");
    for (int i = 0; i < MOST; i++)
        close(fds[i]);
    close(more);
    site_stop(&site);
    assert_int_equal(net_stats(site.net).idle_closed, 1);
    site_finish(&site);
}

/* However many come to one listener, another one's own places stay free. */
static void a_listener_keeps_its_places(void **state)
{
    (void)state;
    enum { MOST = 6, OWN = 2 };
    struct site site;
    struct net_listener *own;
    struct net_listener_params params = LISTENER;
    int fds[MOST];
    char text[1024];
    site_init(&site, &(struct net_params){.max_connections = MOST}, &LISTENER);
    params.address = "127.0.0.1";
    params.reserved = OWN;
    assert_int_equal(net_listen(site.net, &params, &own), 0);
    uint16_t port = net_listener_port(own);
    site_run(&site);
    for (int i = 0; i < MOST - OWN; i++) {
        fds[i] = peer_connect(site.port);
        be_busy(fds[i]);
    }
    int refused = peer_connect(site.port);
    peer_receive_rest(refused, text, sizeof(text));
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    for (int i = MOST - OWN; i < MOST; i++) {
        fds[i] = peer_connect(port);
        be_busy(fds[i]);
    }
    close(refused);
    for (int i = 0; i < MOST; i++)
        close(fds[i]);
    site_finish(&site);
}

/* An IPv4 address of this machine that is not loopback, or false. */
static bool own_address(char out[INET_ADDRSTRLEN])
{
    struct ifaddrs *all;
    bool found = false;
    if (getifaddrs(&all))
        return false;
    for (struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET)
            continue;
        const struct sockaddr_in *in = (const void *)one->ifa_addr;
        found = ntohl(in->sin_addr.s_addr) >> 24 != 127 &&
                inet_ntop(AF_INET, &in->sin_addr, out, INET_ADDRSTRLEN);
    }
    freeifaddrs(all);
    return found;
}

static void connections_of_an_address_are_limited(void **state)
{
    (void)state;
    char address[INET_ADDRSTRLEN], text[1024], body[64];
    if (!own_address(address))
        skip();
    struct site site;
    struct net_listener_params params = LISTENER;
    params.address = "*";
    site_init(&site, NULL, &params);
    site_run(&site);
    snprintf(body, sizeof(body), "%s 0", address);
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = connect_to(address, site.port);
        expect_body(fds[i], body);
    }
    int more = connect_to(address, site.port);
    peer_receive_rest(more, text, sizeof(text));
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    close(more);
    int other = connect_to("127.0.0.1", site.port);
    expect_body(other, "127.0.0.1 1");
    close(other);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    site_finish(&site);
}

/* Without descriptors the loop neither spins nor gives up: the peer is served when there is one. */
static void outlives_a_lack_of_descriptors(void **state)
{
    (void)state;
    enum { FEW = 64 };
    struct site site;
    site_init(&site, NULL, &LISTENER);
    site_run(&site);
    int first = peer_connect(site.port);
    expect_body(first, "127.0.0.1 1");
    struct rlimit before, few;
    getrlimit(RLIMIT_NOFILE, &before);
    int late = socket(AF_INET, SOCK_STREAM, 0), filled[FEW], n = 0;
    struct timeval patience = {.tv_sec = 10};
    setsockopt(late, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    few = (struct rlimit){.rlim_cur = (rlim_t)late + 1, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (n < FEW && (filled[n] = dup(late)) >= 0)
        n++;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(site.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(late, (void *)&to, sizeof(to)), 0);
    expect_body(first, "127.0.0.1 1"); /* the loop has turned, and still serves */
    setrlimit(RLIMIT_NOFILE, &before);
    while (n > 0)
        close(filled[--n]);
    expect_body(late, "127.0.0.1 1");
    close(first);
    close(late);
    site_finish(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_it_cannot_listen),
        cmocka_unit_test(a_port_is_free_again_at_once),
        cmocka_unit_test(a_star_listens_to_both_families),
        cmocka_unit_test(an_ipv6_address_listens_to_ipv6_alone),
        cmocka_unit_test(a_unix_socket_says_who_connects),
        cmocka_unit_test(a_unix_socket_takes_the_place_of_one_left_behind_alone),
        cmocka_unit_test(a_group_may_use_a_unix_socket),
        cmocka_unit_test(connections_are_limited),
        cmocka_unit_test(idle_connections_make_room),
        cmocka_unit_test(a_listener_keeps_its_places),
        cmocka_unit_test(connections_of_an_address_are_limited),
        cmocka_unit_test(outlives_a_lack_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
