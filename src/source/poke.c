#include "source/poke.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

int poke_init(struct poke *poke)
{
    poke->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return poke->fd < 0 ? -errno : 0;
}

void poke_finish(struct poke *poke)
{
    if (poke->fd >= 0)
        close(poke->fd);
    poke->fd = -1;
}

void poke_send(const struct poke *poke)
{
    const uint64_t one = 1;
    ssize_t n = write(poke->fd, &one, sizeof(one)); /* a full counter is readable already */
    (void)n;
}

int poke_left_ms(int64_t until_us)
{
    if (until_us == CLOCK_NEVER_US)
        return -1;
    const int64_t left_us = until_us - clock_now_us(&clock_system);
    return left_us > 0 ? (int)(left_us / US_PER_MS) + 1 : 0;
}

short poke_wait(const struct poke *poke, int fd, short events, int64_t until_us)
{
    struct pollfd fds[] = {{.fd = poke->fd, .events = POLLIN}, {.fd = fd, .events = events}};
    if (poll(fds, 2, poke_left_ms(until_us)) <= 0)
        return 0;
    if (fds[0].revents) {
        uint64_t count;
        ssize_t n = read(poke->fd, &count, sizeof(count));
        (void)n;
    }
    return fds[1].revents;
}
