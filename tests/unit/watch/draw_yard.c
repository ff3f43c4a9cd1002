/* draw_yard KIND SECONDS FILE.mjpeg: draws a kind of yard at 640x480 and 10 fps, as JPEGs one after
 * another (4:2:2, quality 80), and prints {"passes":[[start_s,end_s],…]}. Without arguments, the
 * names of the kinds. For tests and measurements of the whole program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "yard.h"

enum { WIDTH = 640, HEIGHT = 480, QUALITY = 80 };

static const struct yard_kind *find_kind(const char *name)
{
    for (const struct yard_kind *kind = yard_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

static void draw(struct yard *yard, tjhandle jpeg, const unsigned char *grey, FILE *out)
{
    const unsigned char *planes[] = {yard_draw(yard), grey, grey};
    unsigned char *bytes = NULL;
    unsigned long len_bytes = 0;
    if (tjCompressFromYUVPlanes(jpeg, planes, WIDTH, NULL, HEIGHT, TJSAMP_422, &bytes, &len_bytes,
                                QUALITY, 0) < 0 ||
        fwrite(bytes, 1, len_bytes, out) != len_bytes) {
        fprintf(stderr, "draw_yard: a picture cannot be written\n");
        exit(1);
    }
    tjFree(bytes);
}

int main(int argc, char **argv)
{
    static unsigned char grey[WIDTH / 2 * HEIGHT];
    if (argc == 1) {
        for (const struct yard_kind *kind = yard_kinds; kind->name; kind++)
            puts(kind->name);
        return 0;
    }
    const struct yard_kind *kind = argc == 4 ? find_kind(argv[1]) : NULL;
    FILE *out = kind ? fopen(argv[3], "wb") : NULL;
    if (!out) {
        fprintf(stderr, "usage: draw_yard KIND SECONDS FILE.mjpeg\n");
        return 2;
    }
    struct yard *yard = yard_create(kind, WIDTH);
    tjhandle jpeg = tjInitCompress();
    unsigned n_passes;
    const struct yard_pass *passes = yard_passes(yard, &n_passes);
    memset(grey, 128, sizeof(grey));
    for (int n = 0; n < atoi(argv[2]) * YARD_FPS; n++)
        draw(yard, jpeg, grey, out);
    printf("{\"passes\":[");
    for (unsigned i = 0; i < n_passes; i++)
        printf("%s[%.2f,%.2f]", i ? "," : "", (double)passes[i].start_s, (double)passes[i].end_s);
    puts("]}");
    tjDestroy(jpeg);
    yard_destroy(yard);
    return fclose(out) ? 1 : 0;
}
