/* The log: one line per event on standard error, as text or as JSON. Any thread.
 * Nothing logs per frame; base, media and codec never log above debug, they return errors. */
#pragma once
#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Call once, before the first thread. Until then: text, info. Where systemd's journal reads
 * standard error, each line carries its priority. */
void log_setup(enum log_level level, bool json);

/* 0 and *ret_level for "error", "warn", "info" or "debug"; else -EINVAL. */
int log_level_parse(const char *name, enum log_level *ret_level)
    __attribute__((warn_unused_result));

bool log_enabled(enum log_level level);

/* room: the room that logs ("net"). about: the camera or file concerned, or NULL. Over-long lines
 * are cut. */
void log_write(enum log_level level, const char *room, const char *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define log_error(room, about, ...) log_write(LOG_LEVEL_ERROR, room, about, __VA_ARGS__)
#define log_warn(room, about, ...) log_write(LOG_LEVEL_WARN, room, about, __VA_ARGS__)
#define log_info(room, about, ...) log_write(LOG_LEVEL_INFO, room, about, __VA_ARGS__)
#define log_debug(room, about, ...)                                                                \
    do {                                                                                           \
        if (log_enabled(LOG_LEVEL_DEBUG))                                                          \
            log_write(LOG_LEVEL_DEBUG, room, about, __VA_ARGS__);                                  \
    } while (0)
