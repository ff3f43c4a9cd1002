/* What a thread of a source waits with: a descriptor, a poke from another thread, or a time. */
#pragma once
#include <stdint.h>

struct poke {
    int fd; /* an eventfd, readable once it was poked */
};

int poke_init(struct poke *poke) __attribute__((warn_unused_result));
void poke_finish(struct poke *poke);     /* takes one that failed to begin */
void poke_send(const struct poke *poke); /* any thread; never blocks */

/* As poll() takes it: milliseconds from now to until_us, -1 for CLOCK_NEVER_US. */
int poke_left_ms(int64_t until_us);

/* Waits for these events of fd (-1: none), for a poke, which is taken, or until the time. Returns
 * what poll() says of fd; 0: a poke, or the time is over. */
short poke_wait(const struct poke *poke, int fd, short events, int64_t until_us);
