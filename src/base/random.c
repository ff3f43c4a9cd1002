#include "base/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t len_bytes)
{
    for (size_t done = 0; done < len_bytes;) {
        ssize_t n = getrandom((char *)out + done, len_bytes - done, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            abort();
        done += (size_t)n;
    }
}

void random_hex_id(char out[33])
{
    uint8_t bytes[16];
    random_bytes(bytes, sizeof(bytes));
    for (unsigned i = 0; i < sizeof(bytes); i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}
