/* A helper without a camera, for the tests of the server's side. The camera's id says how it
 * behaves: "good", or one of the ways in which a real one may fail. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "helper/libcamera/memory.h"
#include "helper/libcamera/pixels.h"
#include "helper/libcamera/wire.h"

enum { WIDTH = 32, HEIGHT = 16, BUFFERS = 2 };

struct pretend {
    const char *manner;
    struct memory buffers[BUFFERS];
    struct helper_layout layout;
    unsigned n_frames, n_settings, n_releases;
    bool runs;
};

static bool is(const struct pretend *p, const char *manner)
{
    return strcmp(p->manner, manner) == 0;
}

static void say(enum helper_kind kind, const void *body, size_t len_bytes)
{
    if (wire_say(HELPER_SOCKET, kind, body, len_bytes, NULL, 0) < 0)
        exit(0);
}

static void say_layout(struct pretend *p)
{
    int fds[BUFFERS];
    p->layout.generation++;
    p->layout.n_buffers = BUFFERS;
    p->layout.pixels = pixels_i420(WIDTH, HEIGHT);
    for (unsigned i = 0; i < BUFFERS; i++) {
        memory_finish(&p->buffers[i]);
        if (memory_create(p->layout.pixels.size_bytes, &p->buffers[i]) < 0)
            abort();
        fds[i] = p->buffers[i].fd;
    }
    if (is(p, "shrinkable")) {
        fds[0] = memfd_create("shrinkable", 0);
        if (ftruncate(fds[0], p->layout.pixels.size_bytes) < 0)
            abort();
    }
    if (is(p, "small"))
        p->layout.pixels.size_bytes += 4096; /* than the layout says */
    if (wire_say(HELPER_SOCKET, HELPER_LAYOUT, &p->layout, sizeof(p->layout), fds, BUFFERS) < 0)
        exit(0);
}

static void say_frame(struct pretend *p)
{
    struct helper_frame frame = {.generation = p->layout.generation,
                                 .index = p->n_frames % BUFFERS,
                                 .sequence = p->n_frames};
    memset(p->buffers[frame.index].bytes, (int)(100 + p->n_frames), WIDTH * HEIGHT);
    p->n_frames++;
    if (is(p, "crash") && p->n_frames == 3)
        abort();
    if (is(p, "elsewhere"))
        frame.index = BUFFERS;
    say(HELPER_FRAME, &frame, sizeof(frame));
    if (is(p, "twice"))
        say(HELPER_FRAME, &frame, sizeof(frame));
}

static void say_still(uint32_t request)
{
    struct memory memory = {0};
    struct helper_still still = {.request = request, .pixels = pixels_i420(64, 48)};
    if (memory_create(still.pixels.size_bytes, &memory) < 0)
        abort();
    memset(memory.bytes, 128, memory.len_bytes);
    if (wire_say(HELPER_SOCKET, HELPER_STILL, &still, sizeof(still), &memory.fd, 1) < 0)
        exit(0);
    memory_finish(&memory);
}

static void complain(unsigned number)
{
    struct helper_trouble trouble = {.error = -EIO};
    snprintf(trouble.sentence, sizeof(trouble.sentence), "trouble %u", number % 2);
    say(HELPER_TROUBLE, &trouble, sizeof(trouble));
}

static void introduce(const struct pretend *p)
{
    const struct helper_control control = {
        .name = "brightness", .type = HELPER_INT, .min = -100, .max = 100, .step = 1};
    const struct helper_ready ready = {.model = "pretended", .n_controls = is(p, "miscounted") + 1};
    const struct helper_trouble trouble = {
        .error = -EBUSY, .is_fatal = 1, .sentence = "another program uses this camera"};
    if (is(p, "busy")) {
        say(HELPER_TROUBLE, &trouble, sizeof(trouble));
        exit(1);
    }
    say(HELPER_CONTROL, &control, sizeof(control));
    say(HELPER_READY, &ready, sizeof(ready));
    if (is(p, "nonsense"))
        say(99, NULL, 0);
    for (unsigned i = 0; is(p, "chatty"); i++)
        complain(i);
    while (is(p, "answers")) {
        const struct helper_done done = {.kind = HELPER_CAPTURE};
        say(HELPER_DONE, &done, sizeof(done));
    }
    while (is(p, "stills"))
        say_still(1);
}

/* "late PATH": reacts to nothing until the FIFO there is opened, and counts then. */
static bool is_late(const struct pretend *p)
{
    return strncmp(p->manner, "late ", 5) == 0;
}

static void sleep_late(const struct pretend *p)
{
    alarm(600); /* in case it never happens */
    int fd = open(p->manner + 5, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        abort();
    close(fd);
}

/* What came is said with the answer to HELPER_STOP. */
static void count(struct pretend *p, const struct wire_order *order)
{
    const struct helper_done done = {.kind = order->head.kind};
    struct helper_trouble trouble = {.error = -EAGAIN};
    p->n_settings += order->head.kind == HELPER_SET;
    p->n_releases += order->head.kind == HELPER_RELEASE;
    snprintf(trouble.sentence, sizeof(trouble.sentence), "%u settings, %u releases", p->n_settings,
             p->n_releases);
    if (order->head.kind == HELPER_STOP)
        say(HELPER_TROUBLE, &trouble, sizeof(trouble));
    if (order->head.kind != HELPER_RELEASE)
        say(HELPER_DONE, &done, sizeof(done));
}

static void obey(struct pretend *p, const struct wire_order *order)
{
    struct helper_done done = {.kind = order->head.kind};
    if (is_late(p)) {
        count(p, order);
        return;
    }
    if (order->head.kind == HELPER_RELEASE) {
        if (p->runs && order->release.generation == p->layout.generation)
            say_frame(p);
        return;
    }
    if (is(p, "silent"))
        return;
    if (order->head.kind == HELPER_START) {
        p->runs = true;
        say_layout(p);
        say_frame(p);
    } else if (order->head.kind == HELPER_STOP) {
        p->runs = false;
    } else if (order->head.kind == HELPER_SET && is(p, "stubborn")) {
        done.error = -EINVAL;
    } else if (order->head.kind == HELPER_CAPTURE && is(p, "no still")) {
        done.error = -ETIMEDOUT;
    } else if (order->head.kind == HELPER_CAPTURE) {
        say_still(order->capture.request);
    }
    say(HELPER_DONE, &done, sizeof(done));
}

/* According to PRETEND_LIST: "good", or an invalid list. */
static int list(struct pretend *p)
{
    const struct helper_camera camera = {.id = "/base/pretended", .model = "pretended"};
    const struct helper_listed listed = {.count = 1};
    const char *manner = getenv("PRETEND_LIST");
    p->manner = manner ? manner : "good";
    if (is(p, "layout"))
        say_layout(p);
    if (is(p, "still"))
        say_still(1);
    say(HELPER_CAMERA, &camera, sizeof(camera));
    say(HELPER_LISTED, &listed, sizeof(listed));
    return 0;
}

int main(int argc, char **argv)
{
    struct pretend p = {.manner = argc == 3 ? argv[2] : ""};
    struct wire_order order;
    if (argc == 2)
        return list(&p);
    introduce(&p);
    if (is_late(&p))
        sleep_late(&p);
    while (wire_hear(HELPER_SOCKET, &order) == 0)
        obey(&p, &order);
    return 0;
}
