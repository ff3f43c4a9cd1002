/* What passes the gatekeeper, and with which fault the rest does not. */
#include "media/jpeg.h"

#include "jpeg_file.h"
#include "media/jpeg_tables.h"

static void test_real_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum jpeg_fault fault;
        uint16_t width, height;
        enum jpeg_chroma chroma;
    } rows[] = {
        {"444.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_444},
        {"422.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_422},
        {"420.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_420},
        {"440.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_440},
        {"411.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_411},
        {"grey.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_GREY},
        {"restart.jpg", JPEG_OK, 64, 48, JPEG_CHROMA_422},
        {"flat.jpg", JPEG_OK, 160, 120, JPEG_CHROMA_420},
        {"progressive.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_420},
        {"cmyk.jpg", JPEG_UNSUPPORTED, 0, 0, 0},
        {"sampling-4x2.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_OTHER},
        {"sampling-1x4.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_OTHER},
        {"separate-scans.jpg", JPEG_OK, 61, 45, JPEG_CHROMA_422},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t bytes[DATA_MAX_BYTES];
        size_t len_bytes = data_read(rows[i].name, bytes);
        struct jpeg_info info;
        expect(rows[i].name, inspect(bytes, len_bytes, &info), rows[i].fault);
        if (rows[i].fault != JPEG_OK)
            continue;
        assert_int_equal(info.width, rows[i].width);
        assert_int_equal(info.height, rows[i].height);
        assert_int_equal(info.chroma, rows[i].chroma);
        assert_int_equal(info.len_bytes, len_bytes);
    }
}

static void test_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"untouched", JPEG_OK, {{KEEP}}},
        {"nothing", JPEG_NO_SOI, {{CUT_TO, START, 0}}},
        {"one byte", JPEG_NO_SOI, {{CUT_TO, START, 1}}},
        {"a byte in front", JPEG_NO_SOI, {{INSERT, START, 0, BYTES("\x00")}}},
        {"SOI lost", JPEG_NO_SOI, {{REMOVE, START, 0, BYTES("..")}}},
        {"SOI alone", JPEG_TRUNCATED, {{CUT_TO, START, 2}}},
        {"ends in a marker", JPEG_TRUNCATED, {{CUT_TO, DQT, 1}}},
        {"ends in a length", JPEG_TRUNCATED, {{CUT_TO, DQT, 3}}},
        {"ends in a table", JPEG_TRUNCATED, {{CUT_TO, DQT, 40}}},
        {"ends in the frame header", JPEG_TRUNCATED, {{CUT_TO, SOF, 8}}},
        {"ends in the scan header", JPEG_TRUNCATED, {{CUT_TO, SOS, 6}}},
        {"ends before the scan", JPEG_NO_EOI, {{CUT_TO, SCAN, 0}}},
        {"ends in the scan", JPEG_NO_EOI, {{CUT_TO, SCAN, 100}}},
        {"half an EOI", JPEG_OK, {{CUT_TO, END, -1}}},
        {"no EOI", JPEG_OK, {{CUT_TO, END, -2}}},
        {"no EOI, and a byte of the scan missing", JPEG_NO_EOI, {{CUT_TO, END, -3}}},
        {"zeros for EOI", JPEG_OK, {{SET, END, -2, BYTES("\x00\x00")}}},
        {"FFs for EOI", JPEG_OK, {{SET, END, -2, BYTES("\xff\xff")}}},
        {"SOI for EOI", JPEG_OK, {{SET, END, -2, BYTES("\xff\xd8")}}},
        {"padded with zeros", JPEG_OK, {{INSERT, END, 0, BYTES("\0\0\0\0\0\0\0")}}},
        {"padded with FF", JPEG_OK, {{INSERT, END, 0, BYTES("\xff\xff\xff")}}},
        {"a byte behind", JPEG_OK, {{INSERT, END, 0, BYTES("\x01")}}},
        {"text behind padding", JPEG_OK, {{INSERT, END, 0, BYTES("\0\0\r\n")}}},
        {"another SOI behind", JPEG_OK, {{INSERT, END, 0, BYTES("\xff\xd8")}}},
        {"another EOI behind", JPEG_OK, {{INSERT, END, 0, BYTES("\xff\xd9")}}},
    };
    RUN("422.jpg", rows);
}

static void test_segments(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a length past the end", JPEG_TRUNCATED, {{SET, DQT, 2, BYTES("\xff\xff")}}},
        {"a length of 0", JPEG_GARBAGE, {{SET, DQT, 2, BYTES("\x00\x00")}}},
        {"an APP segment with a length of 1", JPEG_OK, {{SET, APP, 2, BYTES("\x00\x01")}}},
        {"a byte between segments", JPEG_OK, {{INSERT, DQT, 0, BYTES("\x00")}}},
        {"fill bytes between segments", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xff")}}},
        {"a comment", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xfe\x00\x04hi")}}},
        {"an empty comment", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xfe\x00\x02")}}},
        {"no APP segment", JPEG_OK, {{REMOVE_SEGMENT, APP, 0}}},
        {"an unknown segment", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xf0\x00\x02")}}},
        {"a reserved marker", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\x02\x00\x02")}}},
        {"a second SOI", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xd8")}}},
        {"a restart among tables", JPEG_OK, {{INSERT, DQT, 0, BYTES("\xff\xd0")}}},
        {"EOI for a scan", JPEG_GARBAGE, {{SET, SOS, 1, BYTES("\xd9")}}},
        {"DNL", JPEG_OK, {{INSERT, SOS, 0, BYTES("\xff\xdc\x00\x04\x00\x2d")}}},

        {"no DQT", JPEG_GARBAGE, {{REMOVE_SEGMENT, DQT, 0}, {REMOVE_SEGMENT, DQT, 0}}},
        {"one DQT missing", JPEG_GARBAGE, {{REMOVE_SEGMENT, DQT, 0}}},
        {"DQT table 4", JPEG_GARBAGE, {{SET, DQT, 4, BYTES("\x04")}}},
        {"DQT of 16 bits, too short", JPEG_GARBAGE, {{SET, DQT, 4, BYTES("\x10")}}},
        {"DQT of an unknown precision", JPEG_GARBAGE, {{SET, DQT, 4, BYTES("\x20")}}},
        {"DQT a byte too long",
         JPEG_GARBAGE,
         {{INSERT, DQT, 69, BYTES("\x00")}, {SET, DQT, 2, BYTES("\x00\x44")}}},

        {"no DHT: the standard tables",
         JPEG_OK,
         {{REMOVE_SEGMENT, DHT, 0},
          {REMOVE_SEGMENT, DHT, 0},
          {REMOVE_SEGMENT, DHT, 0},
          {REMOVE_SEGMENT, DHT, 0}}},
        {"DHT class 2", JPEG_GARBAGE, {{SET, DHT, 4, BYTES("\x20")}}},
        {"DHT table 4", JPEG_GARBAGE, {{SET, DHT, 4, BYTES("\x04")}}},
        {"DHT without codes",
         JPEG_GARBAGE,
         {{SET, DHT, 5, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")}}},
        {"DHT with more codes than values", JPEG_GARBAGE, {{SET, DHT, 20, BYTES("\xff")}}},
        {"DHT with three codes of one bit", JPEG_GARBAGE, {{SET, DHT, 5, BYTES("\x03")}}},
        {"DHT too short for its counts",
         JPEG_GARBAGE,
         {{INSERT, DHT, 0, BYTES("\xff\xc4\x00\x05\x00\x00\x00")}}},
        {"DHT of the all-ones code",
         JPEG_GARBAGE,
         {{INSERT, DHT, 0,
           BYTES("\xff\xc4\x00\x15\x00\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\x01")}}},

        {"DRI of 3 bytes", JPEG_GARBAGE, {{INSERT, SOS, 0, BYTES("\xff\xdd\x00\x05\0\0\0")}}},
        {"DRI of 0: none", JPEG_OK, {{INSERT, SOS, 0, BYTES("\xff\xdd\x00\x04\0\0")}}},
        {"DRI of more than the picture",
         JPEG_OK,
         {{INSERT, SOS, 0, BYTES("\xff\xdd\x00\x04\xff\xff")}}},
        {"DRI, but no restarts",
         JPEG_TRUNCATED,
         {{INSERT, SOS, 0, BYTES("\xff\xdd\x00\x04\x00\x04")}}},

        {"JFIF thumbnail, a JPEG in APP0",
         JPEG_OK,
         {{INSERT, DQT, 0, BYTES("\xff\xe0\x00\x10JFXX\0\x10\xff\xd8\xff\xc0\xff\xda\xff\xd9")}}},
        {"Adobe, YCbCr without JFIF",
         JPEG_OK,
         {{REMOVE_SEGMENT, APP, 0},
          {INSERT, START, 2,
           BYTES("\xff\xee\x00\x0e"
                 "Adobe\0\x64\0\0\0\0\x01")}}},
        {"Adobe, RGB",
         JPEG_OK,
         {{REMOVE_SEGMENT, APP, 0},
          {INSERT, START, 2,
           BYTES("\xff\xee\x00\x0e"
                 "Adobe\0\x64\0\0\0\0\x00")}}},
        {"components called R, G, B, but JFIF",
         JPEG_OK,
         {{SET, SOF, 10, BYTES("R")},
          {SET, SOF, 13, BYTES("G")},
          {SET, SOF, 16, BYTES("B")},
          {SET, SOS, 5, BYTES("R")},
          {SET, SOS, 7, BYTES("G")},
          {SET, SOS, 9, BYTES("B")}}},
        {"components called R, G, B",
         JPEG_OK,
         {{REMOVE_SEGMENT, APP, 0},
          {SET, SOF, 10, BYTES("R")},
          {SET, SOF, 13, BYTES("G")},
          {SET, SOF, 16, BYTES("B")},
          {SET, SOS, 5, BYTES("R")},
          {SET, SOS, 7, BYTES("G")},
          {SET, SOS, 9, BYTES("B")}}},
    };
    RUN("422.jpg", rows);
}

/* SOF: FF C0 len(2) precision height(2) width(2) count, then id, factors, table each. */
static void test_frame_header(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"no frame header", JPEG_GARBAGE, {{REMOVE_SEGMENT, SOF, 0}}},
        {"two of them",
         JPEG_GARBAGE,
         {{INSERT, SOS, 0,
           BYTES("\xff\xc0\x00\x11\x08\x00\x2d\x00\x3d\x03\x01\x21\x00\x02\x11\x01\x03\x11\x01")}}},
        {"extended sequential", JPEG_OK, {{SET, SOF, 1, BYTES("\xc1")}}},
        {"progressive, with a sequential scan", JPEG_GARBAGE, {{SET, SOF, 1, BYTES("\xc2")}}},
        {"lossless", JPEG_UNSUPPORTED, {{SET, SOF, 1, BYTES("\xc3")}}},
        {"hierarchical", JPEG_UNSUPPORTED, {{SET, SOF, 1, BYTES("\xc5")}}},
        {"arithmetic", JPEG_UNSUPPORTED, {{SET, SOF, 1, BYTES("\xc9")}}},
        {"arithmetic conditioning", JPEG_UNSUPPORTED, {{SET, DHT, 1, BYTES("\xcc")}}},
        {"12 bit", JPEG_UNSUPPORTED, {{SET, SOF, 4, BYTES("\x0c")}}},
        {"height 0", JPEG_GARBAGE, {{SET, SOF, 5, BYTES("\x00\x00")}}},
        {"width 0", JPEG_GARBAGE, {{SET, SOF, 7, BYTES("\x00\x00")}}},
        {"too high", JPEG_TOO_LARGE, {{SET, SOF, 5, BYTES("\x10\x01")}}},
        {"too wide", JPEG_TOO_LARGE, {{SET, SOF, 7, BYTES("\x10\x01")}}},
        {"at the limit, but the scan is not", JPEG_TRUNCATED, {{SET, SOF, 5, BYTES("\x10\x00")}}},
        {"no components", JPEG_GARBAGE, {{SET, SOF, 9, BYTES("\x00")}}},
        {"length for other components", JPEG_GARBAGE, {{SET, SOF, 9, BYTES("\x01")}}},
        {"two components",
         JPEG_UNSUPPORTED,
         {{REMOVE, SOF, 16, BYTES("...")},
          {SET, SOF, 2, BYTES("\x00\x0e")},
          {SET, SOF, 9, BYTES("\x02")}}},
        {"factor 0", JPEG_GARBAGE, {{SET, SOF, 11, BYTES("\x01")}}},
        {"factor 5", JPEG_GARBAGE, {{SET, SOF, 11, BYTES("\x15")}}},
        {"components of one name", JPEG_GARBAGE, {{SET, SOF, 13, BYTES("\x01")}}},
        {"components of one name in the scan, too",
         JPEG_OK,
         {{SET, SOF, 13, BYTES("\x01")}, {SET, SOS, 7, BYTES("\x01")}}},
        {"quantization table 4", JPEG_GARBAGE, {{SET, SOF, 12, BYTES("\x04")}}},
        {"quantization table 3, not defined", JPEG_GARBAGE, {{SET, SOF, 12, BYTES("\x03")}}},
        {"Cb other than Cr", JPEG_OK, {{SET, SOF, 14, BYTES("\x21")}}},
        {"chroma finer than luma",
         JPEG_OK,
         {{SET, SOF, 11, BYTES("\x11")},
          {SET, SOF, 14, BYTES("\x21")},
          {SET, SOF, 17, BYTES("\x21")}}},
        {"factors 3 to 2",
         JPEG_UNSUPPORTED,
         {{SET, SOF, 11, BYTES("\x31")},
          {SET, SOF, 14, BYTES("\x21")},
          {SET, SOF, 17, BYTES("\x21")}}},
        {"more than ten blocks an MCU",
         JPEG_UNSUPPORTED,
         {{SET, SOF, 11, BYTES("\x22")},
          {SET, SOF, 14, BYTES("\x22")},
          {SET, SOF, 17, BYTES("\x22")}}},
    };
    RUN("422.jpg", rows);
}

/* SOS: FF DA len(2) count, then id and tables each, then 0, 63, 0. */
static void test_scan(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"no components", JPEG_GARBAGE, {{SET, SOS, 4, BYTES("\x00")}}},
        {"length for other components", JPEG_GARBAGE, {{SET, SOS, 4, BYTES("\x02")}}},
        {"one component of three",
         JPEG_TRUNCATED,
         {{REMOVE, SOS, 7, BYTES("....")}, {SET, SOS, 2, BYTES("\x00\x08\x01")}}},
        {"an unknown component", JPEG_GARBAGE, {{SET, SOS, 5, BYTES("\x09")}}},
        {"a DC table of none", JPEG_GARBAGE, {{SET, SOS, 6, BYTES("\x20")}}},
        {"an AC table of none", JPEG_GARBAGE, {{SET, SOS, 6, BYTES("\x03")}}},
        {"an undefined table of an extended scan",
         JPEG_GARBAGE,
         {{SET, SOF, 1, BYTES("\xc1")}, {SET, SOS, 6, BYTES("\x22")}}},
        {"from coefficient 1", JPEG_OK, {{SET, SOS, 11, BYTES("\x01")}}},
        {"to coefficient 5", JPEG_OK, {{SET, SOS, 12, BYTES("\x05")}}},
        {"successive approximation", JPEG_OK, {{SET, SOS, 13, BYTES("\x01")}}},

        {"a stuffed FF", JPEG_OK, {{INSERT, SCAN, 20, BYTES("\xff\x00")}}},
        {"fill bytes before EOI", JPEG_OK, {{INSERT, END, -2, BYTES("\xff\xff\xff")}}},
        {"FF 01", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\x01")}}},
        {"SOI", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\xd8")}}},
        {"a frame header", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\xc0")}}},
        {"a table", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\xdb")}}},
        {"an application segment", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\xe0")}}},
        {"another scan", JPEG_OK, {{INSERT, END, -2, BYTES("\xff\xda\x00\x08\x01\x01\0\0\x3f\0")}}},
        {"a restart without DRI", JPEG_GARBAGE, {{INSERT, SCAN, 20, BYTES("\xff\xd0")}}},
        {"EOI at once", JPEG_TRUNCATED, {{INSERT, SCAN, 0, BYTES("\xff\xd9")}}},
        {"EOI early", JPEG_TRUNCATED, {{INSERT, SCAN, 40, BYTES("\xff\xd9")}}},
    };
    RUN("422.jpg", rows);
}

/* The offset of the n-th restart marker, from 0. */
static size_t find_restart(const struct file *file, unsigned n)
{
    for (size_t at = find(file, SCAN); at + 1 < file->len_bytes; at++)
        if (file->bytes[at] == 0xff && (file->bytes[at + 1] & 0xf8) == 0xd0 && n-- == 0)
            return at;
    fail_msg("no such restart");
    return 0;
}

static void test_restarts(void **state)
{
    (void)state;
    /* 64x48 at 4:2:2 are 4 x 6 MCUs, two an interval: 12 intervals, RST0 to RST7 and RST0 to RST2.
     */
    struct file base;
    struct jpeg_info info;
    base.len_bytes = data_read("restart.jpg", base.bytes);
    static const struct {
        const char *what;
        unsigned restart;
        size_t n_old;
        const char *bytes;
        size_t n_bytes;
        enum jpeg_fault fault;
    } rows[] = {
        {"fill bytes in front", 3, 0, BYTES("\xff\xff"), JPEG_OK},
        {"the first out of order", 0, 2, BYTES("\xff\xd1"), JPEG_GARBAGE},
        {"one out of order", 9, 2, BYTES("\xff\xd0"), JPEG_GARBAGE},
        {"one missing", 4, 2, BYTES(""), JPEG_GARBAGE},
        {"the last missing", 10, 2, BYTES(""), JPEG_TRUNCATED},
        {"an empty interval", 4, 2, BYTES("\xff\xd4\xff\xd5"), JPEG_GARBAGE},
        {"EOI in its place", 10, 2, BYTES("\xff\xd9"), JPEG_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file file = base;
        replace(&file, find_restart(&file, rows[i].restart), rows[i].n_old, rows[i].bytes,
                rows[i].n_bytes);
        enum jpeg_fault fault = inspect(file.bytes, file.len_bytes, &info);
        expect(rows[i].what, fault, rows[i].fault);
    }
    struct file file = base;
    replace(&file, file.len_bytes - 2, 0, "\xff\xd3", 2);
    expect("one too many", inspect(file.bytes, file.len_bytes, &info), JPEG_OK);
    file = base;
    file.len_bytes = find_restart(&file, 5);
    replace(&file, file.len_bytes, 0, "\xff\xd9", 2);
    expect("EOI after six of twelve intervals", inspect(file.bytes, file.len_bytes, &info),
           JPEG_TRUNCATED);
}

/* 61x45 at 4:2:2 with the standard tables: 4 x 6 MCUs of 2 luma blocks (2 + 4 bits) and 2 of chroma
 * (2 + 2), 20 bits an MCU, 60 bytes. A flat picture takes exactly that. */
static void test_shortest_scan(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t n_bytes;
        unsigned n_stuffed;
        enum jpeg_fault fault;
    } rows[] = {
        {"as short as can be", 60, 0, JPEG_OK},
        {"a byte shorter", 59, 0, JPEG_TRUNCATED},
        {"stuffing does not count", 59, 1, JPEG_TRUNCATED},
        {"stuffing does not hurt", 60, 1, JPEG_OK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file file;
        struct jpeg_info info;
        file.len_bytes = data_read("422.jpg", file.bytes);
        for (unsigned k = 0; k < 4; k++)
            apply(&file, &(struct edit){REMOVE_SEGMENT, DHT, 0});
        file.len_bytes = find(&file, SCAN);
        for (size_t k = 0; k < rows[i].n_bytes; k++) {
            bool stuff = k < rows[i].n_stuffed;
            replace(&file, file.len_bytes, 0, stuff ? "\xff\x00" : "\x28", stuff ? 2 : 1);
        }
        replace(&file, file.len_bytes, 0, "\xff\xd9", 2);
        expect(rows[i].what, inspect(file.bytes, file.len_bytes, &info), rows[i].fault);
    }
}

static void test_limits(void **state)
{
    (void)state;
    uint8_t bytes[DATA_MAX_BYTES];
    size_t len_bytes = data_read("422.jpg", bytes);
    static const struct {
        struct jpeg_limits limits;
        enum jpeg_fault fault;
    } rows[] = {
        {{61, 45}, JPEG_OK},
        {{60, 45}, JPEG_TOO_LARGE},
        {{61, 44}, JPEG_TOO_LARGE},
        {{0, 0}, JPEG_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jpeg_info info;
        assert_int_equal(jpeg_inspect(bytes, len_bytes, &rows[i].limits, &info), rows[i].fault);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"ok",      "no-soi",    "no-eoi",     "truncated",
                                        "garbage", "too-large", "unsupported"};
    for (unsigned i = 0; i < 7; i++)
        assert_string_equal(jpeg_fault_name((enum jpeg_fault)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_files),    cmocka_unit_test(test_ends),
        cmocka_unit_test(test_segments),      cmocka_unit_test(test_frame_header),
        cmocka_unit_test(test_scan),          cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_shortest_scan), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
