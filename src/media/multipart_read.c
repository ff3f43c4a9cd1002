#include "media/multipart_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* The first allocation of a part whose length nobody says; it doubles. */
enum { FIRST_BYTES = 32 * 1024 };
/* What may stand behind a boundary in its line: "--", blanks, CR. */
enum { DELIMITER_TAIL_MAX_BYTES = 8 };

/* --- The declared boundary. --- */

int multipart_boundary(const char *content_type, char out[MULTIPART_BOUNDARY_MAX_BYTES + 1])
{
    static const char MULTIPART[] = "multipart/", BOUNDARY[] = "boundary=";
    if (strncasecmp(content_type, MULTIPART, sizeof(MULTIPART) - 1) != 0)
        return -EINVAL;
    const char *at = strcasestr(content_type, BOUNDARY);
    if (!at)
        return -EBADMSG;
    at += sizeof(BOUNDARY) - 1;
    bool is_quoted = *at == '"';
    at += is_quoted;
    size_t len = strcspn(at, is_quoted ? "\"" : "; \t");
    while (len > 0 && *at == '-') {
        at++;
        len--;
    }
    if (len == 0 || len > MULTIPART_BOUNDARY_MAX_BYTES)
        return -EBADMSG;
    snprintf(out, MULTIPART_BOUNDARY_MAX_BYTES + 1, "%.*s", (int)len, at);
    return 0;
}

/* --- Delimiters. --- */

/* What a boundary found at [at, at + boundary) means. Its line ends at *ret_end. */
enum finding { NOTHING, DELIMITER, UNDECIDED };

static enum finding judge(const uint8_t *bytes, size_t len, size_t at, size_t boundary_len,
                          size_t *ret_end)
{
    size_t dashes = 0, tail = at + boundary_len;
    while (dashes < at && bytes[at - dashes - 1] == '-')
        dashes++;
    /* Without its dashes it must at least begin a line. */
    if (dashes < 2 && at > dashes && bytes[at - dashes - 1] != '\n')
        return NOTHING;
    for (size_t i = tail; i < len && i - tail < DELIMITER_TAIL_MAX_BYTES; i++) {
        if (bytes[i] == '\n') {
            *ret_end = i + 1;
            return DELIMITER;
        }
        if (!memchr("- \t\r", bytes[i], 4))
            return NOTHING;
    }
    return len - tail < DELIMITER_TAIL_MAX_BYTES ? UNDECIDED : NOTHING;
}

/* Where the part ends that a delimiter with its boundary at `at` follows. */
static size_t end_of_part(const uint8_t *bytes, size_t at)
{
    while (at > 0 && bytes[at - 1] == '-')
        at--;
    if (at > 0 && bytes[at - 1] == '\n')
        at--;
    if (at > 0 && bytes[at - 1] == '\r')
        at--;
    return at;
}

/* Looks for a delimiter among the bytes at hand: true with where the part in front of it ends, and
 * where its line does. */
static bool find_delimiter(struct multipart_reader *reader, size_t *ret_part_end, size_t *ret_end)
{
    size_t boundary_len = strlen(reader->boundary);
    const uint8_t *bytes = reader->buf->data + reader->room_bytes;
    size_t at = reader->scanned_bytes;
    for (;;) {
        const uint8_t *found =
            memmem(bytes + at, reader->len_bytes - at, reader->boundary, boundary_len);
        if (!found)
            break;
        at = (size_t)(found - bytes);
        enum finding finding = judge(bytes, reader->len_bytes, at, boundary_len, ret_end);
        if (finding == DELIMITER) {
            *ret_part_end = end_of_part(bytes, at);
            return true;
        }
        if (finding == UNDECIDED) {
            reader->scanned_bytes = at;
            return false;
        }
        at++;
    }
    /* The boundary may have come in half. */
    reader->scanned_bytes =
        reader->len_bytes < boundary_len ? 0 : reader->len_bytes - boundary_len + 1;
    return false;
}

/* --- The bytes at hand. --- */

static int make_room(struct multipart_reader *reader, size_t more_bytes)
{
    size_t wanted = reader->room_bytes + reader->len_bytes + more_bytes;
    if (!reader->buf)
        return buf_create(wanted > FIRST_BYTES ? wanted : FIRST_BYTES, &reader->buf);
    if (wanted <= reader->buf->len_bytes)
        return 0;
    size_t doubled = 2 * reader->buf->len_bytes;
    return buf_resize(&reader->buf, wanted > doubled ? wanted : doubled);
}

static int append(struct multipart_reader *reader, const uint8_t *bytes, size_t len_bytes)
{
    int r = make_room(reader, len_bytes);
    if (r < 0)
        return r;
    memcpy(reader->buf->data + reader->room_bytes + reader->len_bytes, bytes, len_bytes);
    reader->len_bytes += len_bytes;
    return 0;
}

static void hand_out(struct multipart_reader *reader, size_t len_bytes,
                     struct multipart_part *ret_part)
{
    *ret_part = (struct multipart_part){
        .buf = reader->buf, .off = reader->room_bytes, .len_bytes = len_bytes};
    reader->buf = NULL;
    reader->len_bytes = reader->scanned_bytes = reader->skipped_bytes = 0;
}

static void begin_head(struct multipart_reader *reader)
{
    reader->state = MULTIPART_HEAD;
    reader->head_bytes = reader->line_at = 0;
    reader->expected_bytes = 0;
}

/* --- The states. Each takes some of the bytes; 0 or an error, or 1 with a part. --- */

/* Nothing is kept between parts but what may be half a delimiter. */
static void forget_scanned(struct multipart_reader *reader)
{
    /* The bytes in front of a boundary tell what it is: its dashes and its line's begin. */
    enum { CONTEXT_BYTES = 4 };
    size_t keep_from =
        reader->scanned_bytes > CONTEXT_BYTES ? reader->scanned_bytes - CONTEXT_BYTES : 0;
    uint8_t *bytes = reader->buf->data + reader->room_bytes;
    memmove(bytes, bytes + keep_from, reader->len_bytes - keep_from);
    reader->len_bytes -= keep_from;
    reader->scanned_bytes -= keep_from;
    reader->skipped_bytes += keep_from;
}

static int read_between(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes)
{
    size_t before = reader->len_bytes, part_end, end;
    int r = append(reader, *bytes, *len_bytes);
    if (r < 0)
        return r;
    if (find_delimiter(reader, &part_end, &end)) {
        /* What comes behind it was not there before. */
        *bytes += end - before;
        *len_bytes -= end - before;
        reader->len_bytes = reader->scanned_bytes = reader->skipped_bytes = 0;
        begin_head(reader);
        return 0;
    }
    *bytes += *len_bytes;
    *len_bytes = 0;
    forget_scanned(reader);
    return reader->skipped_bytes > reader->max_bytes ? -EBADMSG : 0;
}

/* Looks at the head's last line, which ends at head_bytes. True: the head is over. */
static bool take_line(struct multipart_reader *reader)
{
    static const char LENGTH[] = "content-length:";
    char *line = reader->head + reader->line_at;
    size_t len = reader->head_bytes - reader->line_at - 1; /* without its LF */
    if (len > 0 && line[len - 1] == '\r')
        len--;
    line[len] = '\0';
    reader->line_at = reader->head_bytes;
    if (len == 0)
        return true;
    int64_t length;
    if (strncasecmp(line, LENGTH, sizeof(LENGTH) - 1) == 0) {
        const char *value = line + sizeof(LENGTH) - 1;
        if (text_to_int(value + strspn(value, " \t"), 1, INT64_MAX / 2, &length) == 0)
            reader->expected_bytes = (size_t)length;
    }
    return false;
}

static int read_head(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes)
{
    while (*len_bytes > 0) {
        if (reader->head_bytes == sizeof(reader->head))
            return -EBADMSG;
        char byte = (char)**bytes;
        ++*bytes;
        --*len_bytes;
        reader->head[reader->head_bytes++] = byte;
        if (byte != '\n' || !take_line(reader))
            continue;
        if (reader->expected_bytes > reader->max_bytes)
            return -EMSGSIZE;
        reader->state = reader->expected_bytes ? MULTIPART_COUNTED : MULTIPART_OPEN;
        return 0;
    }
    return 0;
}

static int read_counted(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes,
                        struct multipart_part *ret_part)
{
    size_t missing = reader->expected_bytes - reader->len_bytes;
    size_t taken = *len_bytes < missing ? *len_bytes : missing;
    /* Grows with what comes, not with what was promised. */
    int r = append(reader, *bytes, taken);
    if (r < 0)
        return r;
    *bytes += taken;
    *len_bytes -= taken;
    if (taken < missing)
        return 0;
    hand_out(reader, reader->expected_bytes, ret_part);
    reader->state = MULTIPART_BETWEEN;
    return 1;
}

static int read_open(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes,
                     struct multipart_part *ret_part)
{
    size_t before = reader->len_bytes, part_end, end;
    int r = append(reader, *bytes, *len_bytes);
    if (r < 0)
        return r;
    if (!find_delimiter(reader, &part_end, &end)) {
        *bytes += *len_bytes;
        *len_bytes = 0;
        return reader->len_bytes > reader->max_bytes ? -EMSGSIZE : 0;
    }
    *bytes += end - before;
    *len_bytes -= end - before;
    begin_head(reader);
    if (part_end > reader->max_bytes)
        return -EMSGSIZE;
    if (part_end == 0) { /* nothing between two delimiters */
        reader->len_bytes = reader->scanned_bytes = 0;
        return 0;
    }
    hand_out(reader, part_end, ret_part);
    return 1;
}

void multipart_reader_init(struct multipart_reader *reader, const char *boundary, size_t room_bytes,
                           size_t max_bytes)
{
    memset(reader, 0, sizeof(*reader));
    snprintf(reader->boundary, sizeof(reader->boundary), "%s", boundary);
    reader->room_bytes = room_bytes;
    reader->max_bytes = max_bytes;
}

void multipart_reader_finish(struct multipart_reader *reader)
{
    buf_unref(&reader->buf);
}

int multipart_read(struct multipart_reader *reader, const uint8_t **bytes, size_t *len_bytes,
                   struct multipart_part *ret_part)
{
    int r = 0;
    while (r == 0 && *len_bytes > 0) {
        switch (reader->state) {
        case MULTIPART_BETWEEN:
            r = read_between(reader, bytes, len_bytes);
            break;
        case MULTIPART_HEAD:
            r = read_head(reader, bytes, len_bytes);
            break;
        case MULTIPART_COUNTED:
            r = read_counted(reader, bytes, len_bytes, ret_part);
            break;
        case MULTIPART_OPEN:
            r = read_open(reader, bytes, len_bytes, ret_part);
            break;
        }
    }
    return r;
}
