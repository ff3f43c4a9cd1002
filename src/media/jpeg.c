#include "media/jpeg.h"

#include <stdbool.h>
#include <string.h>

/* ITU-T T.81 table B.1 */
enum marker {
    SOF0 = 0xc0, /* baseline */
    SOF1 = 0xc1, /* extended sequential, Huffman */
    DHT = 0xc4,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    DQT = 0xdb,
    DRI = 0xdd,
    APP0 = 0xe0,
    APP14 = 0xee,
    APP15 = 0xef,
    COM = 0xfe,
};

enum { MAX_COMPONENTS = 3, N_TABLES = 4, BLOCK_SIDE = 8 };

struct component {
    uint8_t id, h, v, quantization_table;
};

/* What the segments said so far. */
struct frame {
    struct component components[MAX_COMPONENTS];
    unsigned n_components; /* 0 until the frame header came */
    uint16_t width, height;
    bool is_baseline;
    enum jpeg_chroma chroma;
    uint16_t restart_interval; /* MCUs, 0 = none */
    bool saw_jfif, saw_adobe_rgb;
    bool has_quantization[N_TABLES];
    /* The least bits that a block takes from each Huffman table, 0 = no such table. */
    uint8_t dc_min_bits[N_TABLES], ac_min_bits[N_TABLES];
    unsigned mcu_min_bits; /* set by the scan header */
};

/* A segment's parameters, read front to back. */
struct reader {
    const uint8_t *p;
    size_t left;
};

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static enum jpeg_fault read_quantization(struct frame *frame, struct reader in)
{
    while (in.left > 0) {
        unsigned precision = in.p[0] >> 4, table = in.p[0] & 15;
        size_t size = 1 + (precision ? 128 : 64);
        if (precision > 1 || table >= N_TABLES || in.left < size)
            return JPEG_GARBAGE;
        frame->has_quantization[table] = true;
        in.p += size;
        in.left -= size;
    }
    return JPEG_OK;
}

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The least bits of a DC difference: a code and as many extra bits as its category says (F.1.2.1).
 * counts: codes of 1 to 16 bits; values: the symbols in the same order. */
static unsigned least_dc_bits(const uint8_t counts[16], const uint8_t *values)
{
    unsigned least = UINT8_MAX;
    for (unsigned len = 1; len <= 16; len++)
        for (unsigned n = counts[len - 1]; n > 0; n--)
            least = min_u(least, len + (*values++ & 15));
    return least;
}

/* The least bits of a block's 63 AC coefficients (F.1.2.2): an end of block, or codes that cover
 * at most 16 coefficients each and hence are four or more. */
static unsigned least_ac_bits(const uint8_t counts[16], const uint8_t *values)
{
    enum { EOB = 0 };
    unsigned shortest = UINT8_MAX, eob = UINT8_MAX;
    for (unsigned len = 1; len <= 16; len++) {
        for (unsigned n = counts[len - 1]; n > 0; n--) {
            shortest = min_u(shortest, len);
            if (*values++ == EOB)
                eob = min_u(eob, len);
        }
    }
    return min_u(eob, 4 * shortest);
}

/* True when codes of these lengths exist: a prefix code that leaves the all-ones code free (C.2).
 */
static bool is_prefix_code(const uint8_t counts[16])
{
    uint32_t code = 0;
    for (unsigned len = 1; len <= 16; len++) {
        code = (code << 1) + counts[len - 1];
        if (code >= UINT32_C(1) << len)
            return false;
    }
    return true;
}

static enum jpeg_fault read_huffman(struct frame *frame, struct reader in)
{
    while (in.left > 0) {
        if (in.left < 17)
            return JPEG_GARBAGE;
        unsigned is_ac = in.p[0] >> 4, table = in.p[0] & 15, n_values = 0;
        const uint8_t *counts = in.p + 1, *values = in.p + 17;
        for (unsigned i = 0; i < 16; i++)
            n_values += counts[i];
        if (is_ac > 1 || table >= N_TABLES || n_values == 0 || n_values > 256 ||
            in.left < 17 + n_values || !is_prefix_code(counts))
            return JPEG_GARBAGE;
        if (is_ac)
            frame->ac_min_bits[table] = (uint8_t)least_ac_bits(counts, values);
        else
            frame->dc_min_bits[table] = (uint8_t)least_dc_bits(counts, values);
        in.p += 17 + n_values;
        in.left -= 17 + n_values;
    }
    return JPEG_OK;
}

static enum jpeg_fault read_restart_interval(struct frame *frame, struct reader in)
{
    if (in.left != 2)
        return JPEG_GARBAGE;
    frame->restart_interval = (uint16_t)be16(in.p);
    return JPEG_OK;
}

static void read_application(struct frame *frame, unsigned marker, struct reader in)
{
    if (marker == APP0 && in.left >= 5 && memcmp(in.p, "JFIF", 5) == 0)
        frame->saw_jfif = true;
    if (marker == APP14 && in.left >= 12 && memcmp(in.p, "Adobe", 5) == 0)
        frame->saw_adobe_rgb = in.p[11] == 0; /* transform: none */
}

static bool find_chroma(const struct component c[MAX_COMPONENTS], enum jpeg_chroma *ret_chroma)
{
    if (c[1].h != c[2].h || c[1].v != c[2].v || c[0].h % c[1].h || c[0].v % c[1].v)
        return false;
    switch (c[0].h / c[1].h * 10 + c[0].v / c[1].v) {
    case 11:
        *ret_chroma = JPEG_CHROMA_444;
        return true;
    case 12:
        *ret_chroma = JPEG_CHROMA_440;
        return true;
    case 21:
        *ret_chroma = JPEG_CHROMA_422;
        return true;
    case 22:
        *ret_chroma = JPEG_CHROMA_420;
        return true;
    case 41:
        *ret_chroma = JPEG_CHROMA_411;
        return true;
    default:
        return false;
    }
}

static enum jpeg_fault read_components(struct frame *frame, const uint8_t *p, unsigned count)
{
    enum { MAX_BLOCKS_OF_MCU = 10 }; /* B.2.3 */
    struct component *c = frame->components;
    unsigned n_blocks = 0;
    for (unsigned i = 0; i < count; i++, p += 3) {
        c[i] = (struct component){
            .id = p[0], .h = p[1] >> 4, .v = p[1] & 15, .quantization_table = p[2]};
        if (c[i].h < 1 || c[i].h > 4 || c[i].v < 1 || c[i].v > 4 || p[2] >= N_TABLES)
            return JPEG_GARBAGE;
        for (unsigned k = 0; k < i; k++)
            if (c[k].id == c[i].id)
                return JPEG_GARBAGE;
        n_blocks += c[i].h * c[i].v;
    }
    frame->n_components = count;
    if (count == 1) {
        /* A scan of one component goes block by block, whatever the factors say (A.2.2). */
        c[0].h = c[0].v = 1;
        frame->chroma = JPEG_CHROMA_GREY;
        return JPEG_OK;
    }
    return n_blocks <= MAX_BLOCKS_OF_MCU && find_chroma(c, &frame->chroma) ? JPEG_OK
                                                                           : JPEG_UNSUPPORTED;
}

static enum jpeg_fault read_frame_header(struct frame *frame, unsigned marker, struct reader in,
                                         const struct jpeg_limits *limits)
{
    if (frame->n_components > 0)
        return JPEG_GARBAGE;
    if (marker != SOF0 && marker != SOF1)
        return JPEG_UNSUPPORTED;
    if (in.left < 6 || in.left != 6 + 3u * in.p[5] || in.p[5] == 0)
        return JPEG_GARBAGE;
    if (in.p[0] != 8 || (in.p[5] != 1 && in.p[5] != 3))
        return JPEG_UNSUPPORTED;
    frame->is_baseline = marker == SOF0;
    frame->height = (uint16_t)be16(in.p + 1);
    frame->width = (uint16_t)be16(in.p + 3);
    if (frame->width == 0 || frame->height == 0)
        return JPEG_GARBAGE;
    if (frame->width > limits->max_width || frame->height > limits->max_height)
        return JPEG_TOO_LARGE;
    return read_components(frame, in.p + 6, in.p[5]);
}

/* Decoders take three components for RGB by these signs (JFIF 1.02; libjpeg's rule). */
static bool is_rgb(const struct frame *frame)
{
    const struct component *c = frame->components;
    if (frame->n_components != 3 || frame->saw_jfif)
        return false;
    return frame->saw_adobe_rgb || (c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B');
}

static enum jpeg_fault read_scan_header(struct frame *frame, struct reader in)
{
    if (frame->n_components == 0 || in.left < 1 || in.left != 4 + 2u * in.p[0])
        return JPEG_GARBAGE;
    if (in.p[0] != frame->n_components)
        return in.p[0] > 0 && in.p[0] < frame->n_components ? JPEG_UNSUPPORTED : JPEG_GARBAGE;
    if (is_rgb(frame))
        return JPEG_UNSUPPORTED;
    const uint8_t *p = in.p + 1;
    for (unsigned i = 0; i < frame->n_components; i++, p += 2) {
        const struct component *c = &frame->components[i];
        unsigned dc = p[1] >> 4, ac = p[1] & 15, max_table = frame->is_baseline ? 1 : 3;
        if (p[0] != c->id || dc > max_table || ac > max_table ||
            !frame->has_quantization[c->quantization_table] || !frame->dc_min_bits[dc] ||
            !frame->ac_min_bits[ac])
            return JPEG_GARBAGE;
        frame->mcu_min_bits += c->h * c->v * (frame->dc_min_bits[dc] + frame->ac_min_bits[ac]);
    }
    if (p[0] != 0 || p[1] != 63 || p[2] != 0) /* a sequential scan has every coefficient whole */
        return JPEG_GARBAGE;
    return JPEG_OK;
}

static enum jpeg_fault read_segment(struct frame *frame, unsigned marker, struct reader in,
                                    const struct jpeg_limits *limits)
{
    if (marker == DQT)
        return read_quantization(frame, in);
    if (marker == DHT)
        return read_huffman(frame, in);
    if (marker == DAC)
        return JPEG_UNSUPPORTED;
    if (marker == DRI)
        return read_restart_interval(frame, in);
    if (marker == SOS)
        return read_scan_header(frame, in);
    if (marker >= SOF0 && marker <= SOF15)
        return read_frame_header(frame, marker, in, limits);
    if (marker >= APP0 && marker <= APP15)
        read_application(frame, marker, in);
    else if (marker != COM)
        return JPEG_GARBAGE;
    return JPEG_OK;
}

/* SOI and every segment up to and with the scan header; *ret_scan is where the scan begins. */
static enum jpeg_fault read_headers(struct frame *frame, const uint8_t *data, size_t len_bytes,
                                    const struct jpeg_limits *limits, size_t *ret_scan)
{
    if (len_bytes < 2 || data[0] != 0xff || data[1] != SOI)
        return JPEG_NO_SOI;
    for (size_t at = 2;;) {
        if (at < len_bytes && data[at] != 0xff)
            return JPEG_GARBAGE;
        while (at < len_bytes && data[at] == 0xff) /* any number of fill bytes */
            at++;
        if (at == len_bytes)
            return JPEG_TRUNCATED;
        unsigned marker = data[at++];
        if (marker < SOF0 || (marker >= RST0 && marker <= EOI))
            return JPEG_GARBAGE;
        if (len_bytes - at < 2)
            return JPEG_TRUNCATED;
        size_t size = be16(data + at);
        if (size < 2)
            return JPEG_GARBAGE;
        if (size > len_bytes - at)
            return JPEG_TRUNCATED;
        struct reader in = {.p = data + at + 2, .left = size - 2};
        enum jpeg_fault fault = read_segment(frame, marker, in, limits);
        if (fault != JPEG_OK)
            return fault;
        at += size;
        if (marker == SOS) {
            *ret_scan = at;
            return JPEG_OK;
        }
    }
}

static uint64_t count_mcus(const struct frame *frame)
{
    /* The luma's factors are the largest: find_chroma admits nothing else. */
    unsigned mcu_width = BLOCK_SIDE * frame->components[0].h;
    unsigned mcu_height = BLOCK_SIDE * frame->components[0].v;
    return (uint64_t)((frame->width + mcu_width - 1) / mcu_width) *
           ((frame->height + mcu_height - 1) / mcu_height);
}

/* The entropy-coded bytes from at through EOI; *ret_end is behind it. */
static enum jpeg_fault read_scan(const struct frame *frame, const uint8_t *data, size_t len_bytes,
                                 size_t at, size_t *ret_end)
{
    uint64_t mcus_left = count_mcus(frame);
    unsigned next_restart = RST0;
    size_t start = at, n_stuffed = 0; /* of this restart interval */
    for (;;) {
        const uint8_t *ff = memchr(data + at, 0xff, len_bytes - at);
        if (!ff || ff + 1 == data + len_bytes)
            return JPEG_NO_EOI;
        at = (size_t)(ff - data) + 1;
        unsigned marker = data[at];
        if (marker == 0 || marker == 0xff) { /* a stuffed FF; a fill byte */
            n_stuffed++;
            at += marker == 0;
            continue;
        }
        if (marker != EOI && (frame->restart_interval == 0 || marker != next_restart))
            return JPEG_GARBAGE;
        uint64_t n_mcus = mcus_left;
        if (frame->restart_interval > 0 && frame->restart_interval < n_mcus)
            n_mcus = frame->restart_interval;
        size_t n_bytes = at - 1 - start - n_stuffed;
        if (n_bytes * UINT64_C(8) < n_mcus * frame->mcu_min_bits)
            return JPEG_TRUNCATED;
        mcus_left -= n_mcus;
        at++;
        if (marker == EOI) {
            *ret_end = at;
            return mcus_left > 0 ? JPEG_TRUNCATED : JPEG_OK;
        }
        if (mcus_left == 0) /* a restart with nothing behind it */
            return JPEG_GARBAGE;
        next_restart = next_restart == RST7 ? RST0 : next_restart + 1;
        start = at;
        n_stuffed = 0;
    }
}

static bool is_padding(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == 0x00 || *p == 0xff))
        p++;
    return p == end;
}

enum jpeg_fault jpeg_inspect(const uint8_t *data, size_t len_bytes,
                             const struct jpeg_limits *limits, struct jpeg_info *ret_info)
{
    /* The standard tables of T.81 K.3, which hold until others come: luma 0, chroma 1. */
    struct frame frame = {.dc_min_bits = {2, 2}, .ac_min_bits = {4, 2}};
    size_t scan = 0, end = 0;
    enum jpeg_fault fault = read_headers(&frame, data, len_bytes, limits, &scan);
    if (fault == JPEG_OK)
        fault = read_scan(&frame, data, len_bytes, scan, &end);
    if (fault == JPEG_OK && !is_padding(data + end, data + len_bytes))
        fault = JPEG_GARBAGE;
    if (fault != JPEG_OK)
        return fault;
    *ret_info = (struct jpeg_info){
        .width = frame.width, .height = frame.height, .chroma = frame.chroma, .len_bytes = end};
    return JPEG_OK;
}

const char *jpeg_fault_name(enum jpeg_fault fault)
{
    switch (fault) {
    case JPEG_OK:
        return "ok";
    case JPEG_NO_SOI:
        return "no-soi";
    case JPEG_NO_EOI:
        return "no-eoi";
    case JPEG_TRUNCATED:
        return "truncated";
    case JPEG_GARBAGE:
        return "garbage";
    case JPEG_TOO_LARGE:
        return "too-large";
    case JPEG_UNSUPPORTED:
        return "unsupported";
    }
    return "garbage";
}
