#include <string.h>

#include "media/jpeg_internal.h"

enum jpeg_fault jpeg_scan_pass(const struct jpeg_frame *frame, const struct jpeg_scan *scan,
                               const uint8_t *data, size_t len_bytes, size_t at,
                               struct jpeg_scan_end *ret_end)
{
    uint64_t mcus_left = scan->n_mcus;
    unsigned next_restart = JPEG_RST0;
    size_t start = at, n_stuffed = 0; /* of this restart interval */
    for (;;) {
        const uint8_t *ff = memchr(data + at, 0xff, len_bytes - at);
        bool is_end = !ff || ff + 1 == data + len_bytes;
        at = is_end ? len_bytes : (size_t)(ff - data);
        unsigned marker = is_end ? 0 : ff[1];
        if (!is_end && (marker == 0 || marker == 0xff)) { /* a stuffed FF; a fill byte */
            n_stuffed++;
            at += 1 + (marker == 0);
            continue;
        }
        uint64_t n_mcus = mcus_left;
        if (frame->restart_interval > 0 && frame->restart_interval < n_mcus)
            n_mcus = frame->restart_interval;
        bool is_short = (at - start - n_stuffed) * UINT64_C(8) < n_mcus * scan->mcu_min_bits;
        bool is_restart =
            frame->restart_interval > 0 && marker == next_restart && mcus_left > n_mcus;
        if (!is_restart || is_short) {
            *ret_end = (struct jpeg_scan_end){.at = at, .marker = marker};
            ret_end->is_whole = !is_short && frame->restart_interval > 0 && mcus_left == n_mcus &&
                                marker == next_restart;
            return is_short || mcus_left > n_mcus ? JPEG_TRUNCATED : JPEG_OK;
        }
        mcus_left -= n_mcus;
        next_restart = next_restart == JPEG_RST7 ? JPEG_RST0 : next_restart + 1;
        start = at = at + 2;
        n_stuffed = 0;
    }
}

/* --- Reading every code. --- */

/* Bits, most significant first, without the stuffed zeros; stops at markers. */
struct bits {
    const uint8_t *p, *end;
    uint64_t window; /* the next bits, at the top */
    unsigned n;      /* of them */
    bool is_over;    /* more bits were taken than there are */
};

static void fill(struct bits *bits)
{
    while (bits->n <= 56 && bits->p < bits->end) {
        uint8_t byte = bits->p[0];
        if (byte == 0xff && (bits->p + 1 == bits->end || bits->p[1] != 0))
            return;
        bits->p += byte == 0xff ? 2 : 1;
        bits->window |= (uint64_t)byte << (56 - bits->n);
        bits->n += 8;
    }
}

static void take(struct bits *bits, unsigned n)
{
    if (n > bits->n) {
        bits->is_over = true;
        n = bits->n;
    }
    bits->window = n < 64 ? bits->window << n : 0;
    bits->n -= n;
}

/* A table's codes by their first bits: C.2 assigns them in increasing order of length. */
enum { LOOK_BITS = 9 };
struct codes {
    uint16_t look[1 << LOOK_BITS]; /* length << 8 | symbol; 0 = longer than LOOK_BITS */
    uint32_t limits[17];           /* the first code beyond those of this length, left-aligned */
    int32_t offsets[17];           /* from a code of this length to its symbol's place */
    const uint8_t *values;
};

static void codes_init(struct codes *codes, const struct jpeg_huffman *huffman)
{
    uint32_t code = 0, place = 0;
    memset(codes->look, 0, sizeof(codes->look));
    codes->values = huffman->values;
    for (unsigned len = 1; len <= 16; len++) {
        codes->offsets[len] = (int32_t)place - (int32_t)code;
        for (unsigned n = huffman->counts[len - 1]; n > 0; n--, code++, place++) {
            if (len > LOOK_BITS)
                continue;
            unsigned shift = LOOK_BITS - len;
            for (unsigned k = 0; k < 1u << shift; k++)
                codes->look[(code << shift) + k] = (uint16_t)(len << 8 | huffman->values[place]);
        }
        codes->limits[len] = code << (16 - len);
        code <<= 1;
    }
}

/* The next symbol; -1: no such code. */
static int next_symbol(struct bits *bits, const struct codes *codes)
{
    if (bits->n < 32)
        fill(bits);
    unsigned entry = codes->look[bits->window >> (64 - LOOK_BITS)];
    if (entry) {
        take(bits, entry >> 8);
        return entry & 0xff;
    }
    uint32_t next = (uint32_t)(bits->window >> 48);
    for (unsigned len = LOOK_BITS + 1; len <= 16; len++) {
        if (next < codes->limits[len]) {
            take(bits, len);
            return codes->values[(int32_t)(next >> (16 - len)) + codes->offsets[len]];
        }
    }
    return -1;
}

/* F.2.2: a DC difference, then runs and sizes for 63 AC coefficients. */
static bool pass_block(struct bits *bits, const struct codes *dc, const struct codes *ac)
{
    int size = next_symbol(bits, dc);
    if (size < 0 || size > 15)
        return false;
    take(bits, (unsigned)size);
    for (unsigned k = 1; k < 64; k++) {
        int symbol = next_symbol(bits, ac);
        if (symbol < 0 || bits->is_over)
            return false;
        unsigned run = (unsigned)symbol >> 4, extra = (unsigned)symbol & 15;
        if (extra == 0 && run != 15)
            break; /* end of block */
        k += run;
        take(bits, extra);
    }
    return !bits->is_over;
}

/* Continues after the restart marker, which must be next. */
static bool pass_restart(struct bits *bits)
{
    const uint8_t *p = bits->p;
    while (p + 1 < bits->end && p[0] == 0xff && p[1] == 0xff)
        p++;
    if (p + 1 >= bits->end || p[0] != 0xff || p[1] < JPEG_RST0 || p[1] > JPEG_RST7)
        return false;
    *bits = (struct bits){.p = p + 2, .end = bits->end};
    return true;
}

/* The first byte of which no bit was consumed. */
static const uint8_t *untouched(const struct bits *bits)
{
    const uint8_t *p = bits->p;
    for (unsigned n = bits->n / 8; n > 0; n--)
        p -= p[-1] == 0 && p[-2] == 0xff ? 2 : 1;
    return p;
}

bool jpeg_scan_is_whole(const struct jpeg_frame *frame, const struct jpeg_scan *scan,
                        const uint8_t *data, size_t at, size_t end, size_t *ret_end)
{
    struct codes dc[JPEG_COMPONENTS_MAX], ac[JPEG_COMPONENTS_MAX];
    struct bits bits = {.p = data + at, .end = data + end};
    for (unsigned i = 0; i < scan->n_parts; i++) {
        codes_init(&dc[i], &frame->dc[scan->parts[i].dc]);
        codes_init(&ac[i], &frame->ac[scan->parts[i].ac]);
    }
    for (uint64_t mcu = 0; mcu < scan->n_mcus; mcu++) {
        if (frame->restart_interval > 0 && mcu > 0 && mcu % frame->restart_interval == 0 &&
            !pass_restart(&bits))
            return false;
        for (unsigned i = 0; i < scan->n_parts; i++) {
            const struct jpeg_component *c = scan->parts[i].component;
            unsigned n_blocks = scan->n_parts == 1 ? 1 : c->h * c->v;
            while (n_blocks-- > 0)
                if (!pass_block(&bits, &dc[i], &ac[i]))
                    return false;
        }
    }
    *ret_end = (size_t)(untouched(&bits) - data);
    return true;
}
