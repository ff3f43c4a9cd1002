#include "media/jpeg_stream.h"

#include <errno.h>
#include <string.h>

enum {
    FIRST_BYTES = 16 * 1024,
    /* ITU-T T.81 table B.1 */
    SOF0 = 0xc0,
    RST0 = 0xd0,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    JPG0 = 0xf0,
    COM = 0xfe,
    START_BYTES = 3, /* SOI and the next marker's FF */
};

void jpeg_stream_init(struct jpeg_stream *stream, size_t room_bytes, size_t max_bytes)
{
    *stream = (struct jpeg_stream){.room_bytes = room_bytes, .max_bytes = max_bytes};
}

void jpeg_stream_finish(struct jpeg_stream *stream)
{
    buf_unref(&stream->buf);
}

static void remember(struct jpeg_stream *stream, const uint8_t *bytes, size_t len_bytes)
{
    for (size_t i = len_bytes > 8 ? len_bytes - 8 : 0; i < len_bytes; i++)
        stream->history = stream->history << 8 | bytes[i];
}

static int append(struct jpeg_stream *stream, const uint8_t *bytes, size_t len_bytes)
{
    if (stream->len_bytes + len_bytes > stream->max_bytes)
        return -EMSGSIZE;
    size_t wanted = stream->room_bytes + stream->len_bytes + len_bytes;
    size_t likely = stream->room_bytes + stream->last_bytes + stream->last_bytes / 4;
    int r = 0;
    if (!stream->buf) {
        likely = likely > FIRST_BYTES ? likely : FIRST_BYTES;
        r = buf_create(wanted > likely ? wanted : likely, &stream->buf);
    } else if (wanted > stream->buf->len_bytes) {
        r = buf_resize(&stream->buf, 2 * wanted);
    }
    if (r < 0)
        return r;
    memcpy(stream->buf->data + stream->room_bytes + stream->len_bytes, bytes, len_bytes);
    stream->len_bytes += len_bytes;
    return 0;
}

/* Returns the buffer, without its last bytes, as a picture. False: too short to be one. */
static bool hand_out(struct jpeg_stream *stream, size_t without_bytes,
                     struct jpeg_stream_picture *ret_picture)
{
    size_t len_bytes = stream->len_bytes - without_bytes;
    bool is_picture = stream->in_scan && len_bytes >= JPEG_STREAM_PICTURE_MIN_BYTES;
    stream->len_bytes = 0;
    stream->state = JPEG_STREAM_BETWEEN;
    stream->in_scan = false;
    if (!is_picture) { /* keep the buffer for the next one */
        stream->skipped_bytes += len_bytes;
        return false;
    }
    *ret_picture = (struct jpeg_stream_picture){
        .buf = stream->buf, .off = stream->room_bytes, .len_bytes = len_bytes};
    stream->buf = NULL;
    stream->last_bytes = len_bytes;
    stream->skipped_bytes = 0;
    return true;
}

static int begin_picture(struct jpeg_stream *stream)
{
    static const uint8_t START[START_BYTES] = {0xff, SOI, 0xff};
    stream->state = JPEG_STREAM_MARKER;
    stream->in_scan = false;
    stream->is_begun = true;
    return append(stream, START, sizeof(START));
}

/* True if the last bytes may begin a picture. Called after an FF. */
static bool is_start(struct jpeg_stream *stream)
{
    const uint64_t before = stream->history >> 8 * START_BYTES;
    const bool has_head = (before & 0xffff) == 0x0a0a || (before & 0xffffff) == 0x0a0d0a;
    if ((stream->history & 0xffffff) != 0xffd8ff)
        return false;
    if (!stream->is_begun)
        stream->has_heads = has_head;
    return has_head || !stream->has_heads;
}

/* Moves past the next FF, or to the end. */
static const uint8_t *to_ff(struct jpeg_stream *stream, const uint8_t *p, const uint8_t *end)
{
    const uint8_t *ff = memchr(p, 0xff, (size_t)(end - p));
    const uint8_t *stop = ff ? ff + 1 : end;
    remember(stream, p, (size_t)(stop - p));
    return stop;
}

static int read_between(struct jpeg_stream *stream, const uint8_t **bytes, size_t *len_bytes)
{
    const uint8_t *p = *bytes, *end = p + *len_bytes;
    while (p < end) {
        p = to_ff(stream, p, end);
        if (p[-1] == 0xff && is_start(stream))
            break;
    }
    const size_t n_bytes = (size_t)(p - *bytes);
    const bool is_found = n_bytes > 0 && p[-1] == 0xff && is_start(stream);
    stream->skipped_bytes += n_bytes;
    *bytes = p;
    *len_bytes -= n_bytes;
    if (is_found)
        return begin_picture(stream);
    return stream->skipped_bytes > stream->max_bytes ? -EBADMSG : 0;
}

/* --- In a picture. --- */

static bool has_parameters(uint8_t marker)
{
    return marker >= SOF0 && marker < JPG0 && !(marker >= RST0 && marker <= EOI);
}

/* Handles the byte after an FF. True: the picture is complete. After the first scan header only EOI
 * counts, so that a damaged length cannot swallow the following pictures. */
static bool take_marker(struct jpeg_stream *stream, uint8_t marker)
{
    if (marker == 0xff)
        return false;
    stream->state = JPEG_STREAM_DATA;
    if (marker == EOI)
        return true;
    if (!stream->in_scan && (has_parameters(marker) || marker == COM)) {
        stream->state = JPEG_STREAM_LENGTH;
        stream->marker = marker;
        stream->n_length = 0;
        stream->left_bytes = 0;
    }
    return false;
}

static void end_segment(struct jpeg_stream *stream)
{
    stream->in_scan = stream->marker == SOS;
    stream->state = JPEG_STREAM_DATA;
}

static void take_length(struct jpeg_stream *stream, uint8_t byte)
{
    stream->left_bytes = stream->left_bytes << 8 | byte;
    if (++stream->n_length < 2)
        return;
    stream->left_bytes -= stream->left_bytes < 2 ? stream->left_bytes : 2;
    stream->state = JPEG_STREAM_SEGMENT;
    if (stream->left_bytes == 0)
        end_segment(stream);
}

enum step { GOES_ON, ENDS, NEXT_BEGINS };

/* Consumes some of the bytes at p, at least one. */
static enum step step(struct jpeg_stream *stream, const uint8_t **p, const uint8_t *end)
{
    const uint8_t *from = *p;
    size_t n_bytes = 1;
    switch (stream->state) {
    case JPEG_STREAM_BETWEEN:
    case JPEG_STREAM_DATA:
        *p = to_ff(stream, from, end);
        if ((*p)[-1] != 0xff)
            return GOES_ON;
        stream->state = JPEG_STREAM_MARKER;
        return is_start(stream) ? NEXT_BEGINS : GOES_ON;
    case JPEG_STREAM_SEGMENT:
        n_bytes =
            (size_t)(end - from) < stream->left_bytes ? (size_t)(end - from) : stream->left_bytes;
        break;
    default:
        break;
    }
    *p = from + n_bytes;
    remember(stream, from, n_bytes);
    if (stream->state == JPEG_STREAM_MARKER)
        return take_marker(stream, *from) ? ENDS : GOES_ON;
    if (stream->state == JPEG_STREAM_LENGTH)
        take_length(stream, *from);
    else if ((stream->left_bytes -= n_bytes) == 0)
        end_segment(stream);
    return GOES_ON;
}

static int read_picture(struct jpeg_stream *stream, const uint8_t **bytes, size_t *len_bytes,
                        struct jpeg_stream_picture *ret_picture)
{
    const uint8_t *p = *bytes, *end = p + *len_bytes;
    enum step what = GOES_ON;
    while (what == GOES_ON && p < end)
        what = step(stream, &p, end);
    int r = append(stream, *bytes, (size_t)(p - *bytes));
    *len_bytes -= (size_t)(p - *bytes);
    *bytes = p;
    if (r < 0 || what == GOES_ON)
        return r;
    bool is_picture = hand_out(stream, what == NEXT_BEGINS ? START_BYTES : 0, ret_picture);
    if (what == NEXT_BEGINS)
        r = begin_picture(stream);
    if (r < 0 && is_picture)
        buf_unref(&ret_picture->buf);
    return r < 0 ? r : is_picture;
}

int jpeg_stream_read(struct jpeg_stream *stream, const uint8_t **bytes, size_t *len_bytes,
                     struct jpeg_stream_picture *ret_picture)
{
    int r = 0;
    while (r == 0 && *len_bytes > 0)
        r = stream->state == JPEG_STREAM_BETWEEN
                ? read_between(stream, bytes, len_bytes)
                : read_picture(stream, bytes, len_bytes, ret_picture);
    return r;
}

bool jpeg_stream_end(struct jpeg_stream *stream, struct jpeg_stream_picture *ret_picture)
{
    return stream->state != JPEG_STREAM_BETWEEN && hand_out(stream, 0, ret_picture);
}
