/* For the fuzz targets: what must hold for every input. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort(); /* the sanitizer's report names this line */                                  \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);
