#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log_recent.h"
#include "base/text.h"

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

/* sd-daemon(3): a line's priority for the journal, syslog(3)'s numbers. */
static const unsigned PRIORITIES[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

/* Written once by log_setup before the first thread starts, read-only after that. */
static struct {
    enum log_level level;
    bool json;
    bool journal; /* standard error goes to systemd's journal */
} setup = {.level = LOG_LEVEL_INFO};

/* systemd.exec(5), JOURNAL_STREAM: device and inode of the stream that the journal reads. */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat stat;
    char text[64];
    if (!stream || fstat(fd, &stat) < 0)
        return false;
    snprintf(text, sizeof(text), "%ju:%ju", (uintmax_t)stat.st_dev, (uintmax_t)stat.st_ino);
    return strcmp(stream, text) == 0;
}

void log_setup(enum log_level level, bool json)
{
    setup.level = level;
    setup.json = json;
    setup.journal = is_journal(STDERR_FILENO);
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
        text_add_plain(line, about);
        text_add(line, ": ");
    }
    text_add_plain(line, message);
}

static void remember(enum log_level level, const char *when, const char *room, const char *about,
                     const char *message)
{
    char bytes[LOG_RECENT_TEXT_MAX_BYTES];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add(&text, "%s: %s%s%s", room, about ? about : "", about ? ": " : "", message);
    log_recent_add(level, when, bytes);
}

void log_write(enum log_level level, const char *room, const char *about, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    /* A byte takes at most six in JSON, so a line of this size always fits. */
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
    if (level <= LOG_LEVEL_WARN)
        remember(level, when, room, about ? subject.bytes : NULL, message.bytes);

    /* One write(2) per line: lines of several threads never mix, and no lock is needed. */
    struct text line = text_over(bytes, sizeof(bytes) - 1);
    if (setup.journal)
        text_add(&line, "<%u>", PRIORITIES[level]);
    (setup.json ? add_json_line : add_plain_line)(&line, when, level, room,
                                                  about ? subject.bytes : NULL, message.bytes);
    bytes[line.len] = '\n';
    ssize_t ignored = write(STDERR_FILENO, bytes, line.len + 1);
    (void)ignored;
}
