#include <string.h>

#include "media/jpeg_internal.h"

/* Exif 2.32: "Exif", two zeros, then a TIFF 6.0 file whose first directory holds the orientation as
 * a SHORT of 1 to 8; 1 is upright. */
enum { TIFF_AT = 6, TIFF_HEAD_BYTES = 8, ORIENTATION = 0x0112, SHORT = 3, UPRIGHT = 1 };

static unsigned get16(const uint8_t *p, bool is_little)
{
    return is_little ? (unsigned)p[1] << 8 | p[0] : (unsigned)p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned value, bool is_little)
{
    p[is_little ? 1 : 0] = (uint8_t)(value >> 8);
    p[is_little ? 0 : 1] = (uint8_t)value;
}

static size_t get32(const uint8_t *p, bool is_little)
{
    size_t a = get16(p, is_little), b = get16(p + 2, is_little);
    return is_little ? b << 16 | a : a << 16 | b;
}

bool jpeg_exif_orientation(struct jpeg_reader in, size_t *ret_at,
                           uint8_t out[JPEG_EXIF_ENTRY_BYTES])
{
    if (in.left < TIFF_AT + TIFF_HEAD_BYTES || memcmp(in.p, "Exif\0", 5) != 0)
        return false;
    const uint8_t *tiff = in.p + TIFF_AT;
    size_t len_bytes = in.left - TIFF_AT;
    bool is_little = memcmp(tiff, "II", 2) == 0;
    if (!is_little && memcmp(tiff, "MM", 2) != 0)
        return false;
    size_t at = get32(tiff + 4, is_little);
    if (at > len_bytes - 2)
        return false;
    unsigned n_entries = get16(tiff + at, is_little);
    at += 2;
    for (; n_entries > 0 && len_bytes - at >= JPEG_EXIF_ENTRY_BYTES; n_entries--) {
        if (get16(tiff + at, is_little) == ORIENTATION) {
            memset(out, 0, JPEG_EXIF_ENTRY_BYTES);
            put16(out, ORIENTATION, is_little);
            put16(out + 2, SHORT, is_little);
            put16(is_little ? out + 4 : out + 6, 1, is_little); /* a count of one, in 32 bits */
            put16(out + 8, UPRIGHT, is_little);
            *ret_at = TIFF_AT + at;
            return get16(tiff + at + 8, is_little) != UPRIGHT;
        }
        at += JPEG_EXIF_ENTRY_BYTES;
    }
    return false;
}
