/* An answer of known length that the keeper reads from the archive, block by block, while the loop
 * sends it: a file, or an export. The next block is read when the peer takes it, so a stalled peer
 * holds one block at most. Only for src/api. */
#pragma once
#include "api/endpoint.h"
#include "service/archive.h"

enum { ARCHIVE_STREAM_BLOCK_BYTES = 128 * 1024 };

/* Freed when the connection is closed and no job is running. */
struct archive_stream {
    struct api_guest guest;
    struct service_archive_call call; /* the first job: finds what is to be read */
    struct archive_job read;          /* the later jobs */
    const struct archive_stream_ops *ops;
    struct archive *archive;
    struct http_stream *stream; /* NULL: the connection is closed */
    bool is_busy;               /* a job is running */
    bool is_answered;
    bool is_broken; /* a block cannot be read, or the rights have ended */
    uint64_t left_bytes;
    struct buf *block; /* the last one read; NULL = none */
    size_t block_bytes;
};

struct archive_stream_ops {
    /* The call has succeeded: answers with archive_stream_begin or archive_stream_reply. */
    void (*found)(struct archive_stream *stream);
    /* On the keeper: reads the next bytes, as many as there are up to a block. */
    int (*read)(struct archive_stream *stream, struct shelf *shelf, uint8_t *block,
                size_t *ret_len_bytes);
    /* Releases the endpoint's members; then the stream is freed. */
    void (*finish)(struct archive_stream *stream);
    bool is_json; /* problems are */
};

/* Holds the request. Takes the stream, zeroed memory that the endpoint's members follow, with the
 * question in call. The endpoint then begins the command. */
void archive_stream_hold(const struct call *call, struct http_request *request,
                         const struct archive_stream_ops *ops, struct archive_stream *takes_stream);

/* The head without its length, then len_bytes from ops->read. */
void archive_stream_begin(struct archive_stream *stream, const struct http_response *head,
                          uint64_t len_bytes);
/* An answer without a file. */
void archive_stream_reply(struct archive_stream *stream, const struct http_response *response);
