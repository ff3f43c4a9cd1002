/* A film's folder, DATA/films/ID beside the archive's, on the keeper. Only for src/service. */
#pragma once
#include "archive/archive.h"
#include "film/job.h"

enum { FILM_FOLDER_MAX_BYTES = 48 };

/* As seen from the archive's folder. */
void film_folder_path(const char *id, char out[FILM_FOLDER_MAX_BYTES]);

/* Writes the job with the camera's photos in [from_us, until_us) (0 = no end). -ENOENT: there are
 * none; -EFBIG: too many. */
int film_folder_create(struct shelf *shelf, const char *id, const struct film_job *job,
                       int64_t from_us, int64_t until_us, unsigned *ret_photos)
    __attribute__((warn_unused_result));

/* The film that is done, at this path below its folder, becomes an item of the archive. */
int film_folder_keep(struct shelf *shelf, const char *id, const char *path,
                     const struct film_job *job, struct archive_item *ret_item)
    __attribute__((warn_unused_result));

/* All of it; one that is not there is fine. */
int film_folder_remove(struct shelf *shelf, const char *id) __attribute__((warn_unused_result));
