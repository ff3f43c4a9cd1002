#include "v4l2/v4l2_worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "v4l2/v4l2_holder.h"
#include "v4l2/v4l2_worker_parts.h"

/* --- Reports. --- */

struct v4l2_report *v4l2_report_create(enum v4l2_report_kind kind)
{
    struct v4l2_report *report = mem_new(struct v4l2_report);
    list_init(&report->node);
    report->kind = kind;
    return report;
}

void v4l2_worker_post(struct v4l2_worker *worker, struct v4l2_report *report)
{
    inbox_post(&worker->reports, &report->node);
}

struct v4l2_report *v4l2_worker_next(struct v4l2_worker *worker)
{
    struct list *node = inbox_take(&worker->reports);
    return node ? list_entry(node, struct v4l2_report, node) : NULL;
}

void v4l2_report_free(struct v4l2_worker *worker, struct v4l2_report *report)
{
    if (report->kind == V4L2_REPORT_FRAME) {
        lock_take(&worker->lock);
        worker->frames_on_way--;
        lock_drop(&worker->lock);
    }
    buf_unref(&report->frame.takes_buf);
    packet_unref(&report->packet);
    mem_free(report);
}

static void post_error(struct v4l2_worker *worker, int error)
{
    struct v4l2_report *report = v4l2_report_create(V4L2_REPORT_ERROR);
    const char *node = worker->found->node;
    char holder[V4L2_HOLDER_MAX];
    switch (error) {
    case -EBUSY:
        v4l2_holder("/proc", node, holder);
        snprintf(report->sentence, sizeof(report->sentence),
                 "another program uses this camera%s%s%s", holder[0] ? " (" : "", holder,
                 holder[0] ? ")" : "");
        break;
    case -EACCES:
    case -EPERM:
        snprintf(report->sentence, sizeof(report->sentence),
                 "no permission to use %s; the server's user must be in the group video", node);
        break;
    case -ENOSPC:
        snprintf(report->sentence, sizeof(report->sentence),
                 "its USB bus has no bandwidth left; use another port or a smaller size");
        break;
    default:
        snprintf(report->sentence, sizeof(report->sentence), "the driver of %s reports: %s", node,
                 strerror(-error));
    }
    v4l2_worker_post(worker, report);
}

/* --- Orders. --- */

static void tell(void *ctx)
{
    const struct v4l2_worker *worker = ctx;
    const uint64_t one = 1;
    ssize_t n = write(worker->order_fd, &one, sizeof(one)); /* full means readable already */
    (void)n;
}

void v4l2_worker_run(struct v4l2_worker *worker, const struct v4l2_target *target)
{
    lock_take(&worker->lock);
    worker->orders.run = true;
    worker->orders.attempt++;
    worker->orders.target = *target;
    lock_drop(&worker->lock);
    tell(worker);
}

void v4l2_worker_adjust(struct v4l2_worker *worker, const struct v4l2_target *target)
{
    lock_take(&worker->lock);
    worker->orders.target = *target;
    lock_drop(&worker->lock);
    tell(worker);
}

void v4l2_worker_rest(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    worker->orders.run = false;
    lock_drop(&worker->lock);
    tell(worker);
}

void v4l2_worker_want(struct v4l2_worker *worker, const struct v4l2_wanted *wanted)
{
    lock_take(&worker->lock);
    worker->orders.wanted = *wanted;
    worker->orders.wanted_version++;
    lock_drop(&worker->lock);
    tell(worker);
}

void v4l2_worker_still(struct v4l2_worker *worker, uint32_t request)
{
    lock_take(&worker->lock);
    worker->orders.still = request;
    lock_drop(&worker->lock);
    tell(worker);
}

void v4l2_worker_quit(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    worker->orders.quit = true;
    lock_drop(&worker->lock);
    tell(worker);
}

/* The current orders; the thread owns the still among them from here on. */
static struct v4l2_orders take_orders(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    struct v4l2_orders orders = worker->orders;
    worker->orders.still = 0;
    lock_drop(&worker->lock);
    return orders;
}

bool v4l2_worker_is_quitting(struct v4l2_worker *worker)
{
    lock_take(&worker->lock);
    bool quit = worker->orders.quit;
    lock_drop(&worker->lock);
    return quit;
}

/* --- The device. --- */

static bool goes_on(void *ctx)
{
    return !v4l2_worker_is_quitting(ctx);
}

static void apply_wanted(struct v4l2_worker *worker, const struct v4l2_orders *orders)
{
    worker->applied_version = orders->wanted_version;
    const struct v4l2_patience patience = {goes_on, worker};
    v4l2_knobs_apply(worker->fd, &patience, &worker->knobs, &orders->wanted);
    struct v4l2_report *report = v4l2_report_create(V4L2_REPORT_VALUES);
    for (unsigned i = 0; i < worker->knobs.count; i++) {
        report->values[i] = worker->knobs.list[i].value;
        report->errors[i] = worker->knobs.list[i].error;
    }
    v4l2_worker_post(worker, report);
}

int v4l2_worker_open(struct v4l2_worker *worker)
{
    if (worker->fd >= 0)
        return 0;
    int r = v4l2_open(worker->found->node, &worker->fd);
    if (r < 0)
        return r;
    lock_take(&worker->lock);
    struct v4l2_orders orders = worker->orders;
    lock_drop(&worker->lock);
    apply_wanted(worker, &orders);
    return 0;
}

int v4l2_worker_begin(struct v4l2_worker *worker, const struct v4l2_mode *mode)
{
    v4l2_worker_end(worker);
    int r = v4l2_worker_open(worker);
    if (r == 0)
        r = v4l2_stream_open(worker->fd, mode, (struct waker){tell, worker}, &worker->stream);
    worker->asked = *mode;
    return r;
}

void v4l2_worker_end(struct v4l2_worker *worker)
{
    v4l2_worker_forget_last(worker);
    v4l2_stream_close(&worker->stream);
}

static void close_device(struct v4l2_worker *worker)
{
    v4l2_worker_end(worker);
    v4l2_close(&worker->fd);
}

void v4l2_worker_fail(struct v4l2_worker *worker, int error)
{
    close_device(worker);
    worker->has_failed = true;
    worker->is_gone = error == -ENODEV || error == -ENXIO || error == -ENOENT;
    if (!worker->is_gone)
        post_error(worker, error);
}

static int left_ms(int64_t deadline_us)
{
    if (deadline_us == CLOCK_NEVER_US)
        return -1;
    int64_t left_us = deadline_us - clock_now_us(&clock_system);
    return left_us > 0 ? (int)(left_us / US_PER_MS) + 1 : 0;
}

int v4l2_worker_wait(struct v4l2_worker *worker, int64_t deadline_us)
{
    struct pollfd fds[] = {{.fd = worker->order_fd, .events = POLLIN},
                           {.fd = worker->stream ? worker->fd : -1, .events = POLLIN}};
    if (worker->stream)
        v4l2_stream_requeue(worker->stream);
    if (poll(fds, 2, left_ms(deadline_us)) <= 0)
        return 0;
    if (fds[0].revents) {
        uint64_t count;
        ssize_t n = read(worker->order_fd, &count, sizeof(count));
        (void)n;
    }
    /* An unplugged device reports it when it is asked for a buffer. */
    if (fds[1].revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL))
        return fds[1].revents & POLLIN ? 1 : -EIO;
    return 0;
}

/* --- The thread. --- */

static bool is_same(const struct v4l2_mode *a, const struct v4l2_mode *b)
{
    return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
           a->fps == b->fps;
}

static void rest(struct v4l2_worker *worker)
{
    /* The picture is in the stream's memory. */
    v4l2_worker_make_poster(worker);
    close_device(worker);
}

/* Makes the stream match the orders. */
static void adjust_stream(struct v4l2_worker *worker, const struct v4l2_orders *orders)
{
    struct v4l2_mode mode;
    bool is_new = worker->seen_attempt != orders->attempt;
    worker->seen_attempt = orders->attempt;
    if (!orders->run) {
        rest(worker);
        return;
    }
    if (is_new)
        worker->has_failed = false;
    if (worker->has_failed || !v4l2_mode_choose(&worker->found->modes, &orders->target, &mode))
        return;
    if (worker->stream && is_same(&mode, &worker->asked) && !is_new)
        return;
    int r = v4l2_worker_begin(worker, &mode);
    if (r < 0)
        v4l2_worker_fail(worker, r);
}

/* wait: the result of v4l2_worker_wait. A broken stream mostly says why when it is read. */
static void read_picture(struct v4l2_worker *worker, int wait)
{
    struct v4l2_filled filled;
    int r = v4l2_stream_next(worker->stream, &filled);
    if (r == 0) {
        v4l2_worker_publish(worker, &filled);
    } else if (r != -EAGAIN || wait < 0) {
        v4l2_worker_fail(worker, r != -EAGAIN ? r : wait);
    }
}

static void *run(void *ctx)
{
    struct v4l2_worker *worker = ctx;
    while (!worker->is_gone) {
        struct v4l2_orders orders = take_orders(worker);
        if (orders.quit)
            break;
        if (orders.still)
            v4l2_worker_take_still(worker, orders.still);
        if (!worker->is_gone)
            adjust_stream(worker, &orders);
        if (worker->fd >= 0 && worker->applied_version != orders.wanted_version)
            apply_wanted(worker, &orders);
        if (worker->is_gone)
            break;
        /* While a still was taken, new orders may have arrived and been waited for already. */
        int wait = v4l2_worker_wait(worker, orders.still ? 0 : CLOCK_NEVER_US);
        if (wait != 0)
            read_picture(worker, wait);
    }
    close_device(worker);
    if (worker->is_gone)
        v4l2_worker_post(worker, v4l2_report_create(V4L2_REPORT_GONE));
    v4l2_worker_post(worker, v4l2_report_create(V4L2_REPORT_ENDED));
    return NULL;
}

/* --- Creation and destruction. --- */

int v4l2_worker_create(const struct v4l2_found *found, const struct camera_env *env,
                       struct waker waker, struct v4l2_worker **ret_worker)
{
    struct v4l2_worker *worker = mem_new(struct v4l2_worker);
    worker->found = found;
    worker->env = env;
    worker->fd = -1;
    worker->knobs = found->knobs;
    lock_init(&worker->lock, LOCK_RANK_SOURCE);
    inbox_init(&worker->reports, waker);
    worker->order_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = worker->order_fd < 0 ? -errno : thread_start(&worker->thread, "v4l2", run, worker);
    if (r < 0) {
        if (worker->order_fd >= 0)
            close(worker->order_fd);
        inbox_finish(&worker->reports);
        lock_finish(&worker->lock);
        mem_free(worker);
        return r;
    }
    *ret_worker = worker;
    return 0;
}

void v4l2_worker_destroy(struct v4l2_worker *worker)
{
    if (!worker)
        return;
    v4l2_worker_quit(worker);
    thread_join(&worker->thread);
    for (struct v4l2_report *report; (report = v4l2_worker_next(worker));)
        v4l2_report_free(worker, report);
    close(worker->order_fd);
    inbox_finish(&worker->reports);
    lock_finish(&worker->lock);
    mem_free(worker);
}
