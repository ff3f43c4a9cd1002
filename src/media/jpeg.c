#include "media/jpeg.h"

#include <assert.h>
#include <string.h>

#include "media/jpeg_internal.h"
#include "media/jpeg_tables.h"

/* The output for the repaired picture. */
struct sink {
    uint8_t *out; /* NULL: only measure */
    size_t len_bytes;
    bool differs; /* from the input */
};

/* The walk through a JPEG. */
struct walk {
    const uint8_t *data;
    size_t len_bytes, at;
    struct jpeg_frame frame;
    unsigned n_scans;
    struct sink sink;
    size_t total_bytes; /* of the repaired picture */
};

static const uint8_t END[2] = {0xff, JPEG_EOI};

static void put(struct sink *sink, const void *bytes, size_t n_bytes)
{
    if (sink->out)
        memcpy(sink->out + sink->len_bytes, bytes, n_bytes);
    sink->len_bytes += n_bytes;
}

static void keep(struct walk *walk, size_t n_bytes)
{
    put(&walk->sink, walk->data + walk->at, n_bytes);
    walk->at += n_bytes;
}

/* Writes these bytes instead of n_bytes of the input. */
static void replace(struct walk *walk, const void *bytes, size_t n_bytes)
{
    put(&walk->sink, bytes, n_bytes);
    walk->at += n_bytes;
    walk->sink.differs = true;
}

static void insert(struct walk *walk, const void *bytes, size_t n_bytes)
{
    put(&walk->sink, bytes, n_bytes);
    walk->sink.differs = true;
}

static void drop(struct walk *walk, size_t n_bytes)
{
    walk->at += n_bytes;
    walk->sink.differs |= n_bytes > 0;
}

static bool begins_segment(unsigned marker)
{
    if (marker >= JPEG_RST0 && marker <= JPEG_SOI)
        return false;
    return (marker >= JPEG_SOF0 && marker <= JPEG_DRI) ||
           (marker >= JPEG_APP0 && marker <= JPEG_APP15) || marker == JPEG_COM;
}

/* Moves to the next marker's FF, dropping stray bytes before it. */
static enum jpeg_fault find_marker(struct walk *walk)
{
    const uint8_t *data = walk->data;
    while (walk->len_bytes - walk->at >= 2 && data[walk->at] == 0xff && data[walk->at + 1] == 0xff)
        keep(walk, 1); /* any number of fill bytes is allowed */
    for (size_t at = walk->at; walk->len_bytes - at >= 2; at++) {
        if (at - walk->at > JPEG_STRAY_MAX_BYTES)
            return JPEG_GARBAGE;
        if (data[at] == 0xff && begins_segment(data[at + 1])) {
            drop(walk, at - walk->at);
            return JPEG_OK;
        }
    }
    return JPEG_TRUNCATED;
}

/* The parameters of the current segment. JPEG_GARBAGE: impossible length. */
static enum jpeg_fault find_parameters(const struct walk *walk, struct jpeg_reader *ret_in)
{
    const uint8_t *p = walk->data + walk->at;
    size_t left = walk->len_bytes - walk->at;
    if (left < 4)
        return JPEG_TRUNCATED;
    size_t size = (size_t)p[2] << 8 | p[3];
    if (size < 2)
        return JPEG_GARBAGE;
    if (size > left - 2)
        return JPEG_TRUNCATED;
    *ret_in = (struct jpeg_reader){.p = p + 4, .left = size - 2};
    return JPEG_OK;
}

static void keep_application(struct walk *walk, unsigned marker, struct jpeg_reader in)
{
    size_t entry_at;
    uint8_t entry[JPEG_EXIF_ENTRY_BYTES];
    if (marker == JPEG_APP1 && jpeg_exif_orientation(in, &entry_at, entry)) {
        keep(walk, 4 + entry_at);
        replace(walk, entry, sizeof(entry));
        in.left -= entry_at + sizeof(entry);
        keep(walk, in.left);
        return;
    }
    keep(walk, 4 + in.left);
}

static void keep_scan_header(struct walk *walk, const struct jpeg_scan *scan, size_t n_bytes)
{
    static const uint8_t WHOLE[3] = {0, 63, 0}; /* every coefficient, at once */
    if (walk->frame.missing_tables) {
        uint8_t tables[JPEG_TABLES_BYTES];
        insert(walk, tables, jpeg_tables_segment(walk->frame.missing_tables, tables));
        walk->frame.missing_tables = 0;
    }
    if (scan->is_misdeclared) {
        keep(walk, n_bytes - sizeof(WHOLE));
        replace(walk, WHOLE, sizeof(WHOLE));
    } else {
        keep(walk, n_bytes);
    }
}

/* Finds the end of the data of a scan that completes a sequential picture without EOI. While
 * writing, it is already known from measuring. */
static bool find_end(const struct walk *walk, const struct jpeg_scan *scan,
                     const struct jpeg_scan_end *end, size_t *ret_at)
{
    if (walk->sink.out)
        *ret_at = walk->at + (walk->total_bytes - sizeof(END) - walk->sink.len_bytes);
    else if (end->is_whole)
        *ret_at = end->at;
    else
        return jpeg_scan_is_whole(&walk->frame, scan, walk->data, walk->at, end->at, ret_at);
    return true;
}

/* A scan's header and data. *ret_is_end: the picture is complete and ends here. */
static enum jpeg_fault pass_scan(struct walk *walk, struct jpeg_reader in, bool *ret_is_end)
{
    struct jpeg_scan scan;
    struct jpeg_scan_end end;
    enum jpeg_fault fault = jpeg_frame_scan(&walk->frame, in, &scan);
    if (fault != JPEG_OK)
        return fault;
    if (++walk->n_scans > JPEG_SCANS_MAX)
        return JPEG_UNSUPPORTED;
    keep_scan_header(walk, &scan, 4 + in.left);
    fault = jpeg_scan_pass(&walk->frame, &scan, walk->data, walk->len_bytes, walk->at, &end);
    const enum jpeg_fault odd_end = end.marker ? JPEG_GARBAGE : JPEG_NO_EOI;
    if (fault != JPEG_OK)
        return end.marker == JPEG_EOI ? fault : odd_end;
    if (!end.marker && (walk->frame.is_progressive || !jpeg_frame_is_covered(&walk->frame)))
        return JPEG_NO_EOI;
    *ret_is_end = end.marker != JPEG_EOI && !walk->frame.is_progressive &&
                  jpeg_frame_is_covered(&walk->frame);
    if (*ret_is_end && !find_end(walk, &scan, &end, &end.at))
        return odd_end;
    keep(walk, end.at - walk->at);
    return JPEG_OK;
}

static enum jpeg_fault pass_segment(struct walk *walk, const struct jpeg_limits *limits,
                                    bool *ret_is_end)
{
    struct jpeg_reader in;
    unsigned marker = walk->data[walk->at + 1];
    enum jpeg_fault fault = find_parameters(walk, &in);
    *ret_is_end = false;
    if (fault == JPEG_GARBAGE && marker >= JPEG_APP0) { /* not needed: drop its marker */
        drop(walk, 4);
        return JPEG_OK;
    }
    if (fault == JPEG_OK && marker == JPEG_SOS)
        return pass_scan(walk, in, ret_is_end);
    if (fault == JPEG_OK)
        fault = jpeg_frame_segment(&walk->frame, marker, in, limits);
    if (fault == JPEG_OK)
        keep_application(walk, marker, in);
    return fault;
}

static enum jpeg_fault walk_through(struct walk *walk, const struct jpeg_limits *limits)
{
    if (walk->len_bytes < 2 || walk->data[0] != 0xff || walk->data[1] != JPEG_SOI)
        return JPEG_NO_SOI;
    keep(walk, 2);
    for (;;) {
        bool is_end;
        enum jpeg_fault fault = find_marker(walk);
        if (fault != JPEG_OK)
            return fault == JPEG_TRUNCATED && walk->n_scans > 0 ? JPEG_NO_EOI : fault;
        if (walk->data[walk->at + 1] == JPEG_EOI) {
            keep(walk, 2);
            if (jpeg_frame_is_covered(&walk->frame))
                return JPEG_OK;
            return walk->n_scans > 0 ? JPEG_TRUNCATED : JPEG_GARBAGE;
        }
        fault = pass_segment(walk, limits, &is_end);
        if (fault != JPEG_OK)
            return fault;
        if (is_end) {
            insert(walk, END, sizeof(END));
            return JPEG_OK;
        }
    }
}

enum jpeg_fault jpeg_inspect(const uint8_t *data, size_t len_bytes,
                             const struct jpeg_limits *limits, struct jpeg_info *ret_info)
{
    struct walk walk = {.data = data, .len_bytes = len_bytes};
    enum jpeg_fault fault = walk_through(&walk, limits);
    if (fault != JPEG_OK)
        return fault;
    *ret_info = (struct jpeg_info){.width = walk.frame.width,
                                   .height = walk.frame.height,
                                   .chroma = walk.frame.chroma,
                                   .len_bytes = walk.sink.len_bytes,
                                   .needs_repair = walk.sink.differs};
    return JPEG_OK;
}

void jpeg_repair(const uint8_t *data, size_t len_bytes, const struct jpeg_info *info, uint8_t *out)
{
    static const struct jpeg_limits ANY = {UINT16_MAX, UINT16_MAX};
    struct walk walk = {
        .data = data, .len_bytes = len_bytes, .sink.out = out, .total_bytes = info->len_bytes};
    enum jpeg_fault fault = walk_through(&walk, &ANY);
    assert(fault == JPEG_OK && walk.sink.len_bytes == info->len_bytes);
    (void)fault;
}

enum jpeg_fault jpeg_admit(struct buf **buf, size_t off, size_t len_bytes,
                           const struct jpeg_limits *limits, struct jpeg_info *ret_info)
{
    struct jpeg_info info;
    struct buf *repaired;
    const uint8_t *data = (*buf)->data + off;
    enum jpeg_fault fault = jpeg_inspect(data, len_bytes, limits, &info);
    if (fault != JPEG_OK)
        return fault;
    if (info.needs_repair) {
        if (buf_create(off + info.len_bytes, &repaired) < 0)
            return JPEG_TOO_LARGE;
        jpeg_repair(data, len_bytes, &info, repaired->data + off);
        buf_unref(buf);
        *buf = repaired;
        info.needs_repair = false;
    }
    *ret_info = info;
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
