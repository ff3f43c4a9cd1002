/* The last warnings and errors, kept for people who do not see the log. Any thread; its lock is a
 * leaf, since lines are logged under locks of every rank. */
#pragma once
#include <stddef.h>

#include "base/log.h"

enum { LOG_RECENT_MAX = 50, LOG_RECENT_TEXT_MAX_BYTES = 256 };

struct log_recent_line {
    char when[32]; /* RFC 3339 */
    enum log_level level;
    char
        text[LOG_RECENT_TEXT_MAX_BYTES]; /* "room: about: message"; well-formed UTF-8, cut to fit */
};

/* Adds a line; the oldest is dropped. Called by log_write. */
void log_recent_add(enum log_level level, const char *when, const char *text);

/* Copies up to LOG_RECENT_MAX lines, the newest first, and returns how many. */
size_t log_recent(struct log_recent_line ret_lines[LOG_RECENT_MAX]);
