#include "picam/libcamera_finder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "picam/libcamera_line.h"
#include "source/poke.h"

enum {
    LIST_MS = 20000,  /* how long listing may take */
    SETTLE_MS = 1000, /* a pipeline's devices appear one by one */
    RETRY_MS = 5000,  /* after a failed list */
    RETRIES = 3,
    TEXT_MAX_BYTES = 64 * 1024,
};

struct libcamera_finder {
    struct libcamera_finder_params params; /* immutable */
    struct thread thread;
    struct poke end; /* asks the thread to end; stays readable */
    int changes;     /* inotify of /dev */
};

/* --- Waiting. --- */

/* Waits for the descriptor; 1: readable; 0: timeout; -ECANCELED: the thread shall end. */
static int wait_for(const struct libcamera_finder *finder, int fd, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = finder->end.fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int r = poll(fds, 2, timeout_ms);
    if (fds[0].revents)
        return -ECANCELED;
    return r > 0 && fds[1].revents;
}

static int64_t after_ms(int ms)
{
    return clock_now_us(&clock_system) + ms * US_PER_MS;
}

static bool is_media(const char *name)
{
    return strncmp(name, "media", 5) == 0;
}

/* Reads inotify's events; true: some are about media devices. */
static bool read_changes(const struct libcamera_finder *finder)
{
    _Alignas(struct inotify_event) char bytes[4096];
    bool found = false;
    ssize_t n;
    while ((n = read(finder->changes, bytes, sizeof(bytes))) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event =
                (const struct inotify_event *)(const void *)(bytes + at);
            found = found || (event->mask & IN_Q_OVERFLOW) || (event->len && is_media(event->name));
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
    return found;
}

/* 0: media devices changed and have settled, or timeout (-1: none); negative: the thread shall end.
 * Other changes in /dev are ignored. */
static int wait_for_change(const struct libcamera_finder *finder, int timeout_ms)
{
    int64_t until_us = timeout_ms < 0 ? CLOCK_NEVER_US : after_ms(timeout_ms);
    for (;;) {
        int r = wait_for(finder, finder->changes, poke_left_ms(until_us));
        if (r <= 0)
            return r;
        if (read_changes(finder))
            until_us = after_ms(SETTLE_MS);
    }
}

/* --- Listing. --- */

/* libcamera finds cameras only through media devices. */
static bool has_media(void)
{
    DIR *folder = opendir("/dev");
    bool found = false;
    if (!folder)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(folder));)
        found = is_media(entry->d_name);
    closedir(folder);
    return found;
}

static int hear_list(const struct libcamera_finder *finder, struct libcamera_line *line,
                     struct libcamera_list *list)
{
    struct libcamera_message message;
    int fds[HELPER_BUFFERS_MAX];
    for (;;) {
        int r = wait_for(finder, libcamera_line_fd(line), LIST_MS);
        if (r <= 0)
            return r < 0 ? r : -ETIMEDOUT;
        r = libcamera_line_hear(line, &message, fds);
        if (r < 0)
            return r;
        for (unsigned i = 0; i < libcamera_message_fds(&message); i++)
            close(fds[i]); /* messages of a list have no descriptors */
        if (message.kind == HELPER_LISTED)
            return 0;
        if (message.kind != HELPER_CAMERA || list->count == HELPER_CAMERAS_MAX)
            return -EBADMSG;
        list->cameras[list->count++].camera = message.camera;
    }
}

static int ask_helper(const struct libcamera_finder *finder, struct libcamera_list *list)
{
    struct libcamera_line *line;
    if (!has_media())
        return 0;
    int r = libcamera_line_open(finder->params.helper, NULL, &line);
    if (r < 0)
        return r;
    r = hear_list(finder, line, list);
    libcamera_line_close(line, r == 0 ? LIST_MS : 0, finder->end.fd);
    libcamera_line_unref(&line);
    return r;
}

static int read_text(const struct libcamera_finder *finder, int fd, char *text, size_t *ret_len)
{
    for (size_t len = 0;;) {
        int r = wait_for(finder, fd, LIST_MS);
        if (r <= 0)
            return r < 0 ? r : -ETIMEDOUT;
        ssize_t n = read(fd, text + len, TEXT_MAX_BYTES - len);
        if (n < 0)
            return -errno;
        len += (size_t)n;
        if (n == 0 || len == TEXT_MAX_BYTES) {
            *ret_len = len;
            return 0;
        }
    }
}

static int ask_program(const struct libcamera_finder *finder, struct libcamera_list *list)
{
    const char *const argv[] = {finder->params.program, "--list-cameras", NULL};
    struct child child;
    size_t len_bytes = 0;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int r = child_start(argv, ends[1], STDOUT_FILENO, &child);
    close(ends[1]);
    if (r == 0) {
        char *text = mem_new_array(char, TEXT_MAX_BYTES);
        r = read_text(finder, ends[0], text, &len_bytes);
        if (r == 0)
            list->count = rpicam_text_cameras(text, len_bytes, list->cameras);
        mem_free(text);
        child_finish(&child, r == 0 ? LIST_MS : 0, finder->end.fd);
    }
    close(ends[0]);
    return r;
}

static int ask(const struct libcamera_finder *finder, struct libcamera_list *list)
{
    return finder->params.helper ? ask_helper(finder, list) : ask_program(finder, list);
}

int libcamera_find(const char *helper, const char *program, struct libcamera_list *ret_list)
{
    const struct libcamera_finder finder = {
        .params = {.helper = helper, .program = program}, .end = {-1}, .changes = -1};
    *ret_list = (struct libcamera_list){.count = 0};
    return ask(&finder, ret_list);
}

static int post_list(const struct libcamera_finder *finder)
{
    struct libcamera_list *list = mem_new(struct libcamera_list);
    int r = ask(finder, list);
    if (r < 0)
        mem_free(list);
    else
        inbox_post(finder->params.lists, &list->node);
    return r;
}

static void *run(void *ctx)
{
    const struct libcamera_finder *finder = ctx;
    unsigned failures = 0;
    int r = 0;
    while (r != -ECANCELED) {
        r = post_list(finder);
        if (r == -ECANCELED)
            break;
        if (r < 0 && failures++ == 0)
            log_warn("camera", NULL, "cannot list Raspberry Pi cameras: %s", strerror(-r));
        if (r == 0)
            failures = 0;
        r = wait_for_change(finder, r < 0 && failures <= RETRIES ? RETRY_MS : -1);
    }
    return NULL;
}

/* --- Create and destroy. --- */

static void discard(struct libcamera_finder *finder)
{
    poke_finish(&finder->end);
    if (finder->changes >= 0)
        close(finder->changes);
    mem_free(finder);
}

int libcamera_finder_create(const struct libcamera_finder_params *params,
                            struct libcamera_finder **ret_finder)
{
    struct libcamera_finder *finder = mem_new(struct libcamera_finder);
    finder->params = *params;
    int r = poke_init(&finder->end);
    finder->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    /* IN_ATTRIB: udev grants access after the node was created. */
    if (r == 0 && (finder->changes < 0 || inotify_add_watch(finder->changes, "/dev",
                                                            IN_CREATE | IN_DELETE | IN_ATTRIB) < 0))
        r = -errno;
    if (r == 0)
        r = thread_start(&finder->thread, "libcamera-find", run, finder);
    if (r < 0)
        discard(finder);
    else
        *ret_finder = finder;
    return r;
}

void libcamera_finder_hang_up(struct libcamera_finder *finder)
{
    if (finder)
        poke_send(&finder->end);
}

void libcamera_finder_destroy(struct libcamera_finder *finder)
{
    if (!finder)
        return;
    libcamera_finder_hang_up(finder);
    thread_join(&finder->thread);
    discard(finder);
}
