/* JPEG to planes, without RGB in between for the usual subsamplings. A decoder is used by one
 * thread at a time.
 *
 * Where jpeg_decode_sandbox() was called, the bytes do not meet TurboJPEG in this process but in
 * another, `eyelid-jpeg`, which can do nothing but decode (codec/jpeg_worker.h): a picture made to
 * take over the decoder can spoil that camera's pictures, and nothing else. Each decoder has its
 * process, which starts with the first picture. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "codec/jpeg_local.h"
#include "codec/picture.h"

struct jpeg_worker;

struct jpeg_decode {
    struct jpeg_local local;
    struct jpeg_worker *worker; /* NULL: local */
};

/* Decoders that are made from now on use this program. Call once, before the first thread; program
 * is borrowed for ever. */
void jpeg_decode_sandbox(const char *program);
/* The program, or NULL: for a process that is started to decode too. */
const char *jpeg_decode_program(void);

/* -ENOMEM. */
int jpeg_decode_init(struct jpeg_decode *decode) __attribute__((warn_unused_result));
void jpeg_decode_finish(struct jpeg_decode *decode); /* a zeroed one too */

/* How long a picture may take in a process of its own, which is ended then; 2 s unless said
 * otherwise. */
void jpeg_decode_set_patience(struct jpeg_decode *decode, unsigned patience_ms);

/* Each side is divided by scale (1, 2, 4 or 8) and rounded up: the decoder does so from fewer
 * coefficients, which costs less than the full size. The planes are borrowed until the next call.
 * -EBADMSG: not a supported JPEG, a size that H.264 does not allow, or an incomplete scan;
 * -EOWNERDEAD: it ended the process that decodes; -ENOMEM. Any other error: that process cannot be
 * started. */
int jpeg_decode_planes(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                       unsigned scale, struct picture *ret_picture)
    __attribute__((warn_unused_result));

/* The same as grey at an eighth of its size (rounded up), if only brightness matters. */
int jpeg_decode_thumbnail(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                          struct picture *ret_picture) __attribute__((warn_unused_result));

/* The same as RGB of at most max_side pixels a side, 24 bits a pixel in planes[0]. */
int jpeg_decode_rgb(struct jpeg_decode *decode, const uint8_t *jpeg, size_t len_bytes,
                    unsigned max_side, struct picture *ret_picture)
    __attribute__((warn_unused_result));
