#include "base/log_recent.h"

#include <pthread.h>
#include <stdio.h>

#include "base/text.h"

static struct {
    pthread_mutex_t mutex; /* guards the rest */
    struct log_recent_line lines[LOG_RECENT_MAX];
    size_t n_added;
} recent = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void log_recent_add(enum log_level level, const char *when, const char *text)
{
    struct log_recent_line line = {.level = level};
    struct text out = text_over(line.text, sizeof(line.text));
    snprintf(line.when, sizeof(line.when), "%s", when);
    text_add_plain(&out, text);
    pthread_mutex_lock(&recent.mutex);
    recent.lines[recent.n_added++ % LOG_RECENT_MAX] = line;
    pthread_mutex_unlock(&recent.mutex);
}

size_t log_recent(struct log_recent_line ret_lines[LOG_RECENT_MAX])
{
    pthread_mutex_lock(&recent.mutex);
    const size_t n = recent.n_added < LOG_RECENT_MAX ? recent.n_added : LOG_RECENT_MAX;
    for (size_t i = 0; i < n; i++)
        ret_lines[i] = recent.lines[(recent.n_added - 1 - i) % LOG_RECENT_MAX];
    pthread_mutex_unlock(&recent.mutex);
    return n;
}
