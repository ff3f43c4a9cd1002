#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct text text_over(char *bytes, size_t cap)
{
    bytes[0] = '\0';
    return (struct text){.bytes = bytes, .cap = cap};
}

struct text text_growing(size_t limit)
{
    struct text text = {.grows = true, .limit = limit, .cap = limit < 256 ? limit + 1 : 256};
    text.bytes = mem_new_array(char, text.cap);
    return text;
}

void text_finish(struct text *text)
{
    if (text->grows)
        mem_free(text->bytes);
    *text = (struct text){0};
}

/* Makes room for more bytes and the NUL, up to the limit; false if nothing was gained. */
static bool grow(struct text *text, size_t more)
{
    if (!text->grows || text->cap > text->limit)
        return false;
    size_t cap = 2 * text->cap;
    if (cap <= text->len + more)
        cap = text->len + more + 1;
    if (cap > text->limit)
        cap = text->limit + 1;
    char *bytes = mem_try_realloc(text->bytes, cap);
    if (!bytes)
        return false;
    text->bytes = bytes;
    text->cap = cap;
    return true;
}

unsigned text_utf8_len(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    unsigned n = p[0] < 0x80                   ? 1
                 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                               : 0;
    for (unsigned i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

bool text_is_control(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

/* Removes the character that was cut in half at the end. */
static void drop_half_character(struct text *text)
{
    size_t start = text->len;
    while (start > 0 && text->len - start < 3 && (text->bytes[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (text->bytes[start - 1] & 0xc0) == 0xc0 &&
        text_utf8_len(text->bytes + start - 1) == 0)
        text->len = start - 1;
    text->bytes[text->len] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_add_list(text, format, args);
    va_end(args);
}

void text_add_list(struct text *text, const char *format, va_list args)
{
    while (!text->cut) {
        va_list again;
        va_copy(again, args);
        int n = vsnprintf(text->bytes + text->len, text->cap - text->len, format, again);
        va_end(again);
        if (n < 0) {
            text->bytes[text->len] = '\0';
            text->cut = true;
        } else if ((size_t)n < text->cap - text->len) {
            text->len += (size_t)n;
            return;
        } else if (!grow(text, (size_t)n)) {
            text->len = text->cap - 1;
            drop_half_character(text);
            text->cut = true;
        }
    }
}

void text_add_json(struct text *text, const char *s)
{
    text_add(text, "\"");
    while (*s) {
        unsigned n = text_utf8_len(s);
        if (n == 0) {
            text_add(text, "\\ufffd");
            n = 1;
        } else if (*s == '"' || *s == '\\') {
            text_add(text, "\\%c", *s);
        } else if (n == 1 && text_is_control(s)) {
            text_add(text, "\\u%04x", (unsigned)*s);
        } else {
            text_add(text, "%.*s", (int)n, s);
        }
        s += n;
    }
    text_add(text, "\"");
}

void text_add_plain(struct text *text, const char *s)
{
    for (unsigned n; *s; s += n) {
        n = text_utf8_len(s);
        if (n == 0 || text_is_control(s)) {
            text_add(text, "?");
            n = n ? n : 1;
        } else {
            text_add(text, "%.*s", (int)n, s);
        }
    }
}

bool text_is_id(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n >= 1 && n <= 32 && s[n] == '\0';
}

/* U+202A to U+202E and U+2066 to U+2069 (Unicode UAX #9) change the direction of the text after
 * them. */
static bool is_direction(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
                            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* Blanks and invisible characters: those of Unicode's White_Space and
 * Default_Ignorable_Code_Point that keyboards and clipboards produce. */
static bool is_invisible(const char *s, unsigned len)
{
    static const char *const INVISIBLE[] = {
        "\u00a0", "\u00ad", "\u034f", "\u115f", "\u1160", "\u1680", "\u2000", "\u2001", "\u2002",
        "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u200b",
        "\u200c", "\u200d", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u2061", "\u2062",
        "\u2063", "\u2064", "\u3000", "\u3164", "\ufe0e", "\ufe0f", "\ufeff", "\uffa0",
    };
    if (*s == ' ')
        return true;
    for (unsigned i = 0; i < sizeof(INVISIBLE) / sizeof(INVISIBLE[0]); i++)
        if (strlen(INVISIBLE[i]) == len && memcmp(INVISIBLE[i], s, len) == 0)
            return true;
    return false;
}

bool text_is_name(const char *s, size_t max_bytes)
{
    size_t len = 0;
    bool visible = false;
    while (s[len]) {
        unsigned n = text_utf8_len(s + len);
        if (n == 0 || text_is_control(s + len) || is_direction(s + len))
            return false;
        visible = visible || !is_invisible(s + len, n);
        len += n;
        if (len > max_bytes)
            return false;
    }
    return visible;
}

int text_to_int(const char *s, int64_t min, int64_t max, int64_t *ret_value)
{
    if (!isdigit((unsigned char)s[0]) && s[0] != '-')
        return -EINVAL;
    char *end;
    errno = 0;
    long long value = strtoll(s, &end, 10);
    if (errno || end == s || *end || value < min || value > max)
        return -EINVAL;
    *ret_value = value;
    return 0;
}
