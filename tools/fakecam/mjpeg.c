#include "tools/fakecam/mjpeg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "media/jpeg_measure.h"

static int read_file(const char *path, uint8_t **ret_data, size_t *ret_len_bytes)
{
    uint8_t *data = NULL;
    long len_bytes;
    int result = -EIO;
    FILE *file = fopen(path, "rb");
    if (!file)
        return -errno;
    if (fseek(file, 0, SEEK_END) < 0 || (len_bytes = ftell(file)) < 0)
        goto fail;
    if (len_bytes > MJPEG_MAX_BYTES) {
        result = -EFBIG;
        goto fail;
    }
    data = mem_try_alloc((size_t)len_bytes + 1);
    if (!data) {
        result = -ENOMEM;
        goto fail;
    }
    rewind(file);
    if (fread(data, 1, (size_t)len_bytes, file) != (size_t)len_bytes)
        goto fail;
    fclose(file);
    *ret_data = data;
    *ret_len_bytes = (size_t)len_bytes;
    return 0;
fail:
    mem_free(data);
    fclose(file);
    return result;
}

static int append(struct mjpeg *mjpeg, const uint8_t *data, size_t len_bytes)
{
    /* Room doubles whenever the count is a power of two. */
    if ((mjpeg->count & (mjpeg->count - 1)) == 0) {
        size_t room = mjpeg->count ? 2 * (size_t)mjpeg->count : 1;
        struct buf **frames = mem_try_realloc(mjpeg->frames, room * sizeof(struct buf *));
        if (!frames)
            return -ENOMEM;
        mjpeg->frames = frames;
    }
    struct buf *frame;
    int result = buf_create(len_bytes, &frame);
    if (result < 0)
        return result;
    memcpy(frame->data, data, len_bytes);
    mjpeg->frames[mjpeg->count++] = frame;
    return 0;
}

static bool is_padding(uint8_t byte)
{
    return byte == 0 || byte == '\r' || byte == '\n';
}

int mjpeg_load(const char *path, struct mjpeg *ret_mjpeg, char *error, size_t error_cap)
{
    struct mjpeg mjpeg = {0};
    uint8_t *data = NULL;
    size_t len_bytes = 0;
    int result = read_file(path, &data, &len_bytes);
    if (result < 0) {
        snprintf(error, error_cap, "%s: %s", path, strerror(-result));
        return result;
    }
    for (size_t at = 0; at < len_bytes;) {
        if (is_padding(data[at])) {
            at++;
            continue;
        }
        size_t frame_bytes;
        uint16_t width, height;
        result = jpeg_measure(data + at, len_bytes - at, &frame_bytes, &width, &height);
        if (result < 0) {
            snprintf(error, error_cap, "%s: byte %zu: frame %u is no whole JPEG", path, at,
                     mjpeg.count + 1);
            goto fail;
        }
        result = append(&mjpeg, data + at, frame_bytes);
        if (result < 0) {
            snprintf(error, error_cap, "%s: %s", path, strerror(-result));
            goto fail;
        }
        if (mjpeg.count == 1) {
            mjpeg.width = width;
            mjpeg.height = height;
        }
        at += frame_bytes;
    }
    if (mjpeg.count == 0) {
        snprintf(error, error_cap, "%s: there is no JPEG in it", path);
        result = -EBADMSG;
        goto fail;
    }
    mem_free(data);
    *ret_mjpeg = mjpeg;
    return 0;
fail:
    mjpeg_finish(&mjpeg);
    mem_free(data);
    return result;
}

void mjpeg_finish(struct mjpeg *mjpeg)
{
    for (unsigned i = 0; i < mjpeg->count; i++)
        buf_unref(&mjpeg->frames[i]);
    mem_free(mjpeg->frames);
    *mjpeg = (struct mjpeg){0};
}
