/* Text built piece by piece, either in a fixed array (over-long text is cut, and the cut is
 * recorded) or growing on the heap. Guarded by its owner. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes; /* always ends in a NUL within cap */
    size_t len, cap;
    bool grows; /* on the heap, grows up to limit */
    bool cut;   /* something did not fit; nothing is added after that */
    size_t limit;
};

/* Text over the caller's array of cap bytes, cap >= 1. */
struct text text_over(char *bytes, size_t cap);

/* Text on the heap that holds at most limit bytes; finish it with text_finish. */
struct text text_growing(size_t limit);
void text_finish(struct text *text);

/* What does not fit is cut, never in the middle of a UTF-8 character. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Appends s as a JSON string with its quotes (RFC 8259 section 7). Invalid UTF-8 becomes U+FFFD. */
void text_add_json(struct text *text, const char *s);

/* Appends s with control characters and invalid UTF-8 replaced by "?", so that it stays on its line
 * and cannot control a terminal. */
void text_add_plain(struct text *text, const char *s);

/* Length of the well-formed UTF-8 character at the start of s (NUL-terminated), 0 if there is none
 * (RFC 3629 section 4). */
unsigned text_utf8_len(const char *s);

/* True if s starts with a control character: C0, DEL or, in UTF-8, C1. */
bool text_is_control(const char *s);

/* True if s is 1 to 32 characters of a-z, 0-9 and '-': a camera's id. */
bool text_is_id(const char *s);

/* True if s is 1 to max_bytes bytes of well-formed UTF-8, not only blanks, without characters that
 * control the line or the text direction: a name given by a person. */
bool text_is_name(const char *s, size_t max_bytes);

/* Reads a whole decimal number within [min, max]; -EINVAL for anything else, surrounding white
 * space included. */
int text_to_int(const char *s, int64_t min, int64_t max, int64_t *ret_value)
    __attribute__((warn_unused_result));
