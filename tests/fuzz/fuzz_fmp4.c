#include <string.h>

#include "check.h"
#include "media/fmp4.h"
#include "media/h264_sps.h"

/* Input: 1 byte length of the SPS, the SPS, 1 byte length of the PPS, the PPS, and what is left are
 * a chunk's fields. */
struct input {
    const uint8_t *p;
    size_t left;
};

static size_t take(struct input *in, void *out, size_t len_bytes)
{
    size_t n = len_bytes < in->left ? len_bytes : in->left;
    if (n > 0)
        memcpy(out, in->p, n);
    in->p += n;
    in->left -= n;
    return n;
}

static uint16_t take_set(struct input *in, uint8_t out[H264_PARAMETER_SET_MAX_BYTES])
{
    uint8_t len_bytes = 0;
    take(in, &len_bytes, 1);
    return (uint16_t)take(in, out, len_bytes);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Bytes of a box's own fields in front of its children; -1 for a box that has none. */
static int fields_of(const uint8_t *box)
{
    static const char *const plain[] = {"moov", "trak", "mdia", "minf", "dinf",
                                        "stbl", "mvex", "moof", "traf"};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (memcmp(box + 4, plain[i], 4) == 0)
            return 0;
    if (memcmp(box + 4, "stsd", 4) == 0 || memcmp(box + 4, "dref", 4) == 0)
        return 8;
    return memcmp(box + 4, "avc1", 4) == 0 ? 78 : -1;
}

/* Every box lies in its parent, and the sizes of siblings add up to it. Returns the boxes. */
static unsigned check_boxes(const uint8_t *p, const uint8_t *end)
{
    unsigned n = 0;
    while (p < end) {
        CHECK(end - p >= 8 && be32(p) >= 8 && be32(p) <= (size_t)(end - p));
        const uint8_t *next = p + be32(p);
        int fields = fields_of(p);
        if (fields >= 0) {
            CHECK(next - p >= 8 + fields);
            n += check_boxes(p + 8 + fields, next);
        }
        p = next;
        n++;
    }
    return n;
}

static void check_init(const struct h264_params *params)
{
    enum { N_BOXES = 23 };
    uint8_t init[FMP4_INIT_MAX_BYTES];
    size_t len_bytes = 7;
    struct h264_sps sps;
    bool readable = h264_sps_parse(params->sps, params->sps_len_bytes, &sps) == 0;
    if (fmp4_init_write(params, init, &len_bytes) != 0) {
        CHECK(len_bytes == 7);
        return;
    }
    CHECK(readable && len_bytes <= sizeof(init));
    CHECK(check_boxes(init, init + len_bytes) == N_BOXES);
    CHECK(memmem(init, len_bytes, params->sps, params->sps_len_bytes));
    CHECK(memmem(init, len_bytes, params->pps, params->pps_len_bytes));
    CHECK(!memmem(init, len_bytes, "mehd", 4) ||
          memmem(params->sps, sizeof(params->sps), "mehd", 4) ||
          memmem(params->pps, sizeof(params->pps), "mehd", 4));
}

static void check_chunk(struct input *in)
{
    enum { N_BOXES = 6, UNIT_MAX_BYTES = 64 };
    struct fmp4_chunk chunk = {0};
    uint8_t key = 0, out[FMP4_CHUNK_HEAD_BYTES + UNIT_MAX_BYTES] = {0};
    take(in, &chunk.sequence, sizeof(chunk.sequence));
    take(in, &chunk.decode_time, sizeof(chunk.decode_time));
    take(in, &chunk.duration, sizeof(chunk.duration));
    take(in, &chunk.unit_len_bytes, sizeof(chunk.unit_len_bytes));
    take(in, &key, 1);
    chunk.key = key & 1;
    chunk.unit_len_bytes %= UNIT_MAX_BYTES + 1;
    fmp4_chunk_head_write(&chunk, out);
    CHECK(check_boxes(out, out + FMP4_CHUNK_HEAD_BYTES + chunk.unit_len_bytes) == N_BOXES + 1);
    CHECK(be32(out) + 8 == FMP4_CHUNK_HEAD_BYTES);
    CHECK(be32(out + 84) == FMP4_CHUNK_HEAD_BYTES); /* trun's data offset: behind mdat's header */
    CHECK(be32(out + 92) == chunk.unit_len_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct input in = {.p = data, .left = len_bytes};
    struct h264_params params = {0};
    params.sps_len_bytes = take_set(&in, params.sps);
    params.pps_len_bytes = take_set(&in, params.pps);
    check_init(&params);
    check_chunk(&in);
    return 0;
}
