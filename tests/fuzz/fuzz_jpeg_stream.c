/* The first two bytes choose where the bytes are cut; however they are cut, the same pictures come
 * out. The rest, again and again to 128 KiB, takes little time per byte. */
#include <string.h>
#include <time.h>

#include "check.h"
#include "media/jpeg_stream.h"

enum { ROOM = 8, PLENTY = 1 << 24, LITTLE = 256, LONG_BYTES = 1 << 17, MAX_NS_PER_BYTE = 300 };

/* A sum over all pictures and their lengths, and the error at the end. */
static uint64_t read_all(const uint8_t *data, size_t len_bytes, size_t step, size_t max_bytes)
{
    struct jpeg_stream stream;
    struct jpeg_stream_picture picture;
    uint64_t sum = 14695981039346656037u; /* FNV-1a */
    int r = 0;
    jpeg_stream_init(&stream, ROOM, max_bytes);
    for (size_t at = 0; at < len_bytes && r >= 0; at += step) {
        const uint8_t *bytes = data + at;
        size_t left = len_bytes - at < step ? len_bytes - at : step;
        while ((r = jpeg_stream_read(&stream, &bytes, &left, &picture)) > 0) {
            CHECK(picture.len_bytes >= JPEG_STREAM_PICTURE_MIN_BYTES);
            CHECK(picture.len_bytes <= max_bytes);
            CHECK(picture.off == ROOM && ROOM + picture.len_bytes <= picture.buf->len_bytes);
            for (size_t i = 0; i < picture.len_bytes; i++)
                sum = (sum ^ picture.buf->data[ROOM + i]) * 1099511628211u;
            sum = (sum ^ picture.len_bytes) * 1099511628211u;
            buf_unref(&picture.buf);
        }
        CHECK(r < 0 || left == 0);
    }
    if (r == 0 && jpeg_stream_end(&stream, &picture)) {
        sum = (sum ^ picture.len_bytes) * 1099511628211u;
        buf_unref(&picture.buf);
    }
    jpeg_stream_finish(&stream);
    return sum ^ (uint64_t)(uint32_t)-r;
}

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Processor time, not the clock's: what else the machine does is not counted. */
static void check_time(const uint8_t *data, size_t len_bytes)
{
    static uint8_t much[LONG_BYTES];
    for (size_t at = 0; at < LONG_BYTES; at += len_bytes)
        memcpy(much + at, data, LONG_BYTES - at < len_bytes ? LONG_BYTES - at : len_bytes);
    struct jpeg_stream stream;
    struct jpeg_stream_picture picture;
    const uint8_t *bytes = much;
    size_t left = LONG_BYTES;
    jpeg_stream_init(&stream, ROOM, PLENTY);
    const int64_t begin_ns = cpu_ns();
    while (jpeg_stream_read(&stream, &bytes, &left, &picture) > 0)
        buf_unref(&picture.buf);
    CHECK(cpu_ns() - begin_ns < (int64_t)MAX_NS_PER_BYTE * LONG_BYTES);
    jpeg_stream_finish(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    if (len_bytes < 3)
        return 0;
    size_t step = 1 + data[0] + (size_t)(data[1] & 15) * 256;
    data += 2;
    len_bytes -= 2;
    CHECK(read_all(data, len_bytes, step, PLENTY) == read_all(data, len_bytes, 1, PLENTY));
    read_all(data, len_bytes, step, LITTLE);
    if (step % 16 == 0) /* it costs a hundred times as much as the rest */
        check_time(data, len_bytes);
    return 0;
}
