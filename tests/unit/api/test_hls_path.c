#include "api/hls_path.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void written_values_are_read(void **state)
{
    static const struct {
        const char *text;
        struct hls_path path;
    } CASES[] = {
        {"0123abcd/init-0.mp4", {"0123abcd", HLS_PATH_INIT, 0, 0}},
        {"ffffffff/seg-14400.m4s", {"ffffffff", HLS_PATH_SEGMENT, 14400, 0}},
        {"00000000/part-999999999999999999.999.m4s",
         {"00000000", HLS_PATH_PART, UINT64_C(999999999999999999), 999}},
        {"0123abcd/part-7.0.m4s", {"0123abcd", HLS_PATH_PART, 7, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char out[HLS_PATH_MAX];
        struct hls_path path;
        hls_path_write(&CASES[i].path, out);
        assert_string_equal(out, CASES[i].text);
        assert_int_equal(hls_path_parse(out, &path), 0);
        assert_string_equal(path.session, CASES[i].path.session);
        assert_int_equal(path.kind, CASES[i].path.kind);
        assert_int_equal(path.number, CASES[i].path.number);
        assert_int_equal(path.part, CASES[i].path.part);
    }
}

static void all_else_is_refused(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "/",
        "0123abcd",
        "0123abcd/",
        "0123abcd/index.m3u8",
        "0123abc/seg-1.m4s",
        "0123abcde/seg-1.m4s",
        "0123ABCD/seg-1.m4s",
        "0123abcd/seg-.m4s",
        "0123abcd/seg-01.m4s",
        "0123abcd/seg--1.m4s",
        "0123abcd/seg-+1.m4s",
        "0123abcd/seg-1.mp4",
        "0123abcd/seg-1.m4s/",
        "0123abcd/seg-1.m4s?",
        "0123abcd/seg-1.2.m4s",
        "0123abcd/seg-1000000000000000000.m4s",
        "0123abcd/init-1.m4s",
        "0123abcd/part-1.m4s",
        "0123abcd/part-1..m4s",
        "0123abcd/part-1.1000.m4s",
        "0123abcd//part-1.1.m4s",
        "0123abcd/part-1.1.m4",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct hls_path path = {.number = 77};
        if (hls_path_parse(TEXTS[i], &path) != -EINVAL || path.number != 77)
            fail_msg("\"%s\" was taken", TEXTS[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_values_are_read),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
