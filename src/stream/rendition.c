#include "stream/rendition.h"

#include <stdio.h>

const char *rendition_label(const struct rendition *rendition, char out[RENDITION_LABEL_BYTES])
{
    const char *name = rendition_name(rendition->kind);
    if (rendition->scale > 1)
        snprintf(out, RENDITION_LABEL_BYTES, "%s 1/%u", name, rendition->scale);
    else
        snprintf(out, RENDITION_LABEL_BYTES, "%s", name);
    return out;
}
