/* eyelid motion: the detector on a file of JPEGs, to try settings and to measure it. */
#pragma once
#include <stdbool.h>

struct motion_options {
    const char *from;     /* a file of JPEGs one after another; borrowed, as all below */
    const char *settings; /* a JSON file as the API has them; NULL: the defaults */
    double fps;           /* of the file */
    bool json;            /* a line of JSON for each event, else sentences */
    bool full_rate;       /* 10 pictures a second always; else few until something stirs */
};

/* The program's exit status. Sentences about what is wrong go to standard error. */
int motion(const struct motion_options *options);
