#include "picam/rpicam_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/lock.h"
#include "base/thread.h"
#include "picam/child.h"
#include "picam/rpicam_text.h"

enum {
    FRAMES_ON_WAY_MAX = 3,      /* a loop that lags must not be given more work */
    ROOM_BYTES = 256 * 1024,    /* to begin with */
    FRAME_MAX_BYTES = 32 << 20, /* the largest JPEG, of a still */
    GRACE_MS = 500,
};
static const int64_t STILL_US = 15 * US_PER_S;
static const int64_t RETRY_MIN_US = US_PER_S / 2, RETRY_MAX_US = 30 * US_PER_S,
                     SOUND_US = 30 * US_PER_S;

struct rpicam_worker {
    struct rpicam_worker_params params; /* immutable */
    struct thread thread;
    struct inbox events;
    int poke; /* eventfd */
    struct lock lock;
    /* Guarded by lock. */
    bool is_ending;
    unsigned edition; /* of the wish: rises when the program has to be another one */
    struct rpicam_wish wish;
    unsigned frames_on_way; /* posted, not yet taken */
    uint32_t capture;       /* request number; 0: none */
    /* The thread's own. */
    uint8_t *bytes;
    size_t room_bytes, len_bytes;
    size_t seen_bytes; /* of those, without an end of a JPEG */
    int64_t retry_us;
};

static int64_t now(const struct rpicam_worker *worker)
{
    return clock_now_us(worker->params.clock);
}

static struct rpicam_event *new_event(enum rpicam_event_kind kind)
{
    struct rpicam_event *event = mem_new(struct rpicam_event);
    event->kind = kind;
    return event;
}

static bool is_of_stream(const struct rpicam_event *event)
{
    return event->kind == RPICAM_FRAME || event->kind == RPICAM_DROP;
}

void rpicam_event_free(struct rpicam_worker *worker, struct rpicam_event *event)
{
    if (is_of_stream(event)) {
        lock_take(&worker->lock);
        worker->frames_on_way--;
        lock_drop(&worker->lock);
    }
    buf_unref(&event->frame.takes_buf);
    mem_free(event);
}

static void post(struct rpicam_worker *worker, struct rpicam_event *event)
{
    inbox_post(&worker->events, &event->node);
}

/* A frame, or that one was broken. Beyond what may be on its way the newest is lost. */
static void post_frame(struct rpicam_worker *worker, struct rpicam_event *event)
{
    lock_take(&worker->lock);
    bool may = worker->frames_on_way < FRAMES_ON_WAY_MAX;
    worker->frames_on_way++;
    lock_drop(&worker->lock);
    if (may)
        post(worker, event);
    else
        rpicam_event_free(worker, event);
}

static void post_trouble(struct rpicam_worker *worker, const char *program, const char *what)
{
    struct rpicam_event *event = new_event(RPICAM_TROUBLE);
    snprintf(event->sentence, sizeof(event->sentence), "%s %s", program, what);
    post(worker, event);
}

/* --- What is wanted. --- */

/* How things stand; what the thread looks at between two waits. */
struct orders {
    bool is_ending;
    unsigned edition;
    struct rpicam_wish wish;
    bool captures;
};

static struct orders look(struct rpicam_worker *worker)
{
    lock_take(&worker->lock);
    struct orders orders = {worker->is_ending, worker->edition, worker->wish, worker->capture != 0};
    lock_drop(&worker->lock);
    return orders;
}

static uint32_t take_capture(struct rpicam_worker *worker)
{
    lock_take(&worker->lock);
    uint32_t request = worker->capture;
    worker->capture = 0;
    lock_drop(&worker->lock);
    return request;
}

/* Waits for the descriptor (-1: none), a poke, or the time. True: there is something to read. */
static bool wait_for(struct rpicam_worker *worker, int fd, int64_t until_us)
{
    struct pollfd fds[2] = {{.fd = worker->poke, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int timeout_ms = -1;
    uint64_t count;
    if (until_us != CLOCK_NEVER_US) {
        int64_t left_us = until_us - now(worker);
        timeout_ms = left_us > 0 ? (int)(left_us / US_PER_MS) + 1 : 0;
    }
    if (poll(fds, 2, timeout_ms) < 0)
        return false;
    if (fds[0].revents && read(worker->poke, &count, sizeof(count)) < 0)
        return false;
    return fds[1].revents != 0;
}

/* --- Reading JPEGs. --- */

/* More of the program's output; 0: some came; -ENODATA: it ended; -EFBIG: no JPEG is that large. */
static int read_more(struct rpicam_worker *worker, int fd)
{
    if (worker->len_bytes == worker->room_bytes) {
        size_t room = worker->room_bytes ? 2 * worker->room_bytes : ROOM_BYTES;
        if (room > FRAME_MAX_BYTES)
            return -EFBIG;
        uint8_t *bytes = mem_try_realloc(worker->bytes, room);
        if (!bytes)
            return -ENOMEM;
        worker->bytes = bytes;
        worker->room_bytes = room;
    }
    ssize_t n = read(fd, worker->bytes + worker->len_bytes, worker->room_bytes - worker->len_bytes);
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    worker->len_bytes += (size_t)n;
    return n > 0 ? 0 : -ENODATA;
}

/* True when a JPEG may end in what is new: only then all of it is walked through again. */
static bool may_end(struct rpicam_worker *worker)
{
    static const uint8_t EOI[] = {0xff, 0xd9};
    const size_t from = worker->seen_bytes > 0 ? worker->seen_bytes - 1 : 0;
    worker->seen_bytes = worker->len_bytes;
    return worker->len_bytes > from &&
           memmem(worker->bytes + from, worker->len_bytes - from, EOI, sizeof(EOI));
}

/* What was read of a program that ended, and the room for it, which is large after a still. */
static void forget_all(struct rpicam_worker *worker)
{
    mem_free(worker->bytes);
    worker->bytes = NULL;
    worker->room_bytes = worker->len_bytes = worker->seen_bytes = 0;
}

static void forget(struct rpicam_worker *worker, size_t n_bytes)
{
    worker->seen_bytes = 0;
    worker->len_bytes -= n_bytes;
    memmove(worker->bytes, worker->bytes + n_bytes, worker->len_bytes);
}

/* The next whole JPEG of what was read, checked and copied: an event. NULL: more is needed. */
static struct rpicam_event *next_jpeg(struct rpicam_worker *worker, enum rpicam_event_kind kind)
{
    size_t off, end;
    if (!may_end(worker))
        return NULL;
    int r = rpicam_text_jpeg(worker->bytes, worker->len_bytes, &off, &end);
    if (r < 0) {
        forget(worker, off);
        worker->seen_bytes = worker->len_bytes;
        return NULL;
    }
    struct rpicam_event *event = new_event(kind);
    struct camera_frame *frame = &event->frame;
    event->len_bytes = end - off;
    /* A still is never decoded here: its sensor may be as large as it likes. */
    const struct jpeg_limits any = {UINT16_MAX, UINT16_MAX};
    event->fault = jpeg_inspect(worker->bytes + off, event->len_bytes,
                                kind == RPICAM_STILL ? &any : &worker->params.limits, &frame->info);
    if (event->fault != JPEG_OK ||
        buf_create(CAMERA_FRAME_ROOM + frame->info.len_bytes, &frame->takes_buf) < 0) {
        event->kind = RPICAM_DROP;
    } else {
        uint8_t *jpeg = frame->takes_buf->data + CAMERA_FRAME_ROOM;
        if (frame->info.needs_repair)
            jpeg_repair(worker->bytes + off, event->len_bytes, &frame->info, jpeg);
        else
            memcpy(jpeg, worker->bytes + off, frame->info.len_bytes);
        frame->unit_off = CAMERA_FRAME_ROOM;
        frame->end_off = (uint32_t)(CAMERA_FRAME_ROOM + frame->info.len_bytes);
        frame->arrival_us = frame->capture_us = now(worker);
    }
    forget(worker, end);
    return event;
}

/* --- Programs. --- */

static int start_program(const struct rpicam_command *command, struct child *ret_child, int *ret_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int r = child_start(command->argv, ends[1], STDOUT_FILENO, ret_child);
    close(ends[1]);
    if (r < 0)
        close(ends[0]);
    else
        *ret_fd = ends[0];
    return r;
}

static void end_program(struct rpicam_worker *worker, struct child *child, int fd)
{
    close(fd);
    child_signal(child, SIGTERM);
    child_finish(child, look(worker).is_ending ? CHILD_LAST_GRACE_MS : GRACE_MS, -1);
}

/* Streams until something else is wanted (0) or the program ends (negative). */
static int stream(struct rpicam_worker *worker, const struct orders *orders, int fd)
{
    struct rpicam_event *event;
    for (;;) {
        bool is_readable = wait_for(worker, fd, CLOCK_NEVER_US);
        struct orders current = look(worker);
        if (current.is_ending || current.edition != orders->edition || current.captures)
            return 0;
        int r = is_readable ? read_more(worker, fd) : 0;
        if (r < 0)
            return r;
        while ((event = next_jpeg(worker, RPICAM_FRAME)))
            post_frame(worker, event);
    }
}

/* After a program that ended by itself: later each time, unless something else is wanted. */
static void pause_for_retry(struct rpicam_worker *worker, unsigned edition, int64_t ran_us)
{
    if (ran_us > SOUND_US)
        worker->retry_us = RETRY_MIN_US;
    int64_t until_us = now(worker) + worker->retry_us;
    for (struct orders o = look(worker);
         !o.is_ending && o.edition == edition && !o.captures && now(worker) < until_us;
         o = look(worker))
        wait_for(worker, -1, until_us);
    worker->retry_us = worker->retry_us * 2 < RETRY_MAX_US ? worker->retry_us * 2 : RETRY_MAX_US;
}

static void run_stream(struct rpicam_worker *worker, const struct orders *orders)
{
    struct rpicam_command command;
    struct child child;
    int fd = -1;
    int64_t begun_us = now(worker);
    rpicam_command_stream(&command, worker->params.stream_program, &orders->wish.choice,
                          &orders->wish.wish);
    int r = start_program(&command, &child, &fd);
    if (r == 0) {
        r = stream(worker, orders, fd);
        end_program(worker, &child, fd);
        forget_all(worker);
    }
    if (r == 0) {
        worker->retry_us = RETRY_MIN_US;
        return;
    }
    post_trouble(worker, worker->params.stream_program,
                 r == -ENODATA  ? "ended; it is started again"
                 : r == -EFBIG  ? "sends a picture without an end; it is started again"
                 : r == -ENOENT ? "is not there any more"
                                : strerror(-r));
    pause_for_retry(worker, orders->edition, now(worker) - begun_us);
}

/* The still's JPEG, or NULL. */
static struct rpicam_event *read_still(struct rpicam_worker *worker, int fd)
{
    struct rpicam_event *event = NULL;
    int64_t until_us = now(worker) + STILL_US;
    int r = 0;
    while (r == 0 && !event && now(worker) < until_us && !look(worker).is_ending) {
        if (wait_for(worker, fd, until_us))
            r = read_more(worker, fd);
        event = next_jpeg(worker, RPICAM_STILL);
    }
    return event;
}

static void run_still(struct rpicam_worker *worker, const struct orders *orders)
{
    struct rpicam_command command;
    struct child child;
    struct rpicam_event *event = NULL;
    int fd = -1;
    const int64_t begun_us = now(worker);
    rpicam_command_still(&command, worker->params.still_program, &orders->wish.choice);
    if (start_program(&command, &child, &fd) == 0) {
        event = read_still(worker, fd);
        end_program(worker, &child, fd);
        forget_all(worker);
    }
    if (!event)
        event = new_event(RPICAM_STILL);
    event->kind = RPICAM_STILL;         /* one that is broken is none */
    event->frame.capture_us = begun_us; /* or later: the program does not say */
    event->request = take_capture(worker);
    post(worker, event);
}

static void *run(void *ctx)
{
    struct rpicam_worker *worker = ctx;
    worker->retry_us = RETRY_MIN_US;
    for (struct orders orders = look(worker); !orders.is_ending; orders = look(worker)) {
        if (orders.captures)
            run_still(worker, &orders);
        else if (orders.wish.runs)
            run_stream(worker, &orders);
        else
            wait_for(worker, -1, CLOCK_NEVER_US);
    }
    post(worker, new_event(RPICAM_ENDED));
    return NULL;
}

/* --- For the loop. --- */

struct rpicam_event *rpicam_worker_next(struct rpicam_worker *worker)
{
    struct list *node = inbox_take(&worker->events);
    return node ? list_entry(node, struct rpicam_event, node) : NULL;
}

static void discard(struct rpicam_worker *worker)
{
    for (struct rpicam_event *event; (event = rpicam_worker_next(worker));)
        rpicam_event_free(worker, event);
    inbox_finish(&worker->events);
    lock_finish(&worker->lock);
    close(worker->poke);
    mem_free(worker);
}

int rpicam_worker_create(const struct rpicam_worker_params *params,
                         struct rpicam_worker **ret_worker)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    struct rpicam_worker *worker = mem_new(struct rpicam_worker);
    worker->params = *params;
    worker->poke = fd;
    lock_init(&worker->lock, LOCK_RANK_SOURCE);
    inbox_init(&worker->events, params->waker);
    int r = thread_start(&worker->thread, "rpicam", run, worker);
    if (r < 0)
        discard(worker);
    else
        *ret_worker = worker;
    return r;
}

/* With the lock held; drops it. */
static void drop_and_poke(struct rpicam_worker *worker)
{
    uint64_t one = 1;
    lock_drop(&worker->lock);
    ssize_t n = write(worker->poke, &one, sizeof(one));
    (void)n; /* a full counter wakes as well */
}

void rpicam_worker_hang_up(struct rpicam_worker *worker)
{
    lock_take(&worker->lock);
    worker->is_ending = true;
    drop_and_poke(worker);
}

void rpicam_worker_destroy(struct rpicam_worker *worker)
{
    if (!worker)
        return;
    rpicam_worker_hang_up(worker);
    thread_join(&worker->thread);
    discard(worker);
}

static bool is_same(const struct rpicam_worker *worker, const struct rpicam_wish *a,
                    const struct rpicam_wish *b)
{
    struct rpicam_command of_a, of_b;
    rpicam_command_stream(&of_a, worker->params.stream_program, &a->choice, &a->wish);
    rpicam_command_stream(&of_b, worker->params.stream_program, &b->choice, &b->wish);
    return a->runs == b->runs && a->round == b->round && rpicam_command_equals(&of_a, &of_b);
}

void rpicam_worker_wish(struct rpicam_worker *worker, const struct rpicam_wish *wish)
{
    lock_take(&worker->lock);
    worker->edition += !is_same(worker, &worker->wish, wish);
    worker->wish = *wish;
    drop_and_poke(worker);
}

int rpicam_worker_capture(struct rpicam_worker *worker, uint32_t request)
{
    int r = -EBUSY;
    lock_take(&worker->lock);
    if (!worker->capture) {
        worker->capture = request;
        r = 0;
    }
    drop_and_poke(worker);
    return r;
}
