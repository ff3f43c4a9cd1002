#include "codec/jpeg_decode.h"

#include "codec/jpeg_worker.h"

static const char *sandbox; /* set before the first thread */

void jpeg_decode_sandbox(const char *program)
{
    sandbox = program;
}

const char *jpeg_decode_program(void)
{
    return sandbox;
}

int jpeg_decode_init(struct jpeg_decode *decode)
{
    *decode = (struct jpeg_decode){0};
    if (!sandbox)
        return jpeg_local_init(&decode->local);
    decode->worker = jpeg_worker_create(sandbox);
    return 0;
}

void jpeg_decode_finish(struct jpeg_decode *decode)
{
    jpeg_worker_destroy(decode->worker);
    jpeg_local_finish(&decode->local);
    *decode = (struct jpeg_decode){0};
}

void jpeg_decode_set_patience(struct jpeg_decode *decode, unsigned patience_ms)
{
    if (decode->worker)
        jpeg_worker_set_patience(decode->worker, patience_ms);
}

static int take(struct jpeg_decode *decode, const struct jpeg_wish *wish, const uint8_t *jpeg,
                size_t len_bytes, struct picture *ret_picture)
{
    if (decode->worker)
        return jpeg_worker_decode(decode->worker, wish, jpeg, len_bytes, ret_picture);
    return jpeg_local_decode(&decode->local, wish, jpeg, len_bytes, ret_picture);
}

int jpeg_decode_planes(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                       unsigned scale, struct picture *ret_picture)
{
    const struct jpeg_wish wish = {.want = JPEG_WANT_PLANES, .scale = scale};
    return take(decode, &wish, jpeg, len_bytes, ret_picture);
}

int jpeg_decode_thumbnail(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                          struct picture *ret_picture)
{
    const struct jpeg_wish wish = {.want = JPEG_WANT_GREY};
    return take(decode, &wish, jpeg, len_bytes, ret_picture);
}

int jpeg_decode_rgb(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                    unsigned max_side, struct picture *ret_picture)
{
    const struct jpeg_wish wish = {.want = JPEG_WANT_RGB, .max_side = max_side};
    return take(decode, &wish, jpeg, len_bytes, ret_picture);
}
