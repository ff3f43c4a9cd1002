/* Pictures that are cut, padded, without tables or turned: what is repaired, and what is refused.
 */
#include "media/jpeg.h"

#include "jpeg_file.h"
#include "media/jpeg_tables.h"

/* Whatever of its scan is cut off a file, it is never fine, and never more than the bytes at hand
 * are read. */
static void test_every_cut(void **state)
{
    (void)state;
    uint8_t bytes[DATA_MAX_BYTES];
    size_t len_bytes = data_read("restart.jpg", bytes);
    struct jpeg_info info;
    for (size_t n = 0; n < len_bytes - 2; n++)
        assert_int_not_equal(inspect(bytes, n, &info), JPEG_OK);
    assert_int_equal(inspect(bytes, len_bytes - 2, &info), JPEG_OK);
}

/* Of several scans, too; a sequential picture needs no EOI. */
static void test_every_cut_of_several_scans(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum jpeg_fault without_eoi;
    } rows[] = {{"separate-scans.jpg", JPEG_OK}, {"progressive.jpg", JPEG_NO_EOI}};
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[DATA_MAX_BYTES];
        size_t len_bytes = data_read(rows[i].name, bytes);
        struct jpeg_info info;
        for (size_t n = 0; n < len_bytes - 2; n++)
            assert_int_not_equal(inspect(bytes, n, &info), JPEG_OK);
        assert_int_equal(inspect(bytes, len_bytes - 2, &info), rows[i].without_eoi);
    }
}

static void test_too_many_scans(void **state)
{
    (void)state;
    struct file file;
    struct jpeg_info info;
    /* The refinement of no coefficient, again and again. */
    static const char SCAN_AGAIN[] = "\xff\xda\x00\x08\x01\x01\x00\x00\x00\x10"
                                     "................";
    file.len_bytes = data_read("progressive.jpg", file.bytes);
    unsigned n_scans = 0;
    for (; n_scans < JPEG_SCANS_MAX; n_scans++) {
        replace(&file, file.len_bytes - 2, 0, SCAN_AGAIN, sizeof(SCAN_AGAIN) - 1);
        if (inspect(file.bytes, file.len_bytes, &info) != JPEG_OK)
            break;
    }
    assert_in_range(n_scans, JPEG_SCANS_MAX / 2, JPEG_SCANS_MAX - 1);
    assert_int_equal(inspect(file.bytes, file.len_bytes, &info), JPEG_UNSUPPORTED);
}

static void test_thumbnail(void **state)
{
    (void)state;
    struct file outer, inner;
    outer.len_bytes = data_read("422.jpg", outer.bytes);
    inner.len_bytes = data_read("flat.jpg", inner.bytes);
    uint8_t head[4] = {0xff, 0xe1, (uint8_t)((inner.len_bytes + 2) >> 8),
                       (uint8_t)(inner.len_bytes + 2)};
    replace(&outer, find(&outer, DQT), 0, inner.bytes, inner.len_bytes);
    size_t at = 2 + segment_len(&outer, 2);
    replace(&outer, at, 0, head, sizeof(head));
    struct jpeg_info info;
    assert_int_equal(inspect(outer.bytes, outer.len_bytes, &info), JPEG_OK);
    assert_int_equal(info.width, 61);
    assert_int_equal(info.chroma, JPEG_CHROMA_422);
    assert_int_equal(info.len_bytes, outer.len_bytes);
}

/* The tables come before the frame header in these; the order of edits is from behind, so that the
 * places found are those of the file as it was. What is repaired is the file as it was. */
static void test_repairs(void **state)
{
    (void)state;
    static char zeros[JPEG_STRAY_MAX_BYTES];
    static const struct row rows[] = {
        {"a byte before DQT", JPEG_OK, {{INSERT, DQT, 0, BYTES("\0")}}},
        {"as many bytes before SOF as may be",
         JPEG_OK,
         {{INSERT, SOF, 0, zeros, JPEG_STRAY_MAX_BYTES}}},
        {"stray bytes twice",
         JPEG_OK,
         {{INSERT, SOS, 0, BYTES("\r\n")}, {INSERT, SOF, 0, BYTES("hi")}}},
        {"FF 00 before SOF", JPEG_OK, {{INSERT, SOF, 0, BYTES("\xff\x00\xff\x01")}}},
        {"wrong scan parameters", JPEG_OK, {{SET, SOS, 11, BYTES("\0\0\0")}}},
        {"others", JPEG_OK, {{SET, SOS, 11, BYTES("\x01\x05\x21")}}},
        {"no EOI", JPEG_OK, {{CUT_TO, END, -2}}},
        {"no EOI, but padding", JPEG_OK, {{SET, END, -2, BYTES("\0\0")}}},
        {"a comment behind the scan", JPEG_OK, {{INSERT, END, -2, BYTES("\xff\xfe\0\x04hi")}}},
        {"a comment with a wrong length", JPEG_OK, {{INSERT, END, -2, BYTES("\xff\xfe\0\x90hi")}}},
        {"a restart behind the scan", JPEG_OK, {{INSERT, END, -2, BYTES("\xff\xd0")}}},
        {"half of another picture for EOI",
         JPEG_OK,
         {{SET, END, -2, BYTES("\xff\xd8")}, {INSERT, END, 0, BYTES("\xff\xdb\0\x43\0\1\2\3")}}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file base, file;
        struct jpeg_info info;
        uint8_t repaired[sizeof(base.bytes)];
        base.len_bytes = data_read("422.jpg", base.bytes);
        file = base;
        for (size_t k = 0; k < N_EDITS; k++)
            apply(&file, &rows[i].edits[k]);
        expect(rows[i].what, inspect(file.bytes, file.len_bytes, &info), JPEG_OK);
        if (!info.needs_repair || info.len_bytes != base.len_bytes)
            fail_msg("%s: %zu bytes", rows[i].what, info.len_bytes);
        jpeg_repair(file.bytes, file.len_bytes, &info, repaired);
        assert_memory_equal(repaired, base.bytes, base.len_bytes);
    }
}

static void test_strays_are_limited(void **state)
{
    (void)state;
    static char zeros[JPEG_STRAY_MAX_BYTES + 1];
    static const struct row rows[] = {
        {"one byte too many", JPEG_GARBAGE, {{INSERT, SOF, 0, zeros, sizeof(zeros)}}},
    };
    RUN("422.jpg", rows);
}

/* Tables that were sent are left as they are. */
static void test_missing_tables_are_inserted(void **state)
{
    (void)state;
    for (unsigned removed = 1; removed <= 4; removed++) {
        struct file file;
        struct jpeg_info info;
        uint8_t repaired[sizeof(file.bytes)];
        file.len_bytes = data_read("422.jpg", file.bytes);
        for (unsigned k = 0; k < removed; k++)
            apply(&file, &(struct edit){REMOVE_SEGMENT, DHT, 0});
        assert_int_equal(inspect(file.bytes, file.len_bytes, &info), JPEG_OK);
        assert_true(info.needs_repair);
        jpeg_repair(file.bytes, file.len_bytes, &info, repaired);
        file.len_bytes = info.len_bytes;
        memcpy(file.bytes, repaired, info.len_bytes);
        uint8_t wanted[JPEG_TABLES_BYTES];
        size_t n_wanted = jpeg_tables_segment((1u << removed) - 1, wanted);
        assert_memory_equal(file.bytes + find(&file, SOS) - n_wanted, wanted, n_wanted);
    }
}

static void test_orientation_becomes_upright(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n_bytes, value_at; /* 0: nothing to repair */
    } rows[] = {
        {BYTES("\xff\xe1\0\x22"
               "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"),
         28},
        {BYTES("\xff\xe1\0\x22"
               "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"),
         29},
        {BYTES("\xff\xe1\0\x22"
               "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0"),
         0},
        {BYTES("\xff\xe1\0\x14"
               "Exif\0\0II*\0\xff\xff\xff\xff\0\0\0\0"),
         0},
        {BYTES("\xff\xe1\0\x0c"
               "Exif\0\0II*\0"),
         0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file file;
        struct jpeg_info info;
        uint8_t repaired[sizeof(file.bytes)];
        file.len_bytes = data_read("422.jpg", file.bytes);
        replace(&file, 2, 0, rows[i].bytes, rows[i].n_bytes);
        assert_int_equal(inspect(file.bytes, file.len_bytes, &info), JPEG_OK);
        assert_int_equal(info.needs_repair, rows[i].value_at > 0);
        if (!rows[i].value_at)
            continue;
        jpeg_repair(file.bytes, file.len_bytes, &info, repaired);
        file.bytes[2 + rows[i].value_at] = 1;
        assert_int_equal(info.len_bytes, file.len_bytes);
        assert_memory_equal(repaired, file.bytes, file.len_bytes);
    }
}

static void test_a_buffer_is_copied_only_for_repair(void **state)
{
    (void)state;
    enum { ROOM = 100 };
    struct file file;
    struct jpeg_info info;
    struct buf *buf, *before;
    file.len_bytes = data_read("422.jpg", file.bytes);
    for (unsigned is_short = 0; is_short < 2; is_short++) {
        assert_int_equal(buf_create(ROOM + file.len_bytes, &buf), 0);
        memcpy(buf->data + ROOM, file.bytes, file.len_bytes);
        before = buf;
        size_t len_bytes = file.len_bytes - 2 * is_short;
        assert_int_equal(jpeg_admit(&buf, ROOM, len_bytes, &LIMITS, &info), JPEG_OK);
        assert_int_equal(buf == before, !is_short);
        assert_false(info.needs_repair);
        assert_int_equal(info.len_bytes, file.len_bytes);
        assert_memory_equal(buf->data + ROOM, file.bytes, file.len_bytes);
        buf_unref(&buf);
    }
}

static void test_padding_is_not_counted(void **state)
{
    (void)state;
    struct file file;
    struct jpeg_info info;
    file.len_bytes = data_read("422.jpg", file.bytes);
    size_t len_bytes = file.len_bytes;
    replace(&file, file.len_bytes, 0, "\0\xff\0\0\xff", 5);
    assert_int_equal(inspect(file.bytes, file.len_bytes, &info), JPEG_OK);
    assert_int_equal(info.len_bytes, len_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_every_cut_of_several_scans),
        cmocka_unit_test(test_too_many_scans),
        cmocka_unit_test(test_thumbnail),
        cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_strays_are_limited),
        cmocka_unit_test(test_missing_tables_are_inserted),
        cmocka_unit_test(test_orientation_becomes_upright),
        cmocka_unit_test(test_a_buffer_is_copied_only_for_repair),
        cmocka_unit_test(test_padding_is_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
