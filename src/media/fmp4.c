#include "media/fmp4.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "media/h264_sps.h"

struct writer {
    uint8_t *out;
    size_t len, cap;
};

static void put_bytes(struct writer *w, const void *bytes, size_t len_bytes)
{
    assert(len_bytes <= w->cap - w->len);
    memcpy(w->out + w->len, bytes, len_bytes);
    w->len += len_bytes;
}

static void put_be(struct writer *w, uint64_t value, unsigned n_bytes)
{
    assert(n_bytes <= w->cap - w->len);
    for (unsigned i = n_bytes; i > 0; i--)
        w->out[w->len++] = (uint8_t)(value >> (8 * (i - 1)));
}

static void put_u8(struct writer *w, unsigned value)
{
    put_be(w, value, 1);
}

static void put_u16(struct writer *w, unsigned value)
{
    put_be(w, value, 2);
}

static void put_u32(struct writer *w, uint32_t value)
{
    put_be(w, value, 4);
}

static void put_zeros(struct writer *w, unsigned n_bytes)
{
    assert(n_bytes <= w->cap - w->len);
    memset(w->out + w->len, 0, n_bytes);
    w->len += n_bytes;
}

/* Opens a box; pass the result to box_end, which fills in its size. */
static size_t box(struct writer *w, const char *type)
{
    size_t at = w->len;
    put_u32(w, 0);
    put_bytes(w, type, 4);
    return at;
}

static size_t full_box(struct writer *w, const char *type, unsigned version, uint32_t flags)
{
    size_t at = box(w, type);
    put_u8(w, version);
    put_be(w, flags, 3);
    return at;
}

static void box_end(struct writer *w, size_t at)
{
    struct writer size = {.out = w->out + at, .cap = 4};
    put_u32(&size, (uint32_t)(w->len - at));
}

/* The unity matrix of mvhd and tkhd, 16.16 and 2.30 fixed point. */
static void put_matrix(struct writer *w)
{
    static const uint32_t unity[9] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
    for (unsigned i = 0; i < 9; i++)
        put_u32(w, unity[i]);
}

enum { TRACK_ID = 1 };

static void put_ftyp(struct writer *w)
{
    size_t ftyp = box(w, "ftyp");
    put_bytes(w, "iso6", 4);
    put_u32(w, 0);
    put_bytes(w, "iso6cmfcavc1mp41", 16);
    box_end(w, ftyp);
}

static void put_mvhd(struct writer *w)
{
    size_t mvhd = full_box(w, "mvhd", 0, 0);
    put_zeros(w, 8); /* creation and modification time: unknown */
    put_u32(w, FMP4_TIMESCALE);
    put_u32(w, 0); /* duration: unknown */
    put_u32(w, 0x10000);
    put_u16(w, 0x100);
    put_zeros(w, 10);
    put_matrix(w);
    put_zeros(w, 24); /* pre_defined */
    put_u32(w, TRACK_ID + 1);
    box_end(w, mvhd);
}

static void put_tkhd(struct writer *w, const struct h264_sps *sps)
{
    enum { ENABLED = 1, IN_MOVIE = 2 };
    size_t tkhd = full_box(w, "tkhd", 0, ENABLED | IN_MOVIE);
    put_zeros(w, 8);
    put_u32(w, TRACK_ID);
    put_zeros(w, 4);
    put_u32(w, 0); /* duration */
    put_zeros(w, 8);
    put_zeros(w, 8); /* layer, alternate_group, volume, reserved */
    put_matrix(w);
    put_u32(w, sps->width << 16); /* 16.16 */
    put_u32(w, sps->height << 16);
    box_end(w, tkhd);
}

static void put_mdhd_hdlr(struct writer *w)
{
    enum { LANGUAGE_UND = 0x55c4 };
    size_t mdhd = full_box(w, "mdhd", 0, 0);
    put_zeros(w, 8);
    put_u32(w, FMP4_TIMESCALE);
    put_u32(w, 0);
    put_u16(w, LANGUAGE_UND);
    put_u16(w, 0);
    box_end(w, mdhd);

    size_t hdlr = full_box(w, "hdlr", 0, 0);
    put_u32(w, 0);
    put_bytes(w, "vide", 4);
    put_zeros(w, 12);
    put_bytes(w, "video", sizeof("video"));
    box_end(w, hdlr);
}

/* ISO/IEC 14496-15, 5.3.3.1: AVCDecoderConfigurationRecord, one SPS and one PPS. */
static void put_avcc(struct writer *w, const struct h264_params *params, const struct h264_sps *sps)
{
    size_t avcc = box(w, "avcC");
    put_u8(w, 1);
    put_u8(w, sps->profile);
    put_u8(w, sps->constraints);
    put_u8(w, sps->level);
    put_u8(w, 0xfc | 3); /* NAL unit lengths have 4 bytes */
    put_u8(w, 0xe0 | 1);
    put_u16(w, params->sps_len_bytes);
    put_bytes(w, params->sps, params->sps_len_bytes);
    put_u8(w, 1);
    put_u16(w, params->pps_len_bytes);
    put_bytes(w, params->pps, params->pps_len_bytes);
    if (sps->profile == 100 || sps->profile == 110 || sps->profile == 122 || sps->profile == 244) {
        put_u8(w, 0xfc | sps->chroma_format);
        put_u8(w, 0xf8u | (sps->luma_bits - 8u));
        put_u8(w, 0xf8u | (sps->chroma_bits - 8u));
        put_u8(w, 0); /* no SPS extension */
    }
    box_end(w, avcc);
}

/* One parameter set with its 16-bit length at *pos; *pos moves past it. */
static int take_set(const uint8_t *bytes, size_t len_bytes, size_t *pos,
                    uint8_t ret_set[H264_PARAMETER_SET_MAX_BYTES], uint16_t *ret_len_bytes)
{
    if (len_bytes - *pos < 2)
        return -EINVAL;
    const size_t n = (size_t)bytes[*pos] << 8 | bytes[*pos + 1];
    *pos += 2;
    if (n == 0 || n > H264_PARAMETER_SET_MAX_BYTES || n > len_bytes - *pos)
        return -EINVAL;
    memcpy(ret_set, bytes + *pos, n);
    *ret_len_bytes = (uint16_t)n;
    *pos += n;
    return 0;
}

int fmp4_init_params(const uint8_t *init, size_t len_bytes, struct h264_params *ret_params)
{
    struct h264_params params = {0};
    size_t pos = 0;
    while (pos + 4 <= len_bytes && memcmp(init + pos, "avcC", 4) != 0)
        pos++;
    pos += 4 + 6; /* to the first SPS; there is exactly one */
    if (pos > len_bytes)
        return -EINVAL;
    int r = take_set(init, len_bytes, &pos, params.sps, &params.sps_len_bytes);
    if (r == 0)
        r = pos < len_bytes && init[pos++] == 1 ? 0 : -EINVAL;
    if (r == 0)
        r = take_set(init, len_bytes, &pos, params.pps, &params.pps_len_bytes);
    if (r == 0)
        *ret_params = params;
    return r;
}

static void put_stsd(struct writer *w, const struct h264_params *params, const struct h264_sps *sps)
{
    size_t stsd = full_box(w, "stsd", 0, 0);
    put_u32(w, 1);
    size_t avc1 = box(w, "avc1");
    put_zeros(w, 6);
    put_u16(w, 1); /* data_reference_index */
    put_zeros(w, 16);
    put_u16(w, sps->width);
    put_u16(w, sps->height);
    put_u32(w, 72 << 16); /* dots an inch, both ways */
    put_u32(w, 72 << 16);
    put_zeros(w, 4);
    put_u16(w, 1);      /* frame_count */
    put_zeros(w, 32);   /* compressorname */
    put_u16(w, 0x18);   /* depth */
    put_u16(w, 0xffff); /* pre_defined */
    put_avcc(w, params, sps);
    box_end(w, avc1);
    box_end(w, stsd);
}

static void put_minf(struct writer *w, const struct h264_params *params, const struct h264_sps *sps)
{
    size_t minf = box(w, "minf");
    size_t vmhd = full_box(w, "vmhd", 0, 1);
    put_zeros(w, 8);
    box_end(w, vmhd);

    enum { SELF_CONTAINED = 1 };
    size_t dinf = box(w, "dinf");
    size_t dref = full_box(w, "dref", 0, 0);
    put_u32(w, 1);
    box_end(w, full_box(w, "url ", 0, SELF_CONTAINED));
    box_end(w, dref);
    box_end(w, dinf);

    /* The sample tables are empty: samples are in the chunks. */
    size_t stbl = box(w, "stbl");
    put_stsd(w, params, sps);
    static const char *const empty[] = {"stts", "stsc", "stsz", "stco"};
    for (unsigned i = 0; i < 4; i++) {
        size_t table = full_box(w, empty[i], 0, 0);
        put_zeros(w, strcmp(empty[i], "stsz") == 0 ? 8 : 4);
        box_end(w, table);
    }
    box_end(w, stbl);
    box_end(w, minf);
}

static void put_mvex(struct writer *w)
{
    size_t mvex = box(w, "mvex");
    size_t trex = full_box(w, "trex", 0, 0);
    put_u32(w, TRACK_ID);
    put_u32(w, 1); /* sample description; each chunk has the rest */
    put_zeros(w, 12);
    box_end(w, trex);
    box_end(w, mvex);
}

int fmp4_init_write(const struct h264_params *params, uint8_t out[FMP4_INIT_MAX_BYTES],
                    size_t *ret_len_bytes)
{
    struct h264_sps sps;
    if (params->pps_len_bytes < 2 || params->pps_len_bytes > sizeof(params->pps) ||
        (params->pps[0] & 0x9f) != H264_NAL_PPS)
        return -EINVAL;
    int r = h264_sps_parse(params->sps, params->sps_len_bytes, &sps);
    if (r < 0)
        return r;
    struct writer w = {.out = out, .cap = FMP4_INIT_MAX_BYTES};
    put_ftyp(&w);
    size_t moov = box(&w, "moov");
    put_mvhd(&w);
    size_t trak = box(&w, "trak");
    put_tkhd(&w, &sps);
    size_t mdia = box(&w, "mdia");
    put_mdhd_hdlr(&w);
    put_minf(&w, params, &sps);
    box_end(&w, mdia);
    box_end(&w, trak);
    put_mvex(&w);
    box_end(&w, moov);
    *ret_len_bytes = w.len;
    return 0;
}

/* The single sample of a chunk, with everything that players would otherwise guess. */
static void put_trun(struct writer *w, const struct fmp4_chunk *chunk)
{
    enum { DATA_OFFSET = 0x1, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400 };
    /* ISO/IEC 14496-12, 8.8.3.1: sample_depends_on, sample_is_non_sync_sample */
    enum { DEPENDS_ON_NONE = 2 << 24, DEPENDS_ON_OTHERS = 1 << 24, NON_SYNC = 1 << 16 };
    size_t trun = full_box(w, "trun", 0, DATA_OFFSET | DURATION | SIZE | FLAGS);
    put_u32(w, 1);
    put_u32(w, FMP4_CHUNK_HEAD_BYTES); /* from the start of moof to the access unit */
    put_u32(w, chunk->duration);
    put_u32(w, chunk->unit_len_bytes);
    put_u32(w, chunk->key ? DEPENDS_ON_NONE : DEPENDS_ON_OTHERS | NON_SYNC);
    box_end(w, trun);
}

void fmp4_chunk_head_write(const struct fmp4_chunk *chunk, uint8_t out[FMP4_CHUNK_HEAD_BYTES])
{
    struct writer w = {.out = out, .cap = FMP4_CHUNK_HEAD_BYTES};
    size_t moof = box(&w, "moof");
    size_t mfhd = full_box(&w, "mfhd", 0, 0);
    put_u32(&w, chunk->sequence);
    box_end(&w, mfhd);

    enum { DEFAULT_BASE_IS_MOOF = 0x20000 };
    size_t traf = box(&w, "traf");
    size_t tfhd = full_box(&w, "tfhd", 0, DEFAULT_BASE_IS_MOOF);
    put_u32(&w, TRACK_ID);
    box_end(&w, tfhd);
    size_t tfdt = full_box(&w, "tfdt", 1, 0);
    put_be(&w, chunk->decode_time, 8);
    box_end(&w, tfdt);
    put_trun(&w, chunk);
    box_end(&w, traf);
    box_end(&w, moof);

    put_u32(&w, 8 + chunk->unit_len_bytes);
    put_bytes(&w, "mdat", 4);
    assert(w.len == FMP4_CHUNK_HEAD_BYTES);
}
