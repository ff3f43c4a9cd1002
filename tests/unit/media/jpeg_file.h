/* JPEGs of tests/unit/media/data, whole and edited, and what jpeg_inspect says of them. */
#pragma once
#include <stdbool.h>

#include "data.h"
#include "media/jpeg.h"

static const struct jpeg_limits LIMITS = {.max_width = 4096, .max_height = 4096};

/* What is repaired passes, is left alone then, and is the same picture. */
static inline void check_repair(const uint8_t *bytes, size_t len_bytes,
                                const struct jpeg_info *info)
{
    struct jpeg_info again;
    uint8_t *repaired = malloc(info->len_bytes);
    assert_non_null(repaired);
    jpeg_repair(bytes, len_bytes, info, repaired);
    assert_int_equal(jpeg_inspect(repaired, info->len_bytes, &LIMITS, &again), JPEG_OK);
    assert_false(again.needs_repair);
    assert_int_equal(again.len_bytes, info->len_bytes);
    assert_int_equal(again.width, info->width);
    assert_int_equal(again.chroma, info->chroma);
    free(repaired);
}

/* A file in a buffer of its exact size, so that a sanitizer sees every byte read too far. */
static inline enum jpeg_fault inspect(const uint8_t *bytes, size_t len_bytes,
                                      struct jpeg_info *info)
{
    uint8_t *exact = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len_bytes);
    *info = (struct jpeg_info){.width = 7, .len_bytes = 7};
    enum jpeg_fault fault = jpeg_inspect(exact, len_bytes, &LIMITS, info);
    if (fault == JPEG_OK && info->needs_repair)
        check_repair(exact, len_bytes, info);
    free(exact);
    if (fault != JPEG_OK) { /* outputs stay untouched */
        assert_int_equal(info->width, 7);
        assert_int_equal(info->len_bytes, 7);
    }
    return fault;
}

static inline void expect(const char *what, enum jpeg_fault got, enum jpeg_fault wanted)
{
    if (got != wanted)
        fail_msg("%s: %s, not %s", what, jpeg_fault_name(got), jpeg_fault_name(wanted));
}

/* Where an edit happens: a segment's marker (offset 0 is its FF), or one of these. */
enum place { START = 0, SCAN = 1, END = 2 }; /* END: behind EOI */
enum { SOF = 0xc0, DHT = 0xc4, SOS = 0xda, DQT = 0xdb, DRI = 0xdd, APP = 0xe0 };

enum action { KEEP, SET, INSERT, CUT_TO, REMOVE_SEGMENT, REMOVE };

struct edit {
    enum action action;
    int place, offset;
    const char *bytes; /* SET and INSERT; for the rest only the count matters */
    size_t n_bytes;
};

/* A row's bytes with their count. */
#define BYTES(literal) literal, sizeof(literal) - 1

struct file {
    uint8_t bytes[2 * DATA_MAX_BYTES];
    size_t len_bytes;
};

static inline size_t segment_len(const struct file *file, size_t at)
{
    return 2 + ((size_t)file->bytes[at + 2] << 8 | file->bytes[at + 3]);
}

/* The first segment with this marker; for SCAN what is behind SOS. */
static inline size_t find(const struct file *file, int place)
{
    if (place == START)
        return 0;
    if (place == END)
        return file->len_bytes;
    int marker = place == SCAN ? SOS : place;
    for (size_t at = 2; at + 4 <= file->len_bytes; at += segment_len(file, at)) {
        if (file->bytes[at + 1] == marker)
            return place == SCAN ? at + segment_len(file, at) : at;
        assert_int_not_equal(file->bytes[at + 1], SOS);
    }
    fail_msg("no such segment");
    return 0;
}

static inline void replace(struct file *file, size_t at, size_t n_old, const void *bytes,
                           size_t n_new)
{
    assert_true(at + n_old <= file->len_bytes);
    assert_true(file->len_bytes + n_new <= sizeof(file->bytes));
    memmove(file->bytes + at + n_new, file->bytes + at + n_old, file->len_bytes - at - n_old);
    if (n_new > 0)
        memcpy(file->bytes + at, bytes, n_new);
    file->len_bytes += n_new - n_old;
}

static inline void apply(struct file *file, const struct edit *edit)
{
    size_t at = edit->action == KEEP ? 0 : find(file, edit->place) + (size_t)(long)edit->offset;
    switch (edit->action) {
    case KEEP:
        break;
    case SET:
        replace(file, at, edit->n_bytes, edit->bytes, edit->n_bytes);
        break;
    case INSERT:
        replace(file, at, 0, edit->bytes, edit->n_bytes);
        break;
    case CUT_TO:
        file->len_bytes = at;
        break;
    case REMOVE_SEGMENT:
        replace(file, at, segment_len(file, at), NULL, 0);
        break;
    case REMOVE:
        replace(file, at, edit->n_bytes, NULL, 0);
        break;
    }
}

enum { N_EDITS = 7 };

struct row {
    const char *what;
    enum jpeg_fault fault;
    struct edit edits[N_EDITS]; /* done one after the other */
};

static inline void run(const char *base, const struct row *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct file file;
        file.len_bytes = data_read(base, file.bytes);
        for (size_t k = 0; k < N_EDITS; k++)
            apply(&file, &rows[i].edits[k]);
        struct jpeg_info info;
        expect(rows[i].what, inspect(file.bytes, file.len_bytes, &info), rows[i].fault);
    }
}

#define RUN(base, rows) run(base, rows, sizeof(rows) / sizeof((rows)[0]))
