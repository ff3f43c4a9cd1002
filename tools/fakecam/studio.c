#include "tools/fakecam/studio.h"

#include <errno.h>
#include <string.h>
#include <turbojpeg.h>

#include "base/alloc.h"

/* Number of looks kept at a time; the least recently used one makes room. */
enum { MAX_EASELS = 8 };

struct easel {
    struct scene_look look;
    uint8_t quality;
    struct canvas background, canvas;
    struct buf *jpeg; /* the last picture */
    int64_t drawn_us, used_us;
    int64_t background_until_us; /* wall clock */
};

struct studio {
    const struct scene *scene;
    enum jpeg_chroma chroma;
    tjhandle encoder;
    uint8_t *scratch; /* the worst case of a JPEG fits; real ones are a tenth of that */
    size_t scratch_bytes;
    int64_t started_us; /* -1 until the first picture, when the motion script's time starts */
    struct easel easels[MAX_EASELS];
    unsigned easel_count;
};

int studio_create(const struct scene *scene, enum jpeg_chroma chroma, struct studio **ret_studio)
{
    tjhandle encoder = tjInitCompress();
    if (!encoder)
        return -EIO;
    struct studio *studio = mem_new(struct studio);
    *studio =
        (struct studio){.scene = scene, .chroma = chroma, .encoder = encoder, .started_us = -1};
    *ret_studio = studio;
    return 0;
}

static void easel_finish(struct easel *easel)
{
    canvas_finish(&easel->background);
    canvas_finish(&easel->canvas);
    buf_unref(&easel->jpeg);
}

void studio_destroy(struct studio *studio)
{
    if (!studio)
        return;
    for (unsigned i = 0; i < studio->easel_count; i++)
        easel_finish(&studio->easels[i]);
    tjDestroy(studio->encoder);
    mem_free(studio->scratch);
    mem_free(studio);
}

static bool is_same_tone(const struct tone_look *a, const struct tone_look *b)
{
    return a->brightness == b->brightness && a->contrast == b->contrast &&
           a->saturation == b->saturation && a->exposure == b->exposure && a->effect == b->effect &&
           a->dark == b->dark;
}

static bool is_same_look(const struct scene_look *a, const struct scene_look *b)
{
    return a->width == b->width && a->height == b->height && a->mirror == b->mirror &&
           a->flip == b->flip && a->still == b->still && is_same_tone(&a->tone, &b->tone);
}

static struct easel *find_easel(struct studio *studio, const struct studio_wish *wish)
{
    struct easel *oldest = &studio->easels[0];
    for (unsigned i = 0; i < studio->easel_count; i++) {
        struct easel *easel = &studio->easels[i];
        if (easel->quality == wish->quality && is_same_look(&easel->look, &wish->look))
            return easel;
        if (easel->used_us < oldest->used_us)
            oldest = easel;
    }
    if (studio->easel_count < MAX_EASELS)
        oldest = &studio->easels[studio->easel_count++];
    else
        easel_finish(oldest);
    *oldest = (struct easel){.look = wish->look, .quality = wish->quality};
    canvas_init(&oldest->background, wish->look.width, wish->look.height, studio->chroma);
    canvas_init(&oldest->canvas, wish->look.width, wish->look.height, studio->chroma);
    return oldest;
}

static int subsampling(enum jpeg_chroma chroma)
{
    return chroma == JPEG_CHROMA_GREY  ? TJSAMP_GRAY
           : chroma == JPEG_CHROMA_420 ? TJSAMP_420
           : chroma == JPEG_CHROMA_422 ? TJSAMP_422
                                       : TJSAMP_444;
}

static int encode(struct studio *studio, const struct canvas *canvas, int quality,
                  struct buf **ret_jpeg)
{
    const unsigned char *planes[3];
    int strides[3], samp = subsampling(studio->chroma);
    for (int i = 0; i < 3; i++) {
        planes[i] = canvas->planes[i].data;
        strides[i] = canvas->planes[i].width;
    }
    unsigned long len_bytes = tjBufSize(canvas->width, canvas->height, samp);
    if (len_bytes > studio->scratch_bytes) {
        uint8_t *scratch = mem_try_realloc(studio->scratch, len_bytes);
        if (!scratch)
            return -ENOMEM;
        studio->scratch = scratch;
        studio->scratch_bytes = len_bytes;
    }
    if (tjCompressFromYUVPlanes(studio->encoder, planes, canvas->width, strides, canvas->height,
                                samp, &studio->scratch, &len_bytes, quality,
                                TJFLAG_NOREALLOC | TJFLAG_FASTDCT) < 0)
        return -EIO;
    struct buf *jpeg;
    int result = buf_create(len_bytes, &jpeg);
    if (result < 0)
        return result;
    memcpy(jpeg->data, studio->scratch, len_bytes);
    *ret_jpeg = jpeg;
    return 0;
}

/* Again only when it has changed. */
static void draw_background(const struct scene *scene, const struct studio_wish *wish,
                            struct easel *easel)
{
    if (wish->wall_us < easel->background_until_us)
        return;
    easel->background_until_us =
        scene_draw_background(scene, &wish->look, wish->wall_us, &easel->background);
    easel->canvas.tone = easel->background.tone;
}

int studio_take(struct studio *studio, const struct studio_wish *wish, struct buf **ret_jpeg,
                int64_t *ret_drawn_us)
{
    struct easel *easel = find_easel(studio, wish);
    easel->used_us = wish->now_us;
    if (studio->started_us < 0)
        studio->started_us = wish->now_us;
    if (!easel->jpeg || wish->now_us - easel->drawn_us >= wish->good_for_us) {
        const struct scene_moment moment = {
            .wall_us = wish->wall_us,
            .motion_us = wish->now_us - studio->started_us,
            .number = wish->number,
        };
        struct buf *jpeg;
        draw_background(studio->scene, wish, easel);
        canvas_copy(&easel->canvas, &easel->background);
        scene_draw(studio->scene, &wish->look, &moment, &easel->canvas);
        int result = encode(studio, &easel->canvas, wish->quality, &jpeg);
        if (result < 0)
            return result;
        buf_unref(&easel->jpeg);
        easel->jpeg = jpeg;
        easel->drawn_us = wish->now_us;
    }
    *ret_jpeg = buf_ref(easel->jpeg);
    *ret_drawn_us = easel->drawn_us;
    return 0;
}
