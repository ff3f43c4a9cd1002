/* fakeuvc: a USB webcam that is not there. The kernel's own uvcvideo driver makes a /dev/video of
 * it; it wants the modules vhci_hcd and uvcvideo.
 *
 * Lines on standard input are commands: unplug, plug [PORT], stall (deliver no more), resume. Lines
 * on standard error say what happens: plugged, unplugged, streaming WxH at FPS, stopped, and every
 * control that is set. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/vm/usbip.h"
#include "tests/vm/uvc.h"
#include "tools/fakecam/mjpeg.h"

enum { EXIT_USAGE = 2, WAITING_MAX = 64, LINE_MAX_BYTES = 64, PORT_MAX = 7, FPS_MAX = 120 };
#define PLUG_RETRY_US (20 * US_PER_MS)

static const char HELP[] =
    "usage: fakeuvc [--name NAME] [--serial TEXT] [--fps N[,N...]] [--port 0-7] [--bare]\n"
    "               FILE.mjpeg...\n"
    "A USB webcam that gives the JPEGs of the files, over and over; each file is a size, the "
    "first\n"
    "one the default. The fastest rate comes first. --bare leaves the Huffman tables out.\n";

/* A transfer that the host waits for. */
struct transfer {
    uint32_t sequence, len_bytes;
};

struct program {
    struct uvc uvc;
    struct mjpeg files[UVC_MAX_SIZES];
    unsigned port;
    int cable; /* -1: unplugged */
    bool bare, wants_plug, stalled;
    bool commands_ended;
    char line[LINE_MAX_BYTES];
    size_t line_len;

    struct transfer waiting[WAITING_MAX];
    unsigned waiting_count;
    unsigned frame; /* index in the committed size's file */
    size_t at;      /* how much of it has gone */
    uint8_t toggle; /* the payload header's frame id */
    int64_t due_us;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("fakeuvc: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

/* --- Plug and cable. --- */

static void try_plug(struct program *program)
{
    int result = usbip_plug(program->port, &program->cable);
    if (result == -EBUSY) /* the kernel is still letting go of the last one */
        return;
    program->wants_plug = false;
    if (result < 0) {
        say("cannot plug into port %u of vhci_hcd: %s", program->port, strerror(-result));
        return;
    }
    uvc_reset(&program->uvc);
    say("plugged into port %u", program->port);
}

static void unplug(struct program *program)
{
    if (program->cable < 0)
        return;
    usbip_unplug(&program->cable);
    program->waiting_count = 0;
    program->at = 0;
    say("unplugged");
}

static void forget(struct program *program, unsigned index)
{
    program->waiting_count--;
    memmove(&program->waiting[index], &program->waiting[index + 1],
            (program->waiting_count - index) * sizeof(program->waiting[0]));
}

static int answer_unlink(struct program *program, const struct usbip_request *request)
{
    for (unsigned i = 0; i < program->waiting_count; i++) {
        if (program->waiting[i].sequence == request->victim) {
            forget(program, i);
            return usbip_reply_unlink(program->cable, request->sequence, true);
        }
    }
    return usbip_reply_unlink(program->cable, request->sequence, false);
}

static int answer_control(struct program *program, struct usbip_request *request)
{
    size_t len_bytes = 0;
    bool was_streaming = program->uvc.streaming;
    size_t cap = request->in ? request->len_bytes : 0;
    if (cap > sizeof(request->data))
        cap = sizeof(request->data);
    int status = uvc_request(&program->uvc, request->setup, request->data, cap, &len_bytes);
    if (!was_streaming && program->uvc.streaming) {
        program->frame = 0;
        program->at = 0;
        program->due_us = clock_now_us(&clock_system);
    }
    if (status < 0)
        return usbip_reply(program->cable, request->sequence, status, NULL, 0);
    if (request->in)
        return usbip_reply(program->cable, request->sequence, 0, request->data, len_bytes);
    return usbip_reply(program->cable, request->sequence, 0, NULL, request->len_bytes);
}

static int serve_host(struct program *program)
{
    struct usbip_request request;
    int result = usbip_receive(program->cable, &request);
    if (result < 0)
        return result;
    if (request.unlink)
        return answer_unlink(program, &request);
    if (request.endpoint == 0)
        return answer_control(program, &request);
    if (program->waiting_count == WAITING_MAX)
        return usbip_reply(program->cable, request.sequence, -ENOSPC, NULL, 0);
    program->waiting[program->waiting_count++] =
        (struct transfer){request.sequence, request.len_bytes};
    return 0;
}

/* --- Pictures. --- */

static bool may_deliver(const struct program *program)
{
    return program->cable >= 0 && program->uvc.streaming && !program->stalled &&
           program->waiting_count > 0;
}

/* One transfer of the frame that is due. */
static int deliver(struct program *program)
{
    const struct mjpeg *file = &program->files[program->uvc.size];
    const struct buf *frame = file->frames[program->frame % file->count];
    const struct transfer *transfer = &program->waiting[0];
    uint8_t payload[UVC_PAYLOAD_BYTES];
    size_t room = transfer->len_bytes < sizeof(payload) ? transfer->len_bytes : sizeof(payload);
    size_t left = frame->len_bytes - program->at;
    size_t len_bytes = room - UVC_PAYLOAD_HEADER_BYTES;
    bool is_last = left <= len_bytes;
    if (is_last)
        len_bytes = left;
    /* Length; end of header, end of frame, frame id (2.4.3.3). */
    payload[0] = UVC_PAYLOAD_HEADER_BYTES;
    payload[1] = (uint8_t)(0x80 | (is_last ? 0x02 : 0) | program->toggle);
    memcpy(payload + UVC_PAYLOAD_HEADER_BYTES, frame->data + program->at, len_bytes);
    uint32_t sequence = transfer->sequence;
    forget(program, 0);
    program->at += len_bytes;
    if (is_last) {
        int64_t now_us = clock_now_us(&clock_system);
        program->at = 0;
        program->frame++;
        program->toggle ^= 1;
        program->due_us += US_PER_S / program->uvc.fps[program->uvc.rate];
        if (program->due_us < now_us - US_PER_S) /* missed slots are not made up for */
            program->due_us = now_us;
    }
    return usbip_reply(program->cable, sequence, 0, payload, len_bytes + UVC_PAYLOAD_HEADER_BYTES);
}

/* --- Commands. --- */

static void obey(struct program *program, const char *line)
{
    int64_t port;
    if (strcmp(line, "unplug") == 0) {
        unplug(program);
    } else if (strcmp(line, "plug") == 0) {
        program->wants_plug = program->cable < 0;
    } else if (strncmp(line, "plug ", 5) == 0 && text_to_int(line + 5, 0, PORT_MAX, &port) == 0) {
        program->port = (unsigned)port;
        program->wants_plug = program->cable < 0;
    } else if (strcmp(line, "stall") == 0 || strcmp(line, "resume") == 0) {
        program->stalled = line[0] == 's';
        say(program->stalled ? "stalled" : "resumed");
    } else {
        say("there is no command \"%s\"", line);
    }
}

static void read_commands(struct program *program)
{
    char bytes[256];
    ssize_t len = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (len <= 0)
        program->commands_ended = true;
    for (ssize_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            program->line[program->line_len] = '\0';
            program->line_len = 0;
            obey(program, program->line);
        } else if (program->line_len + 1 < sizeof(program->line)) {
            program->line[program->line_len++] = bytes[i];
        }
    }
}

static int milliseconds_until_work(const struct program *program, int64_t now_us)
{
    if (program->wants_plug)
        return (int)(PLUG_RETRY_US / US_PER_MS);
    if (!may_deliver(program))
        return -1;
    return program->due_us > now_us ? (int)((program->due_us - now_us) / US_PER_MS) + 1 : 0;
}

static int run(struct program *program)
{
    for (;;) {
        if (program->wants_plug)
            try_plug(program);
        struct pollfd fds[] = {
            {.fd = program->commands_ended ? -1 : STDIN_FILENO, .events = POLLIN},
            {.fd = program->cable, .events = POLLIN},
        };
        int timeout_ms = milliseconds_until_work(program, clock_now_us(&clock_system));
        if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
            return -errno;
        int result = 0;
        if (fds[1].revents)
            result = serve_host(program);
        else if (may_deliver(program) && program->due_us <= clock_now_us(&clock_system))
            result = deliver(program);
        if (result < 0) {
            say("the host let go: %s", strerror(-result));
            unplug(program);
        }
        if (fds[0].revents)
            read_commands(program);
    }
}

/* --- Options. --- */

static int parse_rates(struct uvc *uvc, const char *list)
{
    for (const char *at = list; *at;) {
        char *end;
        unsigned long fps = strtoul(at, &end, 10);
        if (end == at || fps < 1 || fps > FPS_MAX || uvc->rate_count == UVC_MAX_RATES ||
            (uvc->rate_count > 0 && fps >= uvc->fps[uvc->rate_count - 1]))
            return -EINVAL;
        uvc->fps[uvc->rate_count++] = (unsigned)fps;
        at = *end == ',' ? end + 1 : end;
        if (*end != ',' && *end)
            return -EINVAL;
    }
    return uvc->rate_count > 0 ? 0 : -EINVAL;
}

/* Webcams leave out the standard tables (ITU-T T.81, K.3): DHT segments are removed. */
static int strip_tables(struct buf **frame)
{
    enum { DHT = 0xc4, SOS = 0xda };
    const struct buf *whole = *frame;
    struct buf *bare;
    int result = buf_create(whole->len_bytes, &bare);
    if (result < 0)
        return result;
    size_t at = 2, len_bytes = 2; /* mjpeg_load has seen that the segments are whole */
    memcpy(bare->data, whole->data, 2);
    while (at + 4 < whole->len_bytes && whole->data[at + 1] != SOS) {
        size_t segment_bytes = 2 + ((size_t)whole->data[at + 2] << 8 | whole->data[at + 3]);
        if (whole->data[at + 1] != DHT) {
            memcpy(bare->data + len_bytes, whole->data + at, segment_bytes);
            len_bytes += segment_bytes;
        }
        at += segment_bytes;
    }
    memcpy(bare->data + len_bytes, whole->data + at, whole->len_bytes - at);
    bare->len_bytes = len_bytes + whole->len_bytes - at;
    buf_unref(frame);
    *frame = bare;
    return 0;
}

static int load(struct program *program, char **paths)
{
    char error[512];
    for (; *paths; paths++) {
        struct uvc *uvc = &program->uvc;
        if (uvc->size_count == UVC_MAX_SIZES) {
            say("more than %d files", UVC_MAX_SIZES);
            return -EINVAL;
        }
        struct mjpeg *file = &program->files[uvc->size_count];
        if (mjpeg_load(*paths, file, error, sizeof(error)) < 0) {
            say("%s", error);
            return -EINVAL;
        }
        struct uvc_size *size = &uvc->sizes[uvc->size_count++];
        *size = (struct uvc_size){.width = file->width, .height = file->height};
        for (unsigned i = 0; i < file->count; i++) {
            if (program->bare && strip_tables(&file->frames[i]) < 0)
                return -ENOMEM;
            if (file->frames[i]->len_bytes > size->max_bytes)
                size->max_bytes = (uint32_t)file->frames[i]->len_bytes;
        }
    }
    return program->uvc.size_count > 0 ? 0 : -EINVAL;
}

static int parse(struct program *program, int argc, char **argv)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'}, {"serial", required_argument, NULL, 's'},
        {"fps", required_argument, NULL, 'f'},  {"port", required_argument, NULL, 'p'},
        {"bare", no_argument, NULL, 'b'},       {0},
    };
    const char *rates = "30,15,5";
    int64_t port = 0;
    int result = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (option == 'n')
            program->uvc.name = optarg;
        else if (option == 's')
            program->uvc.serial = optarg;
        else if (option == 'f')
            rates = optarg;
        else if (option == 'b')
            program->bare = true;
        else if (option != 'p' || text_to_int(optarg, 0, PORT_MAX, &port) < 0)
            result = -EINVAL;
    }
    program->port = (unsigned)port;
    if (result == 0)
        result = parse_rates(&program->uvc, rates);
    return result < 0 ? result : load(program, argv + optind);
}

int main(int argc, char **argv)
{
    struct program program = {
        .uvc = {.name = "Fake webcam", .serial = "0001"},
        .cable = -1,
        .wants_plug = true,
    };
    int status = EXIT_USAGE;
    if (parse(&program, argc, argv) < 0) {
        fputs(HELP, stderr);
    } else {
        int result = run(&program);
        say("%s", strerror(-result));
        status = 1;
    }
    for (unsigned i = 0; i < UVC_MAX_SIZES; i++)
        mjpeg_finish(&program.files[i]);
    return status;
}
