/* eyelid-fakecam: mock cameras. */
#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "tools/fakecam/camera.h"
#include "tools/fakecam/client.h"
#include "tools/fakecam/motion.h"
#include "tools/fakecam/options.h"
#include "tools/fakecam/studio.h"

enum { EXIT_USAGE = 2, ERROR_CAP_BYTES = 512 };

struct program {
    struct options options;
    struct motion *motion;
    struct mjpeg mjpeg;
    struct scene scene;
    struct place place;
    struct studio *studio;
    struct client *client;
    struct camera_world world;
    struct camera **cameras;
};

/* A text with a space or a semicolon is a script, anything else a file's name. */
static int load_motion(const char *argument, struct motion **ret_motion, char *error,
                       size_t error_cap)
{
    if (strpbrk(argument, " ;\n"))
        return motion_parse(argument, ret_motion, error, error_cap);
    FILE *file = fopen(argument, "r");
    if (!file) {
        snprintf(error, error_cap, "--motion: %s: %s", argument, strerror(errno));
        return -EINVAL;
    }
    char *script = mem_zalloc_or_die(MOTION_SCRIPT_MAX_BYTES + 2, 1);
    size_t len_bytes = fread(script, 1, MOTION_SCRIPT_MAX_BYTES + 1, file);
    fclose(file);
    int result = -EINVAL;
    if (len_bytes > MOTION_SCRIPT_MAX_BYTES)
        snprintf(error, error_cap, "--motion: %s: longer than %d bytes", argument,
                 MOTION_SCRIPT_MAX_BYTES);
    else
        result = motion_parse(script, ret_motion, error, error_cap);
    mem_free(script);
    return result;
}

static int load(struct program *program, char *error, size_t error_cap)
{
    const struct options *options = &program->options;
    if (options->motion && load_motion(options->motion, &program->motion, error, error_cap) < 0)
        return -EINVAL;
    if (options->from && mjpeg_load(options->from, &program->mjpeg, error, error_cap) < 0)
        return -EINVAL;
    return 0;
}

/* When passers-by come in the next minutes, for testing motion detectors. */
static void tell_walks(const struct place *place, int64_t from_us)
{
    enum { TOLD_S = 600 };
    for (int64_t slot = from_us / (PLACE_SLOT_S * US_PER_S);
         slot * PLACE_SLOT_S * US_PER_S < from_us + TOLD_S * US_PER_S; slot++) {
        struct place_walk walk;
        char begin[16], end[16];
        if (!place_walk_at(place, slot, &walk) || walk.end_us < from_us)
            continue;
        time_t at[2] = {(time_t)(walk.begin_us / US_PER_S), (time_t)(walk.end_us / US_PER_S)};
        struct tm tm;
        strftime(begin, sizeof(begin), "%H:%M:%S", localtime_r(&at[0], &tm));
        strftime(end, sizeof(end), "%H:%M:%S", localtime_r(&at[1], &tm));
        printf("passer-by %s to %s, to the %s\n", begin, end, walk.leftward ? "left" : "right");
    }
    fflush(stdout);
}

static void begin_place(struct program *program)
{
    const struct options *options = &program->options;
    struct place *place = &program->place;
    const int64_t day_us = INT64_C(86400) * US_PER_S;
    int64_t wall_us = clock_wall_us(&clock_system);
    *place =
        (struct place){.seed = place_seed(options->id) ^ options->seed, .day_us = options->day_us};
    if (options->daytime_min >= 0) {
        int64_t wanted_us = (int64_t)options->daytime_min * 60 * US_PER_S;
        int64_t now_us = place_time_of_day_us(place, wall_us);
        place->day_offset_us = (wanted_us - now_us + day_us) % day_us;
    }
    if (options->tells_walks)
        tell_walks(place, wall_us);
}

static int create(struct program *program)
{
    const struct options *options = &program->options;
    program->scene = (struct scene){
        .name = options->name,
        .motion = program->motion,
        .script_width = options->width,
        .script_height = options->height,
        .barcode = options->barcode,
        .place = options->circle ? NULL : &program->place,
    };
    begin_place(program);
    noise_init(&program->scene.noise, options->noise_sigma, options->seed);
    int result = studio_create(&program->scene, options->chroma, &program->studio);
    if (result < 0)
        return result;
    result = client_create(options->cameras, &program->client);
    if (result < 0)
        return result;
    program->world = (struct camera_world){
        .options = options,
        .client = program->client,
        .studio = program->studio,
        .mjpeg = options->from ? &program->mjpeg : NULL,
        .epoch_us = clock_now_us(&clock_system),
    };
    program->cameras = mem_new_array(struct camera *, options->cameras);
    for (unsigned i = 0; i < options->cameras; i++) {
        result =
            camera_create(&program->world, options->cameras > 1 ? i + 1 : 0, &program->cameras[i]);
        if (result < 0)
            return result;
    }
    return 0;
}

static void run(struct program *program)
{
    unsigned count = program->options.cameras;
    for (unsigned i = 0; i < count; i++)
        camera_boot(program->cameras[i]);
    for (;;) {
        int64_t next_us = CLOCK_NEVER_US, now_us = camera_now_us(&program->world);
        for (unsigned i = 0; i < count; i++) {
            int64_t at_us = camera_tick(program->cameras[i], now_us);
            next_us = at_us < next_us ? at_us : next_us;
        }
        if (next_us != CLOCK_NEVER_US)
            next_us += program->world.epoch_us;
        if (!client_wait(program->client, next_us))
            break;
    }
    for (unsigned i = 0; i < count; i++)
        camera_log_stats(program->cameras[i]);
}

static void destroy(struct program *program)
{
    client_destroy(program->client);
    for (unsigned i = 0; program->cameras && i < program->options.cameras; i++)
        camera_destroy(program->cameras[i]);
    mem_free(program->cameras);
    studio_destroy(program->studio);
    noise_finish(&program->scene.noise);
    mjpeg_finish(&program->mjpeg);
    motion_destroy(program->motion);
}

int main(int argc, char **argv)
{
    char error[ERROR_CAP_BYTES];
    struct program program = {0};
    int status = 0;
    if (options_parse(argc, argv, &program.options, error, sizeof(error)) < 0) {
        fprintf(stderr, "eyelid-fakecam: %s\n", error);
        return EXIT_USAGE;
    }
    if (program.options.action == OPTIONS_HELP) {
        fputs(options_help, stdout);
        return 0;
    }
    if (program.options.action == OPTIONS_VERSION) {
        puts("eyelid-fakecam " FAKECAM_VERSION);
        return 0;
    }
    static const enum log_level levels[] = {LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG};
    log_setup(levels[program.options.verbosity < 2 ? program.options.verbosity : 2], false);
    lws_set_log_level(program.options.verbosity >= 2 ? LLL_ERR | LLL_WARN : 0, NULL);
    if (load(&program, error, sizeof(error)) < 0) {
        fprintf(stderr, "eyelid-fakecam: %s\n", error);
        status = EXIT_USAGE;
    } else {
        int result = create(&program);
        if (result < 0) {
            fprintf(stderr, "eyelid-fakecam: cannot start: %s\n", strerror(-result));
            status = 1;
        } else {
            run(&program);
        }
    }
    destroy(&program);
    return status;
}
