#include "site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

static void stop_site(void *ctx)
{
    struct site *site = ctx;
    net_stop(site->net, site->grace_us);
}

void site_init(struct site *site, const struct net_params *net_params,
               const struct net_listener_params *listener_params)
{
    struct net_params none = {0};
    struct net_listener_params params = *listener_params;
    *site = (struct site){.grace_us = US_PER_S};
    if (!params.address)
        params.address = "127.0.0.1";
    assert_int_equal(net_create(net_params ? net_params : &none, &site->net), 0);
    assert_int_equal(net_listen(site->net, &params, &site->listener), 0);
    site->port = net_listener_port(site->listener);
    site->stopper = net_wake_create(site->net, stop_site, site);
}

static void *run(void *ctx)
{
    struct site *site = ctx;
    int r = net_run(site->net);
    return (void *)(intptr_t)r;
}

void site_run(struct site *site)
{
    assert_int_equal(pthread_create(&site->thread, NULL, run, site), 0);
}

void site_stop(struct site *site)
{
    if (!site->thread)
        return;
    struct waker waker = net_wake_waker(site->stopper);
    waker_wake(&waker);
    pthread_join(site->thread, NULL);
    site->thread = 0;
}

void site_finish(struct site *site)
{
    site_stop(site);
    net_wake_destroy(site->stopper);
    net_destroy(site->net);
}

void tally_add(struct tally *tally)
{
    pthread_mutex_lock(&tally->mutex);
    tally->count++;
    pthread_cond_broadcast(&tally->cond);
    pthread_mutex_unlock(&tally->mutex);
}

void tally_wait(struct tally *tally, int at_least)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    pthread_mutex_lock(&tally->mutex);
    int r = 0;
    while (tally->count < at_least && r == 0)
        r = pthread_cond_timedwait(&tally->cond, &tally->mutex, &until);
    int count = tally->count;
    pthread_mutex_unlock(&tally->mutex);
    assert_true(count >= at_least);
}

int tally_count(struct tally *tally)
{
    pthread_mutex_lock(&tally->mutex);
    int count = tally->count;
    pthread_mutex_unlock(&tally->mutex);
    return count;
}

struct buf *site_message(const void *bytes, size_t len_bytes, struct net_out *ret_out)
{
    struct buf *buf;
    assert_int_equal(buf_create(NET_OUT_ROOM + len_bytes, &buf), 0);
    memcpy(buf->data + NET_OUT_ROOM, bytes, len_bytes);
    if (ret_out)
        *ret_out = (struct net_out){.takes_buf = buf, .off = NET_OUT_ROOM, .len_bytes = len_bytes};
    return buf;
}

static int connect_with(uint16_t port, int receive_bytes)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (receive_bytes)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    assert_int_equal(connect(fd, (void *)&to, sizeof(to)), 0);
    return fd;
}

int peer_connect(uint16_t port)
{
    return connect_with(port, 0);
}

int peer_connect_narrow(uint16_t port)
{
    return connect_with(port, 1);
}

void peer_send(int fd, const void *bytes, size_t len_bytes)
{
    for (size_t sent = 0; sent < len_bytes;) {
        ssize_t n = send(fd, (const char *)bytes + sent, len_bytes - sent, MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += (size_t)n;
    }
}

void peer_say(int fd, const char *format, ...)
{
    char text[65536];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof(text));
    peer_send(fd, text, (size_t)n);
}

long peer_receive(int fd, void *bytes, size_t cap)
{
    ssize_t n;
    do
        n = recv(fd, bytes, cap, 0);
    while (n < 0 && errno == EINTR); /* a process that was stopped meanwhile: signal(7) */
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        fail_msg("nothing came in %d ms", PATIENCE_MS);
    return n;
}

void peer_receive_all(int fd, void *bytes, size_t len_bytes)
{
    for (size_t got = 0; got < len_bytes;) {
        long n = peer_receive(fd, (char *)bytes + got, len_bytes - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
}

void peer_receive_rest(int fd, char *text, size_t cap)
{
    size_t len = 0;
    for (long n; len + 1 < cap && (n = peer_receive(fd, text + len, cap - 1 - len)) > 0;)
        len += (size_t)n;
    text[len] = '\0';
}

static void receive_head(int fd, char *head, size_t cap)
{
    size_t len = 0;
    head[0] = '\0';
    while (!strstr(head, "\r\n\r\n")) {
        assert_true(len + 1 < cap);
        peer_receive_all(fd, head + len, 1);
        head[++len] = '\0';
    }
}

static const char *find_line(const char *head, const char *name)
{
    const char *line = head;
    for (; line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL)
        if (strncasecmp(line, name, strlen(name)) == 0)
            return line;
    return NULL;
}

void peer_answer(int fd, bool has_body, struct answer *ret)
{
    memset(ret, 0, sizeof(*ret));
    receive_head(fd, ret->head, sizeof(ret->head));
    assert_int_equal(sscanf(ret->head, "HTTP/1.1 %d", &ret->status), 1);
    const char *length = find_line(ret->head, "content-length:");
    if (!has_body || !length)
        return;
    ret->len_bytes = strtoul(length + 15, NULL, 10);
    assert_true(ret->len_bytes < sizeof(ret->body));
    peer_receive_all(fd, ret->body, ret->len_bytes);
}

void peer_get(int fd, const char *path, struct answer *ret)
{
    peer_say(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    peer_answer(fd, true, ret);
}

bool answer_has(const struct answer *answer, const char *line)
{
    const char *found = find_line(answer->head, line);
    return found && strncmp(found + strlen(line), "\r\n", 2) == 0;
}

int peer_upgrade(int fd, const char *path, const char *more, char *head, size_t cap)
{
    char own[4096];
    peer_say(fd,
             "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
             path, more);
    receive_head(fd, head ? head : own, head ? cap : sizeof(own));
    int status = 0;
    sscanf(head ? head : own, "HTTP/1.1 %d", &status);
    return status;
}

size_t peer_make_frame(uint8_t *out, unsigned first, const uint8_t mask[4], const void *payload,
                       size_t len_bytes)
{
    size_t n = 0;
    out[n++] = (uint8_t)first;
    if (len_bytes < 126) {
        out[n++] = (uint8_t)(0x80 | len_bytes);
    } else if (len_bytes < 65536) {
        out[n++] = 0x80 | 126;
        out[n++] = (uint8_t)(len_bytes >> 8);
        out[n++] = (uint8_t)len_bytes;
    } else {
        out[n++] = 0x80 | 127;
        for (int i = 7; i >= 0; i--)
            out[n++] = (uint8_t)((uint64_t)len_bytes >> (8 * i));
    }
    memcpy(out + n, mask, 4);
    n += 4;
    for (size_t i = 0; i < len_bytes; i++)
        out[n + i] = ((const uint8_t *)payload)[i] ^ mask[i & 3];
    return n + len_bytes;
}

void peer_frame(int fd, unsigned first, const void *payload, size_t len_bytes)
{
    static const uint8_t MASK[4] = {0x12, 0x34, 0xab, 0xcd};
    uint8_t *frame = malloc(len_bytes + 14);
    assert_non_null(frame);
    size_t n = peer_make_frame(frame, first, MASK, payload, len_bytes);
    peer_send(fd, frame, n);
    free(frame);
}

unsigned peer_read_frame(int fd, void *payload, size_t cap, size_t *ret_len_bytes)
{
    uint8_t header[10];
    peer_receive_all(fd, header, 2);
    assert_int_equal(header[1] & 0x80, 0);
    uint64_t len = header[1];
    size_t extra = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (extra) {
        peer_receive_all(fd, header + 2, extra);
        len = 0;
        for (size_t i = 0; i < extra; i++)
            len = len << 8 | header[2 + i];
    }
    assert_true(len <= cap);
    peer_receive_all(fd, payload, (size_t)len);
    *ret_len_bytes = (size_t)len;
    return header[0];
}

void peer_expect_close(int fd, unsigned code)
{
    uint8_t payload[125];
    size_t len;
    assert_int_equal(peer_read_frame(fd, payload, sizeof(payload), &len), PEER_FIN | PEER_CLOSE);
    assert_true(len >= 2);
    assert_int_equal(payload[0] << 8 | payload[1], code);
    assert_true(peer_receive(fd, payload, 1) <= 0);
}
