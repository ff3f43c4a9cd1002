/* The command line: parsing, defaults, errors. One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/jpeg.h"
#include "tools/fakecam/fault.h"

enum {
    OPTIONS_MIN_SIDE = 32, /* pixels */
    OPTIONS_MAX_SIDE = 4096,
    OPTIONS_MAX_CAMERAS = 10000,
};

enum options_action { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

struct options {
    enum options_action action;
    char host[256], path[256]; /* path: with a slash at both ends; the id follows */
    char authority[264];       /* host and port as given: the Host header */
    uint16_t port;
    const char *token;     /* NULL = none */
    const char *id, *name; /* borrowed from argv, as are the other strings */
    uint16_t width, height;
    uint32_t fps_milli;
    unsigned cameras;
    bool plain, barcode;
    const char *from, *motion; /* NULL = none */
    bool circle;               /* instead of a place */
    bool tells_walks;          /* a place was chosen: print when passers-by come */
    int daytime_min;           /* minutes since midnight at the start; -1 = the current time */
    int64_t day_us;            /* length of its day; 0 = a real day */
    uint8_t quality;
    enum jpeg_chroma chroma;
    struct fault_plan faults;
    unsigned dark_frames;
    double noise_sigma;
    int battery_percent; /* AGENT_BATTERY_UNKNOWN = none */
    uint64_t seed;
    int64_t doze_after_us, doze_us; /* 0 = never */
    unsigned verbosity;
};

/* -EINVAL with a sentence in error, of error_cap bytes. */
int options_parse(int argc, char **argv, struct options *ret_options, char *error, size_t error_cap)
    __attribute__((warn_unused_result));

extern const char options_help[];
