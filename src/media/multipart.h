/* multipart/x-mixed-replace, the web's oldest live stream. Pure functions over bytes; any thread.
 * Format: RFC 2046 section 5.1; part headers as browsers and printer software (Mainsail) read
 * them. */
#pragma once
#include <stddef.h>

#define MULTIPART_BOUNDARY "eyelid-frame"
#define MULTIPART_CONTENT_TYPE "multipart/x-mixed-replace; boundary=" MULTIPART_BOUNDARY

enum { MULTIPART_HEAD_MAX_BYTES = 160 };

/* Two forms. MULTIPART_CLASSIC sends each JPEG's length in front of it. MULTIPART_FAST sends the
 * next part's boundary and headers right after each JPEG, and therefore no length: browsers show a
 * part when they see the next boundary, so the frame is shown one interval sooner. */
enum multipart_form { MULTIPART_CLASSIC, MULTIPART_FAST };

/* The bytes before the first part (both forms): the opening boundary and, for the fast form, the
 * part's headers. Returns the bytes written. */
size_t multipart_open(enum multipart_form form, char out[MULTIPART_HEAD_MAX_BYTES]);

/* The bytes before a JPEG of len_bytes: headers for the classic form, nothing for the fast one. */
size_t multipart_before(enum multipart_form form, size_t len_bytes,
                        char out[MULTIPART_HEAD_MAX_BYTES]);

/* The bytes after a JPEG. */
size_t multipart_after(enum multipart_form form, char out[MULTIPART_HEAD_MAX_BYTES]);
