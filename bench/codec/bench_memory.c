/* Anonymous memory of open engines.
 *
 * bench_memory [ENCODER [ENGINES [WxH]]]
 *
 * Prints RssAnon of the process (/proc/self/status) with nothing open, with so many engines after
 * 30 frames each, and after they are closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/engine.h"
#include "scene.h"

enum { FRAMES = 30, MAX_ENGINES = 64 };

static unsigned rss_anon_kb(void)
{
    char line[256];
    unsigned kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "RssAnon: %u", &kb);
    if (file)
        fclose(file);
    return kb;
}

int main(int argc, char **argv)
{
    const char *encoder = argc > 1 ? argv[1] : NULL;
    const unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    struct scene_params params = {
        .width = 640, .height = 480, .frames = FRAMES, .noise = 4, .quality = 80};
    struct engine *engines[MAX_ENGINES];
    if (count > MAX_ENGINES ||
        (argc > 3 && sscanf(argv[3], "%ux%u", &params.width, &params.height) != 2))
        return 2;
    struct scene *scene = scene_create(&params);

    const unsigned before_kb = rss_anon_kb();
    for (unsigned i = 0; i < count; i++) {
        if (engine_local.create(&(struct engine_params){.encoder = encoder}, &engines[i]) != 0)
            return 1;
        for (unsigned t = 0; t < FRAMES; t++) {
            const struct engine_input input = {.jpeg = scene->frames[t].jpeg,
                                               .len_bytes = scene->frames[t].jpeg_len_bytes,
                                               .pts_us = t * 33333};
            struct engine_output output;
            if (engine_local.encode(engines[i], &input, &output) != 0)
                return 1;
        }
    }
    const unsigned open_kb = rss_anon_kb();
    for (unsigned i = 0; i < count; i++)
        engine_local.destroy(engines[i]);
    mem_trim();
    const unsigned closed_kb = rss_anon_kb();
    printf("%s, %ux%u, %u engines: %.1f MB each while open, %.1f MB in all after they are closed\n",
           encoder ? encoder : "default", params.width, params.height, count,
           ((double)open_kb - before_kb) / 1000 / count, ((double)closed_kb - before_kb) / 1000);
    scene_destroy(scene);
    return 0;
}
