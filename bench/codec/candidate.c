#include "candidate.h"

#include <stdlib.h>
#include <string.h>

#include "candidate_parts.h"

struct candidate {
    const struct candidate_ops *ops;
    void *encoder;
};

_Noreturn void candidate_refuse(const char *what, const char *value)
{
    fprintf(stderr, "bench_codec: %s: %s\n", what, value);
    exit(2);
}

void candidate_each_option(const char *list,
                           void (*set)(void *ctx, const char *key, const char *value), void *ctx)
{
    char *copy = strdup(list), *rest = copy, *item;
    while ((item = strsep(&rest, ","))) {
        char *value = strchr(item, '=');
        if (value)
            *value++ = 0;
        if (*item)
            set(ctx, item, value);
    }
    free(copy);
}

struct candidate *candidate_create(const char *options, unsigned width, unsigned height)
{
    struct candidate *c = calloc(1, sizeof(*c));
    if (strncmp(options, "x264:", 5) == 0)
        c->ops = &candidate_x264;
    else if (strncmp(options, "openh264:", 9) == 0)
        c->ops = &candidate_openh264;
    else
        candidate_refuse("neither x264: nor openh264:", options);
    c->encoder = c->ops->open(strchr(options, ':') + 1, width, height);
    return c;
}

size_t candidate_encode(struct candidate *c, const struct picture *picture, unsigned t, FILE *file)
{
    return c->ops->encode(c->encoder, picture, t, file);
}

void candidate_destroy(struct candidate *c)
{
    c->ops->close(c->encoder);
    free(c);
}
