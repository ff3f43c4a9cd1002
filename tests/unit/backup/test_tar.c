#include "backup/tar.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backup/part.h"

static void what_is_written_is_read(void **state)
{
    (void)state;
    char deep[160] = "archive/";
    memset(deep + 8, 'a', 90);
    strcpy(deep + 98, "/2026/11/30/picture.jpg");
    const struct tar_entry ENTRIES[] = {
        {.name = "eyelid.db", .bytes = 12345, .changed_s = 1796043802},
        {.name = "x", .bytes = (UINT64_C(1) << 33) - 1},
        {.name = "x", .bytes = UINT64_C(1) << 33, .changed_s = 1},
        {.name = "x", .bytes = UINT64_C(1) << 50},
        {.name = "a/b", .is_folder = true},
    };
    struct tar_entry read, long_one = {.bytes = 1};
    uint8_t block[TAR_BLOCK_BYTES];
    for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++) {
        assert_int_equal(tar_write(&ENTRIES[i], block), 0);
        assert_int_equal(tar_read(block, &read), 0);
        assert_string_equal(read.name, ENTRIES[i].name);
        assert_true(read.bytes == ENTRIES[i].bytes && read.changed_s == ENTRIES[i].changed_s);
        assert_int_equal(read.is_folder, ENTRIES[i].is_folder);
    }
    strcpy(long_one.name, deep);
    assert_int_equal(tar_write(&long_one, block), 0);
    assert_int_equal(tar_read(block, &read), 0);
    assert_string_equal(read.name, deep);
    memset(long_one.name, 'a', 101);
    long_one.name[101] = '\0';
    assert_int_equal(tar_write(&long_one, block), -ENAMETOOLONG);
    assert_int_equal(tar_padding(0), 0);
    assert_int_equal(tar_padding(1), 511);
    assert_int_equal(tar_padding(512), 0);
}

/* Writes the sum of a changed header. */
static void sum(uint8_t block[TAR_BLOCK_BYTES])
{
    unsigned n = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
        n += block[i];
    snprintf((char *)block + 148, 8, "%06o", n);
}

static void refuses(void **state)
{
    (void)state;
    const struct tar_entry entry = {.name = "eyelid.db", .bytes = 1};
    uint8_t block[TAR_BLOCK_BYTES] = {0};
    struct tar_entry read;
    assert_int_equal(tar_read(block, &read), -ENODATA);
    for (const char *type = "12346xgLK"; *type; type++) { /* links, devices, pipes, extensions */
        assert_int_equal(tar_write(&entry, block), 0);
        block[156] = (uint8_t)*type;
        sum(block);
        assert_int_equal(tar_read(block, &read), -ENOTSUP);
    }
    assert_int_equal(tar_write(&entry, block), 0);
    block[0]++; /* the sum is wrong */
    assert_int_equal(tar_read(block, &read), -EBADMSG);
    static const struct {
        size_t at;
        const char *text;
    } WRONG[] = {{0, ""}, {124, "xxxxxxxxxxx"}, {124, "00000000009"}, {257, "pax"}, {136, "-1"}};
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        assert_int_equal(tar_write(&entry, block), 0);
        memset(block + WRONG[i].at, 0, 10);
        memcpy(block + WRONG[i].at, WRONG[i].text, strlen(WRONG[i].text));
        sum(block);
        assert_int_equal(tar_read(block, &read), -EBADMSG);
    }
    assert_int_equal(tar_write(&entry, block), 0);
    memset(block + 124, 0xff, 12); /* a negative size */
    sum(block);
    assert_int_equal(tar_read(block, &read), -EBADMSG);
    block[124] = 0x80; /* and one that no file has */
    sum(block);
    assert_int_equal(tar_read(block, &read), -EBADMSG);
}

static void a_closed_list_of_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int kind;
    } NAMES[] = {
        {"eyelid-backup", PART_MARK},
        {"eyelid.db", PART_STORE},
        {"tls/ca.key", PART_KEY},
        {"archive.db", PART_INDEX},
        {"archive/meta", PART_META},
        {"archive/porch/2026/11/30/20261130T140322.123+0100-manual.jpg", PART_ITEM},
        {"archive/porch/2026/11/30/.thumbnails/20261130T140322.123+0100-manual.jpg", PART_ITEM},
        {"archive/porch/a.mp4", PART_ITEM},
    };
    static const char *const WRONG[] = {"",
                                        "/",
                                        ".",
                                        "..",
                                        "/etc/passwd",
                                        "../eyelid.db",
                                        "./eyelid.db",
                                        "eyelid.db/",
                                        "eyelid.lock",
                                        "tls/../eyelid.db",
                                        "tls/other.key",
                                        "archive",
                                        "archive/",
                                        "archive/../x/y.jpg",
                                        "archive/porch/../../x.jpg",
                                        "archive/porch/..",
                                        "archive/porch//x.jpg",
                                        "archive//x.jpg",
                                        "archive/porch/.x.jpg",
                                        "archive/porch/./x.jpg",
                                        "archive/porch/x.sh",
                                        "archive/PORCH/x.jpg",
                                        "archive/porch/.thumbnails/../../x.jpg",
                                        "archive/porch/.thumbnails/.thumbnails/x.jpg",
                                        "archive/.thumbnails/x.jpg",
                                        "archive/porch/.thumbnails/",
                                        "archive/latest.jpg"};
    enum part_kind kind;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        assert_int_equal(part_find(NAMES[i].name, &kind), 0);
        assert_int_equal(kind, NAMES[i].kind);
    }
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
        if (part_find(WRONG[i], &kind) != -EINVAL)
            fail_msg("\"%s\" is taken", WRONG[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(refuses),
        cmocka_unit_test(a_closed_list_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
