/* Inside candidate.c and its encoders, whose libraries' headers do not go together. */
#pragma once
#include <stddef.h>
#include <stdio.h>

#include "codec/picture.h"

struct candidate_ops {
    void *(*open)(const char *options, unsigned width, unsigned height);
    size_t (*encode)(void *encoder, const struct picture *picture, unsigned t, FILE *file);
    void (*close)(void *encoder);
};

extern const struct candidate_ops candidate_x264, candidate_openh264;

/* Prints and exits. */
_Noreturn void candidate_refuse(const char *what, const char *value);

/* Calls set for each key=value of the list, separated by commas. */
void candidate_each_option(const char *list,
                           void (*set)(void *ctx, const char *key, const char *value), void *ctx);
