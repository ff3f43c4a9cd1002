#include "app/mjpeg_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "media/jpeg_measure.h"

enum { FIRST_BYTES = 1 << 20 };

int mjpeg_file_open(struct mjpeg_file *mjpeg, const char *path)
{
    *mjpeg = (struct mjpeg_file){.file = fopen(path, "rb")};
    return mjpeg->file ? 0 : -errno;
}

void mjpeg_file_close(struct mjpeg_file *mjpeg)
{
    if (mjpeg->file)
        fclose(mjpeg->file);
    mem_free(mjpeg->bytes);
    *mjpeg = (struct mjpeg_file){0};
}

/* Makes room after the unread bytes; doubles the buffer when a JPEG fills it. */
static int make_room(struct mjpeg_file *mjpeg)
{
    if (mjpeg->bytes && mjpeg->start > 0) {
        memmove(mjpeg->bytes, mjpeg->bytes + mjpeg->start, mjpeg->end - mjpeg->start);
        mjpeg->end -= mjpeg->start;
        mjpeg->start = 0;
    }
    if (mjpeg->end < mjpeg->capacity_bytes)
        return 0;
    if (mjpeg->capacity_bytes >= MJPEG_FILE_FRAME_MAX_BYTES)
        return -EFBIG;
    const size_t capacity_bytes = mjpeg->capacity_bytes ? 2 * mjpeg->capacity_bytes : FIRST_BYTES;
    uint8_t *bytes = mem_try_realloc(mjpeg->bytes, capacity_bytes);
    if (!bytes)
        return -ENOMEM;
    mjpeg->bytes = bytes;
    mjpeg->capacity_bytes = capacity_bytes;
    return 0;
}

static int read_more(struct mjpeg_file *mjpeg)
{
    const int r = make_room(mjpeg);
    if (r < 0)
        return r;
    const size_t n =
        fread(mjpeg->bytes + mjpeg->end, 1, mjpeg->capacity_bytes - mjpeg->end, mjpeg->file);
    mjpeg->end += n;
    if (n == 0) {
        if (ferror(mjpeg->file))
            return -EIO;
        mjpeg->at_end = true;
    }
    return 0;
}

/* The offset of the next start of a JPEG (SOI and the first byte of a marker) from `from`; bytes at
 * the end that may be part of a start are kept. */
static size_t find_start(const struct mjpeg_file *mjpeg, size_t from)
{
    static const uint8_t START[] = {0xff, 0xd8, 0xff};
    const uint8_t *found = NULL;
    if (from < mjpeg->end)
        found = memmem(mjpeg->bytes + from, mjpeg->end - from, START, sizeof(START));
    if (found)
        return (size_t)(found - mjpeg->bytes);
    const size_t left = mjpeg->at_end ? 0 : sizeof(START) - 1;
    return mjpeg->end > from + left ? mjpeg->end - left : from;
}

int mjpeg_file_next(struct mjpeg_file *mjpeg, const uint8_t **ret_jpeg, size_t *ret_len_bytes)
{
    for (;;) {
        uint16_t width, height;
        const uint8_t *jpeg = NULL;
        size_t have_bytes = 0;
        if (mjpeg->bytes) {
            mjpeg->start = find_start(mjpeg, mjpeg->start);
            jpeg = mjpeg->bytes + mjpeg->start;
            have_bytes = mjpeg->end - mjpeg->start;
        }
        if (have_bytes > 0 && jpeg_measure(jpeg, have_bytes, ret_len_bytes, &width, &height) == 0) {
            *ret_jpeg = jpeg;
            mjpeg->start += *ret_len_bytes;
            return 0;
        }
        /* It is incomplete or damaged; which one, more of the file will show. */
        const int r = mjpeg->at_end ? -EFBIG : read_more(mjpeg);
        if (r < 0 && r != -EFBIG)
            return r;
        if (mjpeg->at_end && mjpeg->end - mjpeg->start < 2)
            return -ENODATA;
        if (r == -EFBIG) {
            mjpeg->skipped++;
            mjpeg->start += 2;
        }
    }
}
