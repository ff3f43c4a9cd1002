#include "tools/fakecam/mjpeg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

/* ITU-T T.81 table B.1 */
enum marker {
    TEM = 0x01,
    SOF0 = 0xc0,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
};

static bool is_frame_header(unsigned marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* The place of the FF that ends the entropy-coded data which begins at `at`. */
static size_t skip_scan(const uint8_t *data, size_t len_bytes, size_t at)
{
    while (at + 1 < len_bytes) {
        const uint8_t *ff = memchr(data + at, 0xff, len_bytes - at - 1);
        if (!ff)
            break;
        at = (size_t)(ff - data);
        if (ff[1] != 0 && ff[1] != 0xff && !(ff[1] >= RST0 && ff[1] <= RST7))
            return at;
        at += ff[1] == 0xff ? 1 : 2;
    }
    return len_bytes;
}

int mjpeg_measure(const uint8_t *data, size_t len_bytes, size_t *ret_len_bytes, uint16_t *ret_width,
                  uint16_t *ret_height)
{
    unsigned width = 0, height = 0;
    if (len_bytes < 2 || data[0] != 0xff || data[1] != SOI)
        return -EBADMSG;
    for (size_t at = 2; at + 1 < len_bytes;) {
        unsigned marker = data[at + 1];
        if (data[at] != 0xff || marker == 0 || marker == SOI)
            return -EBADMSG;
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker == EOI) {
            if (!width || !height)
                return -EBADMSG;
            *ret_len_bytes = at + 2;
            *ret_width = (uint16_t)width;
            *ret_height = (uint16_t)height;
            return 0;
        }
        at += 2;
        if (marker == TEM || (marker >= RST0 && marker <= RST7))
            continue;
        if (len_bytes - at < 2)
            return -EBADMSG;
        size_t segment_bytes = (size_t)data[at] << 8 | data[at + 1];
        if (segment_bytes < 2 || segment_bytes > len_bytes - at)
            return -EBADMSG;
        if (is_frame_header(marker) && segment_bytes >= 8) {
            height = (unsigned)data[at + 3] << 8 | data[at + 4];
            width = (unsigned)data[at + 5] << 8 | data[at + 6];
        }
        at += segment_bytes;
        if (marker == SOS)
            at = skip_scan(data, len_bytes, at);
    }
    return -EBADMSG;
}

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
        result = mjpeg_measure(data + at, len_bytes - at, &frame_bytes, &width, &height);
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
