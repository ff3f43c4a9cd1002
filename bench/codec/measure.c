#include "measure.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "candidate.h"
#include "codec/chroma.h"
#include "codec/engine.h"
#include "codec/jpeg_decode.h"

enum { FRAME_US = 33333, MAX_CAMERAS = 16 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

static void write_unit(FILE *file, const struct engine_output *output)
{
    static const uint8_t start_code[] = {0, 0, 0, 1};
    const struct h264_params *params = output->params;
    if (output->new_params) {
        fwrite(start_code, 1, 4, file);
        fwrite(params->sps, 1, params->sps_len_bytes, file);
        fwrite(start_code, 1, 4, file);
        fwrite(params->pps, 1, params->pps_len_bytes, file);
    }
    size_t pos = 0;
    struct h264_nal nal;
    while (h264_avcc_next(output->unit, output->len_bytes, &pos, &nal)) {
        fwrite(start_code, 1, 4, file);
        fwrite(nal.data, 1, nal.len_bytes, file);
    }
}

static struct measurement run_engine(const struct scene *scene, const char *encoder,
                                     unsigned key_every, const char *path)
{
    struct engine *engine;
    struct measurement result = {0};
    FILE *file = fopen(path, "wb");
    must(file, path);
    must(engine_local.create(&(struct engine_params){.encoder = encoder}, &engine) == 0, encoder);
    int64_t decode_us = 0, encode_us = 0;
    uint64_t bytes = 0;
    for (unsigned t = 0; t < scene->params.frames; t++) {
        const struct engine_input input = {.jpeg = scene->frames[t].jpeg,
                                           .len_bytes = scene->frames[t].jpeg_len_bytes,
                                           .pts_us = (int64_t)t * FRAME_US,
                                           .want_key = key_every && t % key_every == 0};
        struct engine_output output;
        must(engine_local.encode(engine, &input, &output) == 0, "encode");
        decode_us += output.decode_us;
        encode_us += output.encode_us;
        bytes += output.len_bytes;
        if (t == 0)
            result.key_kbit = (double)output.len_bytes * 8 / 1000;
        write_unit(file, &output);
    }
    fclose(file);
    engine_local.destroy(engine);
    result.decode_ms = (double)decode_us / 1000 / scene->params.frames;
    result.encode_ms = (double)encode_us / 1000 / scene->params.frames;
    result.kbit = (double)bytes * 8 / 1000 / scene->params.frames;
    return result;
}

static struct measurement run_library(const struct scene *scene, const char *options,
                                      const char *path)
{
    struct candidate *candidate =
        candidate_create(options, scene->params.width, scene->params.height);
    struct jpeg_decode decode;
    struct chroma chroma = {0};
    struct measurement result = {0};
    FILE *file = fopen(path, "wb");
    must(file, path);
    must(jpeg_decode_init(&decode) == 0, "decoder");
    int64_t decode_us = 0, encode_us = 0;
    uint64_t bytes = 0;
    for (unsigned t = 0; t < scene->params.frames; t++) {
        struct picture decoded, picture;
        const int64_t start_us = clock_thread_cpu_us();
        must(jpeg_decode_planes(&decode, scene->frames[t].jpeg, scene->frames[t].jpeg_len_bytes, 1,
                                &decoded) == 0 &&
                 chroma_to_420(&chroma, &decoded, &picture) == 0,
             "decode");
        const int64_t decoded_us = clock_thread_cpu_us();
        const size_t len_bytes = candidate_encode(candidate, &picture, t, file);
        encode_us += clock_thread_cpu_us() - decoded_us;
        decode_us += decoded_us - start_us;
        bytes += len_bytes;
        if (t == 0)
            result.key_kbit = (double)len_bytes * 8 / 1000;
    }
    fclose(file);
    candidate_destroy(candidate);
    jpeg_decode_finish(&decode);
    chroma_finish(&chroma);
    result.decode_ms = (double)decode_us / 1000 / scene->params.frames;
    result.encode_ms = (double)encode_us / 1000 / scene->params.frames;
    result.kbit = (double)bytes * 8 / 1000 / scene->params.frames;
    return result;
}

/* CPU time of ffmpeg on the first `frames` JPEGs, ms. */
static double pipe_cpu_ms(const struct scene *scene, unsigned frames, const char *path)
{
    int fds[2];
    must(pipe(fds) == 0, "pipe");
    const pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        dup2(fds[0], STDIN_FILENO);
        close(fds[0]);
        close(fds[1]);
        execlp("ffmpeg", "ffmpeg", "-v", "error", "-y", "-f", "mjpeg", "-i", "-", "-pix_fmt",
               "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-crf",
               "23", "-g", "300", "-f", "mp4", "-movflags",
               "frag_every_frame+empty_moov+default_base_moof", path, (char *)NULL);
        _exit(127);
    }
    close(fds[0]);
    for (unsigned t = 0; t < frames; t++) {
        const uint8_t *at = scene->frames[t].jpeg;
        for (size_t left = scene->frames[t].jpeg_len_bytes; left > 0;) {
            const ssize_t n = write(fds[1], at, left);
            must(n > 0, "write to ffmpeg");
            at += n;
            left -= (size_t)n;
        }
    }
    close(fds[1]);
    int status;
    struct rusage usage;
    must(wait4(child, &status, 0, &usage) == child && status == 0, "ffmpeg");
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static struct measurement run_pipe(const struct scene *scene, const char *path)
{
    enum { START_FRAMES = 10 };
    const unsigned frames = scene->params.frames;
    const double start_ms = pipe_cpu_ms(scene, START_FRAMES, path);
    const double all_ms = pipe_cpu_ms(scene, frames, path);
    FILE *file = fopen(path, "rb");
    must(file && fseek(file, 0, SEEK_END) == 0, path);
    struct measurement result = {.encode_ms = (all_ms - start_ms) / (frames - START_FRAMES),
                                 .kbit = (double)ftell(file) * 8 / 1000 / frames};
    fclose(file);
    return result;
}

static struct measurement run_once(const struct scene *scene, const char *name, unsigned key_every,
                                   const char *path)
{
    return strcmp(name, "pipe") == 0          ? run_pipe(scene, path)
           : strcmp(name, "engine") == 0      ? run_engine(scene, NULL, key_every, path)
           : strncmp(name, "engine:", 7) == 0 ? run_engine(scene, name + 7, key_every, path)
                                              : run_library(scene, name, path);
}

struct measurement measure(const struct scene *scene, const char *name, unsigned repeat,
                           unsigned key_every)
{
    char path[] = "/tmp/bench-codec-XXXXXX";
    const int fd = mkstemp(path);
    must(fd >= 0, path);
    close(fd);
    struct measurement result = run_once(scene, name, key_every, path);
    while (--repeat > 0) {
        const struct measurement again = run_once(scene, name, key_every, path);
        if (again.decode_ms + again.encode_ms < result.decode_ms + result.encode_ms)
            result = again;
    }
    result.score = score_file(scene, path);
    unlink(path);
    return result;
}

struct stream {
    struct candidate *candidate;
    struct jpeg_decode decode;
    struct chroma chroma;
};

/* Returns the CPU time, us. */
static int64_t pass(struct stream *stream, const struct scene_frame *frame, unsigned t, FILE *file)
{
    struct picture decoded, picture;
    const int64_t start_us = clock_thread_cpu_us();
    must(jpeg_decode_planes(&stream->decode, frame->jpeg, frame->jpeg_len_bytes, 1, &decoded) ==
                 0 &&
             chroma_to_420(&stream->chroma, &decoded, &picture) == 0,
         "decode");
    candidate_encode(stream->candidate, &picture, t, file);
    return clock_thread_cpu_us() - start_us;
}

double measure_paced(const struct scene *scene, const char *options, unsigned cameras,
                     unsigned seconds)
{
    const struct scene_params *params = &scene->params;
    const unsigned unseen = 2 * 30, frames = seconds * 30;
    struct stream streams[MAX_CAMERAS] = {0};
    FILE *file = fopen("/dev/null", "wb");
    struct timespec due;
    int64_t cpu_us = 0;
    must(file && cameras <= MAX_CAMERAS, "cameras");
    for (unsigned i = 0; i < cameras; i++) {
        streams[i].candidate = candidate_create(options, params->width, params->height);
        must(jpeg_decode_init(&streams[i].decode) == 0, "decoder");
    }
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (unsigned t = 0; t < unseen + frames; t++)
        for (unsigned i = 0; i < cameras; i++) {
            due.tv_nsec += 1000000000 / 30 / cameras;
            due.tv_sec += due.tv_nsec / 1000000000;
            due.tv_nsec %= 1000000000;
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
            const int64_t took_us =
                pass(&streams[i], &scene->frames[(t + i * 7) % params->frames], t, file);
            cpu_us += t < unseen ? 0 : took_us;
        }
    for (unsigned i = 0; i < cameras; i++) {
        candidate_destroy(streams[i].candidate);
        jpeg_decode_finish(&streams[i].decode);
        chroma_finish(&streams[i].chroma);
    }
    fclose(file);
    return (double)cpu_us / 1000 / frames / cameras;
}
