#include "app/cameras.h"

#include <stdio.h>

/* Every kind of local camera. */
static unsigned (*const KINDS[])(bool verbose) = {cameras_v4l2, cameras_picam};

int cameras(bool verbose)
{
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        count += KINDS[i](verbose);
    if (count == 0)
        puts(
            verbose
                ? "This machine has no camera."
                : "This machine has no camera; eyelid cameras --verbose shows what else there is.");
    return 0;
}
