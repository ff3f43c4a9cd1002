/* Load: many viewers of one camera on one thread, some of which stop reading.
 *
 * bench_viewers HOST PORT CAMERA VIEWERS STALLED SECONDS
 *
 * Opens the WebSockets, starts the camera on each, reads for SECONDS and prints one line of JSON:
 * how many are held, and what those that read lost (gaps in the sequence of the media header,
 * docs/protocol.md 2.3). */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES = 10 + 24, KIND_CHUNK = 2, OPENING = 64, READ_BYTES = 1 << 16 };

struct viewer {
    int fd;
    bool upgraded, stalled;
    unsigned tail;            /* bytes of "\r\n\r\n" seen while the reply to the upgrade comes in */
    uint8_t head[HEAD_BYTES]; /* of the frame at hand */
    unsigned head_len;
    uint64_t payload_left;
    uint32_t sequence; /* of the last chunk, 0 = none yet */
    uint64_t chunks, lost;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_viewers: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A client's text frame: masked, with a mask of zero. */
static size_t text_frame(const char *text, uint8_t *out)
{
    size_t len = strlen(text), n = 0;
    out[n++] = 0x81;
    if (len < 126) {
        out[n++] = (uint8_t)(0x80 | len);
    } else {
        out[n++] = 0x80 | 126;
        out[n++] = (uint8_t)(len >> 8);
        out[n++] = (uint8_t)len;
    }
    memset(out + n, 0, 4);
    memcpy(out + n + 4, text, len);
    return n + 4 + len;
}

static void open_viewer(struct viewer *v, const struct sockaddr_in *to, int epoll)
{
    static const char UPGRADE[] =
        "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: eyelid.live.v1\r\n\r\n";
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int small = 65536;
    if (v->fd < 0 || setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)) < 0 ||
        connect(v->fd, (const struct sockaddr *)to, sizeof(*to)) < 0 ||
        send(v->fd, UPGRADE, sizeof(UPGRADE) - 1, 0) < 0)
        die("cannot open a viewer");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, v->fd, &event) < 0)
        die("epoll");
}

static void start_camera(struct viewer *v, const char *camera)
{
    char text[128];
    uint8_t frame[160];
    snprintf(text, sizeof(text), "{\"type\":\"start\",\"camera\":\"%s\",\"rendition\":\"h264\"}",
             camera);
    if (send(v->fd, frame, text_frame(text, frame), 0) < 0)
        die("start");
}

static uint64_t big_endian(const uint8_t *p, unsigned n)
{
    uint64_t value = 0;
    while (n--)
        value = value << 8 | *p++;
    return value;
}

/* The server asks whether we are still there. */
static void answer_ping(struct viewer *v)
{
    static const uint8_t PONG[] = {0x8a, 0x80, 0, 0, 0, 0};
    if (send(v->fd, PONG, sizeof(PONG), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
        fprintf(stderr, "bench_viewers: pong: %s\n", strerror(errno));
}

/* A frame's header is whole: 2, 4 or 10 bytes, and for a binary message the media header behind it.
 */
static void on_head(struct viewer *v, unsigned frame_head_len)
{
    const uint8_t *media = v->head + frame_head_len;
    if ((v->head[0] & 0x0f) == 9)
        answer_ping(v);
    if ((v->head[0] & 0x0f) != 2 || media[1] != KIND_CHUNK)
        return;
    uint32_t sequence = (uint32_t)big_endian(media + 8, 4);
    if (v->sequence)
        v->lost += sequence - v->sequence - 1;
    v->sequence = sequence;
    v->chunks++;
}

static void consume(struct viewer *v, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (v->payload_left > 0) {
            size_t n = len - i < v->payload_left ? len - i : (size_t)v->payload_left;
            v->payload_left -= n;
            i += n;
            continue;
        }
        v->head[v->head_len++] = data[i++];
        if (v->head_len < 2)
            continue;
        unsigned code = v->head[1] & 0x7f;
        unsigned frame_head = code == 126 ? 4 : code == 127 ? 10 : 2;
        if (v->head_len < frame_head)
            continue;
        uint64_t payload = frame_head == 2 ? code : big_endian(v->head + 2, frame_head - 2);
        bool is_media = (v->head[0] & 0x0f) == 2 && payload >= 24;
        unsigned want = frame_head + (is_media ? 24 : 0);
        if (v->head_len < want)
            continue;
        on_head(v, frame_head);
        v->payload_left = payload - (want - frame_head);
        v->head_len = 0;
    }
}

static size_t skip_reply(struct viewer *v, const uint8_t *data, size_t len)
{
    static const char END[] = "\r\n\r\n";
    for (size_t i = 0; i < len; i++) {
        v->tail = data[i] == END[v->tail] ? v->tail + 1 : data[i] == '\r';
        if (v->tail == 4) {
            v->upgraded = true;
            return i + 1;
        }
    }
    return len;
}

/* False when the server closed. */
static bool serve(struct viewer *v, const char *camera, int epoll)
{
    static uint8_t data[READ_BYTES];
    ssize_t n = recv(v->fd, data, sizeof(data), MSG_DONTWAIT);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    size_t used = 0;
    if (!v->upgraded) {
        used = skip_reply(v, data, (size_t)n);
        if (v->upgraded)
            start_camera(v, camera);
    }
    consume(v, data + used, (size_t)n - used);
    if (v->stalled && v->chunks > 0) /* it has seen the picture; from now on it does not read */
        epoll_ctl(epoll, EPOLL_CTL_DEL, v->fd, NULL);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: bench_viewers HOST PORT CAMERA VIEWERS STALLED SECONDS\n");
        return 2;
    }
    unsigned count = (unsigned)atoi(argv[4]), stalled = (unsigned)atoi(argv[5]), opened = 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    struct rlimit files = {.rlim_cur = count + 64, .rlim_max = count + 64};
    struct viewer *viewers = calloc(count, sizeof(*viewers));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 || !viewers || epoll < 0)
        die("arguments");
    setrlimit(RLIMIT_NOFILE, &files);

    double end_s = 0;
    unsigned closed = 0;
    struct epoll_event events[256];
    while (end_s == 0 || now_s() < end_s) {
        for (unsigned i = 0; i < OPENING && opened < count; i++, opened++) {
            viewers[opened].stalled = opened < stalled;
            open_viewer(&viewers[opened], &to, epoll);
        }
        if (opened == count && end_s == 0) {
            fprintf(stderr, "open\n"); /* tells the measuring program to start */
            end_s = now_s() + atof(argv[6]);
        }
        int n = epoll_wait(epoll, events, 256, 20);
        for (int i = 0; i < n; i++) {
            struct viewer *v = events[i].data.ptr;
            if (!serve(v, argv[3], epoll)) {
                epoll_ctl(epoll, EPOLL_CTL_DEL, v->fd, NULL);
                closed++;
            }
        }
    }

    uint64_t chunks = 0, lost = 0, playing = 0, losers = 0;
    for (unsigned i = stalled; i < count; i++) {
        chunks += viewers[i].chunks;
        lost += viewers[i].lost;
        losers += viewers[i].lost > 0;
        playing += viewers[i].chunks > 0;
    }
    printf("{\"viewers\":%u,\"stalled\":%u,\"playing\":%llu,\"closed\":%u,\"chunks\":%llu,"
           "\"lost\":%llu,\"losers\":%llu}\n",
           count, stalled, (unsigned long long)playing, closed, (unsigned long long)chunks,
           (unsigned long long)lost, (unsigned long long)losers);
    return 0;
}
