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

void log_write(enum log_level level, const char *room, const char *about, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    char message[512], when[32];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    stamp(when);

    /* One write(2) a line: lines of several threads never mix, and no lock is needed. */
    char bytes[4096];
    struct text line = text_over(bytes, sizeof(bytes) - 1);
    if (setup.json) {
        text_add(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"room\":\"%s\"", when,
                 LEVEL_NAMES[level], room);
        if (about) {
            text_add(&line, ",\"about\":");
            text_add_json(&line, about);
        }
        text_add(&line, ",\"message\":");
        text_add_json(&line, message);
        text_add(&line, "}");
    } else {
        text_add(&line, "%s %-5s %s: ", when, LEVEL_NAMES[level], room);
        if (about)
            text_add(&line, "%s: ", about);
        text_add(&line, "%s", message);
        for (size_t i = 0; i < line.len; i++) /* a peer's words stay on their line */
            if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
                bytes[i] = '?';
    }
    bytes[line.len] = '\n';
    ssize_t ignored = write(STDERR_FILENO, bytes, line.len + 1);
    (void)ignored;
}
