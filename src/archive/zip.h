/* A zip file's parts: stored entries with data descriptors, zip64 where a number needs it. Pure;
 * any thread. Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.9 (data
 * descriptor), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (zip64). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZIP_NAME_MAX_BYTES = 200, ZIP_PART_MAX_BYTES = 256 + ZIP_NAME_MAX_BYTES };

struct zip_entry {
    const char *name; /* UTF-8, with "/" between folders */
    uint64_t bytes;
    uint64_t at; /* offset of its local header */
    uint32_t crc;
    uint16_t dos_time, dos_date;
};

/* Each writes to out, at least ZIP_PART_MAX_BYTES, and returns its length, which depends on name,
 * bytes and at alone. */
size_t zip_local(const struct zip_entry *entry, uint8_t *out);
size_t zip_descriptor(const struct zip_entry *entry, uint8_t *out);
size_t zip_central(const struct zip_entry *entry, uint8_t *out);
/* at: offset of the central directory. */
size_t zip_end(uint64_t entries, uint64_t at, uint64_t central_bytes, uint8_t *out);

/* CRC-32 of APPNOTE 4.4.7; starts with 0. */
uint32_t zip_crc(uint32_t crc, const uint8_t *bytes, size_t len_bytes);

/* Two seconds exact, from 1980 on (4.4.6). Fields as in struct tm. */
void zip_date(int year, int month, int day, int hour, int minute, int second,
              struct zip_entry *entry);
