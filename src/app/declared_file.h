/* A file that declares a camera: ID.conf with lines `key = value` like eyelid.conf.
 *
 *     name = Front garden
 *     url = http://192.0.2.7/stream     ; of a network camera; without it: a device that pushes
 *
 * Pure; any thread. */
#pragma once
#include <stddef.h>

enum { DECLARED_ERROR_MAX = 512 };

struct declared {
    char *name, *url; /* or NULL */
};

/* text ends with NUL. -EINVAL: error is a sentence with the file's name and line. */
int declared_parse(const char *file_name, const char *text, size_t len_bytes,
                   struct declared *ret_declared, char error[DECLARED_ERROR_MAX])
    __attribute__((warn_unused_result));
void declared_finish(struct declared *declared); /* a zeroed one too */
