#include "media/jpeg_measure.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

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

/* The offset of the FF that ends the entropy-coded data beginning at `at`. */
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

int jpeg_measure(const uint8_t *data, size_t len_bytes, size_t *ret_len_bytes, uint16_t *ret_width,
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
