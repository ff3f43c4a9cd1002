#include "picam/libcamera_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "camera/source.h"
#include "picam/child.h"
#include "picam/libcamera_line.h"
#include "picam/libcamera_memory.h"

/* So many events wait for the loop at most: pictures are fewer, having to be given back, and all
 * else is an answer. A helper that says more than that is not listened to. */
enum { EVENTS_MAX = 64 };
enum { TROUBLES_MAX = 64 }; /* of one helper that goes on */
enum { STILL_QUALITY = 95, POSTER_QUALITY = 80, GRACE_MS = 2000 };

/* A camera that is opened anew has its sensor to find and its tuning to read; an order takes a
 * still's time at most, which the helper itself bounds below this. */
static const int64_t OPEN_US = 20 * US_PER_S, ANSWER_US = 10 * US_PER_S;
/* A helper that ends is started again after this, and after twice as much each further time, until
 * one has run for long enough. */
static const int64_t RETRY_MIN_US = US_PER_S / 2, RETRY_MAX_US = 30 * US_PER_S,
                     SOUND_US = 30 * US_PER_S;

struct libcamera_link {
    struct libcamera_link_params params; /* immutable */
    char *helper, *camera_id;            /* owned, of params */
    struct thread thread;
    int poke; /* eventfd: an order was sent, or the end is wanted */
    struct lock lock;
    bool is_ending;              /* guarded by lock */
    struct libcamera_line *line; /* guarded by lock: NULL between two helpers */

    /* The thread's own. */
    struct libcamera_memory *memory;
    struct libcamera_event *last;  /* the newest frame again, to make the poster of */
    struct libcamera_ready *ready; /* as far as it is described */
    bool is_ready, owes;
    unsigned n_troubles; /* that the helper told */
    int64_t opened_us;   /* when the helper was started */
    int64_t owed_us;     /* since when it owes something */
    int64_t retry_us;    /* how long the next restart waits */
};

/* --- Events. --- */

static struct libcamera_event *new_event(enum libcamera_event_kind kind)
{
    struct libcamera_event *event = mem_new(struct libcamera_event);
    event->kind = kind;
    return event;
}

void libcamera_event_destroy(struct libcamera_event *event)
{
    if (!event)
        return;
    if (event->n_events)
        atomic_fetch_sub(event->n_events, 1);
    mem_free(event->ready);
    buf_unref(&event->frame.buf);
    packet_unref(&event->jpeg);
    mem_free(event);
}

static void post(struct libcamera_link *link, struct libcamera_event *event)
{
    event->n_events = link->params.n_events;
    atomic_fetch_add(event->n_events, 1);
    inbox_post(link->params.events, &event->node);
}

static void post_trouble(struct libcamera_link *link, int error, const char *sentence)
{
    struct libcamera_event *event = new_event(LIBCAMERA_TROUBLE);
    event->error = error;
    snprintf(event->sentence, sizeof(event->sentence), "%s", sentence);
    post(link, event);
}

static int64_t now(const struct libcamera_link *link)
{
    return clock_now_us(link->params.clock);
}

/* --- What the helper says. --- */

static int on_layout(struct libcamera_link *link, const struct helper_layout *layout,
                     const int takes_fds[HELPER_BUFFERS_MAX])
{
    libcamera_memory_unref(&link->memory);
    return libcamera_memory_create(link->line, layout, takes_fds, &link->memory);
}

/* The driver's clock is ours (monotonic) with most drivers; what can not be true is not believed.
 */
static int64_t plausible(int64_t captured_us, int64_t arrival_us)
{
    return captured_us > arrival_us - US_PER_S && captured_us <= arrival_us ? captured_us
                                                                            : arrival_us;
}

static int on_frame(struct libcamera_link *link, const struct helper_frame *frame)
{
    struct libcamera_event *event = new_event(LIBCAMERA_FRAME);
    event->frame.buf =
        link->memory ? libcamera_memory_lend(link->memory, frame, &event->frame.raw) : NULL;
    if (!event->frame.buf) {
        libcamera_event_destroy(event);
        return -EBADMSG;
    }
    event->frame.arrival_us = now(link);
    event->frame.capture_us = plausible(frame->captured_us, event->frame.arrival_us);

    libcamera_event_destroy(link->last);
    link->last = new_event(LIBCAMERA_FRAME);
    link->last->frame = event->frame;
    buf_ref(event->frame.buf);
    post(link, event);
    return 0;
}

static int make_jpeg(const struct libcamera_link *link, const struct raw_picture *raw,
                     unsigned quality, int64_t capture_us, struct packet **ret_jpeg)
{
    struct buf *buf;
    size_t end_off;
    int r = link->params.make_jpeg(raw, quality, CAMERA_FRAME_ROOM, &buf, &end_off);
    if (r < 0)
        return r;
    struct packet *jpeg = packet_of_jpeg(buf, CAMERA_FRAME_ROOM, end_off);
    jpeg->width = raw->width;
    jpeg->height = raw->height;
    jpeg->arrival_us = now(link);
    jpeg->capture_us = capture_us;
    *ret_jpeg = jpeg;
    return 0;
}

/* The stream rests: its last picture stays to be seen. */
static void on_stopped(struct libcamera_link *link)
{
    struct libcamera_event *last = link->last, *event;
    link->last = NULL;
    if (last) {
        event = new_event(LIBCAMERA_POSTER);
        if (make_jpeg(link, &last->frame.raw, POSTER_QUALITY, last->frame.capture_us,
                      &event->jpeg) == 0)
            post(link, event);
        else
            libcamera_event_destroy(event);
    }
    libcamera_event_destroy(last);
}

struct still {
    struct libcamera_link *link;
    int64_t captured_us;
    struct packet *jpeg;
};

static int encode_still(void *ctx, const struct raw_picture *picture)
{
    struct still *still = ctx;
    return make_jpeg(still->link, picture, STILL_QUALITY, still->captured_us, &still->jpeg);
}

/* Of a still: exposure and encoding may take long. Where its time is not believed it is the one
 * since when the helper owes something: it was shot after that. */
static int64_t shot_us(const struct libcamera_link *link, int64_t captured_us)
{
    const int64_t now_us = now(link);
    return captured_us > now_us - ANSWER_US && captured_us <= now_us ? captured_us : link->owed_us;
}

/* What can not be had of a still is found when the capture is over without one. */
static int on_still(struct libcamera_link *link, const struct helper_still *message, int takes_fd)
{
    struct still still = {.link = link, .captured_us = shot_us(link, message->captured_us)};
    if (!libcamera_line_owes(link->line)) { /* nobody asked for it */
        close(takes_fd);
        return -EBADMSG;
    }
    if (libcamera_memory_use_still(message, takes_fd, encode_still, &still) < 0)
        return 0;
    struct libcamera_event *event = new_event(LIBCAMERA_STILL);
    event->request = message->request;
    event->jpeg = still.jpeg;
    post(link, event);
    return 0;
}

static void on_done(struct libcamera_link *link, const struct helper_done *done)
{
    link->owed_us = now(link);
    if (done->kind == HELPER_STOP) {
        on_stopped(link);
    } else if (done->kind == HELPER_CAPTURE) {
        struct libcamera_event *event = new_event(LIBCAMERA_CAPTURED);
        event->error = done->error;
        post(link, event);
    } else if (done->error < 0 && done->kind == HELPER_START) {
        char sentence[128];
        snprintf(sentence, sizeof(sentence), "the camera does not start: %s",
                 strerror(-done->error));
        post_trouble(link, done->error, sentence);
    }
}

static int on_control(struct libcamera_link *link, const struct helper_control *control)
{
    if (!link->ready)
        link->ready = mem_new(struct libcamera_ready);
    if (link->is_ready || link->ready->n_controls == HELPER_CONTROLS_MAX)
        return -EBADMSG;
    link->ready->controls[link->ready->n_controls++] = *control;
    return 0;
}

static int on_ready(struct libcamera_link *link, const struct helper_ready *ready)
{
    if (!link->ready)
        link->ready = mem_new(struct libcamera_ready);
    if (link->is_ready || link->ready->n_controls != ready->n_controls)
        return -EBADMSG;
    struct libcamera_event *event = new_event(LIBCAMERA_READY);
    memcpy(link->ready->model, ready->model, sizeof(link->ready->model));
    event->ready = link->ready;
    link->ready = NULL;
    link->is_ready = true;
    post(link, event);
    return 0;
}

static int on_message(struct libcamera_link *link, const struct libcamera_message *m,
                      const int takes_fds[HELPER_BUFFERS_MAX])
{
    switch (m->kind) {
    case HELPER_CONTROL:
        return on_control(link, &m->control);
    case HELPER_READY:
        return on_ready(link, &m->ready);
    case HELPER_LAYOUT:
        return on_layout(link, &m->layout, takes_fds);
    case HELPER_FRAME:
        return on_frame(link, &m->frame);
    case HELPER_STILL:
        return on_still(link, &m->still, takes_fds[0]);
    case HELPER_DONE:
        on_done(link, &m->done);
        return 0;
    case HELPER_TROUBLE:
        post_trouble(link, m->trouble.error, m->trouble.sentence);
        return m->trouble.is_fatal ? -EIO : ++link->n_troubles > TROUBLES_MAX ? -EBADMSG : 0;
    default:
        return -EBADMSG;
    }
}

/* --- The life of one helper. --- */

/* When patience with the helper ends: it begins when there is something to carry out, and anew with
 * each order that is. */
static int64_t deadline_us(struct libcamera_link *link)
{
    if (!link->is_ready)
        return link->opened_us + OPEN_US;
    const bool owes = libcamera_line_owes(link->line);
    if (owes && !link->owes)
        link->owed_us = now(link);
    link->owes = owes;
    return owes ? link->owed_us + ANSWER_US : CLOCK_NEVER_US;
}

static bool is_ending(struct libcamera_link *link)
{
    lock_take(&link->lock);
    bool ending = link->is_ending;
    lock_drop(&link->lock);
    return ending;
}

/* Waits for these events of the descriptor (-1: none), a poke or the deadline. True: there is
 * something to hear. */
static bool wait_for(struct libcamera_link *link, int fd, short events, int64_t until_us)
{
    struct pollfd fds[2] = {{.fd = link->poke, .events = POLLIN}, {.fd = fd, .events = events}};
    int64_t left_us = until_us == CLOCK_NEVER_US ? 0 : until_us - now(link);
    int timeout_ms = until_us == CLOCK_NEVER_US ? -1 : left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
    uint64_t count;
    if (poll(fds, 2, timeout_ms) < 0)
        return false;
    if (fds[0].revents && read(link->poke, &count, sizeof(count)) < 0)
        return false;
    return (fds[1].revents & ~POLLOUT) != 0;
}

/* What the helper may do now. A buffer that comes back while the socket is full does not end a
 * wait: the helper's answers to what fills it do. */
static short events_of(struct libcamera_line *line)
{
    libcamera_line_flush(line);
    return libcamera_line_is_behind(line) ? POLLIN | POLLOUT : POLLIN;
}

/* Hears the helper until it ends, fails or is no longer wanted. Returns why. */
static int serve(struct libcamera_link *link)
{
    struct libcamera_message message;
    int fds[HELPER_BUFFERS_MAX], r = 0;
    while (r == 0 && !is_ending(link)) {
        int64_t until_us = deadline_us(link);
        if (now(link) >= until_us)
            r = -ETIMEDOUT;
        else if (wait_for(link, libcamera_line_fd(link->line), events_of(link->line), until_us))
            r = libcamera_line_hear(link->line, &message, fds);
        else
            continue;
        if (r == 0)
            r = on_message(link, &message, fds);
        if (r == 0 && atomic_load(link->params.n_events) > EVENTS_MAX)
            r = -EBADMSG;
    }
    return r;
}

static void hold_line(struct libcamera_link *link, struct libcamera_line *line)
{
    lock_take(&link->lock);
    link->line = line;
    lock_drop(&link->lock);
}

/* Why a helper ended, for the owner. What it said itself, it said before. */
static void explain(struct libcamera_link *link, int error, int status)
{
    char sentence[128];
    if (error == -EIO)
        return;
    if (error == -ETIMEDOUT)
        snprintf(sentence, sizeof(sentence),
                 "the camera's helper did not answer; it is started again");
    else if (error == -ENOTCONN && WIFSIGNALED(status))
        snprintf(sentence, sizeof(sentence),
                 "the camera's helper crashed (%s); it is started again",
                 strsignal(WTERMSIG(status)));
    else if (error == -ENOTCONN)
        snprintf(sentence, sizeof(sentence), "the camera's helper ended; it is started again");
    else
        snprintf(sentence, sizeof(sentence), "the camera's helper failed (%s); it is started again",
                 strerror(-error));
    post_trouble(link, error, sentence);
}

static void run_helper(struct libcamera_link *link)
{
    struct libcamera_line *line;
    link->is_ready = link->owes = false;
    link->n_troubles = 0;
    link->opened_us = now(link);
    int r = libcamera_line_open(link->params.helper, link->params.camera_id, &line);
    if (r < 0) {
        explain(link, r, 0);
        return;
    }
    hold_line(link, line);
    r = serve(link);
    hold_line(link, NULL);
    const int grace_ms = r == -ETIMEDOUT || r == -EBADMSG ? 0
                         : is_ending(link)                ? CHILD_LAST_GRACE_MS
                                                          : GRACE_MS;
    int status = libcamera_line_close(line, grace_ms, -1);
    libcamera_event_destroy(link->last);
    link->last = NULL;
    mem_free(link->ready);
    link->ready = NULL;
    libcamera_memory_unref(&link->memory);
    libcamera_line_unref(&line);
    if (r < 0)
        explain(link, r, status);
}

static void *run(void *ctx)
{
    struct libcamera_link *link = ctx;
    link->retry_us = RETRY_MIN_US;
    while (!is_ending(link)) {
        run_helper(link);
        if (is_ending(link))
            break;
        post(link, new_event(LIBCAMERA_GONE));
        if (link->is_ready && now(link) - link->opened_us > SOUND_US)
            link->retry_us = RETRY_MIN_US;
        int64_t until_us = now(link) + link->retry_us;
        while (!is_ending(link) && now(link) < until_us)
            wait_for(link, -1, 0, until_us);
        link->retry_us = link->retry_us * 2 < RETRY_MAX_US ? link->retry_us * 2 : RETRY_MAX_US;
    }
    post(link, new_event(LIBCAMERA_ENDED));
    return NULL;
}

/* --- For the loop. --- */

static void poke(struct libcamera_link *link)
{
    uint64_t one = 1;
    ssize_t n = write(link->poke, &one, sizeof(one));
    (void)n; /* a full counter wakes as well */
}

static void discard(struct libcamera_link *link)
{
    lock_finish(&link->lock);
    close(link->poke);
    mem_free(link->helper);
    mem_free(link->camera_id);
    mem_free(link);
}

int libcamera_link_create(const struct libcamera_link_params *params,
                          struct libcamera_link **ret_link)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    struct libcamera_link *link = mem_new(struct libcamera_link);
    link->params = *params;
    link->params.helper = link->helper = mem_strdup_or_die(params->helper);
    link->params.camera_id = link->camera_id = mem_strdup_or_die(params->camera_id);
    link->poke = fd;
    lock_init(&link->lock, LOCK_RANK_SOURCE);
    int r = thread_start(&link->thread, "libcamera", run, link);
    if (r < 0)
        discard(link);
    else
        *ret_link = link;
    return r;
}

void libcamera_link_hang_up(struct libcamera_link *link)
{
    lock_take(&link->lock);
    link->is_ending = true;
    lock_drop(&link->lock);
    poke(link);
}

void libcamera_link_destroy(struct libcamera_link *link)
{
    if (!link)
        return;
    libcamera_link_hang_up(link);
    thread_join(&link->thread);
    discard(link);
}

bool libcamera_link_send(struct libcamera_link *link, enum helper_kind kind, const void *body,
                         size_t len_bytes)
{
    lock_take(&link->lock);
    struct libcamera_line *line = link->line ? libcamera_line_ref(link->line) : NULL;
    lock_drop(&link->lock);
    bool is_sent = line && libcamera_line_send(line, kind, body, len_bytes);
    if (line && !is_sent)
        log_debug("camera", link->camera_id, "the helper takes no orders");
    libcamera_line_unref(&line);
    poke(link);
    return is_sent;
}
