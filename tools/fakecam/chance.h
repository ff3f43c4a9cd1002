/* Reproducible random numbers: the same sequence for the same seed, good enough for pictures and
 * faults. splitmix64 (Steele, Lea, Flood 2014). Pure functions; any thread. */
#pragma once
#include <stdint.h>

/* The next number; state starts as the seed. */
static inline uint64_t chance_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Between 0 and 1, both excluded. */
static inline double chance_unit(uint64_t *state)
{
    return ((double)(chance_next(state) >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}
