/* A stream and what becomes of its pictures, with a file for the device's memory and a driver of
 * our own behind v4l2_ioctl. */
#include "v4l2/v4l2_stream.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "fake_kit.h"
#include "v4l2/v4l2_driver.h"

enum { WIDTH = 64, HEIGHT = 48, PICTURE_BYTES = 2 * WIDTH * HEIGHT, ROOM_BYTES = 65536 };
enum { BUFFERS_MAX = 8 };

/* The driver. Only the thread that set it up may call it. */
static struct {
    int fd;
    pthread_t owner;
    unsigned n_buffers;
    bool is_queued[BUFFERS_MAX];
    bool runs;
} driver;

int __wrap_v4l2_ioctl(int fd, unsigned long request, void *argument);

static int query(struct v4l2_buffer *b)
{
    b->length = ROOM_BYTES;
    b->m.offset = b->index * ROOM_BYTES;
    return 0;
}

static int queue(const struct v4l2_buffer *b)
{
    assert_in_range(b->index, 0, driver.n_buffers - 1);
    assert_false(driver.is_queued[b->index]);
    driver.is_queued[b->index] = true;
    return 0;
}

/* The first that is queued, filled with its number. */
static int dequeue(struct v4l2_buffer *b)
{
    unsigned i = 0;
    while (i < driver.n_buffers && !driver.is_queued[i])
        i++;
    if (i == driver.n_buffers)
        return -EAGAIN;
    driver.is_queued[i] = false;
    uint8_t picture[PICTURE_BYTES];
    memset(picture, (int)i + 1, sizeof(picture));
    assert_int_equal(pwrite(driver.fd, picture, sizeof(picture), (off_t)i * ROOM_BYTES),
                     sizeof(picture));
    b->index = i;
    b->bytesused = PICTURE_BYTES;
    return 0;
}

static int set_format(struct v4l2_format *format)
{
    format->fmt.pix.bytesperline = 2 * format->fmt.pix.width;
    format->fmt.pix.sizeimage = PICTURE_BYTES;
    return 0;
}

static int request_buffers(const struct v4l2_requestbuffers *request)
{
    assert_true(request->count <= BUFFERS_MAX && !driver.runs);
    driver.n_buffers = request->count;
    return 0;
}

int __wrap_v4l2_ioctl(int fd, unsigned long request, void *argument)
{
    assert_int_equal(fd, driver.fd);
    assert_true(pthread_equal(pthread_self(), driver.owner));
    switch (request) {
    case VIDIOC_S_FMT:
        return set_format(argument);
    case VIDIOC_REQBUFS:
        return request_buffers(argument);
    case VIDIOC_QUERYBUF:
        return query(argument);
    case VIDIOC_QBUF:
        return queue(argument);
    case VIDIOC_DQBUF:
        return dequeue(argument);
    case VIDIOC_STREAMON:
        driver.runs = true;
        return 0;
    case VIDIOC_STREAMOFF:
        driver.runs = false;
        memset(driver.is_queued, 0, sizeof(driver.is_queued));
        return 0;
    default:
        return -ENOTTY;
    }
}

/* --- A driver without its thread: the test is the thread, and the loop. --- */

struct rig {
    struct source kit;
    struct v4l2_driver driver;
};

static int setup(void **state)
{
    static const struct v4l2_mode MODE = {V4L2_PIX_FMT_YUYV, WIDTH, HEIGHT, 30};
    static const struct camera_env ENV = {0};
    struct rig *rig = mem_new(struct rig);
    driver.fd = memfd_create("driver", MFD_CLOEXEC);
    driver.owner = pthread_self();
    assert_int_equal(ftruncate(driver.fd, (off_t)BUFFERS_MAX * ROOM_BYTES), 0);
    kit_begin(&rig->kit, &v4l2_driver, &rig->driver);
    rig->driver = (struct v4l2_driver){.env = &ENV, .source = &rig->kit, .fd = driver.fd};
    assert_int_equal(v4l2_driver_begin(&rig->driver, &MODE), 0);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    kit_end(&rig->kit);
    mem_free(rig);
    return 0;
}

static struct v4l2_filled next(struct v4l2_driver *camera)
{
    struct v4l2_filled filled = {0};
    assert_int_equal(v4l2_stream_next(camera->stream, &filled), 0);
    return filled;
}

static struct buf *lend(struct v4l2_driver *camera, struct v4l2_filled *ret_filled)
{
    *ret_filled = next(camera);
    return v4l2_stream_lend(camera->stream, ret_filled);
}

static void *drop(void *ctx)
{
    struct buf *buf = ctx;
    buf_unref(&buf);
    return NULL;
}

/* The last reference goes on a thread that is not the stream's. */
static void drop_elsewhere(struct buf *buf)
{
    struct thread thread;
    assert_int_equal(thread_start(&thread, "consumer", drop, buf), 0);
    thread_join(&thread);
}

/* How often the thread was woken since it was asked last. */
static uint64_t wakes(const struct rig *rig)
{
    uint64_t count = 0;
    return read(rig->kit.poke.fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* --- */

static void what_comes_back_is_queued_by_the_thread_of_the_stream(void **state)
{
    struct rig *rig = *state;
    struct v4l2_driver *camera = &rig->driver;
    struct v4l2_filled first, second;
    struct buf *a = lend(camera, &first), *b = lend(camera, &second);
    assert_int_equal(wakes(rig), 0);
    drop_elsewhere(a);
    drop_elsewhere(b);
    assert_int_equal(wakes(rig), 1); /* once for both */
    assert_false(driver.is_queued[first.index] || driver.is_queued[second.index]);
    (void)v4l2_driver_waits(camera);
    assert_true(driver.is_queued[first.index] && driver.is_queued[second.index]);

    drop_elsewhere(lend(camera, &first)); /* and again */
    assert_int_equal(wakes(rig), 1);
    (void)v4l2_driver_waits(camera);
    assert_true(driver.is_queued[first.index]);
}

static void a_stream_without_a_buffer_goes_on_when_one_is_back(void **state)
{
    struct rig *rig = *state;
    struct v4l2_driver *camera = &rig->driver;
    struct v4l2_filled filled;
    struct buf *bufs[BUFFERS_MAX];
    unsigned n = driver.n_buffers;
    for (unsigned i = 0; i < n; i++)
        bufs[i] = lend(camera, &filled);
    assert_int_equal(v4l2_stream_next(camera->stream, &filled), -EAGAIN);
    for (unsigned i = 0; i < n; i++)
        drop_elsewhere(bufs[i]);
    v4l2_stream_requeue(camera->stream);
    filled = next(camera);
    v4l2_stream_give_back(camera->stream, &filled);
}

static void what_comes_back_after_the_end_is_memory_until_then(void **state)
{
    struct rig *rig = *state;
    struct v4l2_driver *camera = &rig->driver;
    struct v4l2_filled filled;
    struct raw_picture raw;
    struct buf *buf = lend(camera, &filled);
    assert_true(v4l2_stream_view(camera->stream, &filled, &raw));
    v4l2_driver_end(camera);
    assert_false(driver.runs);
    assert_int_equal(raw.planes[0][PICTURE_BYTES - 1], filled.index + 1);
    drop_elsewhere(buf);
    assert_int_equal(wakes(rig), 0); /* no thread is left to queue it */
    assert_false(driver.is_queued[filled.index]);
}

/* The loop stalls. */
static void what_has_no_room_is_given_back(void **state)
{
    enum { PICTURES = 100, BROKEN = 3 };
    struct rig *rig = *state;
    struct v4l2_driver *camera = &rig->driver;
    rig->kit.has_room = false;
    for (unsigned i = 0; i < PICTURES; i++) {
        struct v4l2_filled filled = next(camera);
        v4l2_driver_publish(camera, &filled);
        assert_true(driver.is_queued[filled.index]);
    }
    assert_int_equal(rig->kit.drops[CAMERA_DROP_UNWANTED], PICTURES);
    rig->kit.has_room = true;
    for (unsigned i = 0; i < BROKEN; i++) {
        struct v4l2_filled filled = next(camera);
        filled.is_broken = true;
        v4l2_driver_publish(camera, &filled);
        assert_true(driver.is_queued[filled.index]);
    }
    assert_int_equal(rig->kit.drops[JPEG_TRUNCATED], BROKEN);
    struct v4l2_filled filled = next(camera);
    v4l2_driver_publish(camera, &filled);
    assert_non_null(rig->kit.frame);
    assert_false(driver.is_queued[filled.index]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_comes_back_is_queued_by_the_thread_of_the_stream),
        TEST(a_stream_without_a_buffer_goes_on_when_one_is_back),
        TEST(what_comes_back_after_the_end_is_memory_until_then),
        TEST(what_has_no_room_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
