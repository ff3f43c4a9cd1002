#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "media/multipart_read.h"

enum { ROOM = 24, MAX = 1000 };

/* The parts, each in brackets, and the error that ended it; fed in pieces of step bytes. */
static const char *read_all(const char *boundary, const char *text, size_t len, size_t step,
                            char *out, size_t cap)
{
    struct multipart_reader reader;
    size_t n = 0;
    int r = 0;
    multipart_reader_init(&reader, boundary, ROOM, MAX);
    for (size_t at = 0; at < len && r >= 0; at += step) {
        const uint8_t *bytes = (const uint8_t *)text + at;
        size_t left = len - at < step ? len - at : step;
        struct multipart_part part;
        while ((r = multipart_read(&reader, &bytes, &left, &part)) > 0) {
            assert_int_equal(part.off, ROOM);
            assert_true(part.off + part.len_bytes <= part.buf->len_bytes);
            n += (size_t)snprintf(out + n, cap - n, "[%.*s]", (int)part.len_bytes,
                                  (const char *)part.buf->data + part.off);
            buf_unref(&part.buf);
        }
        assert_true(r < 0 || left == 0);
    }
    if (r < 0)
        snprintf(out + n, cap - n, "%s", strerror(-r));
    else if (n == 0)
        out[0] = '\0';
    multipart_reader_finish(&reader);
    return out;
}

/* However the bytes are cut, the same comes out. */
static void expect(const char *boundary, const char *text, const char *parts)
{
    char out[512];
    for (size_t step = 1; step <= strlen(text); step++)
        assert_string_equal(read_all(boundary, text, strlen(text), step, out, sizeof(out)), parts);
}

static void test_with_length(void **state)
{
    (void)state;
    expect("frame",
           "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nhello\r\n"
           "--frame\r\ncontent-length:6\r\n\r\nworld!\r\n--frame--\r\n",
           "[hello][world!]");
    /* The part is there before its delimiter is. */
    expect("frame", "--frame\r\nContent-Length: 5\r\n\r\nhello", "[hello]");
    /* Bytes with a length may hold anything. */
    expect("frame", "--frame\r\nContent-Length: 13\r\n\r\nab\r\n--frame\r\n\r\n--frame\r\n",
           "[ab\r\n--frame\r\n]");
}

static void test_without_length(void **state)
{
    (void)state;
    expect(
        "frame",
        "--frame\r\nContent-Type: image/jpeg\r\n\r\nhello\r\n--frame\r\n\r\nworld\r\n--frame--\r\n",
        "[hello][world]");
    expect("frame", "--frame\r\n\r\nhello\r\n--frame\r\n\r\nhalf", "[hello]");
    /* What looks like a boundary is none. */
    expect("frame", "--frame\r\n\r\na frame\nb--frames\n--fram\n--frame x\r\n--frame\r\n",
           "[a frame\nb--frames\n--fram\n--frame x]");
}

static void test_sloppy_devices(void **state)
{
    (void)state;
    /* Lines end in LF alone. */
    expect("frame", "--frame\nContent-Length: 2\n\nhi\n--frame\n\nho\n--frame\n", "[hi][ho]");
    /* No leading "--". */
    expect("frame", "frame\r\nContent-Length: 2\r\n\r\nhi\r\nframe\r\n\r\nho\r\nframe\r\n",
           "[hi][ho]");
    /* Too much of it. */
    expect("frame", "----frame\r\n\r\nhi\r\n----frame\r\n", "[hi]");
    /* No line's end in front of it. */
    expect("frame", "--frame\r\n\r\nhi--frame\r\n\r\nho--frame\r\n", "[hi][ho]");
    expect("frame", "--frame\r\nContent-Length: 2\r\n\r\nhi--frame\r\n\r\nho--frame\r\n",
           "[hi][ho]");
    /* Blanks behind it. */
    expect("frame", "--frame \r\n\r\nhi\r\n--frame\t\r\n", "[hi]");
    /* A preamble, and blank lines between. */
    expect("frame",
           "hello\r\n\r\n--frame\r\nContent-Length: "
           "2\r\n\r\nhi\r\n\r\n\r\n--frame\r\n\r\nho\r\n--frame\r\n",
           "[hi][ho]");
    /* A length that is too small loses the rest of the part, one that is none is not looked at. */
    expect("frame", "--frame\r\nContent-Length: 2\r\n\r\nhill\r\n--frame\r\n\r\nho\r\n--frame\r\n",
           "[hi][ho]");
    expect("frame", "--frame\r\nContent-Length: 0\r\n\r\nhi\r\n--frame\r\n", "[hi]");
    expect("frame", "--frame\r\nContent-Length: x\r\n\r\nhi\r\n--frame\r\n", "[hi]");
    /* Nothing between two delimiters. */
    expect("frame", "--frame\r\n\r\n--frame\r\n\r\nhi\r\n--frame\r\n", "[hi]");
}

static void test_bounds(void **state)
{
    (void)state;
    char text[4 * MAX + 4096], out[2 * MAX];
    int head = snprintf(text, sizeof(text), "--frame\r\nContent-Length: %d\r\n\r\n", MAX);
    memset(text + head, 'x', MAX);
    read_all("frame", text, (size_t)head + MAX, 7, out, sizeof(out));
    assert_int_equal(strlen(out), MAX + 2);
    snprintf(text, sizeof(text), "--frame\r\nContent-Length: %d\r\n\r\n", MAX + 1);
    expect("frame", text, "Message too long");
    expect("frame", "--frame\r\nContent-Length: 4611686018427387903\r\n\r\n", "Message too long");

    head = snprintf(text, sizeof(text), "--frame\r\n\r\n");
    memset(text + head, 'x', MAX + 1);
    assert_string_equal(read_all("frame", text, (size_t)head + MAX + 1, 7, out, sizeof(out)),
                        "Message too long");
    memcpy(text + head + MAX, "x\r\n--frame\r\n", 12);
    assert_string_equal(
        read_all("frame", text, (size_t)head + MAX + 12, sizeof(text), out, sizeof(out)),
        "Message too long");
    memcpy(text + head + MAX, "\r\n--frame\r\n", 11);
    read_all("frame", text, (size_t)head + MAX + 11, sizeof(text), out, sizeof(out));
    assert_int_equal(strlen(out), MAX + 2);

    memset(text, 'x', sizeof(text));
    assert_string_equal(read_all("frame", text, 2 * MAX, 7, out, sizeof(out)), "Bad message");
    memcpy(text, "--frame\r\n", 9);
    assert_string_equal(
        read_all("frame", text, 9 + MULTIPART_PART_HEAD_MAX_BYTES + 1, 7, out, sizeof(out)),
        "Bad message");
    memcpy(text + 9 + MULTIPART_PART_HEAD_MAX_BYTES - 4, "\r\n\r\n", 4);
    assert_string_equal(
        read_all("frame", text, 9 + MULTIPART_PART_HEAD_MAX_BYTES, 7, out, sizeof(out)), "");
}

/* Memory grows with what comes, not with what is promised. */
static void test_promises_cost_nothing(void **state)
{
    (void)state;
    static const char TEXT[] = "--frame\r\nContent-Length: 100000000\r\n\r\nx";
    const uint8_t *bytes = (const uint8_t *)TEXT;
    size_t left = strlen(TEXT);
    struct multipart_reader reader;
    struct multipart_part part;
    multipart_reader_init(&reader, "frame", ROOM, 100000000);
    assert_int_equal(multipart_read(&reader, &bytes, &left, &part), 0);
    assert_true(reader.buf->len_bytes <= 64 * 1024);
    multipart_reader_finish(&reader);
}

static void test_the_declared_boundary(void **state)
{
    (void)state;
    static const struct {
        const char *type, *boundary; /* NULL: none */
        int error;
    } CASES[] = {
        {"multipart/x-mixed-replace;boundary=123456789000000000000987654321",
         "123456789000000000000987654321", 0},
        {"multipart/x-mixed-replace; boundary=\"foo bar\"; x=y", "foo bar", 0},
        {"Multipart/X-Mixed-Replace; Boundary=--myboundary", "myboundary", 0},
        {"multipart/x-mixed-replace; boundary=boundarydonotcross; x=y", "boundarydonotcross", 0},
        {"multipart/x-mixed-replace", NULL, -EBADMSG},
        {"multipart/x-mixed-replace; boundary=", NULL, -EBADMSG},
        {"multipart/x-mixed-replace; boundary=\"\"", NULL, -EBADMSG},
        {"multipart/x-mixed-replace; boundary=----", NULL, -EBADMSG},
        {"multipart/x-mixed-replace; boundary="
         "1234567890123456789012345678901234567890123456789012345678901234567890",
         "1234567890123456789012345678901234567890123456789012345678901234567890", 0},
        {"multipart/x-mixed-replace; boundary="
         "12345678901234567890123456789012345678901234567890123456789012345678901",
         NULL, -EBADMSG},
        {"text/html", NULL, -EINVAL},
        {"", NULL, -EINVAL},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        char boundary[MULTIPART_BOUNDARY_MAX_BYTES + 1];
        assert_int_equal(multipart_boundary(CASES[i].type, boundary), CASES[i].error);
        if (CASES[i].boundary)
            assert_string_equal(boundary, CASES[i].boundary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_length),           cmocka_unit_test(test_without_length),
        cmocka_unit_test(test_sloppy_devices),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_promises_cost_nothing), cmocka_unit_test(test_the_declared_boundary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
