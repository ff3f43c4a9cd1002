/* A bad network between two network namespaces: delay, random loss, a rate with a short queue, and
 * blackouts, each the same in both directions. Two TUN devices, one in each namespace, and this
 * process between them: it touches no interface that others use.
 *
 * usage: lossylink PID PID DELAY_MS LOSS_PERCENT RATE_KBIT BLACKOUT_MS EVERY_MS
 *
 * PID: a process in either namespace, which gets 10.99.0.1 or 10.99.0.2; RATE_KBIT 0: no limit;
 * EVERY_MS 0: no blackouts. Prints "up" and runs until it is killed. Needs CAP_NET_ADMIN in both
 * namespaces, and /dev/net/tun. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_MAX_BYTES = 1600, QUEUE_PACKETS = 4096, SEED = 7 };
static const int64_t QUEUE_US = 200000; /* what the slow link's own queue holds */
static const int64_t NEVER_US = INT64_MAX;

struct packet {
    int64_t due_us;
    size_t len_bytes;
    uint8_t bytes[PACKET_MAX_BYTES];
};

struct direction {
    int from_fd, to_fd;
    struct packet *queue; /* [first, end), number n in slot n % QUEUE_PACKETS */
    unsigned first, end;
    int64_t busy_until_us;
};

struct quality {
    int64_t delay_us, blackout_us, every_us, begun_us;
    double loss, rate_kbit;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "lossylink: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void set_address(int fd, struct ifreq *request, unsigned long what, const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&request->ifr_addr, &in, sizeof(in));
    if (ioctl(fd, what, request))
        die(address);
}

static void set_up(int fd, const char *name)
{
    struct ifreq request = {0};
    strcpy(request.ifr_name, name);
    if (ioctl(fd, SIOCGIFFLAGS, &request))
        die(name);
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request))
        die(name);
}

/* A TUN device in the process's namespace, which this one is left in. */
static int open_tun(const char *pid, const char *own, const char *peer)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/ns/net", atoi(pid));
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET))
        die(path);
    close(namespace);
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_name = "slow0", .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request))
        die("/dev/net/tun");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    set_address(fd, &request, SIOCSIFADDR, own);
    set_address(fd, &request, SIOCSIFDSTADDR, peer);
    set_up(fd, request.ifr_name);
    set_up(fd, "lo");
    close(fd);
    return tun;
}

static bool is_lost(const struct quality *quality, int64_t at_us)
{
    if (quality->every_us && (at_us - quality->begun_us) % quality->every_us < quality->blackout_us)
        return true;
    return (double)random() / (double)RAND_MAX < quality->loss;
}

/* When the packet is at the other end; NEVER_US: the link's queue is full. */
static int64_t arrival_us(struct direction *way, const struct quality *quality, size_t len_bytes,
                          int64_t at_us)
{
    if (quality->rate_kbit <= 0)
        return at_us + quality->delay_us;
    if (way->busy_until_us < at_us)
        way->busy_until_us = at_us;
    if (way->busy_until_us - at_us > QUEUE_US)
        return NEVER_US;
    way->busy_until_us += (int64_t)((double)len_bytes * 8000 / quality->rate_kbit);
    return way->busy_until_us + quality->delay_us;
}

static void take_in(struct direction *way, const struct quality *quality)
{
    while (way->end - way->first < QUEUE_PACKETS) {
        struct packet *packet = &way->queue[way->end % QUEUE_PACKETS];
        ssize_t n = read(way->from_fd, packet->bytes, sizeof(packet->bytes));
        if (n <= 0)
            return;
        int64_t at_us = now_us();
        if (is_lost(quality, at_us))
            continue;
        packet->len_bytes = (size_t)n;
        packet->due_us = arrival_us(way, quality, packet->len_bytes, at_us);
        if (packet->due_us != NEVER_US)
            way->end++;
    }
}

/* Returns when the next packet is due. */
static int64_t let_out(struct direction *way)
{
    for (; way->first != way->end; way->first++) {
        const struct packet *packet = &way->queue[way->first % QUEUE_PACKETS];
        if (packet->due_us > now_us())
            return packet->due_us;
        if (write(way->to_fd, packet->bytes, packet->len_bytes) < 0 && errno != EAGAIN)
            die("write");
    }
    return NEVER_US;
}

static void wait_for(const struct direction *ways, int64_t until_us)
{
    struct pollfd polled[2] = {{.fd = ways[0].from_fd, .events = POLLIN},
                               {.fd = ways[1].from_fd, .events = POLLIN}};
    int64_t left_us = until_us == NEVER_US ? 1000000 : until_us - now_us();
    if (left_us < 0)
        left_us = 0;
    struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
    ppoll(polled, 2, &left, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: lossylink PID PID DELAY_MS LOSS_PERCENT RATE_KBIT BLACKOUT_MS "
                        "EVERY_MS\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* A wire does not wait for the processor. */
    if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}))
        fprintf(stderr, "lossylink: no realtime priority: %s\n", strerror(errno));
    srandom(SEED);
    int a = open_tun(argv[1], "10.99.0.1", "10.99.0.2");
    int b = open_tun(argv[2], "10.99.0.2", "10.99.0.1");
    struct quality quality = {.delay_us = (int64_t)(atof(argv[3]) * 1000),
                              .loss = atof(argv[4]) / 100,
                              .rate_kbit = atof(argv[5]),
                              .blackout_us = (int64_t)(atof(argv[6]) * 1000),
                              .every_us = (int64_t)(atof(argv[7]) * 1000),
                              .begun_us = now_us()};
    struct direction ways[2] = {{.from_fd = a, .to_fd = b}, {.from_fd = b, .to_fd = a}};
    for (int i = 0; i < 2; i++)
        ways[i].queue = calloc(QUEUE_PACKETS, sizeof(struct packet));
    if (!ways[0].queue || !ways[1].queue)
        die("memory");
    puts("up");
    fflush(stdout);
    for (;;) {
        int64_t next_us = NEVER_US;
        for (int i = 0; i < 2; i++) {
            take_in(&ways[i], &quality);
            int64_t due_us = let_out(&ways[i]);
            next_us = due_us < next_us ? due_us : next_us;
        }
        wait_for(ways, next_us);
    }
}
