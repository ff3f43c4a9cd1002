/* The sizes that an owner may choose from, and which of them fits a request. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"

struct size {
    uint32_t width, height;
};

struct sizes {
    unsigned count; /* from small to large; 0 = the camera has only one */
    struct size of[HELPER_OPTIONS_MAX];
    unsigned preset;
};

/* Asks for each usual size whether the camera offers it. */
void sizes_find(struct sizes *sizes, bool (*offers)(void *ctx, unsigned width, unsigned height),
                void *ctx);

/* The smallest size that holds width x height and is no larger than the chosen one; 0 or too large:
 * the chosen one. Without a choice, 0x0: the camera's default. */
const struct size *sizes_for(const struct sizes *sizes, unsigned chosen, uint32_t width,
                             uint32_t height);

/* The menu. */
void sizes_describe(const struct sizes *sizes, struct helper_control *ret_control);
