/* What the transport alone costs: one message, COUNT WebSocket viewers, RATE times a second, on
 * loopback; the viewers live in a process of their own.
 *
 * usage: fanout [COUNT [BYTES [RATE [SECONDS]]]]
 * prints one line: viewers, % of a core of the server, messages each viewer got, KiB of anonymous
 * memory per viewer. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/server.h"

static unsigned count = 1000, message_bytes = 4096, rate = 30, seconds = 10;

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

/* --- The server. --- */

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
static int64_t tick_us, end_us, cpu_from_us, from_us;
static long anon_before_kib;

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

static void on_tick(void *ctx)
{
    (void)ctx;
    int64_t now_us = net_now_us(net);
    if (now_us >= end_us) {
        double core = 100.0 * (double)(cpu_us() - cpu_from_us) / (double)(now_us - from_us);
        printf("%u viewers, %u bytes, %u/s: %.1f %% of a core, %.0f messages each of %llu, "
               "%.2f KiB each\n",
               count, message_bytes, rate, core, (double)sent / count, (unsigned long long)made,
               (double)(anon_kib() - anon_before_kib) / count);
        net_stop(net, US_PER_S);
        return;
    }
    made++;
    for (unsigned i = 0; i < opened; i++)
        ws_ready(viewers[i].ws);
    tick_us += US_PER_S / rate;
    net_timer_set(tick, tick_us);
}

static void on_opened(void *session, struct ws *ws)
{
    ((struct viewer *)session)->ws = ws;
    if (++opened < count)
        return;
    from_us = tick_us = net_now_us(net);
    cpu_from_us = cpu_us();
    end_us = from_us + (int64_t)seconds * US_PER_S;
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
    viewer->next = made; /* the newest: what was missed stays so */
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

int main(int argc, char **argv)
{
    unsigned *const numbers[] = {&count, &message_bytes, &rate, &seconds};
    for (int i = 1; i < argc && i <= 4; i++)
        *numbers[i - 1] = (unsigned)strtoul(argv[i], NULL, 10);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    viewers = mem_new_array(struct viewer, count);
    struct net_params net_params = {.max_connections = count + 16};
    struct net_listener_params params = {
        .address = "127.0.0.1", .on_request = on_request, .on_upgrade = on_upgrade};
    struct net_listener *listener;
    if (net_create(&net_params, &net) < 0 || net_listen(net, &params, &listener) < 0 ||
        buf_create(NET_OUT_ROOM + message_bytes, &message) < 0)
        return 1;
    tick = net_timer_create(net, on_tick, NULL);
    memset(message->data, 'x', message->len_bytes);
    pid_t child = fork();
    if (child == 0)
        be_viewers(net_listener_port(listener));
    anon_before_kib = anon_kib();
    int r = net_run(net);
    net_timer_destroy(tick);
    net_destroy(net);
    buf_unref(&message);
    mem_free(viewers);
    waitpid(child, NULL, 0);
    return r < 0 || left != count;
}
