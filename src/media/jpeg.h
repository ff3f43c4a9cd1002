/* The gatekeeper: looks at a JPEG's structure without decoding it, so that a broken frame is
 * dropped at the door. Pure functions over bytes; any thread. Format: ITU-T T.81 (JPEG), Annex B;
 * JFIF 1.02. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum jpeg_chroma {
    JPEG_CHROMA_GREY,
    JPEG_CHROMA_420,
    JPEG_CHROMA_422,
    JPEG_CHROMA_440,
    JPEG_CHROMA_444,
    JPEG_CHROMA_411
};

/* Why a frame is refused. The names are the metric label `reason`: see jpeg_fault_name. */
enum jpeg_fault {
    JPEG_OK,
    JPEG_NO_SOI,      /* does not begin with FF D8 */
    JPEG_NO_EOI,      /* no FF D9 behind the scan: the frame outgrew the device's buffer */
    JPEG_TRUNCATED,   /* a segment or the scan ends too early for the size it announces */
    JPEG_GARBAGE,     /* an impossible marker or segment, no frame header, quantization table or
                         scan, or bytes after EOI that are no padding (00 and FF) */
    JPEG_TOO_LARGE,   /* width or height above the limit */
    JPEG_UNSUPPORTED, /* progressive, arithmetic, lossless, 12 bit, CMYK, RGB, several scans, or a
                         subsampling that no camera uses */
};

struct jpeg_limits {
    uint16_t max_width, max_height; /* pixels */
};

struct jpeg_info {
    uint16_t width, height; /* pixels, 1 and up */
    enum jpeg_chroma chroma;
    size_t len_bytes; /* SOI through EOI; padding that devices append behind is not counted */
};

/* JPEG_OK and *ret_info, or the fault (*ret_info untouched). Reads every byte of the scan once,
 * decodes nothing. Missing Huffman tables are legal: UVC cameras mean the standard ones.
 *
 * A scan counts as truncated when it holds fewer bits than its blocks can take at the very least:
 * the shortest DC code with its category's extra bits, and the shorter of the end-of-block code and
 * four of the shortest AC codes (63 coefficients, at most 16 a code). It is checked for each
 * restart interval on its own. No whole picture can be refused by it. */
enum jpeg_fault jpeg_inspect(const uint8_t *data, size_t len_bytes,
                             const struct jpeg_limits *limits, struct jpeg_info *ret_info)
    __attribute__((warn_unused_result));

/* "ok", "no-soi", "no-eoi", "truncated", "garbage", "too-large", "unsupported"; immutable. */
const char *jpeg_fault_name(enum jpeg_fault fault);
