/* codec/m2m against the kernel's own stand-in for an encoder, vicodec, whose coded format is FWHT.
 * In the virtual machine only: tests/vm/run -m vicodec build/tests/vm/m2m */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "codec/m2m.h"

enum { PICTURES = 50, FRAME_US = 33333, GOP = 16 };

/* What a unit begins with (drivers/media/test-drivers/vicodec/codec-fwht.h), big endian. */
struct fwht_header {
    uint32_t magic[2], version, width, height, flags;
    uint32_t colours[4], size_bytes;
};
enum { FWHT_MAGIC = 0x4f4f4f4f };

static struct m2m_device device;

static int find_device(void **state)
{
    (void)state;
    return m2m_probe(V4L2_PIX_FMT_FWHT, &device);
}

static struct m2m *open_like(const struct raw_picture *like, bool copy)
{
    static const struct m2m_control controls[] = {
        {V4L2_CID_MPEG_VIDEO_GOP_SIZE, GOP},
        {V4L2_CID_FWHT_I_FRAME_QP, 4},
        {V4L2_CID_FWHT_P_FRAME_QP, 4},
        {V4L2_CID_MPEG_VIDEO_BITRATE, 1000000}, /* that it does not know */
    };
    const struct m2m_params params = {.path = device.path,
                                      .coded = V4L2_PIX_FMT_FWHT,
                                      .controls = controls,
                                      .n_controls = sizeof(controls) / sizeof(controls[0]),
                                      .nominal_fps = 30,
                                      .patience_ms = 20000, /* the machine is slow */
                                      .copy = copy};
    struct m2m *m2m;
    assert_int_equal(m2m_create(&params, like, &m2m), 0);
    return m2m;
}

/* A picture in separate memory, with a stride larger than its width. */
static uint8_t *make_picture(enum raw_format format, uint16_t width, uint16_t height,
                             struct raw_picture *ret_picture)
{
    enum { APART = 24 };
    const uint32_t stride = width + APART, half = format == RAW_NV12 ? stride : stride / 2;
    uint8_t *bytes = malloc((size_t)stride * height * 2);
    *ret_picture =
        (struct raw_picture){.format = format,
                             .width = width,
                             .height = height,
                             .planes = {bytes, bytes + (size_t)stride * height,
                                        format == RAW_NV12 ? NULL
                                                           : bytes + (size_t)stride * height +
                                                                 (size_t)half * height / 2},
                             .strides = {stride, half, format == RAW_NV12 ? 0 : half},
                             .dmabuf_fd = -1};
    return bytes;
}

/* Something smooth that moves. */
static void draw(const struct raw_picture *picture, unsigned t)
{
    for (int i = 0; i < 3 && picture->planes[i]; i++) {
        uint8_t *plane = (uint8_t *)(uintptr_t)picture->planes[i];
        const unsigned rows = i ? picture->height / 2U : picture->height;
        for (unsigned y = 0; y < rows; y++)
            for (unsigned x = 0; x < picture->strides[i]; x++)
                plane[(size_t)y * picture->strides[i] + x] =
                    (uint8_t)(i ? 128 + (x + y + t) % 32 : 40 + (x + 2 * y + 3 * t) / 8 % 160);
    }
}

static struct m2m_unit encode(struct m2m *m2m, const struct raw_picture *picture, unsigned t,
                              bool want_key)
{
    struct m2m_unit unit = {.data = NULL};
    assert_int_equal(m2m_encode(m2m, picture, (int64_t)t * FRAME_US, want_key, &unit), 0);
    return unit;
}

static bool check_unit(const struct m2m_unit *unit, const struct raw_picture *picture)
{
    struct fwht_header header;
    assert_in_range(unit->len_bytes, sizeof(header) + 1, SIZE_MAX);
    memcpy(&header, unit->data, sizeof(header));
    assert_int_equal(ntohl(header.magic[0]), FWHT_MAGIC);
    assert_int_equal(ntohl(header.magic[1]), 0xffffffff);
    assert_int_equal(ntohl(header.width), picture->width);
    assert_int_equal(ntohl(header.height), picture->height);
    assert_int_equal(ntohl(header.size_bytes), unit->len_bytes - sizeof(header));
    return ntohl(header.flags) & V4L2_FWHT_FL_I_FRAME;
}

/* One unit for each picture; a key at the begin, where one is asked for and where the device's own
 * period ends, and the units are those of pictures that differ. */
static void check_stream(enum raw_format format, uint16_t width, uint16_t height)
{
    struct raw_picture picture;
    uint8_t *bytes = make_picture(format, width, height, &picture);
    struct m2m *m2m = open_like(&picture, false);
    assert_false(m2m_imports(m2m));
    assert_true(m2m_suits(m2m, &picture));
    unsigned since_key = 0, differ = 0;
    size_t last_bytes = 0;
    for (unsigned t = 0; t < PICTURES; t++) {
        const bool want_key = t == 5 || t == 6 || t == 30;
        draw(&picture, t);
        const struct m2m_unit unit = encode(m2m, &picture, t, want_key);
        const bool key = check_unit(&unit, &picture);
        assert_int_equal(key, t == 0 || want_key || since_key == GOP);
        since_key = key ? 1 : since_key + 1;
        differ += unit.len_bytes != last_bytes;
        last_bytes = unit.len_bytes;
    }
    assert_in_range(differ, PICTURES / 2, PICTURES);
    m2m_destroy(m2m);
    free(bytes);
}

static void test_streams(void **state)
{
    (void)state;
    static const uint16_t sizes[][2] = {{640, 480}, {644, 362}};
    for (unsigned i = 0; i < 2; i++) {
        check_stream(RAW_I420, sizes[i][0], sizes[i][1]);
        check_stream(RAW_NV12, sizes[i][0], sizes[i][1]);
    }
}

static void test_probe(void **state)
{
    (void)state;
    struct m2m_device none = {.path = "untouched"};
    assert_true(device.nv12);
    assert_true(m2m_probe_fits(&device, 640, 480));
    assert_true(m2m_probe_fits(&device, device.max_width, device.max_height));
    assert_false(m2m_probe_fits(&device, device.max_width + 1, 480));
    assert_false(m2m_probe_fits(&device, 640, device.min_height - 1));
    assert_int_equal(m2m_probe(V4L2_PIX_FMT_H264, &none), -ENOENT);
    assert_string_equal(none.path, "untouched");
}

static void test_refusals(void **state)
{
    (void)state;
    struct raw_picture picture;
    uint8_t *bytes = make_picture(RAW_I420, 640, 480, &picture);
    struct m2m *m2m = NULL;
    struct m2m_params params = {.path = device.path, .coded = V4L2_PIX_FMT_H264};
    assert_int_equal(m2m_create(&params, &picture, &m2m), -ENOTSUP);
    params.path = "/dev/video99";
    assert_int_equal(m2m_create(&params, &picture, &m2m), -ENOENT);
    params.path = "/dev/null";
    assert_int_equal(m2m_create(&params, &picture, &m2m), -ENOTTY);
    params.path = device.path;
    params.coded = V4L2_PIX_FMT_FWHT;
    struct raw_picture large = picture, yuyv = picture;
    large.width = (uint16_t)(device.max_width + 2);
    assert_int_equal(m2m_create(&params, &large, &m2m), -ENOTSUP);
    yuyv.format = RAW_YUYV;
    assert_int_equal(m2m_create(&params, &yuyv, &m2m), -ENOTSUP);
    assert_null(m2m);

    struct m2m_unit unit;
    m2m = open_like(&picture, false);
    struct raw_picture other = picture;
    other.width = 320;
    assert_false(m2m_suits(m2m, &other));
    assert_int_equal(m2m_encode(m2m, &other, 0, false, &unit), -EINVAL);
    m2m_destroy(m2m);
    m2m_destroy(NULL);
    free(bytes);
}

/* Memory that another user of the device shares as a DMA-BUF: what a camera gives. */
struct shared {
    int device_fd, fd;
    uint8_t *bytes;
    size_t len_bytes;
};

static struct shared share(struct raw_picture *picture)
{
    struct shared s = {.device_fd = open(device.path, O_RDWR)};
    const bool nv12 = picture->format == RAW_NV12;
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    struct v4l2_capability capability;
    assert_int_equal(ioctl(s.device_fd, VIDIOC_QUERYCAP, &capability), 0);
    const bool mplane = capability.device_caps & V4L2_CAP_VIDEO_M2M_MPLANE;
    if (mplane)
        f.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
    /* Both layouts begin with width, height and pixel format. */
    f.fmt.pix.width = picture->width;
    f.fmt.pix.height = picture->height;
    f.fmt.pix.pixelformat = nv12 ? V4L2_PIX_FMT_NV12 : V4L2_PIX_FMT_YUV420;
    assert_int_equal(ioctl(s.device_fd, VIDIOC_S_FMT, &f), 0);
    const uint32_t stride =
        mplane ? f.fmt.pix_mp.plane_fmt[0].bytesperline : f.fmt.pix.bytesperline;
    const uint32_t half = nv12 ? stride : stride / 2, rows = f.fmt.pix.height;
    struct v4l2_requestbuffers request = {.count = 1, .type = f.type, .memory = V4L2_MEMORY_MMAP};
    assert_int_equal(ioctl(s.device_fd, VIDIOC_REQBUFS, &request), 0);
    struct v4l2_exportbuffer export = {.type = f.type, .flags = O_RDWR | O_CLOEXEC};
    assert_int_equal(ioctl(s.device_fd, VIDIOC_EXPBUF, &export), 0);
    s.fd = export.fd;
    s.len_bytes = (size_t)stride * rows * 3 / 2;
    s.bytes = mmap(NULL, s.len_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, 0);
    assert_ptr_not_equal(s.bytes, MAP_FAILED);
    picture->dmabuf_fd = s.fd;
    picture->offsets[1] = stride * rows;
    picture->offsets[2] = nv12 ? 0 : stride * rows + half * rows / 2;
    for (int i = 0; i < (nv12 ? 2 : 3); i++) {
        picture->planes[i] = s.bytes + picture->offsets[i];
        picture->strides[i] = i ? half : stride;
    }
    return s;
}

static void unshare(struct shared *s)
{
    munmap(s->bytes, s->len_bytes);
    close(s->fd);
    close(s->device_fd);
}

/* The same pictures make the same units, copied or imported. */
static void check_import(enum raw_format format, uint16_t width, uint16_t height)
{
    struct raw_picture picture = {.format = format, .width = width, .height = height};
    struct shared shared = share(&picture);
    struct m2m *importer = open_like(&picture, false), *copier = open_like(&picture, true);
    assert_true(m2m_imports(importer));
    assert_false(m2m_imports(copier));
    for (unsigned t = 0; t < 24; t++) {
        draw(&picture, t);
        const struct m2m_unit a = encode(importer, &picture, t, t == 20),
                              b = encode(copier, &picture, t, t == 20);
        check_unit(&a, &picture);
        assert_int_equal(a.len_bytes, b.len_bytes);
        assert_memory_equal(a.data, b.data, a.len_bytes);
    }
    /* Another layout is for another encoder; a copier takes it. */
    struct raw_picture apart = picture;
    apart.offsets[1] += 64;
    assert_false(m2m_suits(importer, &apart));
    assert_true(m2m_suits(copier, &apart));
    apart = picture;
    apart.dmabuf_fd = -1;
    assert_false(m2m_suits(importer, &apart));
    m2m_destroy(importer);
    importer = open_like(&apart, false);
    assert_false(m2m_imports(importer));
    m2m_destroy(importer);
    m2m_destroy(copier);
    unshare(&shared);
}

static void test_import(void **state)
{
    (void)state;
    check_import(RAW_I420, 640, 480);
    check_import(RAW_NV12, 640, 480);
}

/* Something that is no DMA-BUF is refused by the kernel, and that is the end of that encoder. */
static void test_bad_import(void **state)
{
    (void)state;
    struct raw_picture picture = {.format = RAW_I420, .width = 640, .height = 480};
    struct shared shared = share(&picture);
    struct m2m *m2m = open_like(&picture, false);
    struct m2m_unit unit;
    assert_true(m2m_imports(m2m));
    (void)encode(m2m, &picture, 0, false);
    picture.dmabuf_fd = STDIN_FILENO;
    assert_int_equal(m2m_encode(m2m, &picture, FRAME_US, false, &unit), -EINVAL);
    m2m_destroy(m2m);
    unshare(&shared);
}

/* Two streams share the device, and each has its own keys. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct raw_picture pictures[2];
    uint8_t *bytes[2] = {make_picture(RAW_I420, 640, 480, &pictures[0]),
                         make_picture(RAW_NV12, 800, 608, &pictures[1])};
    struct m2m *m2m[2] = {open_like(&pictures[0], false), open_like(&pictures[1], false)};
    for (unsigned t = 0; t < 12; t++)
        for (unsigned i = 0; i < 2; i++) {
            draw(&pictures[i], t);
            const struct m2m_unit unit = encode(m2m[i], &pictures[i], t, t == 4 + i);
            assert_int_equal(check_unit(&unit, &pictures[i]), t == 0 || t == 4 + i);
        }
    for (unsigned i = 0; i < 2; i++) {
        m2m_destroy(m2m[i]);
        free(bytes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_streams),    cmocka_unit_test(test_import),
        cmocka_unit_test(test_bad_import), cmocka_unit_test(test_two_at_once),
    };
    return cmocka_run_group_tests(tests, find_device, NULL);
}
