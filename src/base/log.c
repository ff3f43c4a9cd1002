#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

/* Written once by log_setup before the first thread starts, read-only after that. */
static struct {
    enum log_level level;
    bool json;
} setup = {.level = LOG_LEVEL_INFO};

void log_setup(enum log_level level, bool json)
{
    setup.level = level;
    setup.json = json;
}

int log_level_parse(const char *name, enum log_level *ret_level)
{
    for (unsigned i = 0; i < sizeof(LEVEL_NAMES) / sizeof(LEVEL_NAMES[0]); i++) {
        if (strcmp(name, LEVEL_NAMES[i]) == 0) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool log_enabled(enum log_level level)
{
    return level <= setup.level;
}

static void stamp(char out[32])
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + n, 32 - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

/* Appends a peer's words such that they stay on their line and reach the terminal as letters. */
static void add_plain(struct text *line, const char *s)
{
    for (unsigned n; *s; s += n) {
        n = text_utf8_len(s);
        if (n == 0 || text_is_control(s)) {
            text_add(line, "?");
            n = n ? n : 1;
        } else {
            text_add(line, "%.*s", (int)n, s);
        }
    }
}

static void add_json_line(struct text *line, const char *when, enum log_level level,
                          const char *room, const char *about, const char *message)
{
    text_add(line, "{\"time\":\"%s\",\"level\":\"%s\",\"room\":\"%s\"", when, LEVEL_NAMES[level],
             room);
    if (about) {
        text_add(line, ",\"about\":");
        text_add_json(line, about);
    }
    text_add(line, ",\"message\":");
    text_add_json(line, message);
    text_add(line, "}");
}

static void add_plain_line(struct text *line, const char *when, enum log_level level,
                           const char *room, const char *about, const char *message)
{
    text_add(line, "%s %-5s %s: ", when, LEVEL_NAMES[level], room);
    if (about) {
        add_plain(line, about);
        text_add(line, ": ");
    }
    add_plain(line, message);
}

void log_write(enum log_level level, const char *room, const char *about, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    /* Each byte takes at most six in JSON, so that a line of these always fits whole. */
    char message_bytes[512], about_bytes[128], bytes[4096], when[32];
    va_list args;
    va_start(args, format);
    struct text message = text_over(message_bytes, sizeof(message_bytes));
    text_add_list(&message, format, args);
    va_end(args);
    struct text subject = text_over(about_bytes, sizeof(about_bytes));
    if (about)
        text_add(&subject, "%s", about);
    stamp(when);

    /* One write(2) a line: lines of several threads never mix, and no lock is needed. */
    struct text line = text_over(bytes, sizeof(bytes) - 1);
    (setup.json ? add_json_line : add_plain_line)(&line, when, level, room,
                                                  about ? subject.bytes : NULL, message.bytes);
    bytes[line.len] = '\n';
    ssize_t ignored = write(STDERR_FILENO, bytes, line.len + 1);
    (void)ignored;
}
