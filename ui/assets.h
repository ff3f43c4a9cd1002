/* The page's files as they are embedded in the binary: written by ui/embed.py, served by api. All
 * immutable, any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct asset {
    const char *path;         /* as requested: "/index.html", "/assets/page-1a2b3c4d.js" */
    const char *content_type; /* with its charset */
    const char *etag;         /* strong, in its quotes: a hash of the bytes */
    const unsigned char *gzip; /* the file, always compressed: send content-encoding: gzip */
    size_t len_bytes;          /* of gzip */
    bool immutable; /* the name carries a hash: may be cached for ever; else to be revalidated */
};

extern const struct asset assets[]; /* sorted by path, bytewise */
extern const size_t assets_count;
