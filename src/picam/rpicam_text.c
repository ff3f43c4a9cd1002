#include "picam/rpicam_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* --- The list. --- */

/* The id of a USB camera ends with vendor and product: "…-1.2:1.0-046d:0825". */
static bool is_usb(const char *id)
{
    const char *last = strrchr(id, '-');
    return last && strlen(last) == 10 && last[5] == ':' &&
           strspn(last + 1, "0123456789abcdefABCDEF") == 4 &&
           strspn(last + 6, "0123456789abcdefABCDEF") == 4;
}

static bool copy(char *out, size_t cap, const char *from, const char *end)
{
    size_t n = (size_t)(end - from);
    if (n == 0 || n >= cap)
        return false;
    memcpy(out, from, n);
    out[n] = '\0';
    return text_is_name(out, cap - 1);
}

/* NUMBER " : " MODEL " [" … "] (" ID ")" */
static bool read_line(const char *line, struct rpicam_camera *ret_camera)
{
    struct rpicam_camera c = {0};
    size_t digits = strspn(line, "0123456789");
    if (digits < 1 || digits > 2)
        return false;
    for (size_t i = 0; i < digits; i++)
        c.number = c.number * 10 + (unsigned)(line[i] - '0');
    const char *p = line + digits;
    p += strspn(p, " ");
    if (*p++ != ':')
        return false;
    p += strspn(p, " ");
    const char *end = p + strcspn(p, " [");
    const char *open = strrchr(p, '('), *close = strrchr(p, ')');
    if (!open || !close || close < open || open < end ||
        !copy(c.camera.model, sizeof(c.camera.model), p, end) ||
        !copy(c.camera.id, sizeof(c.camera.id), open + 1, close) || is_usb(c.camera.id))
        return false;
    *ret_camera = c;
    return true;
}

unsigned rpicam_text_cameras(const char *text, size_t len_bytes,
                             struct rpicam_camera cameras[HELPER_CAMERAS_MAX])
{
    unsigned n = 0;
    char line[512];
    for (size_t at = 0; at < len_bytes && n < HELPER_CAMERAS_MAX;) {
        const char *end = memchr(text + at, '\n', len_bytes - at);
        size_t line_bytes = end ? (size_t)(end - text) - at : len_bytes - at;
        if (line_bytes < sizeof(line) && !memchr(text + at, '\0', line_bytes)) {
            memcpy(line, text + at, line_bytes);
            line[line_bytes] = '\0';
            n += read_line(line, &cameras[n]);
        }
        at += line_bytes + 1;
    }
    return n;
}

/* --- The stream. --- */

/* ITU-T T.81 table B.1 */
enum marker { TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda };

/* Skips entropy-coded bytes from at: returns the offset of the next marker's FF, or len_bytes. */
static size_t skip_scan(const uint8_t *bytes, size_t len_bytes, size_t at)
{
    while (at + 1 < len_bytes) {
        const uint8_t *ff = memchr(bytes + at, 0xff, len_bytes - at - 1);
        if (!ff)
            break;
        at = (size_t)(ff - bytes);
        if (ff[1] != 0 && ff[1] != 0xff && !(ff[1] >= RST0 && ff[1] <= RST7))
            return at;
        at += ff[1] == 0xff ? 1 : 2;
    }
    return len_bytes;
}

enum walk { WALK_WHOLE, WALK_SHORT, WALK_BROKEN };

/* Walks the segments from the SOI at `at`. */
static enum walk walk(const uint8_t *bytes, size_t len_bytes, size_t at, size_t *ret_end)
{
    for (at += 2; at + 1 < len_bytes;) {
        const unsigned marker = bytes[at + 1];
        if (bytes[at] != 0xff || marker == 0 || marker == SOI)
            return WALK_BROKEN;
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        at += 2;
        if (marker == EOI) {
            *ret_end = at;
            return WALK_WHOLE;
        }
        if (marker == TEM || (marker >= RST0 && marker <= RST7))
            continue;
        if (len_bytes - at < 2)
            return WALK_SHORT;
        const size_t segment_bytes = (size_t)bytes[at] << 8 | bytes[at + 1];
        if (segment_bytes < 2)
            return WALK_BROKEN;
        if (segment_bytes > len_bytes - at)
            return WALK_SHORT;
        at += segment_bytes;
        if (marker == SOS)
            at = skip_scan(bytes, len_bytes, at);
    }
    return WALK_SHORT;
}

int rpicam_text_jpeg(const uint8_t *bytes, size_t len_bytes, size_t *ret_off, size_t *ret_end)
{
    size_t at = 0, end;
    for (;;) {
        const uint8_t *ff = at < len_bytes ? memchr(bytes + at, 0xff, len_bytes - at) : NULL;
        at = ff ? (size_t)(ff - bytes) : len_bytes;
        if (len_bytes - at < 2)
            break;
        enum walk found = bytes[at + 1] == SOI ? walk(bytes, len_bytes, at, &end) : WALK_BROKEN;
        if (found == WALK_SHORT)
            break;
        if (found == WALK_WHOLE) {
            *ret_off = at;
            *ret_end = end;
            return 0;
        }
        at++;
    }
    *ret_off = at;
    return -EAGAIN;
}
