/* A backup of the data folder as an ordinary tar file, and what brings it back. A server may run
 * while a backup is made, not while one is restored. Blocks on the disk: for the command line. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { BACKUP_SENTENCE_MAX_BYTES = 512 };

struct backup_sums {
    unsigned files;
    uint64_t bytes;
};

struct backup_params {
    const char *data;     /* the data folder */
    const char *settings; /* the settings file; NULL: none is in use */
    const char *file;     /* must not exist; readable for its owner alone, for it holds secrets */
    bool pictures;        /* the archive, too */
};

/* ret_wrong: a sentence for the owner. On failure nothing is left of the file. */
int backup_make(const struct backup_params *params, struct backup_sums *ret_sums,
                char ret_wrong[BACKUP_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));

struct restore_params {
    const char *data;
    const char *file; /* for messages */
    int fd;           /* of the file, open for reading; borrowed */
    bool replaces;    /* what is there is moved to DATA/replaced-DATE */
};

/* All of the backup is read and checked before anything in the folder is changed. -EBUSY: a server
 * runs; -EEXIST: there is something, and it does not replace; -EBADMSG: not a backup of ours. */
int backup_restore(const struct restore_params *params, struct backup_sums *ret_sums,
                   char ret_wrong[BACKUP_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));
