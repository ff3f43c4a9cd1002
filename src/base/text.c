#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
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

/* True when more bytes and the NUL fit, after growing if need be. */
static bool has_room(struct text *text, size_t more)
{
    if (text->len + more < text->cap)
        return true;
    if (!text->grows || text->len + more > text->limit)
        return false;
    size_t cap = text->cap;
    while (cap <= text->len + more)
        cap *= 2;
    char *bytes = mem_try_realloc(text->bytes, cap);
    if (!bytes)
        return false;
    text->bytes = bytes;
    text->cap = cap;
    return true;
}

void text_add(struct text *text, const char *format, ...)
{
    for (;;) {
        va_list args;
        va_start(args, format);
        int n = vsnprintf(text->bytes + text->len, text->cap - text->len, format, args);
        va_end(args);
        if (n < 0)
            return;
        if (text->len + (size_t)n < text->cap) {
            text->len += (size_t)n;
            return;
        }
        if (!has_room(text, (size_t)n)) {
            text->cut = true;
            if (text->grows)
                text->bytes[text->len] = '\0';
            else
                text->len = text->cap - 1;
            return;
        }
    }
}

/* Length of the well-formed UTF-8 sequence at s, 0 when it is not one (RFC 3629 section 4). */
static unsigned utf8_len(const unsigned char *s)
{
    unsigned n = s[0] < 0x80                   ? 1
                 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                               : 0;
    for (unsigned i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

void text_add_json(struct text *text, const char *s)
{
    text_add(text, "\"");
    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        unsigned n = utf8_len(p);
        if (n == 0) {
            text_add(text, "\\ufffd");
            p++;
        } else if (*p == '"' || *p == '\\') {
            text_add(text, "\\%c", *p++);
        } else if (*p < 0x20 || *p == 0x7f) {
            text_add(text, "\\u%04x", *p++);
        } else {
            text_add(text, "%.*s", (int)n, (const char *)p);
            p += n;
        }
    }
    text_add(text, "\"");
}

bool text_is_id(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n >= 1 && n <= 32 && s[n] == '\0';
}

bool text_is_name(const char *s, size_t max_bytes)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t len = 0;
    while (p[len]) {
        unsigned n = utf8_len(p + len);
        if (n == 0 || p[len] < 0x20 || p[len] == 0x7f)
            return false;
        len += n;
        if (len > max_bytes)
            return false;
    }
    return len > 0;
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
