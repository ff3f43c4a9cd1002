#include "stream/maker.h"

/* Around the 1 to 10 ms that a frame costs on anything from a server to a Pi Zero, and high enough
 * to show an overloaded machine. */
const uint32_t maker_bucket_us[MAKER_BUCKETS - 1] = {500,   1000,  2000,  3000,  5000,
                                                     10000, 20000, 50000, 100000};
