/* Shared by the gatekeeper's files (media/jpeg.h). Pure functions over bytes; any thread.
 *
 *     jpeg        the walk from SOI to EOI, which keeps, drops and repairs
 *     jpeg_frame  the segments' parameters
 *     jpeg_scan   entropy-coded data
 *     jpeg_exif   the picture's orientation
 *
 * Format: ITU-T T.81. */
#pragma once
#include <stdbool.h>

#include "media/jpeg.h"

/* ITU-T T.81 table B.1 */
enum jpeg_marker {
    JPEG_SOF0 = 0xc0, /* baseline */
    JPEG_SOF1 = 0xc1, /* extended sequential, Huffman */
    JPEG_SOF2 = 0xc2, /* progressive, Huffman */
    JPEG_DHT = 0xc4,
    JPEG_DAC = 0xcc,
    JPEG_SOF15 = 0xcf,
    JPEG_RST0 = 0xd0,
    JPEG_RST7 = 0xd7,
    JPEG_SOI = 0xd8,
    JPEG_EOI = 0xd9,
    JPEG_SOS = 0xda,
    JPEG_DQT = 0xdb,
    JPEG_DNL = 0xdc,
    JPEG_DRI = 0xdd,
    JPEG_APP0 = 0xe0,
    JPEG_APP1 = 0xe1,
    JPEG_APP14 = 0xee,
    JPEG_APP15 = 0xef,
    JPEG_COM = 0xfe,
};

enum { JPEG_COMPONENTS_MAX = 3, JPEG_TABLES = 4, JPEG_BLOCK_SIDE = 8 };

/* A segment's parameters, read front to back. */
struct jpeg_reader {
    const uint8_t *p;
    size_t left;
};

struct jpeg_component {
    uint8_t id, h, v, quantization_table;
    bool is_covered; /* by a scan that holds at least its DC coefficients */
};

/* counts: codes of 1 to 16 bits; values: the symbols in the same order. Both point into the JPEG or
 * the standard tables. */
struct jpeg_huffman {
    const uint8_t *counts, *values; /* NULL: not defined */
    uint8_t min_bits;               /* the least that a block needs from it */
};

/* The contents of the segments so far. */
struct jpeg_frame {
    struct jpeg_component components[JPEG_COMPONENTS_MAX];
    unsigned n_components; /* 0 before the frame header */
    unsigned max_h, max_v; /* of all components */
    uint16_t width, height;
    bool is_baseline, is_progressive;
    enum jpeg_chroma chroma;
    uint16_t restart_interval; /* MCUs, 0 = none */
    bool saw_jfif, saw_adobe_rgb;
    bool has_quantization[JPEG_TABLES];
    struct jpeg_huffman dc[JPEG_TABLES], ac[JPEG_TABLES];
    unsigned missing_tables; /* used by a scan but not sent: jpeg_tables_bit */
};

/* A scan's header. */
struct jpeg_scan {
    struct {
        struct jpeg_component *component;
        uint8_t dc, ac; /* numbers of its tables */
    } parts[JPEG_COMPONENTS_MAX];
    unsigned n_parts;
    uint64_t n_mcus;
    unsigned mcu_min_bits;
    bool is_misdeclared; /* a sequential scan whose Ss, Se, Ah and Al are not 0, 63, 0, 0 */
};

/* --- jpeg_frame --- */

/* Reads a segment other than a scan header; unknown ones are skipped. */
enum jpeg_fault jpeg_frame_segment(struct jpeg_frame *frame, unsigned marker, struct jpeg_reader in,
                                   const struct jpeg_limits *limits)
    __attribute__((warn_unused_result));
enum jpeg_fault jpeg_frame_scan(struct jpeg_frame *frame, struct jpeg_reader in,
                                struct jpeg_scan *ret_scan) __attribute__((warn_unused_result));
bool jpeg_frame_is_covered(const struct jpeg_frame *frame);

/* --- jpeg_scan --- */

struct jpeg_scan_end {
    size_t at;       /* the marker's FF, or the end of the bytes */
    unsigned marker; /* 0: none before the end */
    bool is_whole;   /* no restart interval is missing */
};

/* Skips entropy-coded bytes from at. JPEG_TRUNCATED: they have fewer bits than the scan's blocks
 * need at least (see media/jpeg.h); *ret_end is set even then. */
enum jpeg_fault jpeg_scan_pass(const struct jpeg_frame *frame, const struct jpeg_scan *scan,
                               const uint8_t *data, size_t len_bytes, size_t at,
                               struct jpeg_scan_end *ret_end) __attribute__((warn_unused_result));

/* True when the bytes [at, end) hold every MCU of a sequential scan, the last of which ends before
 * *ret_end: reads each Huffman code. */
bool jpeg_scan_is_whole(const struct jpeg_frame *frame, const struct jpeg_scan *scan,
                        const uint8_t *data, size_t at, size_t end, size_t *ret_end)
    __attribute__((warn_unused_result));

/* --- jpeg_exif --- */

enum { JPEG_EXIF_ENTRY_BYTES = 12 };

/* Looks for an orientation other than upright in the parameters of an APP1 segment. True: replacing
 * the entry at *ret_at by `out` makes the picture upright. */
bool jpeg_exif_orientation(struct jpeg_reader in, size_t *ret_at,
                           uint8_t out[JPEG_EXIF_ENTRY_BYTES]);
