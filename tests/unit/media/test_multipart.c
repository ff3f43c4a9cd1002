#include "media/multipart.h"

#include "data.h"

struct body {
    char bytes[1024];
    size_t len_bytes;
};

static void add(struct body *body, const char *bytes, size_t len_bytes)
{
    assert_true(body->len_bytes + len_bytes < sizeof(body->bytes));
    memcpy(body->bytes + body->len_bytes, bytes, len_bytes);
    body->len_bytes += len_bytes;
    body->bytes[body->len_bytes] = '\0';
}

/* The whole body of two parts, as a client reads it. */
static void write_two(enum multipart_form form, struct body *body)
{
    char head[MULTIPART_HEAD_MAX_BYTES];
    *body = (struct body){0};
    add(body, head, multipart_open(form, head));
    add(body, head, multipart_before(form, 5, head));
    add(body, "JPEG1", 5);
    add(body, head, multipart_after(form, head));
    add(body, head, multipart_before(form, 6, head));
    add(body, "JPEG22", 6);
    add(body, head, multipart_after(form, head));
}

static void test_classic(void **state)
{
    (void)state;
    struct body body;
    write_two(MULTIPART_CLASSIC, &body);
    assert_string_equal(body.bytes,
                        "--eyelid-frame\r\n"
                        "Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nJPEG1\r\n"
                        "--eyelid-frame\r\n"
                        "Content-Type: image/jpeg\r\nContent-Length: 6\r\n\r\nJPEG22\r\n"
                        "--eyelid-frame\r\n");
}

static void test_fast(void **state)
{
    (void)state;
    struct body body;
    write_two(MULTIPART_FAST, &body);
    assert_string_equal(body.bytes, "--eyelid-frame\r\nContent-Type: image/jpeg\r\n\r\nJPEG1\r\n"
                                    "--eyelid-frame\r\nContent-Type: image/jpeg\r\n\r\nJPEG22\r\n"
                                    "--eyelid-frame\r\nContent-Type: image/jpeg\r\n\r\n");
}

static void test_largest(void **state)
{
    (void)state;
    char head[MULTIPART_HEAD_MAX_BYTES];
    size_t len_bytes = multipart_before(MULTIPART_CLASSIC, SIZE_MAX, head);
    assert_true(len_bytes < sizeof(head));
    assert_memory_equal(head + len_bytes - 4, "\r\n\r\n", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classic),
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
