/* Finds the end of a JPEG in a series without lengths, as recorders of MJPEG streams write it.
 * Pure; any thread. Format: ITU-T T.81 Annex B. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The length of the JPEG that begins at data, SOI through EOI, found by walking its segments, so
 * that an embedded thumbnail's end is not mistaken for its own. ret_width and ret_height come from
 * its frame header. -EBADMSG: no complete JPEG. */
int jpeg_measure(const uint8_t *data, size_t len_bytes, size_t *ret_len_bytes, uint16_t *ret_width,
                 uint16_t *ret_height) __attribute__((warn_unused_result));
