#include <string.h>

#include "media/jpeg_internal.h"
#include "media/jpeg_tables.h"

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static enum jpeg_fault read_quantization(struct jpeg_frame *frame, struct jpeg_reader in)
{
    while (in.left > 0) {
        unsigned precision = in.p[0] >> 4, table = in.p[0] & 15;
        size_t size = 1 + (precision ? 128 : 64);
        if (precision > 1 || table >= JPEG_TABLES || in.left < size)
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
 */
static unsigned least_dc_bits(const uint8_t counts[16], const uint8_t *values)
{
    unsigned least = UINT8_MAX;
    for (unsigned len = 1; len <= 16; len++)
        for (unsigned n = counts[len - 1]; n > 0; n--)
            least = min_u(least, len + (*values++ & 15));
    return least;
}

/* The least bits of a block's 63 AC coefficients (F.1.2.2): an end of block, or at least four
 * codes, since one covers at most 16 coefficients. */
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

/* True if a prefix code with these lengths exists that leaves the all-ones code free (C.2).
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

static void define(struct jpeg_frame *frame, bool is_ac, unsigned table, const uint8_t *counts,
                   const uint8_t *values)
{
    unsigned bits = is_ac ? least_ac_bits(counts, values) : least_dc_bits(counts, values);
    *(is_ac ? &frame->ac[table] : &frame->dc[table]) =
        (struct jpeg_huffman){.counts = counts, .values = values, .min_bits = (uint8_t)bits};
}

static enum jpeg_fault read_huffman(struct jpeg_frame *frame, struct jpeg_reader in)
{
    while (in.left > 0) {
        if (in.left < 17)
            return JPEG_GARBAGE;
        unsigned is_ac = in.p[0] >> 4, table = in.p[0] & 15, n_values = 0;
        const uint8_t *counts = in.p + 1;
        for (unsigned i = 0; i < 16; i++)
            n_values += counts[i];
        if (is_ac > 1 || table >= JPEG_TABLES || n_values == 0 || n_values > 256 ||
            in.left < 17 + n_values || !is_prefix_code(counts))
            return JPEG_GARBAGE;
        define(frame, is_ac, table, counts, in.p + 17);
        in.p += 17 + n_values;
        in.left -= 17 + n_values;
    }
    return JPEG_OK;
}

static enum jpeg_fault read_restart_interval(struct jpeg_frame *frame, struct jpeg_reader in)
{
    if (in.left != 2)
        return JPEG_GARBAGE;
    frame->restart_interval = (uint16_t)be16(in.p);
    return JPEG_OK;
}

static void read_application(struct jpeg_frame *frame, unsigned marker, struct jpeg_reader in)
{
    if (marker == JPEG_APP0 && in.left >= 5 && memcmp(in.p, "JFIF", 5) == 0)
        frame->saw_jfif = true;
    if (marker == JPEG_APP14 && in.left >= 12 && memcmp(in.p, "Adobe", 5) == 0)
        frame->saw_adobe_rgb = in.p[11] == 0; /* transform: none */
}

static enum jpeg_chroma chroma_of(const struct jpeg_component c[JPEG_COMPONENTS_MAX])
{
    if (c[1].h != c[2].h || c[1].v != c[2].v || c[0].h % c[1].h || c[0].v % c[1].v)
        return JPEG_CHROMA_OTHER;
    switch (c[0].h / c[1].h * 10 + c[0].v / c[1].v) {
    case 11:
        return JPEG_CHROMA_444;
    case 12:
        return JPEG_CHROMA_440;
    case 21:
        return JPEG_CHROMA_422;
    case 22:
        return JPEG_CHROMA_420;
    case 41:
        return JPEG_CHROMA_411;
    default:
        return JPEG_CHROMA_OTHER;
    }
}

static enum jpeg_fault read_components(struct jpeg_frame *frame, const uint8_t *p, unsigned count)
{
    struct jpeg_component *c = frame->components;
    for (unsigned i = 0; i < count; i++, p += 3) {
        c[i] = (struct jpeg_component){
            .id = p[0], .h = p[1] >> 4, .v = p[1] & 15, .quantization_table = p[2]};
        if (c[i].h < 1 || c[i].h > 4 || c[i].v < 1 || c[i].v > 4 || p[2] >= JPEG_TABLES)
            return JPEG_GARBAGE;
        if (c[i].h > frame->max_h)
            frame->max_h = c[i].h;
        if (c[i].v > frame->max_v)
            frame->max_v = c[i].v;
    }
    frame->n_components = count;
    frame->chroma = count == 1 ? JPEG_CHROMA_GREY : chroma_of(c);
    /* Decoders upsample by whole factors only. */
    for (unsigned i = 0; i < count; i++)
        if (frame->max_h % c[i].h || frame->max_v % c[i].v)
            return JPEG_UNSUPPORTED;
    return JPEG_OK;
}

static enum jpeg_fault read_frame_header(struct jpeg_frame *frame, unsigned marker,
                                         struct jpeg_reader in, const struct jpeg_limits *limits)
{
    if (frame->n_components > 0)
        return JPEG_GARBAGE;
    if (marker > JPEG_SOF2)
        return JPEG_UNSUPPORTED;
    if (in.left < 6 || in.left != 6 + 3u * in.p[5] || in.p[5] == 0)
        return JPEG_GARBAGE;
    if (in.p[0] != 8 || (in.p[5] != 1 && in.p[5] != 3))
        return JPEG_UNSUPPORTED;
    frame->is_baseline = marker == JPEG_SOF0;
    frame->is_progressive = marker == JPEG_SOF2;
    frame->height = (uint16_t)be16(in.p + 1);
    frame->width = (uint16_t)be16(in.p + 3);
    if (frame->width == 0 || frame->height == 0)
        return JPEG_GARBAGE;
    if (frame->width > limits->max_width || frame->height > limits->max_height)
        return JPEG_TOO_LARGE;
    return read_components(frame, in.p + 6, in.p[5]);
}

enum jpeg_fault jpeg_frame_segment(struct jpeg_frame *frame, unsigned marker, struct jpeg_reader in,
                                   const struct jpeg_limits *limits)
{
    if (marker == JPEG_DQT)
        return read_quantization(frame, in);
    if (marker == JPEG_DHT)
        return read_huffman(frame, in);
    if (marker == JPEG_DAC)
        return JPEG_UNSUPPORTED;
    if (marker == JPEG_DRI)
        return read_restart_interval(frame, in);
    if (marker >= JPEG_SOF0 && marker <= JPEG_SOF15)
        return read_frame_header(frame, marker, in, limits);
    read_application(frame, marker, in);
    return JPEG_OK;
}

/* --- Scan headers. --- */

/* How decoders recognise RGB (JFIF 1.02; libjpeg's rule). */
static bool is_rgb(const struct jpeg_frame *frame)
{
    const struct jpeg_component *c = frame->components;
    if (frame->n_components != 3 || frame->saw_jfif)
        return false;
    return frame->saw_adobe_rgb || (c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B');
}

/* By its id, among those not yet in the scan, because some encoders give all the same id. */
static struct jpeg_component *find_component(struct jpeg_frame *frame, const struct jpeg_scan *scan,
                                             uint8_t id)
{
    unsigned first = 0;
    if (scan->n_parts > 0)
        first = (unsigned)(scan->parts[scan->n_parts - 1].component - frame->components) + 1;
    for (unsigned i = first; i < frame->n_components; i++)
        if (frame->components[i].id == id)
            return &frame->components[i];
    return NULL;
}

static unsigned blocks_across(unsigned pixels, unsigned factor, unsigned max_factor)
{
    unsigned samples = (pixels * factor + max_factor - 1) / max_factor;
    return (samples + JPEG_BLOCK_SIDE - 1) / JPEG_BLOCK_SIDE;
}

static uint64_t count_mcus(const struct jpeg_frame *frame, const struct jpeg_scan *scan)
{
    const struct jpeg_component *c = scan->parts[0].component;
    if (scan->n_parts == 1) /* not interleaved: the factors do not matter (A.2.2) */
        return (uint64_t)blocks_across(frame->width, c->h, frame->max_h) *
               blocks_across(frame->height, c->v, frame->max_v);
    unsigned mcu_width = JPEG_BLOCK_SIDE * frame->max_h,
             mcu_height = JPEG_BLOCK_SIDE * frame->max_v;
    return (uint64_t)((frame->width + mcu_width - 1) / mcu_width) *
           ((frame->height + mcu_height - 1) / mcu_height);
}

/* A missing table means the standard one (T.81 K.3), 0 for luma and 1 for chroma. */
static bool has_table(struct jpeg_frame *frame, bool is_ac, unsigned table)
{
    const struct jpeg_huffman *huffman = is_ac ? &frame->ac[table] : &frame->dc[table];
    if (huffman->counts)
        return true;
    if (table > 1 || frame->is_progressive)
        return false;
    const uint8_t *counts = jpeg_tables_standard(is_ac, table);
    define(frame, is_ac, table, counts, counts + 16);
    frame->missing_tables |= jpeg_tables_bit(is_ac, table);
    return true;
}

/* The spectral and successive parameters, p[0..2]; T.81 G.1.1.1. */
static enum jpeg_fault read_progression(struct jpeg_frame *frame, struct jpeg_scan *scan,
                                        const uint8_t *p, unsigned n_blocks)
{
    unsigned first = p[0], last = p[1], high = p[2] >> 4, low = p[2] & 15;
    bool is_dc = first == 0;
    if (is_dc ? last != 0 : last < first || last > 63 || scan->n_parts != 1)
        return JPEG_GARBAGE;
    if (low > 13 || (high != 0 && high != low + 1))
        return JPEG_GARBAGE;
    for (unsigned i = 0; i < scan->n_parts; i++) {
        if (is_dc && high == 0) {
            if (!has_table(frame, false, scan->parts[i].dc))
                return JPEG_GARBAGE;
            scan->parts[i].component->is_covered = true;
        } else if (!is_dc && !has_table(frame, true, scan->parts[i].ac)) {
            return JPEG_GARBAGE;
        }
    }
    scan->mcu_min_bits = is_dc ? n_blocks : 0; /* one end-of-band run may cover all AC blocks */
    return JPEG_OK;
}

static enum jpeg_fault read_sequence(struct jpeg_frame *frame, struct jpeg_scan *scan,
                                     const uint8_t *p)
{
    for (unsigned i = 0; i < scan->n_parts; i++) {
        struct jpeg_component *c = scan->parts[i].component;
        unsigned dc = scan->parts[i].dc, ac = scan->parts[i].ac;
        if (!has_table(frame, false, dc) || !has_table(frame, true, ac))
            return JPEG_GARBAGE;
        unsigned n_blocks = scan->n_parts == 1 ? 1 : c->h * c->v;
        scan->mcu_min_bits += n_blocks * (frame->dc[dc].min_bits + frame->ac[ac].min_bits);
        c->is_covered = true;
    }
    scan->is_misdeclared = p[0] != 0 || p[1] != 63 || p[2] != 0;
    return JPEG_OK;
}

enum jpeg_fault jpeg_frame_scan(struct jpeg_frame *frame, struct jpeg_reader in,
                                struct jpeg_scan *ret_scan)
{
    enum { MAX_BLOCKS_OF_MCU = 10 }; /* B.2.3 */
    struct jpeg_scan scan = {.n_parts = 0};
    unsigned n_blocks = 0, max_table = frame->is_baseline ? 1 : 3;
    if (frame->n_components == 0 || in.left < 1 || in.left != 4 + 2u * in.p[0] || in.p[0] == 0 ||
        in.p[0] > frame->n_components)
        return JPEG_GARBAGE;
    const uint8_t *p = in.p + 1;
    for (unsigned i = 0; i < in.p[0]; i++, p += 2) {
        struct jpeg_component *c = find_component(frame, &scan, p[0]);
        unsigned dc = p[1] >> 4, ac = p[1] & 15;
        if (!c || dc > max_table || ac > max_table ||
            !frame->has_quantization[c->quantization_table])
            return JPEG_GARBAGE;
        scan.parts[scan.n_parts].component = c;
        scan.parts[scan.n_parts].dc = (uint8_t)dc;
        scan.parts[scan.n_parts++].ac = (uint8_t)ac;
        n_blocks += c->h * c->v;
    }
    if (scan.n_parts == 1)
        n_blocks = 1;
    if (n_blocks > MAX_BLOCKS_OF_MCU)
        return JPEG_UNSUPPORTED;
    if (is_rgb(frame))
        frame->chroma = JPEG_CHROMA_OTHER;
    scan.n_mcus = count_mcus(frame, &scan);
    enum jpeg_fault fault = frame->is_progressive ? read_progression(frame, &scan, p, n_blocks)
                                                  : read_sequence(frame, &scan, p);
    if (fault == JPEG_OK)
        *ret_scan = scan;
    return fault;
}

bool jpeg_frame_is_covered(const struct jpeg_frame *frame)
{
    for (unsigned i = 0; i < frame->n_components; i++)
        if (!frame->components[i].is_covered)
            return false;
    return frame->n_components > 0;
}
