/* The job of a film: its settings and the list of its photos, as text in its folder's file "job",
 * which the server writes and the film's process reads. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/item.h"
#include "base/text.h"

enum {
    FILM_PHOTOS_MAX = 200000,
    FILM_FPS_MAX = 60,
    FILM_SIDE_MIN = 16,
    FILM_SIDE_MAX = 3840,
    FILM_JOB_MAX_BYTES = 32 << 20
};

struct film_crop {
    double x, y, width, height; /* fractions of the photo */
};

struct film_settings {
    unsigned fps;
    unsigned max_width, max_height; /* 0: the first photo's, up to 1920 x 1080 */
    struct film_crop crop;          /* zeroes: the whole photo */
    bool deflicker, skip_night;
    bool stamp; /* date and time of each photo */
};

struct film_job {
    struct film_settings settings;
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    enum archive_reason reason;
    int64_t start_us;    /* when it was requested: the film's date in the archive */
    const char **photos; /* paths below the archive's folder, in the order of the film */
    unsigned n_photos;
    char *text; /* the paths point into it */
};

/* The head, which one line per photo's path follows, newest first. */
void film_job_write_head(const struct film_job *job, struct text *text);

/* Takes the text, NUL-terminated, even if it fails. -EBADMSG. */
int film_job_read(char *takes_text, struct film_job *ret_job) __attribute__((warn_unused_result));
void film_job_finish(struct film_job *job); /* also a zeroed one */
