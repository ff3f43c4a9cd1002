/* What the transport alone costs: one message, COUNT WebSocket viewers, RATE times a second, on
 * loopback, beside a loop that does nothing but send(2) the same bytes to as many sockets. The two
 * take turns, ROUNDS each; server and viewers live in separate processes.
 *
 * usage: bench_fanout [COUNT [BYTES [RATE [SECONDS [ROUNDS]]]]]
 * prints one line of JSON: medians of the CPU time of one message to one viewer, the median of the
 * rounds' ratios, messages that each viewer got of those made, and the net's KiB of anonymous
 * memory per viewer. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/server.h"

enum { ROUNDS_MAX = 64, UPGRADE_MAX_BYTES = 1024 };

static unsigned count = 1000, message_bytes = 4096, rate = 30, seconds = 10, rounds = 5;

/* What a server's process says when it is through. */
struct result {
    double us_each; /* CPU of one message to one viewer */
    double messages_each, kib_each;
    unsigned long long made;
};

/* --- The viewers. --- */

static int connect_viewer(uint16_t port)
{
    static const char REQUEST[] =
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    char answer[1024];
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (void *)&to, sizeof(to)) ||
        send(fd, REQUEST, sizeof(REQUEST) - 1, MSG_NOSIGNAL) < 0 ||
        recv(fd, answer, sizeof(answer), 0) <= 0) {
        perror("viewer");
        exit(1);
    }
    return fd;
}

static void be_viewers(uint16_t port)
{
    static uint8_t bytes[1 << 20];
    int epoll = epoll_create1(0);
    for (unsigned i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = connect_viewer(port)};
        epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
    }
    for (unsigned open = count; open;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++)
            if (recv(events[i].data.fd, bytes, sizeof(bytes), 0) <= 0) {
                close(events[i].data.fd);
                open--;
            }
    }
    exit(0);
}

static pid_t start_viewers(uint16_t port)
{
    pid_t child = fork();
    if (child == 0)
        be_viewers(port);
    return child;
}

/* --- Both servers. --- */

static int64_t cpu_us(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * US_PER_S + use.ru_utime.tv_usec +
           use.ru_stime.tv_usec;
}

static long anon_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "RssAnon: %ld", &kib);
    if (file)
        fclose(file);
    return kib;
}

/* --- The bare one. --- */

static int accept_viewer(int listener)
{
    static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    char request[UPGRADE_MAX_BYTES];
    const int on = 1, bytes = 128 * 1024;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || recv(fd, request, sizeof(request), 0) <= 0 ||
        send(fd, ANSWER, sizeof(ANSWER) - 1, MSG_NOSIGNAL) < 0) {
        perror("bare");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)); /* as net has it */
    return fd;
}

static void wait_until(int64_t at_us)
{
    struct timespec at = {.tv_sec = at_us / US_PER_S, .tv_nsec = at_us % US_PER_S * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        ;
}

static void serve_bare(struct result *ret)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    size_t bytes_len = message_bytes + 4; /* a WebSocket frame's header as well */
    uint8_t *bytes = mem_zalloc_or_die(1, bytes_len);
    int *fds = mem_new_array(int, count), listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (void *)&at, len) || listen(listener, SOMAXCONN) ||
        getsockname(listener, (void *)&at, &len)) {
        perror("bare");
        exit(1);
    }
    pid_t child = start_viewers(ntohs(at.sin_port));
    for (unsigned i = 0; i < count; i++)
        fds[i] = accept_viewer(listener);
    uint64_t sent_count = 0;
    int64_t begun_us = clock_now_us(&clock_system), due_us = begun_us, cpu_begun_us = cpu_us();
    for (ret->made = 0; due_us < begun_us + (int64_t)seconds * US_PER_S; ret->made++) {
        wait_until(due_us);
        for (unsigned i = 0; i < count; i++)
            sent_count += send(fds[i], bytes, bytes_len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
        /* What a busy machine made late is skipped, as the net does: bursts to one socket are
         * cheaper. */
        do
            due_us += US_PER_S / rate;
        while (due_us < clock_now_us(&clock_system));
    }
    wait_until(due_us);
    ret->us_each = (double)(cpu_us() - cpu_begun_us) / (double)sent_count;
    ret->messages_each = (double)sent_count / count;
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
    close(listener);
    waitpid(child, NULL, 0);
    mem_free(fds);
    mem_free(bytes);
}

/* --- Ours. --- */

struct viewer {
    struct ws *ws;
    uint64_t next;
};

static struct viewer *viewers;
static unsigned opened, left;
static struct net *net;
static struct net_timer *tick;
static struct buf *message;
static uint64_t made, sent;
static int64_t tick_us, end_us, cpu_from_us;
static long anon_before_kib;
static struct result *result;

static void on_tick(void *ctx)
{
    (void)ctx;
    int64_t now_us = net_now_us(net);
    if (now_us >= end_us) {
        result->us_each = (double)(cpu_us() - cpu_from_us) / (double)sent;
        result->messages_each = (double)sent / count;
        result->made = made;
        result->kib_each = (double)(anon_kib() - anon_before_kib) / count;
        net_stop(net, US_PER_S);
        return;
    }
    made++;
    for (unsigned i = 0; i < opened; i++)
        ws_ready(viewers[i].ws);
    do
        tick_us += US_PER_S / rate;
    while (tick_us < now_us);
    net_timer_set(tick, tick_us);
}

static void on_opened(void *session, struct ws *ws)
{
    ((struct viewer *)session)->ws = ws;
    if (++opened < count)
        return;
    tick_us = net_now_us(net);
    cpu_from_us = cpu_us();
    end_us = tick_us + (int64_t)seconds * US_PER_S;
    net_timer_set(tick, tick_us);
}

static void on_message(void *session, struct buf *takes_buf, size_t len_bytes, bool binary)
{
    (void)session;
    (void)len_bytes;
    (void)binary;
    buf_unref(&takes_buf);
}

static int next(void *session, struct net_out *ret_out)
{
    struct viewer *viewer = session;
    if (viewer->next == made)
        return 0;
    viewer->next = made; /* the newest; missed frames are skipped */
    sent++;
    *ret_out = (struct net_out){.takes_buf = buf_ref(message),
                                .off = NET_OUT_ROOM,
                                .len_bytes = message_bytes,
                                .binary = true};
    return 1;
}

static void on_closed(void *session)
{
    (void)session;
    left++;
}

static const struct ws_ops OPS = {.max_message_bytes = 4096,
                                  .headroom = 0,
                                  .opened = on_opened,
                                  .message = on_message,
                                  .next = next,
                                  .closed = on_closed};

static int on_upgrade(void *ctx, struct http_request *request, struct ws_accept *ret_accept)
{
    static unsigned upgrades;
    (void)ctx;
    (void)request;
    *ret_accept = (struct ws_accept){.ops = &OPS, .session = &viewers[upgrades++]};
    return 0;
}

static void on_request(void *ctx, struct http_request *request)
{
    (void)ctx;
    http_reply(request, &(struct http_response){.status = 404});
}

static void serve_with_net(struct result *ret)
{
    result = ret;
    viewers = mem_new_array(struct viewer, count);
    struct net_params net_params = {.max_connections = count + 16};
    struct net_listener_params params = {
        .address = "127.0.0.1", .on_request = on_request, .on_upgrade = on_upgrade};
    struct net_listener *listener;
    if (net_create(&net_params, &net) < 0 || net_listen(net, &params, &listener) < 0 ||
        buf_create(NET_OUT_ROOM + message_bytes, &message) < 0)
        exit(1);
    tick = net_timer_create(net, on_tick, NULL);
    memset(message->data, 'x', message->len_bytes);
    pid_t child = start_viewers(net_listener_port(listener));
    anon_before_kib = anon_kib();
    int r = net_run(net);
    net_timer_destroy(tick);
    net_destroy(net);
    buf_unref(&message);
    mem_free(viewers);
    waitpid(child, NULL, 0);
    if (r < 0 || left != count)
        exit(1);
}

/* --- Turns. --- */

/* In a separate process, so that its CPU time can be measured. */
static struct result run(void (*serve)(struct result *ret))
{
    struct result result_of_child = {0};
    int pipe_fds[2], status;
    if (pipe(pipe_fds))
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        serve(&result_of_child);
        exit(write(pipe_fds[1], &result_of_child, sizeof(result_of_child)) !=
             sizeof(result_of_child));
    }
    if (waitpid(child, &status, 0) != child || status ||
        read(pipe_fds[0], &result_of_child, sizeof(result_of_child)) != sizeof(result_of_child)) {
        fprintf(stderr, "bench_fanout: a round failed\n");
        exit(1);
    }
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return result_of_child;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, rounds, sizeof(*values), compare);
    return rounds % 2 ? values[rounds / 2] : (values[rounds / 2 - 1] + values[rounds / 2]) / 2;
}

int main(int argc, char **argv)
{
    unsigned *const numbers[] = {&count, &message_bytes, &rate, &seconds, &rounds};
    double bare[ROUNDS_MAX], ours[ROUNDS_MAX], ratio[ROUNDS_MAX];
    struct result of_net = {0};
    for (int i = 1; i < argc && i <= 5; i++)
        *numbers[i - 1] = (unsigned)strtoul(argv[i], NULL, 10);
    if (!count || !rate || !rounds || rounds > ROUNDS_MAX || message_bytes < 126 ||
        message_bytes > 65535) {
        fprintf(stderr, "usage: bench_fanout [COUNT [BYTES [RATE [SECONDS [ROUNDS]]]]]\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (unsigned i = 0; i < rounds; i++) {
        bare[i] = run(serve_bare).us_each;
        of_net = run(serve_with_net);
        ours[i] = of_net.us_each;
        ratio[i] = ours[i] / bare[i];
        fprintf(stderr, "bare %.2f us, net %.2f us a message: %.3f\n", bare[i], ours[i], ratio[i]);
    }
    printf("{\"viewers\":%u,\"bytes\":%u,\"rate\":%u,\"bare_us\":%.3f,\"net_us\":%.3f,"
           "\"ratio\":%.3f,\"messages_each\":%.1f,\"made\":%llu,\"kib_each\":%.2f}\n",
           count, message_bytes, rate, median(bare), median(ours), median(ratio),
           of_net.messages_each, of_net.made, of_net.kib_each);
    return 0;
}
