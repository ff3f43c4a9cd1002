/* The Huffman tables that motion JPEG leaves out. Some UVC cameras send pictures without tables and
 * imply the standard ones, which not every decoder knows. Pure; any thread.
 * Format: ITU-T T.81, B.2.4.2 and K.3. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JPEG_TABLES_BYTES = 420 }; /* one DHT segment with all four */

/* A standard table, luma (0) or chroma (1): how many codes of 1 to 16 bits, then the symbols. */
const uint8_t *jpeg_tables_standard(bool is_ac, unsigned table);

/* The DHT segment with the tables whose bits are set; returns its bytes. */
unsigned jpeg_tables_bit(bool is_ac, unsigned table);
size_t jpeg_tables_segment(unsigned bits, uint8_t out[JPEG_TABLES_BYTES]);
