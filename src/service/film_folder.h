/* A film's folder, DATA/films/ID beside the archive's, on the keeper. Only for src/service. */
#pragma once
#include "archive/archive.h"
#include "film/job.h"

enum { FILM_FOLDER_MAX_BYTES = 48 };

/* Relative to the archive's folder. */
void film_folder_path(const char *id, char out[FILM_FOLDER_MAX_BYTES]);

/* The camera's photos that a film is made of. */
struct film_source {
    int64_t from_us, until_us; /* those in [from, until), 0 = no end; or */
    const int64_t *ids;        /* these items; NULL: all */
    unsigned n_ids;
};

/* Writes the job with these photos. -ENOENT: no photos; -EFBIG: too many. */
int film_folder_create(struct shelf *shelf, const char *id, const struct film_job *job,
                       const struct film_source *source, unsigned *ret_photos)
    __attribute__((warn_unused_result));

/* Makes the complete film, at this path below its folder, an item of the archive. */
int film_folder_keep(struct shelf *shelf, const char *id, const char *path,
                     const struct film_job *job, struct archive_item *ret_item)
    __attribute__((warn_unused_result));

/* Removes the whole folder; it need not exist. */
int film_folder_remove(struct shelf *shelf, const char *id) __attribute__((warn_unused_result));
