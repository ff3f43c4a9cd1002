/* The gatekeeper: checks a JPEG's structure without decoding it. Broken frames are dropped on
 * arrival; frames that decoders interpret differently are repaired. Whatever libjpeg-turbo, FFmpeg
 * and Chromium can show passes. Pure functions over bytes; any thread.
 * Format: ITU-T T.81 (JPEG), Annex B; JFIF 1.02. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum jpeg_chroma {
    JPEG_CHROMA_GREY,
    JPEG_CHROMA_420,
    JPEG_CHROMA_422,
    JPEG_CHROMA_440,
    JPEG_CHROMA_444,
    JPEG_CHROMA_411,
    JPEG_CHROMA_OTHER /* 4:1:0, 4:4:1, RGB and the like: decoded via RGB */
};

/* Why a frame is refused. The names are the metric label `reason`: see jpeg_fault_name. */
enum jpeg_fault {
    JPEG_OK,
    JPEG_NO_SOI,      /* does not begin with FF D8 */
    JPEG_NO_EOI,      /* ends inside the scan: the frame was too large for the device's buffer */
    JPEG_TRUNCATED,   /* a segment or the scan ends too early for the size it announces */
    JPEG_GARBAGE,     /* an impossible segment; no frame header, quantization table or scan; or more
                         than JPEG_STRAY_MAX_BYTES before a marker */
    JPEG_TOO_LARGE,   /* width or height above the limit */
    JPEG_UNSUPPORTED, /* arithmetic, lossless, 12 bit, CMYK, fractional sampling factors */
};

struct jpeg_limits {
    uint16_t max_width, max_height; /* pixels */
};

enum {
    JPEG_STRAY_MAX_BYTES = 4096, /* dropped before a marker */
    JPEG_SCANS_MAX = 64,         /* of one progressive picture */
};

struct jpeg_info {
    uint16_t width, height; /* pixels, 1 and up */
    enum jpeg_chroma chroma;
    size_t len_bytes;  /* SOI through EOI, after repair; without trailing bytes */
    bool needs_repair; /* the input must be passed through jpeg_repair */
};

/* JPEG_OK and *ret_info, or the fault (*ret_info untouched). Reads every byte of the scan once,
 * decodes nothing. Repaired are:
 *
 * - stray bytes between segments, up to JPEG_STRAY_MAX_BYTES in a row;
 * - misplaced markers, and segments and restart markers after the last scan;
 * - a missing EOI after a complete scan;
 * - wrong Ss, Se, Ah and Al of a sequential scan;
 * - missing Huffman tables: UVC cameras imply the standard ones (T.81 K.3);
 * - an EXIF orientation other than upright, because H.264 has none: pictures have the sensor's
 *   orientation in every rendition.
 *
 * A scan counts as truncated if it has fewer bits than its blocks need at least: the shortest DC
 * code with its category's extra bits, and the shorter of the end-of-block code and four of the
 * shortest AC codes (63 coefficients, at most 16 per code). Each restart interval is checked
 * separately. This never refuses a complete picture. A scan that is followed by anything but EOI is
 * complete if its Huffman codes, read one by one, make up every block. */
enum jpeg_fault jpeg_inspect(const uint8_t *data, size_t len_bytes,
                             const struct jpeg_limits *limits, struct jpeg_info *ret_info)
    __attribute__((warn_unused_result));

/* Writes the repaired picture, info->len_bytes, of a JPEG for which jpeg_inspect set
 * needs_repair.
 */
void jpeg_repair(const uint8_t *data, size_t len_bytes, const struct jpeg_info *info, uint8_t *out);

/* Both for a frame at [off, off + len_bytes) of a buffer. JPEG_OK: the picture is at [off, off +
 * ret_info->len_bytes) of *buf, which is another buffer if it needed repair;
 * ret_info->needs_repair is false. Otherwise *buf is unchanged. JPEG_TOO_LARGE also if memory for
 * the repair is lacking. */
enum jpeg_fault jpeg_admit(struct buf **buf, size_t off, size_t len_bytes,
                           const struct jpeg_limits *limits, struct jpeg_info *ret_info)
    __attribute__((warn_unused_result));

/* "ok", "no-soi", "no-eoi", "truncated", "garbage", "too-large", "unsupported"; immutable. */
const char *jpeg_fault_name(enum jpeg_fault fault);
