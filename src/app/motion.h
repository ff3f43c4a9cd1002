/* eyelid motion: the detector on a file of JPEGs, to try settings and to measure it. */
#pragma once
#include <stdbool.h>

struct motion_options {
    const char *from;     /* a file of consecutive JPEGs; borrowed, as all below */
    const char *settings; /* a JSON file as in the API; NULL: the defaults */
    double fps;           /* of the file */
    bool json;            /* a line of JSON for each event; else sentences */
    bool full_rate;       /* always 10 pictures a second; else few until something changes */
};

/* Returns the program's exit status. Errors are printed on standard error. */
int motion(const struct motion_options *options);
