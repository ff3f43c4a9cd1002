#include "archive/clip_file.h"

#include <errno.h>
#include <fcntl.h>

#include "archive/files.h"
#include "base/clock.h"
#include "media/fmp4.h"
#include "media/h264.h"
#include "scratch.h"

enum { N_FRAMES = 12, UNITS_BYTES = 65536 };

/* The committed stream as access units. */
static struct stream {
    uint8_t init[FMP4_INIT_MAX_BYTES], bytes[UNITS_BYTES];
    size_t init_bytes, len_bytes;
    struct clip_unit units[N_FRAMES];
} stream;

static void load_stream(void)
{
    static uint8_t annexb[DATA_MAX_BYTES];
    struct h264_params params = {0};
    struct h264_nal nal;
    size_t len_bytes = data_read("x264.h264", annexb), pos = 0;
    unsigned n = 0;
    stream.len_bytes = 0;
    while (h264_annexb_next(annexb, len_bytes, &pos, &nal)) {
        if (nal.type == H264_NAL_SPS) {
            params.sps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.sps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_PPS) {
            params.pps_len_bytes = (uint16_t)nal.len_bytes;
            memcpy(params.pps, nal.data, nal.len_bytes);
        } else if (nal.type == H264_NAL_IDR || nal.type == H264_NAL_SLICE) {
            uint8_t *unit = stream.bytes + stream.len_bytes;
            for (unsigned k = 0; k < 4; k++)
                unit[k] = (uint8_t)(nal.len_bytes >> (24 - 8 * k));
            memcpy(unit + 4, nal.data, nal.len_bytes);
            stream.units[n] = (struct clip_unit){unit, (uint32_t)nal.len_bytes + 4,
                                                 3000 + n % 3 * 500, nal.type == H264_NAL_IDR};
            stream.len_bytes += nal.len_bytes + 4;
            n++;
        }
    }
    assert_int_equal(fmp4_init_write(&params, stream.init, &stream.init_bytes), 0);
}

static struct archive_item new_item(void)
{
    struct archive_item item = {.kind = ARCHIVE_CLIP, .start_us = 1796043802 * US_PER_S};
    strcpy(item.camera, "porch");
    return item;
}

/* Writes all frames in fragments of three; the file is not closed. */
static struct clip_file *record(int root, struct archive_item *item)
{
    struct clip_file *clip = NULL;
    *item = new_item();
    assert_int_equal(clip_file_create(root, item, stream.init, stream.init_bytes, &clip), 0);
    for (unsigned i = 0; i < N_FRAMES; i += 3) {
        assert_int_equal(clip_file_add(clip, stream.units + i, 3), 0);
        assert_int_equal(clip_file_sync(clip), 0);
    }
    return clip;
}

/* How many frames a player finds, and whether it complains. */
static void expect_frames(const char *dir, const char *name, unsigned n_frames)
{
    char command[700], got[4096], want[4096] = "";
    if (FFPROBE[0] == '\0')
        skip();
    snprintf(command, sizeof(command),
             FFPROBE " -v warning -of csv=p=0 -show_entries frame=pts,pict_type %s 2>&1",
             scratch_path(dir, name));
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    got[fread(got, 1, sizeof(got) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    size_t n = 0;
    unsigned time = 0;
    for (unsigned i = 0; i < n_frames; time += stream.units[i++].duration)
        n += (size_t)snprintf(want + n, sizeof(want) - n, "%u,%s\n", time, i == 0 ? "I" : "P");
    assert_string_equal(got, want);
}

static int open_root(const char *dir)
{
    int root = -1;
    load_stream();
    assert_int_equal(files_open(dir, &root), 0);
    return root;
}

static void test_a_clip(void **state)
{
    int root = open_root(*state);
    struct archive_item item;
    struct clip_file *clip = record(root, &item);
    expect_frames(*state, item.path, N_FRAMES); /* while it is written */
    assert_int_equal(scratch_size(*state, item.path), clip_file_bytes(clip));
    assert_int_equal(clip_file_close(clip, &item), 0);
    expect_frames(*state, item.path, N_FRAMES);
    assert_int_equal(scratch_size(*state, item.path), item.bytes);
    assert_int_equal(item.width, 160);
    assert_int_equal(item.height, 120);
    assert_int_equal(item.end_us - item.start_us, 42000 * US_PER_S / 90000);
    close(root);
}

static void test_two_of_one_moment(void **state)
{
    int root = open_root(*state);
    struct archive_item a, b;
    struct clip_file *one = record(root, &a), *two = record(root, &b);
    assert_string_not_equal(a.path, b.path);
    assert_int_equal(clip_file_close(one, &a), 0);
    assert_int_equal(clip_file_close(two, &b), 0);
    expect_frames(*state, a.path, N_FRAMES);
    close(root);
}

static void test_one_without_a_picture_is_gone(void **state)
{
    int root = open_root(*state);
    struct archive_item item = new_item();
    struct clip_file *clip = NULL;
    assert_int_equal(clip_file_create(root, &item, stream.init, stream.init_bytes, &clip), 0);
    assert_true(scratch_size(*state, item.path) > 0);
    assert_int_equal(clip_file_close(clip, &item), -ENODATA);
    assert_int_equal(scratch_size(*state, item.path), -1);
    close(root);
}

/* Cut off anywhere, it has every fragment that is whole; one that was closed stays as it is. */
static void test_every_cut(void **state)
{
    static uint8_t whole[UNITS_BYTES * 2];
    static const char NAME[] = "porch/cut.mp4";
    int root = open_root(*state);
    struct archive_item item;
    struct clip_file *clip = record(root, &item);
    FILE *file = fopen(scratch_path(*state, item.path), "rb");
    size_t len_bytes = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    size_t ends[5] = {stream.init_bytes + MP4_PATCH_BYTES};
    for (unsigned k = 1; k < 5; k++) {
        ends[k] = ends[k - 1] + fmp4_part_head_len_bytes(3);
        for (unsigned i = 0; i < 3; i++)
            ends[k] += stream.units[(k - 1) * 3 + i].len_bytes;
    }
    assert_int_equal(ends[4], len_bytes);
    for (size_t cut = 0; cut <= len_bytes;
         cut += cut + 37 < len_bytes || cut == len_bytes ? 37 : len_bytes - cut) {
        unsigned n_fragments = 0;
        while (n_fragments < 4 && ends[n_fragments + 1] <= cut)
            n_fragments++;
        bool was_open;
        struct archive_item cut_item = new_item();
        strcpy(cut_item.path, NAME);
        scratch_write(*state, NAME, whole, cut);
        for (unsigned repair = 0; repair < 2; repair++) {
            int r = clip_file_recover(root, &cut_item, repair, &was_open);
            assert_int_equal(r, n_fragments ? 0 : -ENODATA);
            if (r == 0)
                assert_true(was_open);
        }
        if (n_fragments == 0)
            continue;
        assert_int_equal(scratch_size(*state, NAME), cut_item.bytes);
        assert_int_equal(clip_file_recover(root, &cut_item, true, &was_open), 0);
        assert_false(was_open);
        if (cut % 5 == 0 || cut == len_bytes)
            expect_frames(*state, NAME, n_fragments * 3);
        if (cut == len_bytes)
            break;
    }
    assert_int_equal(clip_file_close(clip, &item), 0);
    close(root);
}

/* The moov is there and the patch is not: the power went in between. */
static void test_half_closed(void **state)
{
    int root = open_root(*state);
    struct archive_item item;
    bool was_open;
    assert_int_equal(clip_file_close(record(root, &item), &item), 0);
    const long long closed = scratch_size(*state, item.path);
    int fd = open(scratch_path(*state, item.path), O_RDWR);
    uint8_t head[64];
    uint64_t ftyp;
    uint32_t type;
    assert_int_equal(pread(fd, head, sizeof(head), 0), sizeof(head));
    mp4_box_read(head, sizeof(head), &ftyp, &type);
    static const uint8_t FREE[16] = "\0\0\0\x10"
                                    "free";
    assert_int_equal(pwrite(fd, FREE, sizeof(FREE), (off_t)ftyp), sizeof(FREE));
    close(fd);
    assert_int_equal(clip_file_recover(root, &item, true, &was_open), 0);
    assert_true(was_open);
    assert_int_equal(scratch_size(*state, item.path), closed);
    expect_frames(*state, item.path, N_FRAMES);
    close(root);
}

static void test_files_of_others(void **state)
{
    int root = open_root(*state);
    struct archive_item item = new_item();
    bool was_open;
    static const char OTHER[5000] = "\0\0\0\x18"
                                    "ftypmp42\0\0\0\0mp42isom\0\0\x10\0mdat";
    assert_int_equal(files_make_way(root, "porch/x"), 0);
    scratch_write(*state, "porch/other.mp4", OTHER, sizeof(OTHER));
    strcpy(item.path, "porch/other.mp4");
    assert_int_equal(clip_file_recover(root, &item, true, &was_open), -EBADMSG);
    assert_int_equal(scratch_size(*state, "porch/other.mp4"), sizeof(OTHER));
    strcpy(item.path, "porch/none.mp4");
    assert_int_equal(clip_file_recover(root, &item, true, &was_open), -ENOENT);
    close(root);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_create, scratch_destroy)
    const struct CMUnitTest tests[] = {
        T(test_a_clip),    T(test_two_of_one_moment), T(test_one_without_a_picture_is_gone),
        T(test_every_cut), T(test_half_closed),       T(test_files_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
