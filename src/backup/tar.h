/* The headers of a tar file: the ustar format of POSIX.1-2017 (pax, "ustar Interchange Format"),
 * and GNU's numbers in base 256 for sizes from 8 GiB. Regular files and folders only. Pure; any
 * thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK_BYTES = 512, TAR_NAME_MAX_BYTES = 256 }; /* a name with its NUL */

struct tar_entry {
    char name[TAR_NAME_MAX_BYTES];
    bool is_folder;
    uint64_t bytes;
    int64_t changed_s; /* since the Unix epoch */
};

/* -ENAMETOOLONG: the name does not fit. */
int tar_write(const struct tar_entry *entry, uint8_t block[TAR_BLOCK_BYTES])
    __attribute__((warn_unused_result));

/* -ENODATA: a block of zeros, the end; -EBADMSG: not a header; -ENOTSUP: a link, a device or an
 * extension. */
int tar_read(const uint8_t block[TAR_BLOCK_BYTES], struct tar_entry *ret_entry)
    __attribute__((warn_unused_result));

/* The zeros that follow so many bytes of a file. */
size_t tar_padding(uint64_t len_bytes);
