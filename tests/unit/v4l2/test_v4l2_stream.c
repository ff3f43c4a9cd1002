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
#include "v4l2/v4l2_worker_parts.h"

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

/* --- A worker without its thread: the test is the thread, and the loop. --- */

static int setup(void **state)
{
    static const struct v4l2_mode MODE = {V4L2_PIX_FMT_YUYV, WIDTH, HEIGHT, 30};
    static const struct camera_env ENV = {0};
    struct v4l2_worker *worker = mem_new(struct v4l2_worker);
    driver.fd = memfd_create("driver", MFD_CLOEXEC);
    driver.owner = pthread_self();
    assert_int_equal(ftruncate(driver.fd, (off_t)BUFFERS_MAX * ROOM_BYTES), 0);
    lock_init(&worker->lock, LOCK_RANK_SOURCE);
    inbox_init(&worker->reports, (struct waker){NULL});
    worker->env = &ENV;
    worker->fd = driver.fd;
    worker->order_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_int_equal(v4l2_worker_begin(worker, &MODE), 0);
    *state = worker;
    return 0;
}

static int teardown(void **state)
{
    struct v4l2_worker *worker = *state;
    v4l2_worker_end(worker);
    for (struct v4l2_report *report; (report = v4l2_worker_next(worker));)
        v4l2_report_free(worker, report);
    inbox_finish(&worker->reports);
    lock_finish(&worker->lock);
    close(worker->order_fd);
    close(driver.fd);
    mem_free(worker);
    return 0;
}

static struct v4l2_filled next(struct v4l2_worker *worker)
{
    struct v4l2_filled filled = {0};
    assert_int_equal(v4l2_stream_next(worker->stream, &filled), 0);
    return filled;
}

static struct buf *lend(struct v4l2_worker *worker, struct v4l2_filled *ret_filled)
{
    *ret_filled = next(worker);
    return v4l2_stream_lend(worker->stream, ret_filled);
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

/* How often the worker was woken since it was asked last. */
static uint64_t wakes(const struct v4l2_worker *worker)
{
    uint64_t count = 0;
    return read(worker->order_fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* --- */

static void what_comes_back_is_queued_by_the_thread_of_the_stream(void **state)
{
    struct v4l2_worker *worker = *state;
    struct v4l2_filled first, second;
    struct buf *a = lend(worker, &first), *b = lend(worker, &second);
    assert_int_equal(wakes(worker), 0);
    drop_elsewhere(a);
    drop_elsewhere(b);
    assert_int_equal(wakes(worker), 1); /* once for both */
    assert_false(driver.is_queued[first.index] || driver.is_queued[second.index]);
    assert_true(v4l2_worker_wait(worker, 0) >= 0);
    assert_true(driver.is_queued[first.index] && driver.is_queued[second.index]);

    drop_elsewhere(lend(worker, &first)); /* and again */
    assert_int_equal(wakes(worker), 1);
    assert_true(v4l2_worker_wait(worker, 0) >= 0);
    assert_true(driver.is_queued[first.index]);
}

static void a_stream_without_a_buffer_goes_on_when_one_is_back(void **state)
{
    struct v4l2_worker *worker = *state;
    struct v4l2_filled filled;
    struct buf *bufs[BUFFERS_MAX];
    unsigned n = driver.n_buffers;
    for (unsigned i = 0; i < n; i++)
        bufs[i] = lend(worker, &filled);
    assert_int_equal(v4l2_stream_next(worker->stream, &filled), -EAGAIN);
    for (unsigned i = 0; i < n; i++)
        drop_elsewhere(bufs[i]);
    v4l2_stream_requeue(worker->stream);
    filled = next(worker);
    v4l2_stream_give_back(worker->stream, &filled);
}

static void what_comes_back_after_the_end_is_memory_until_then(void **state)
{
    struct v4l2_worker *worker = *state;
    struct v4l2_filled filled;
    struct raw_picture raw;
    struct buf *buf = lend(worker, &filled);
    assert_true(v4l2_stream_view(worker->stream, &filled, &raw));
    v4l2_worker_end(worker);
    assert_false(driver.runs);
    assert_int_equal(raw.planes[0][PICTURE_BYTES - 1], filled.index + 1);
    drop_elsewhere(buf);
    assert_int_equal(wakes(worker), 0); /* nobody is there to queue it */
    assert_false(driver.is_queued[filled.index]);
}

/* The loop stalls: it takes no report while the driver goes on. */
static void drops_of_a_loop_that_stalls_are_counted_not_queued(void **state)
{
    enum { PICTURES = 5000, BROKEN = 3 };
    struct v4l2_worker *worker = *state;
    unsigned kept = 0, told = 0;
    for (unsigned i = 0; i < PICTURES; i++) {
        struct v4l2_filled filled = next(worker);
        filled.is_broken = i < BROKEN;
        v4l2_worker_publish(worker, &filled);
        v4l2_stream_requeue(worker->stream);
    }
    for (struct v4l2_report *report; (report = v4l2_worker_next(worker));) {
        kept += report->kind == V4L2_REPORT_FRAME;
        told += report->kind == V4L2_REPORT_DROPS;
        v4l2_report_free(worker, report);
    }
    assert_int_equal(told, 1);
    assert_in_range(kept, 1, 4);
    struct v4l2_drops drops = v4l2_worker_take_drops(worker);
    uint64_t unwanted = PICTURES - BROKEN - kept;
    assert_int_equal(drops.of[JPEG_TRUNCATED].frames, BROKEN);
    assert_int_equal(drops.of[CAMERA_DROP_UNWANTED].frames, unwanted);
    assert_int_equal(drops.of[CAMERA_DROP_UNWANTED].len_bytes, unwanted * PICTURE_BYTES);
    assert_int_equal(drops.last, CAMERA_DROP_UNWANTED);

    /* What comes later is told again, by itself. */
    v4l2_worker_drop(worker, JPEG_TRUNCATED, 7);
    struct v4l2_report *report = v4l2_worker_next(worker);
    assert_non_null(report);
    assert_int_equal(report->kind, V4L2_REPORT_DROPS);
    v4l2_report_free(worker, report);
    drops = v4l2_worker_take_drops(worker);
    assert_int_equal(drops.of[JPEG_TRUNCATED].frames, 1);
    assert_int_equal(drops.of[JPEG_TRUNCATED].len_bytes, 7);
    assert_int_equal(drops.of[CAMERA_DROP_UNWANTED].frames, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_comes_back_is_queued_by_the_thread_of_the_stream),
        TEST(a_stream_without_a_buffer_goes_on_when_one_is_back),
        TEST(what_comes_back_after_the_end_is_memory_until_then),
        TEST(drops_of_a_loop_that_stalls_are_counted_not_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
