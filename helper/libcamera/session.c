#include "helper/libcamera/session.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "helper/libcamera/memory.h"
#include "helper/libcamera/pixels.h"
#include "helper/libcamera/rate.h"
#include "helper/libcamera/shim.h"
#include "helper/libcamera/sizes.h"
#include "helper/libcamera/wire.h"

enum { FPS_MAX = 30, NO_CONTROL = -1 };

/* Where a buffer that the server can see is. */
enum place { AT_REST, IN_CAMERA, AT_SERVER };

struct session {
    int socket;
    int news[2]; /* struct shim_completion from libcamera's thread: read from [0], sent to [1] */
    struct shim *shim;

    struct helper_control controls[HELPER_CONTROLS_MAX];
    unsigned n_controls;
    int size_control, fps_control; /* their numbers, or NO_CONTROL */
    struct sizes sizes;
    unsigned size; /* chosen from the sizes */
    unsigned fps;  /* chosen */

    struct helper_start wish;
    bool runs;
    bool is_stale; /* the configuration must be redone before the next start */
    struct rate rate;

    struct shim_buffers buffers;
    struct memory sources[HELPER_BUFFERS_MAX]; /* mapped if they are to be converted */
    struct memory targets[HELPER_BUFFERS_MAX]; /* conversion targets */
    enum place places[HELPER_BUFFERS_MAX];     /* of what the server sees */
    struct helper_layout layout;               /* all zero: not configured */

    struct {
        bool is_on, resumes;
        uint32_t request, n_frames;
        int64_t begun_us;
    } still;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int say(struct session *s, enum helper_kind kind, const void *body, size_t len_bytes)
{
    return wire_say(s->socket, kind, body, len_bytes, NULL, 0);
}

static int say_trouble(struct session *s, int error, bool is_fatal, const char *sentence)
{
    struct helper_trouble trouble = {.error = error, .is_fatal = is_fatal};
    snprintf(trouble.sentence, sizeof(trouble.sentence), "%s", sentence);
    return say(s, HELPER_TROUBLE, &trouble, sizeof(trouble));
}

/* --- Configuration. --- */

static bool is_converted(const struct session *s)
{
    return s->buffers.layout != SHIM_LENDABLE;
}

static void forget_buffers(struct session *s)
{
    for (unsigned i = 0; i < HELPER_BUFFERS_MAX; i++) {
        memory_finish(&s->sources[i]);
        memory_finish(&s->targets[i]);
        s->places[i] = AT_REST;
    }
}

static int map_sources(struct session *s)
{
    int r = 0;
    for (unsigned i = 0; i < s->buffers.count && r == 0; i++)
        r = memory_map(s->buffers.fds[i], s->buffers.pixels.size_bytes, &s->sources[i]);
    return r;
}

/* Tells the server where the pictures will be. */
static int say_layout(struct session *s)
{
    int fds[HELPER_BUFFERS_MAX];
    for (unsigned i = 0; i < s->buffers.count; i++)
        fds[i] = is_converted(s) ? s->targets[i].fd : s->buffers.fds[i];
    s->layout.generation++;
    s->layout.n_buffers = s->buffers.count;
    return wire_say(s->socket, HELPER_LAYOUT, &s->layout, sizeof(s->layout), fds, s->buffers.count);
}

static int configure(struct session *s)
{
    const struct size *size = sizes_for(&s->sizes, s->size, s->wish.width, s->wish.height);
    forget_buffers(s);
    s->is_stale = true; /* until it is complete */
    int r = shim_configure(s->shim, false, size->width, size->height, &s->buffers);
    if (r < 0)
        return r;
    s->layout.pixels = s->buffers.pixels;
    if (is_converted(s)) {
        s->layout.pixels = pixels_i420(s->buffers.pixels.width, s->buffers.pixels.height);
        r = map_sources(s);
        for (unsigned i = 0; i < s->buffers.count && r == 0; i++)
            r = memory_create(s->layout.pixels.size_bytes, &s->targets[i]);
    }
    if (r == 0)
        r = say_layout(s);
    s->is_stale = r < 0;
    return r;
}

/* --- The stream. --- */

/* What the camera did before it stopped no longer matters. */
static void drain(struct session *s)
{
    struct shim_completion completion;
    while (read(s->news[0], &completion, sizeof(completion)) > 0)
        continue;
    for (unsigned i = 0; i < HELPER_BUFFERS_MAX; i++)
        if (s->places[i] == IN_CAMERA)
            s->places[i] = AT_REST;
}

static int stop(struct session *s)
{
    if (!s->runs)
        return 0;
    s->runs = false;
    int r = shim_stop(s->shim);
    drain(s);
    return r;
}

/* A converted buffer returns to the camera at once, independent of the server's buffers. */
static int feed(struct session *s, unsigned index)
{
    if (!is_converted(s))
        s->places[index] = IN_CAMERA;
    return shim_queue(s->shim, index);
}

/* The sensor runs fast, since exposure converges by frames, and the rate is reduced here; the
 * owner's setting limits how far it may slow down in the dark. */
static int run(struct session *s)
{
    s->rate = (struct rate){0};
    int r = shim_start(s->shim, s->fps > FPS_MAX ? s->fps : FPS_MAX, s->fps);
    if (r < 0)
        return r;
    s->runs = true;
    for (unsigned i = 0; i < s->buffers.count && r == 0; i++)
        if (is_converted(s) || s->places[i] != AT_SERVER)
            r = feed(s, i);
    return r;
}

static bool is_configured_as_wished(const struct session *s)
{
    const struct size *size = sizes_for(&s->sizes, s->size, s->wish.width, s->wish.height);
    return !s->is_stale && s->layout.generation > 0 &&
           (size->width == 0 ||
            (size->width == s->layout.pixels.width && size->height == s->layout.pixels.height));
}

/* Changes the stream to what is requested now, interrupting it only if necessary. */
static int start(struct session *s, bool anew)
{
    int r = 0;
    if (!is_configured_as_wished(s)) {
        r = stop(s);
        if (r == 0)
            r = configure(s);
    } else if (anew) {
        r = stop(s);
    }
    if (r == 0 && !s->runs)
        r = run(s);
    return r;
}

static uint32_t wished_fps(const struct session *s)
{
    return s->wish.fps && s->wish.fps < s->fps ? s->wish.fps : s->fps;
}

/* A free target, or -1: the server holds them all. */
static int free_target(const struct session *s)
{
    for (unsigned i = 0; i < s->buffers.count; i++)
        if (s->places[i] == AT_REST)
            return (int)i;
    return -1;
}

static void convert(struct session *s, unsigned source, const struct helper_pixels *pixels,
                    uint8_t *out)
{
    memory_begin_read(&s->sources[source]);
    pixels_from_rgb24(s->sources[source].bytes + s->buffers.pixels.offsets[0],
                      s->buffers.pixels.strides[0], s->buffers.layout == SHIM_BGR24, pixels, out);
    memory_end_read(&s->sources[source]);
}

static int on_frame(struct session *s, const struct shim_completion *c)
{
    unsigned shown = c->index;
    s->places[shown] = is_converted(s) ? s->places[shown] : AT_REST;
    bool is_wanted = c->is_good && rate_takes(&s->rate, c->captured_us, wished_fps(s));
    if (is_wanted && is_converted(s)) {
        int target = free_target(s);
        is_wanted = target >= 0;
        if (is_wanted) {
            shown = (unsigned)target;
            convert(s, c->index, &s->layout.pixels, s->targets[shown].bytes);
        }
    }
    int r = is_converted(s) || !is_wanted ? feed(s, c->index) : 0;
    if (r < 0 || !is_wanted)
        return r;
    s->places[shown] = AT_SERVER;
    struct helper_frame frame = {.generation = s->layout.generation,
                                 .index = shown,
                                 .sequence = c->sequence,
                                 .captured_us = c->captured_us};
    return say(s, HELPER_FRAME, &frame, sizeof(frame));
}

static int on_release(struct session *s, const struct helper_release *release)
{
    if (release->generation != s->layout.generation || release->index >= s->buffers.count ||
        s->places[release->index] != AT_SERVER)
        return 0; /* of an earlier configuration */
    s->places[release->index] = AT_REST;
    return s->runs && !is_converted(s) ? feed(s, release->index) : 0;
}

/* --- Stills: the stream is interrupted for the largest picture, and resumed. --- */

static int begin_still(struct session *s, uint32_t request)
{
    bool resumes = s->runs;
    int r = stop(s);
    if (r < 0)
        return r;
    forget_buffers(s);
    s->is_stale = true;
    s->still.is_on = true;
    s->still.resumes = resumes;
    s->still.request = request;
    s->still.n_frames = 0;
    s->still.begun_us = now_us();
    r = shim_configure(s->shim, true, 0, 0, &s->buffers);
    if (r == 0)
        r = map_sources(s);
    return r == 0 ? run(s) : r;
}

/* The picture is copied, so that the camera need not wait for the encoder. */
static int say_still(struct session *s, const struct shim_completion *c)
{
    struct memory memory = {0};
    struct helper_still still = {
        .request = s->still.request, .captured_us = c->captured_us, .pixels = s->buffers.pixels};
    if (is_converted(s))
        still.pixels = pixels_i420(still.pixels.width, still.pixels.height);
    int r = memory_create(still.pixels.size_bytes, &memory);
    if (r < 0)
        return r;
    if (is_converted(s)) {
        convert(s, c->index, &still.pixels, memory.bytes);
    } else {
        memory_begin_read(&s->sources[c->index]);
        memcpy(memory.bytes, s->sources[c->index].bytes, still.pixels.size_bytes);
        memory_end_read(&s->sources[c->index]);
    }
    r = wire_say(s->socket, HELPER_STILL, &still, sizeof(still), &memory.fd, 1);
    memory_finish(&memory);
    return r;
}

/* Back to the stream; error: the result of the still. */
static int end_still(struct session *s, int error)
{
    struct helper_done done = {.kind = HELPER_CAPTURE, .error = error};
    s->still.is_on = false;
    int r = stop(s);
    if (r == 0)
        r = configure(s);
    if (r == 0 && s->still.resumes)
        r = run(s);
    if (r < 0)
        return r;
    return say(s, HELPER_DONE, &done, sizeof(done));
}

static int on_still_frame(struct session *s, const struct shim_completion *c)
{
    int64_t since_us = now_us() - s->still.begun_us;
    s->places[c->index] = AT_REST;
    if (!c->is_good || !rate_is_still(++s->still.n_frames, c->is_rated, c->is_settled, since_us)) {
        int r = since_us < 2 * RATE_STILL_US ? feed(s, c->index) : -ETIMEDOUT;
        return r < 0 ? end_still(s, r) : 0;
    }
    return end_still(s, say_still(s, c));
}

/* --- Orders. --- */

static int set(struct session *s, const struct helper_set *order)
{
    if (order->control >= s->n_controls)
        return -EINVAL;
    const struct helper_control *control = &s->controls[order->control];
    if (order->value < control->min || order->value > control->max)
        return -ERANGE;
    int r = -EAGAIN;
    if ((int)order->control == s->size_control)
        s->size = (unsigned)order->value;
    else if ((int)order->control == s->fps_control)
        s->fps = (unsigned)order->value;
    else
        r = shim_set(s->shim, control->name, order->value);
    if (r != -EAGAIN)
        return r;
    s->is_stale = s->is_stale ||
                  ((int)order->control != s->fps_control && (int)order->control != s->size_control);
    return s->runs ? start(s, true) : 0;
}

static int obey(struct session *s, const struct wire_order *order)
{
    switch (order->head.kind) {
    case HELPER_START:
        s->wish = order->start;
        return start(s, false);
    case HELPER_STOP:
        return stop(s);
    case HELPER_SET:
        return set(s, &order->set);
    case HELPER_CAPTURE:
        return begin_still(s, order->capture.request);
    default:
        return 0;
    }
}

static int on_order(struct session *s)
{
    struct wire_order order;
    int r = wire_hear(s->socket, &order);
    if (r < 0)
        return r;
    if (order.head.kind == HELPER_RELEASE)
        return on_release(s, &order.release);
    r = obey(s, &order);
    if (s->still.is_on)
        return r < 0 ? end_still(s, r) : 0;
    struct helper_done done = {.kind = order.head.kind, .error = r};
    return say(s, HELPER_DONE, &done, sizeof(done));
}

/* --- From libcamera's thread. --- */

static void completed(void *ctx, const struct shim_completion *completion)
{
    struct session *s = ctx;
    /* The socket takes this whole or not at all, and has room for more of them than there are
     * buffers. */
    ssize_t n = send(s->news[1], completion, sizeof(*completion), MSG_NOSIGNAL);
    (void)n;
}

static void unplugged(void *ctx)
{
    struct session *s = ctx;
    /* Not closed: a later completion must not be written to a reused descriptor number. */
    shutdown(s->news[1], SHUT_WR);
}

static int on_news(struct session *s)
{
    struct shim_completion completion;
    ssize_t n = read(s->news[0], &completion, sizeof(completion));
    if (n == 0) {
        int r = say_trouble(s, -ENODEV, true, "the camera was unplugged");
        return r < 0 ? r : -ENODEV;
    }
    if (n != sizeof(completion) || completion.index >= s->buffers.count || !s->runs)
        return 0;
    return s->still.is_on ? on_still_frame(s, &completion) : on_frame(s, &completion);
}

/* --- Lifetime. --- */

static void add_controls(struct session *s)
{
    s->n_controls = shim_controls(s->shim, s->controls);
    s->size_control = s->fps_control = NO_CONTROL;
    if (s->n_controls < HELPER_CONTROLS_MAX && s->sizes.count > 1) {
        s->size_control = (int)s->n_controls;
        sizes_describe(&s->sizes, &s->controls[s->n_controls++]);
    }
    if (s->n_controls < HELPER_CONTROLS_MAX) {
        s->fps_control = (int)s->n_controls;
        s->controls[s->n_controls++] = (struct helper_control){.name = "fps",
                                                               .group = "stream",
                                                               .type = HELPER_INT,
                                                               .min = 1,
                                                               .max = FPS_MAX,
                                                               .step = 1,
                                                               .fallback = FPS_MAX};
    }
}

static int introduce(struct session *s)
{
    struct helper_ready ready = {.n_controls = s->n_controls};
    int r = 0;
    for (unsigned i = 0; i < s->n_controls && r == 0; i++)
        r = say(s, HELPER_CONTROL, &s->controls[i], sizeof(s->controls[i]));
    snprintf(ready.model, sizeof(ready.model), "%s", shim_model(s->shim));
    return r == 0 ? say(s, HELPER_READY, &ready, sizeof(ready)) : r;
}

static bool offers(void *ctx, unsigned width, unsigned height)
{
    return shim_offers(ctx, width, height);
}

/* Opens and configures; errors are sent to the server. */
static int begin(struct session *s, const char *camera_id)
{
    char error[128] = "";
    struct shim_params params = {
        .camera_id = camera_id, .completed = completed, .unplugged = unplugged, .ctx = s};
    int r = shim_open(&params, &s->shim, error, sizeof(error));
    if (r < 0) {
        int told = say_trouble(s, r, true, error);
        return told < 0 ? told : r;
    }
    sizes_find(&s->sizes, offers, s->shim);
    s->size = s->sizes.preset;
    s->fps = FPS_MAX;
    r = configure(s);
    if (r < 0) {
        snprintf(error, sizeof(error), "the camera cannot be configured: %s", strerror(-r));
        int told = say_trouble(s, r, true, error);
        return told < 0 ? told : r;
    }
    add_controls(s);
    return introduce(s);
}

/* Orders wait while a still is taken. */
static int turn(struct session *s)
{
    struct pollfd fds[2] = {{.fd = s->news[0], .events = POLLIN},
                            {.fd = s->still.is_on ? -1 : s->socket, .events = POLLIN}};
    int timeout_ms = s->still.is_on ? (int)(2 * RATE_STILL_US / 1000) : -1;
    int r = poll(fds, 2, timeout_ms);
    if (r < 0)
        return errno == EINTR ? 0 : -errno;
    if (r == 0)
        return end_still(s, -ETIMEDOUT);
    r = 0;
    if (fds[0].revents)
        r = on_news(s);
    if (r >= 0 && fds[1].revents && !s->still.is_on)
        r = on_order(s);
    return r;
}

int session_run(const char *camera_id, int socket)
{
    struct session s = {.socket = socket};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, s.news) < 0)
        return 1;
    int r = begin(&s, camera_id);
    while (r >= 0)
        r = turn(&s);
    if (r != -ENOTCONN && r != -EPIPE && r != -ENODEV && s.shim) {
        char sentence[96];
        snprintf(sentence, sizeof(sentence), "the camera failed: %s", strerror(-r));
        r = say_trouble(&s, r, true, sentence) < 0 ? -EPIPE : r;
    }
    shim_close(s.shim);
    forget_buffers(&s);
    return r == -ENOTCONN || r == -EPIPE ? 0 : 1;
}
