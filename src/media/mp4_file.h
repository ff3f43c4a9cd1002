/* Recordings as hybrid MP4: fragmented while being written, so that an interrupted file plays up to
 * its last fragment; a plain MP4 once closed, so that every player starts and seeks
 * immediately.
 *
 *     while writing  ftyp | free (16 bytes) | moov, without samples | moof mdat | moof mdat | …
 *     closed         ftyp | mdat: one large box over all of that ………………………………………………… | moov
 *
 * The moov is appended and synced first; then the 16 bytes of the free box become the header of the
 * large mdat, which hides the fragments' boxes. Pure functions over bytes; any thread.
 * Formats: ISO/IEC 14496-12, clauses 4.2 (sizes of 64 bits), 8.6 and 8.7 (sample tables), 8.8. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/fmp4_part.h"

enum {
    MP4_PATCH_BYTES = 16,       /* of the free box and the large mdat's header */
    MP4_MOOF_MAX_BYTES = 65536, /* of a fragment that is read back */
};

/* The contents of the closed file's moov: each sample, and where each fragment's data begins. */
struct mp4_index {
    struct mp4_index_sample {
        uint32_t duration, len_bytes; /* duration in 1/90000 s */
        bool key;
    } * samples;
    struct mp4_index_part {
        uint64_t data_at; /* in the file */
        uint32_t n_samples;
    } * parts;
    uint32_t n_samples, n_parts, max_samples, max_parts;
    uint64_t duration; /* of all samples, in 1/90000 s */
};

void mp4_index_finish(struct mp4_index *index); /* also a zeroed one */
/* -ENOMEM. */
int mp4_index_add(struct mp4_index *index, uint64_t data_at, const struct fmp4_sample *samples,
                  uint32_t n_samples) __attribute__((warn_unused_result));

/* Writes the file's first bytes from an init segment (fmp4_init_write): init_len_bytes +
 * MP4_PATCH_BYTES of them. Returns the patch's offset; 0: not an init segment. */
size_t mp4_head_write(const uint8_t *init, size_t init_len_bytes, uint8_t *out);

/* The moov of the closed file, from the same init segment, or from the file's first bytes.
 * -EBADMSG: not written by us. *ret_moov is freed with mem_free. -ENOMEM. */
int mp4_moov_create(const uint8_t *head, size_t len_bytes, const struct mp4_index *index,
                    uint8_t **ret_moov, size_t *ret_len_bytes) __attribute__((warn_unused_result));

/* The header of a large mdat over the bytes from patch_at to moov_at. */
void mp4_patch_write(uint64_t patch_at, uint64_t moov_at, uint8_t out[MP4_PATCH_BYTES]);

/* --- Reading back. --- */

/* A box's header. *ret_type: four letters, big endian. Returns its header's bytes, 8 or 16; 0: too
 * few bytes, or an impossible size. A size of 0 (to the file's end) counts as impossible. */
size_t mp4_box_read(const uint8_t *bytes, size_t len_bytes, uint64_t *ret_size, uint32_t *ret_type);
#define MP4_TYPE(a, b, c, d)                                                                       \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* Adds the fragment of a moof that begins at moof_at, written by fmp4_part_head_write and followed
 * by its mdat box. *ret_data_bytes: the expected size of its data. -EBADMSG: not written by us;
 * -ENOMEM. */
int mp4_moof_read(const uint8_t *moof, size_t len_bytes, uint64_t moof_at, struct mp4_index *index,
                  uint64_t *ret_data_bytes) __attribute__((warn_unused_result));

/* The picture's size from the head; 0 = missing. */
void mp4_head_size(const uint8_t *head, size_t len_bytes, uint16_t *ret_width,
                   uint16_t *ret_height);
