#include "archive/zip.h"

#include <string.h>

enum { VERSION = 20, VERSION_64 = 45, FLAGS = 1 << 3 | 1 << 11 /* descriptor, UTF-8 */ };
enum { UNIX_FILE = 3 };

struct out {
    uint8_t *bytes;
    size_t n;
};

static void put(struct out *out, unsigned n_bytes, uint64_t value)
{
    for (unsigned i = 0; i < n_bytes; i++)
        out->bytes[out->n++] = (uint8_t)(value >> 8 * i);
}

static void put_name(struct out *out, const char *name)
{
    const size_t n = strlen(name);
    memcpy(out->bytes + out->n, name, n);
    out->n += n;
}

static uint64_t at_most_32(uint64_t value)
{
    return value < UINT32_MAX ? value : UINT32_MAX;
}

static bool is_large(const struct zip_entry *entry)
{
    return entry->bytes >= UINT32_MAX;
}

size_t zip_local(const struct zip_entry *entry, uint8_t *out_bytes)
{
    struct out out = {out_bytes, 0};
    const bool is_64 = is_large(entry);
    put(&out, 4, 0x04034b50);
    put(&out, 2, is_64 ? VERSION_64 : VERSION);
    put(&out, 2, FLAGS);
    put(&out, 2, 0); /* stored */
    put(&out, 2, entry->dos_time);
    put(&out, 2, entry->dos_date);
    put(&out, 4, 0); /* the CRC and the sizes are in the descriptor (4.4.4, bit 3) */
    put(&out, 4, is_64 ? UINT32_MAX : 0);
    put(&out, 4, is_64 ? UINT32_MAX : 0);
    put(&out, 2, strlen(entry->name));
    put(&out, 2, is_64 ? 20 : 0);
    put_name(&out, entry->name);
    if (is_64) { /* its presence says that the descriptor has eight bytes a size (4.3.9.2) */
        put(&out, 2, 1);
        put(&out, 2, 16);
        put(&out, 8, 0);
        put(&out, 8, 0);
    }
    return out.n;
}

size_t zip_descriptor(const struct zip_entry *entry, uint8_t *out_bytes)
{
    struct out out = {out_bytes, 0};
    const unsigned n = is_large(entry) ? 8 : 4;
    put(&out, 4, 0x08074b50);
    put(&out, 4, entry->crc);
    put(&out, n, entry->bytes);
    put(&out, n, entry->bytes);
    return out.n;
}

size_t zip_central(const struct zip_entry *entry, uint8_t *out_bytes)
{
    struct out out = {out_bytes, 0};
    const bool is_far = entry->at >= UINT32_MAX;
    const unsigned extra = (is_large(entry) ? 16 : 0) + (is_far ? 8 : 0);
    put(&out, 4, 0x02014b50);
    put(&out, 2, UNIX_FILE << 8 | (extra ? VERSION_64 : VERSION));
    put(&out, 2, extra ? VERSION_64 : VERSION);
    put(&out, 2, FLAGS);
    put(&out, 2, 0);
    put(&out, 2, entry->dos_time);
    put(&out, 2, entry->dos_date);
    put(&out, 4, entry->crc);
    put(&out, 4, at_most_32(entry->bytes));
    put(&out, 4, at_most_32(entry->bytes));
    put(&out, 2, strlen(entry->name));
    put(&out, 2, extra ? 4 + extra : 0);
    put(&out, 2, 0);              /* no comment */
    put(&out, 2, 0);              /* disk */
    put(&out, 2, 0);              /* internal attributes */
    put(&out, 4, 0100644U << 16); /* a file that all may read */
    put(&out, 4, at_most_32(entry->at));
    put_name(&out, entry->name);
    if (extra) {
        put(&out, 2, 1);
        put(&out, 2, extra);
        if (is_large(entry)) {
            put(&out, 8, entry->bytes);
            put(&out, 8, entry->bytes);
        }
        if (is_far)
            put(&out, 8, entry->at);
    }
    return out.n;
}

size_t zip_end(uint64_t entries, uint64_t at, uint64_t central_bytes, uint8_t *out_bytes)
{
    struct out out = {out_bytes, 0};
    const uint64_t n = entries < UINT16_MAX ? entries : UINT16_MAX;
    if (n == UINT16_MAX || at >= UINT32_MAX || central_bytes >= UINT32_MAX) {
        put(&out, 4, 0x06064b50);
        put(&out, 8, 44); /* rest of this record */
        put(&out, 2, UNIX_FILE << 8 | VERSION_64);
        put(&out, 2, VERSION_64);
        put(&out, 4, 0);
        put(&out, 4, 0);
        put(&out, 8, entries);
        put(&out, 8, entries);
        put(&out, 8, central_bytes);
        put(&out, 8, at);
        put(&out, 4, 0x07064b50);
        put(&out, 4, 0);
        put(&out, 8, at + central_bytes);
        put(&out, 4, 1);
    }
    put(&out, 4, 0x06054b50);
    put(&out, 2, 0);
    put(&out, 2, 0);
    put(&out, 2, n);
    put(&out, 2, n);
    put(&out, 4, at_most_32(central_bytes));
    put(&out, 4, at_most_32(at));
    put(&out, 2, 0);
    return out.n;
}

/* Four bits at a time: a table small enough to be read. */
uint32_t zip_crc(uint32_t crc, const uint8_t *bytes, size_t len_bytes)
{
    static const uint32_t TABLE[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    crc = ~crc;
    for (size_t i = 0; i < len_bytes; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ TABLE[crc & 15];
        crc = crc >> 4 ^ TABLE[crc & 15];
    }
    return ~crc;
}

void zip_date(int year, int month, int day, int hour, int minute, int second,
              struct zip_entry *entry)
{
    if (year < 1980 || year > 2107) {
        year = 1980;
        month = day = 1;
    }
    entry->dos_date = (uint16_t)((year - 1980) << 9 | month << 5 | day);
    entry->dos_time = (uint16_t)(hour << 11 | minute << 5 | second / 2);
}
