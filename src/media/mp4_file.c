#include "media/mp4_file.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "media/fmp4.h"

enum { BOX_BYTES = 8, FULL_BOX_BYTES = 12 };

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *p++ = (uint8_t)(value >> shift);
    return p;
}

static uint8_t *put64(uint8_t *p, uint64_t value)
{
    return put32(put32(p, (uint32_t)(value >> 32)), (uint32_t)value);
}

static bool is_type(const uint8_t *box, const char *type)
{
    return memcmp(box + 4, type, 4) == 0;
}

/* --- The index. --- */

void mp4_index_finish(struct mp4_index *index)
{
    mem_free(index->samples);
    mem_free(index->parts);
    *index = (struct mp4_index){.samples = NULL};
}

static int grow(void **array, uint32_t *max, uint32_t wanted, size_t item_bytes)
{
    if (wanted <= *max)
        return 0;
    uint32_t larger = wanted < 1024 ? 1024 : 2 * wanted;
    void *grown = mem_try_realloc(*array, larger * item_bytes);
    if (!grown)
        return -ENOMEM;
    *array = grown;
    *max = larger;
    return 0;
}

int mp4_index_add(struct mp4_index *index, uint64_t data_at, const struct fmp4_sample *samples,
                  uint32_t n_samples)
{
    void *rows = index->samples, *parts = index->parts;
    int r = grow(&rows, &index->max_samples, index->n_samples + n_samples, sizeof(*index->samples));
    index->samples = rows;
    if (r == 0)
        r = grow(&parts, &index->max_parts, index->n_parts + 1, sizeof(*index->parts));
    index->parts = parts;
    if (r < 0)
        return r;
    index->parts[index->n_parts++] =
        (struct mp4_index_part){.data_at = data_at, .n_samples = n_samples};
    for (uint32_t i = 0; i < n_samples; i++) {
        index->samples[index->n_samples++] =
            (struct mp4_index_sample){samples[i].duration, samples[i].len_bytes, samples[i].key};
        index->duration += samples[i].duration;
    }
    return 0;
}

/* --- Writing. --- */

size_t mp4_head_write(const uint8_t *init, size_t init_len_bytes, uint8_t *out)
{
    uint64_t size;
    uint32_t type;
    if (!mp4_box_read(init, init_len_bytes, &size, &type) || type != MP4_TYPE('f', 't', 'y', 'p') ||
        size > init_len_bytes)
        return 0;
    const size_t at = (size_t)size;
    memcpy(out, init, at);
    memset(out + at, 0, MP4_PATCH_BYTES);
    put32(out + at, MP4_PATCH_BYTES);
    memcpy(out + at + 4, "free", 4);
    memcpy(out + at + MP4_PATCH_BYTES, init + at, init_len_bytes - at);
    return at;
}

void mp4_patch_write(uint64_t patch_at, uint64_t moov_at, uint8_t out[MP4_PATCH_BYTES])
{
    put32(out, 1); /* the size follows in 64 bits */
    memcpy(out + 4, "mdat", 4);
    put64(out + 8, moov_at - patch_at);
}

/* --- The moov: the head's own, box by box, with durations and tables filled in. --- */

struct moov {
    const struct mp4_index *index;
    uint8_t *out; /* NULL: only measure */
    size_t len_bytes;
};

static uint8_t *at(struct moov *moov)
{
    return moov->out + moov->len_bytes;
}

/* A full box of version 0 with a count and that many rows, which the caller fills in at *ret_rows;
 * NULL while measuring. */
static void put_table(struct moov *moov, const char *type, uint32_t count, size_t rows_bytes,
                      uint8_t **ret_rows)
{
    size_t size = FULL_BOX_BYTES + 4 + rows_bytes;
    *ret_rows = NULL;
    if (moov->out) {
        uint8_t *p = put32(at(moov), (uint32_t)size);
        memcpy(p, type, 4);
        p = put32(p + 4, 0);
        *ret_rows = put32(p, count);
    }
    moov->len_bytes += size;
}

/* 8.6.1.2: runs of equal durations. */
static void put_stts(struct moov *moov)
{
    const struct mp4_index *index = moov->index;
    uint32_t n_runs = 0;
    uint8_t *p;
    for (uint32_t i = 0; i < index->n_samples; i++)
        n_runs += i == 0 || index->samples[i].duration != index->samples[i - 1].duration;
    put_table(moov, "stts", n_runs, 8 * (size_t)n_runs, &p);
    for (uint32_t i = 0, from = 0; p && i < index->n_samples; i++) {
        if (i + 1 < index->n_samples &&
            index->samples[i + 1].duration == index->samples[i].duration)
            continue;
        p = put32(put32(p, i + 1 - from), index->samples[i].duration);
        from = i + 1;
    }
}

/* 8.6.2: the keys. */
static void put_stss(struct moov *moov)
{
    const struct mp4_index *index = moov->index;
    uint32_t n_keys = 0;
    uint8_t *p;
    for (uint32_t i = 0; i < index->n_samples; i++)
        n_keys += index->samples[i].key;
    put_table(moov, "stss", n_keys, 4 * (size_t)n_keys, &p);
    for (uint32_t i = 0; p && i < index->n_samples; i++)
        if (index->samples[i].key)
            p = put32(p, i + 1);
}

/* 8.7.4: a fragment's data is a chunk; runs of chunks with the same number of samples. */
static void put_stsc(struct moov *moov)
{
    const struct mp4_index *index = moov->index;
    uint32_t n_runs = 0;
    uint8_t *p;
    for (uint32_t i = 0; i < index->n_parts; i++)
        n_runs += i == 0 || index->parts[i].n_samples != index->parts[i - 1].n_samples;
    put_table(moov, "stsc", n_runs, 12 * (size_t)n_runs, &p);
    for (uint32_t i = 0; p && i < index->n_parts; i++)
        if (i == 0 || index->parts[i].n_samples != index->parts[i - 1].n_samples)
            p = put32(put32(put32(p, i + 1), index->parts[i].n_samples), 1);
}

/* 8.7.3.2: sizes; the common size before the count is 0, none. */
static void put_stsz(struct moov *moov)
{
    const struct mp4_index *index = moov->index;
    uint8_t *p;
    put_table(moov, "stsz", 0, 4 + 4 * (size_t)index->n_samples, &p);
    if (p)
        p = put32(p, index->n_samples);
    for (uint32_t i = 0; p && i < index->n_samples; i++)
        p = put32(p, index->samples[i].len_bytes);
}

/* 8.7.5 */
static void put_co64(struct moov *moov)
{
    const struct mp4_index *index = moov->index;
    uint8_t *p;
    put_table(moov, "co64", index->n_parts, 8 * (size_t)index->n_parts, &p);
    for (uint32_t i = 0; p && i < index->n_parts; i++)
        p = put64(p, index->parts[i].data_at);
}

static void put_copy(struct moov *moov, const uint8_t *box, size_t size)
{
    if (moov->out)
        memcpy(at(moov), box, size);
    moov->len_bytes += size;
}

/* Copies a box with a duration in it (version 0), at duration_at. */
static void put_dated(struct moov *moov, const uint8_t *box, size_t size, size_t duration_at)
{
    const uint64_t duration = moov->index->duration;
    if (moov->out && duration_at + 4 <= size) {
        memcpy(at(moov), box, size);
        put32(at(moov) + duration_at, duration > UINT32_MAX ? UINT32_MAX : (uint32_t)duration);
        moov->len_bytes += size;
    } else {
        put_copy(moov, box, size);
    }
}

static int put_box(struct moov *moov, const uint8_t *box, size_t size, unsigned depth);

/* The boxes in [p, end). */
static int put_boxes(struct moov *moov, const uint8_t *p, const uint8_t *end, unsigned depth)
{
    int r = 0;
    while (r == 0 && p < end) {
        uint64_t size;
        uint32_t type;
        if (mp4_box_read(p, (size_t)(end - p), &size, &type) != BOX_BYTES ||
            size > (size_t)(end - p))
            return -EBADMSG;
        r = put_box(moov, p, (size_t)size, depth);
        p += size;
    }
    return r;
}

static int put_nested(struct moov *moov, const uint8_t *box, size_t size, unsigned depth)
{
    const size_t begin = moov->len_bytes;
    put_copy(moov, box, BOX_BYTES);
    int r = put_boxes(moov, box + BOX_BYTES, box + size, depth + 1);
    if (r == 0 && is_type(box, "stbl")) {
        put_stts(moov);
        put_stss(moov);
        put_stsc(moov);
        put_stsz(moov);
        put_co64(moov);
    }
    if (r == 0 && moov->out)
        put32(moov->out + begin, (uint32_t)(moov->len_bytes - begin));
    return r;
}

static int put_box(struct moov *moov, const uint8_t *box, size_t size, unsigned depth)
{
    /* ISO/IEC 14496-12, 8.2.2, 8.3.2 and 8.4.2: where the durations are. */
    enum { MVHD_DURATION = 24, TKHD_DURATION = 28, MDHD_DURATION = 24, MAX_DEPTH = 5 };
    static const char *const NESTED[] = {"moov", "trak", "mdia", "minf", "stbl"};
    static const char *const REPLACED[] = {"mvex", "stts", "stss", "stsc", "stsz", "stco", "co64"};
    for (size_t i = 0; i < sizeof(NESTED) / sizeof(*NESTED); i++)
        if (is_type(box, NESTED[i]))
            return depth < MAX_DEPTH ? put_nested(moov, box, size, depth) : -EBADMSG;
    for (size_t i = 0; i < sizeof(REPLACED) / sizeof(*REPLACED); i++)
        if (is_type(box, REPLACED[i]))
            return 0;
    if (is_type(box, "mvhd"))
        put_dated(moov, box, size, MVHD_DURATION);
    else if (is_type(box, "tkhd"))
        put_dated(moov, box, size, TKHD_DURATION);
    else if (is_type(box, "mdhd"))
        put_dated(moov, box, size, MDHD_DURATION);
    else
        put_copy(moov, box, size);
    return 0;
}

/* The moov among a head's boxes, or NULL. */
static const uint8_t *find_moov(const uint8_t *head, size_t len_bytes, size_t *ret_size)
{
    uint64_t size;
    uint32_t type;
    while (mp4_box_read(head, len_bytes, &size, &type)) {
        if (type == MP4_TYPE('m', 'd', 'a', 't')) /* the patch, which hides the rest */
            size = MP4_PATCH_BYTES;
        if (size > len_bytes)
            return NULL;
        *ret_size = (size_t)size;
        if (type == MP4_TYPE('m', 'o', 'o', 'v'))
            return head;
        head += size;
        len_bytes -= (size_t)size;
    }
    return NULL;
}

int mp4_moov_create(const uint8_t *head, size_t len_bytes, const struct mp4_index *index,
                    uint8_t **ret_moov, size_t *ret_len_bytes)
{
    size_t size;
    struct moov moov = {.index = index};
    const uint8_t *box = find_moov(head, len_bytes, &size);
    if (!box || put_box(&moov, box, size, 0) < 0 || moov.len_bytes > UINT32_MAX)
        return -EBADMSG;
    moov.out = mem_try_alloc(moov.len_bytes);
    if (!moov.out)
        return -ENOMEM;
    moov.len_bytes = 0;
    (void)put_box(&moov, box, size, 0); /* succeeded while measuring */
    *ret_moov = moov.out;
    *ret_len_bytes = moov.len_bytes;
    return 0;
}

/* --- Reading back. --- */

size_t mp4_box_read(const uint8_t *bytes, size_t len_bytes, uint64_t *ret_size, uint32_t *ret_type)
{
    if (len_bytes < BOX_BYTES)
        return 0;
    uint64_t size = be32(bytes);
    size_t head = BOX_BYTES;
    if (size == 1) {
        if (len_bytes < 16)
            return 0;
        size = (uint64_t)be32(bytes + 8) << 32 | be32(bytes + 12);
        head = 16;
    }
    if (size < head)
        return 0;
    *ret_size = size;
    *ret_type = be32(bytes + 4);
    return head;
}

int mp4_moof_read(const uint8_t *moof, size_t len_bytes, uint64_t moof_at, struct mp4_index *index,
                  uint64_t *ret_data_bytes)
{
    /* Offsets of trun's count and rows, as fmp4_part writes them. */
    enum { COUNT_AT = 80, ROWS_AT = 88, ROW_BYTES = 12, NON_SYNC = 1 << 16, BATCH = 64 };
    static const struct fmp4_sample NONE[1];
    if (len_bytes < ROWS_AT || !is_type(moof, "moof") || !is_type(moof + 68, "trun"))
        return -EBADMSG;
    const uint32_t n_samples = be32(moof + COUNT_AT);
    const size_t head_bytes = n_samples <= (MP4_MOOF_MAX_BYTES - ROWS_AT) / ROW_BYTES
                                  ? fmp4_part_head_len_bytes(n_samples)
                                  : 0;
    if (n_samples == 0 || head_bytes != len_bytes + BOX_BYTES || be32(moof) != len_bytes ||
        be32(moof + COUNT_AT + 4) != head_bytes)
        return -EBADMSG;
    /* fmp4_part always writes the same boxes before trun, so they must match. */
    uint8_t own[ROWS_AT + ROW_BYTES + BOX_BYTES];
    fmp4_part_head_write(&(struct fmp4_part){.samples = NONE, .n_samples = 1}, own);
    if (!is_type(moof + 8, "mfhd") || !is_type(moof + 24, "traf") ||
        memcmp(moof + 32, own + 32, 16) != 0 || !is_type(moof + 48, "tfdt") ||
        memcmp(moof + 76, own + 76, 4) != 0)
        return -EBADMSG;
    uint64_t data_bytes = 0;
    for (uint32_t i = 0; i < n_samples;) {
        struct fmp4_sample batch[BATCH];
        uint32_t n = 0;
        for (; n < BATCH && i < n_samples; n++, i++) {
            const uint8_t *row = moof + ROWS_AT + (size_t)i * ROW_BYTES;
            batch[n] = (struct fmp4_sample){be32(row), be32(row + 4), !(be32(row + 8) & NON_SYNC)};
        }
        int r = mp4_index_add(index, moof_at + head_bytes + data_bytes, batch, n);
        if (r < 0)
            return r;
        for (uint32_t k = 0; k < n; k++)
            data_bytes += batch[k].len_bytes;
    }
    *ret_data_bytes = data_bytes;
    return 0;
}

void mp4_head_size(const uint8_t *head, size_t len_bytes, uint16_t *ret_width, uint16_t *ret_height)
{
    enum { WIDTH_BEFORE_END = 8, TKHD_BYTES = 92 };
    *ret_width = *ret_height = 0;
    for (size_t i = 0; i + TKHD_BYTES <= len_bytes; i++) {
        const uint8_t *box = head + i;
        if (!is_type(box, "tkhd") || be32(box) != TKHD_BYTES)
            continue;
        *ret_width = (uint16_t)(be32(box + TKHD_BYTES - WIDTH_BEFORE_END) >> 16);
        *ret_height = (uint16_t)(be32(box + TKHD_BYTES - WIDTH_BEFORE_END + 4) >> 16);
        return;
    }
}
