/* Lets a source's thread wait for a descriptor, a poke from another thread, or a deadline. */
#pragma once
#include <stdint.h>

struct poke {
    int fd; /* an eventfd, readable after a poke */
};

int poke_init(struct poke *poke) __attribute__((warn_unused_result));
void poke_finish(struct poke *poke);     /* also after poke_init failed */
void poke_send(const struct poke *poke); /* any thread; never blocks */

/* As poll() takes it: milliseconds from now to until_us, -1 for CLOCK_NEVER_US. */
int poke_left_ms(int64_t until_us);

/* Waits for these events of fd (-1: none), for a poke, which is consumed, or until the time.
 * Returns poll()'s revents for fd; 0: a poke, or the time has come. */
short poke_wait(const struct poke *poke, int fd, short events, int64_t until_us);
