#include "media/jpeg_stream.h"

#include <errno.h>

#include "data.h"

enum { ROOM = 24, MAX_BYTES = 100000, TEXT_MAX = 65536, PICTURES_MAX = 16 };

/* What a camera sends: texts, and pictures where a text has a %. */
static uint8_t sent[TEXT_MAX];
static size_t sent_bytes;
static uint8_t jpeg[DATA_MAX_BYTES];
static size_t jpeg_bytes;

static void send_bytes(const void *bytes, size_t len_bytes)
{
    assert_true(sent_bytes + len_bytes <= sizeof(sent));
    memcpy(sent + sent_bytes, bytes, len_bytes);
    sent_bytes += len_bytes;
}

static void send(const char *text)
{
    for (; *text; text++)
        send_bytes(*text == '%' ? (const void *)jpeg : text, *text == '%' ? jpeg_bytes : 1);
}

/* Feeds it in pieces; returns the pictures, or the error. The pictures are the JPEG with up to
 * `surplus` bytes behind. */
static int feed(size_t piece, size_t surplus)
{
    struct jpeg_stream stream;
    struct jpeg_stream_picture picture;
    int n = 0, r = 0;
    jpeg_stream_init(&stream, ROOM, MAX_BYTES);
    for (size_t at = 0; at < sent_bytes && r >= 0; at += piece) {
        const uint8_t *bytes = sent + at;
        size_t left = sent_bytes - at < piece ? sent_bytes - at : piece;
        while ((r = jpeg_stream_read(&stream, &bytes, &left, &picture)) > 0) {
            assert_int_equal(picture.off, ROOM);
            assert_in_range(picture.len_bytes, jpeg_bytes, jpeg_bytes + surplus);
            assert_memory_equal(picture.buf->data + ROOM, jpeg, jpeg_bytes);
            buf_unref(&picture.buf);
            n++;
        }
        assert_true(r < 0 || left == 0);
    }
    if (r >= 0 && jpeg_stream_end(&stream, &picture)) {
        assert_in_range(picture.len_bytes, jpeg_bytes, jpeg_bytes + surplus);
        buf_unref(&picture.buf);
        n++;
    }
    jpeg_stream_finish(&stream);
    return r < 0 ? r : n;
}

static void expect(const char *what, int wanted, size_t surplus)
{
    static const size_t PIECES[] = {1, 2, 3, 7, 100, TEXT_MAX};
    for (size_t i = 0; i < sizeof(PIECES) / sizeof(*PIECES); i++) {
        int n = feed(PIECES[i], surplus);
        if (n != wanted)
            fail_msg("%s: %d, not %d, in pieces of %zu", what, n, wanted, PIECES[i]);
    }
}

static int setup(void **state)
{
    (void)state;
    sent_bytes = 0;
    jpeg_bytes = data_read("422.jpg", jpeg);
    return 0;
}

static void test_bytes_between_pictures(void **state)
{
    (void)state;
    static char long_head[16384];
    memset(long_head, 't', sizeof(long_head) - 1);
    static const struct {
        const char *what, *before, *after;
    } ROWS[] = {
        {"with a length", "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 565\r\n\r\n",
         "\r\n"},
        {"with another length", "--frame\r\nContent-Length: 9\r\n\r\n", "\r\n"},
        {"with a length below zero", "--frame\r\nContent-Length: -1\r\n\r\n", "\r\n"},
        {"lines that end in LF", "--frame\nContent-Type: image/jpeg\n\n", "\n"},
        {"no head", "--frame\r\n\r\n", ""},
        {"blanks behind the boundary", "--frame         \r\nA: b\r\n\r\n", "\r\n\r\n"},
        {"no dashes", "frame\r\nA: b\r\n\r\n", ""},
        {"JPEGs in a row", "", ""},
        {"lines between them", "", "\r\n"},
        {"a long head", long_head, "\r\n\r\n"},
        {"stale bytes behind", "--frame\r\n\r\n", "\x12\xff\xd9\xff\xd8\xff\xc0stale\r\n"},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        sent_bytes = 0;
        for (int k = 0; k < 3; k++) {
            send(ROWS[i].before);
            send("%");
            send(ROWS[i].after);
        }
        expect(ROWS[i].what, 3, 0);
    }
}

static void test_parts_that_are_no_pictures(void **state)
{
    (void)state;
    send("--frame\r\nContent-Type: text/plain\r\n\r\nhello\r\n--frame\r\n\r\n%\r\n");
    send("--frame\r\n\r\n--frame\r\n\r\n\r\n--frame\r\n\r\n%--frame--\r\n");
    expect("texts and empty parts", 2, 0);
    sent_bytes = 0;
    for (int i = 0; i < 100; i++)
        send_bytes("\xff\xd8\xff\xda\0\2\xff\xd9", 8); /* too short to be anything */
    expect("tiny pictures", 0, 0);
}

/* Each is its own, with what comes behind; the gatekeeper decides what it is worth. */
static void test_pictures_without_an_end(void **state)
{
    (void)state;
    jpeg_bytes -= 2;
    for (int i = 0; i < 3; i++)
        send("--frame\r\nA: b\r\n\r\n%\r\n");
    expect("no EOI", 3, 24);
    sent_bytes = 0;
    send("%%%");
    expect("no EOI, in a row", 3, 0);
}

static void test_a_thumbnail_is_no_picture(void **state)
{
    (void)state;
    uint8_t head[] = {
        0xff, 0xd8, 0xff, 0xe1, (uint8_t)((jpeg_bytes + 2) >> 8), (uint8_t)(jpeg_bytes + 2)};
    uint8_t inner[DATA_MAX_BYTES];
    memcpy(inner, jpeg, jpeg_bytes);
    memmove(jpeg + sizeof(head) + jpeg_bytes, jpeg + 2, jpeg_bytes - 2);
    memcpy(jpeg, head, sizeof(head));
    memcpy(jpeg + sizeof(head), inner, jpeg_bytes);
    jpeg_bytes += sizeof(head) + jpeg_bytes - 2;
    send("%%");
    expect("thumbnails", 2, 0);
}

static void test_limits(void **state)
{
    (void)state;
    memset(sent, 'x', sizeof(sent));
    struct jpeg_stream stream;
    struct jpeg_stream_picture picture;
    const uint8_t *bytes = sent;
    size_t left = MAX_BYTES / 2;
    jpeg_stream_init(&stream, ROOM, MAX_BYTES);
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), 0);
    bytes = sent, left = MAX_BYTES / 2;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), 0);
    bytes = sent, left = 1;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), -EBADMSG);
    jpeg_stream_finish(&stream);

    jpeg_stream_init(&stream, ROOM, MAX_BYTES);
    bytes = jpeg, left = jpeg_bytes - 2;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), 0);
    bytes = sent, left = MAX_BYTES / 2;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), 0);
    bytes = sent, left = MAX_BYTES / 2 - jpeg_bytes + 2;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), 0);
    bytes = sent, left = 1;
    assert_int_equal(jpeg_stream_read(&stream, &bytes, &left, &picture), -EMSGSIZE);
    jpeg_stream_finish(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_bytes_between_pictures, setup),
        cmocka_unit_test_setup(test_parts_that_are_no_pictures, setup),
        cmocka_unit_test_setup(test_pictures_without_an_end, setup),
        cmocka_unit_test_setup(test_a_thumbnail_is_no_picture, setup),
        cmocka_unit_test_setup(test_limits, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
