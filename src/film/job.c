#include "film/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void film_job_write_head(const struct film_job *job, struct text *text)
{
    const struct film_settings *s = &job->settings;
    text_add(text, "film 1 %s %d %lld %u %u %u %.17g %.17g %.17g %.17g %d %d %d\n", job->camera,
             (int)job->reason, (long long)job->start_us, s->fps, s->max_width, s->max_height,
             s->crop.x, s->crop.y, s->crop.width, s->crop.height, s->deflicker, s->skip_night,
             s->stamp);
}

static bool is_crop(const struct film_crop *crop)
{
    const bool is_none = crop->width == 0 && crop->height == 0 && crop->x == 0 && crop->y == 0;
    return is_none || (crop->x >= 0 && crop->y >= 0 && crop->width > 0 && crop->height > 0 &&
                       crop->x + crop->width <= 1.0001 && crop->y + crop->height <= 1.0001);
}

static int read_head(const char *line, struct film_job *job)
{
    struct film_settings *s = &job->settings;
    int reason, deflicker, skip_night, stamp = 0; /* an older job has no stamp */
    long long start_us;
    if (sscanf(line, "film 1 %32[a-z0-9-] %d %lld %u %u %u %lf %lf %lf %lf %d %d %d", job->camera,
               &reason, &start_us, &s->fps, &s->max_width, &s->max_height, &s->crop.x, &s->crop.y,
               &s->crop.width, &s->crop.height, &deflicker, &skip_night, &stamp) < 12 ||
        reason < 0 || reason >= ARCHIVE_REASONS || s->fps < 1 || s->fps > FILM_FPS_MAX ||
        s->max_width > FILM_SIDE_MAX || s->max_height > FILM_SIDE_MAX || !is_crop(&s->crop))
        return -EBADMSG;
    job->reason = (enum archive_reason)reason;
    job->start_us = start_us;
    s->deflicker = deflicker;
    s->skip_night = skip_night;
    s->stamp = stamp;
    return 0;
}

int film_job_read(char *takes_text, struct film_job *ret_job)
{
    struct film_job job = {.text = takes_text};
    char *line = strchr(takes_text, '\n');
    int r = line ? 0 : -EBADMSG;
    if (r == 0) {
        *line++ = '\0';
        r = read_head(takes_text, &job);
    }
    unsigned n = 0;
    for (const char *p = line; r == 0 && (p = strchr(p, '\n')); p++)
        n++;
    if (r < 0 || n == 0 || n > FILM_PHOTOS_MAX) {
        mem_free(takes_text);
        return -EBADMSG;
    }
    job.photos = mem_new_array(const char *, n);
    job.n_photos = n;
    while (n > 0) {
        char *end = strchr(line, '\n');
        *end = '\0';
        job.photos[--n] = line;
        line = end + 1;
    }
    *ret_job = job;
    return 0;
}

void film_job_finish(struct film_job *job)
{
    mem_free(job->photos);
    mem_free(job->text);
    *job = (struct film_job){.n_photos = 0};
}
