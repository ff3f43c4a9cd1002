/* Encoders on the same noisy frames: CPU time, bits and quality, beside the ffmpeg pipe.
 *
 * bench_codec [--size WxH] [--frames N] [--noise SIGMA] [--pan PIXELS] [--quality Q] [--repeat N]
 *             [--keys FRAMES] [--photo FILE] [CANDIDATE…]       a table; without candidates those
 * of docs/decisions/encoder.md bench_codec --write FILE                       the scene's JPEGs,
 * one behind the other bench_codec --json FILE                        what script/bench wants to
 * know of that file bench_codec --bare SECONDS                     CPU per frame of six paced
 * streams through the bare libraries, ms bench_codec --photos                           quality and
 * bits on panned photographs, as script/bench wants it bench_codec --inputs CPU by what a camera
 * gives, as script/bench wants it
 *
 * --keys asks the engine for a key every so many frames. For candidates see measure.h. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codec/encoder.h"
#include "inputs.h"
#include "measure.h"

enum { PACED_CAMERAS = 6 };

static const char *const usual_candidates[] = {
    "pipe",
    "x264:preset=ultrafast,crf=23",
    "x264:preset=superfast,crf=26,aq-mode=0,nr=300",
    "x264:preset=veryfast,crf=26,aq-mode=0,nr=300",
    "x264:preset=ultrafast,crf=26,no-deblock=0,nr=300",
    "x264:preset=ultrafast,crf=26,no-deblock=0,nr=300,vbv-maxrate=750,vbv-bufsize=375",
    "openh264:rc=off,qp=26",
    "openh264:rc=bitrate,kbps=600,minqp=24",
    "openh264:rc=bitrate,kbps=1200,minqp=24",
    "openh264:rc=bitrate,kbps=750,minqp=29,maxqp=43,bgd=1",
    "openh264:rc=bitrate,kbps=750,minqp=29,maxqp=43,bgd=0",
    "engine:x264",
    "engine:openh264",
};

static void print(const char *name, const struct measurement *m)
{
    printf("| %s | %.2f | %.2f | %.2f | %.1f | %.0f | %.2f / %.4f | %.4f | %.2f / %.4f |\n", name,
           m->decode_ms, m->encode_ms, m->decode_ms + m->encode_ms, m->kbit, m->key_kbit,
           m->score.psnr_clean, m->score.ssim_clean, m->score.worst_ssim_clean, m->score.psnr_noisy,
           m->score.ssim_noisy);
    fflush(stdout);
}

static void print_table(const struct scene *scene, const char *const *candidates, size_t count,
                        unsigned repeat, unsigned key_every)
{
    const struct scene_params *p = &scene->params;
    printf("%ux%u, %u frames, noise %.1f, pan %u, JPEG quality %d: %.1f KB a frame\n\n", p->width,
           p->height, p->frames, p->noise, p->pan, p->quality,
           (double)scene->jpeg_bytes / 1000 / p->frames);
    puts("| candidate | decode ms | encode ms | CPU ms a frame | kbit a frame | first kbit | "
         "PSNR / SSIM clean | worst frame | PSNR / SSIM input "
         "|\n|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < count; i++) {
        const struct measurement m = measure(scene, candidates[i], repeat, key_every);
        print(candidates[i], &m);
    }
}

static void write_frames(const struct scene *scene, const char *path)
{
    FILE *file = fopen(path, "wb");
    for (unsigned t = 0; file && t < scene->params.frames; t++)
        fwrite(scene->frames[t].jpeg, 1, scene->frames[t].jpeg_len_bytes, file);
    if (!file || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void print_row(const char *name, const char *what, double value, const char *unit)
{
    printf(",\n  {\"name\": \"%s, %s\", \"value\": %.4f, \"unit\": \"%s\"}", what, name, value,
           unit);
}

static void print_rows(const char *name, const struct measurement *m)
{
    print_row(name, "CPU per frame in a batch", m->decode_ms + m->encode_ms, "ms");
    print_row(name, "bits per frame", m->kbit, "kbit");
    print_row(name, "SSIM against the noise-free scene", m->score.ssim_clean, "");
    print_row(name, "PSNR against the noise-free scene", m->score.psnr_clean, "dB");
}

/* The default encoder's library with the house's options, and nothing of the house around it. */
static double bare_ms(const struct scene *scene, unsigned seconds)
{
    const struct encoder_params params = {.width = (uint16_t)scene->params.width,
                                          .height = (uint16_t)scene->params.height,
                                          .quality = ENCODER_QUALITY};
    char options[128];
    snprintf(options, sizeof(options), "openh264:rc=bitrate,kbps=%d,minqp=%d,maxqp=%d,bgd=0",
             encoder_bitrate(&params) / 1000, encoder_min_qp(ENCODER_QUALITY),
             encoder_min_qp(ENCODER_QUALITY) + 14);
    return measure_paced(scene, options, PACED_CAMERAS, seconds);
}

static void print_json(const struct scene *scene, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || (size_t)st.st_size != scene->jpeg_bytes) {
        fprintf(stderr, "bench_codec: %s is not what --write writes\n", path);
        exit(1);
    }
    const struct measurement pipe = measure(scene, "pipe", 1, 0);
    const struct measurement ours = measure(scene, "engine:openh264", 2, 0);
    const struct measurement x264 = measure(scene, "engine:x264", 2, 0);
    const double ratio = ours.score.ssim_clean / pipe.score.ssim_clean;
    printf("{\"rows\": [\n"
           "  {\"name\": \"SSIM against the noise-free scene, eyelid / pipe\", \"value\": %.4f, "
           "\"unit\": \"ratio\", \"min\": 1, \"ok\": %s}",
           ratio, ratio >= 1 ? "true" : "false");
    print_rows("openh264 (the default)", &ours);
    print_rows("x264", &x264);
    print_rows("ffmpeg pipe", &pipe);
    puts("]}");
}

/* Debian's mate-backgrounds. */
#define PHOTOS "/usr/share/backgrounds/mate/nature/"

/* What no encoder was tuned on: leaves, grass, wood and clouds that the whole view moves over. */
static void print_photos(const struct scene_params *params)
{
    static const char *const NAMES[] = {"Garden", "GreenMeadow", "LadyBird", "Storm", "Wood"};
    printf("[");
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        char path[128];
        struct scene_params with_photo = *params;
        snprintf(path, sizeof(path), PHOTOS "%s.jpg", NAMES[i]);
        with_photo.photo = path;
        with_photo.pan = 2;
        struct scene *scene = scene_create(&with_photo);
        const struct measurement pipe = measure(scene, "pipe", 1, 0);
        const struct measurement ours = measure(scene, "engine:openh264", 1, 0);
        const double quality = ours.score.ssim_clean / pipe.score.ssim_clean;
        const double bits = ours.kbit / pipe.kbit;
        printf(
            "%s\n  {\"name\": \"SSIM, %s panned, eyelid / pipe\", \"value\": %.4f, \"unit\": "
            "\"ratio\", \"min\": 1, \"ok\": %s},\n  {\"name\": \"bits, %s panned, eyelid / pipe\", "
            "\"value\": %.4f, \"unit\": \"ratio\", \"max\": 0.45, \"ok\": %s}",
            i ? "," : "", NAMES[i], quality, quality >= 1 ? "true" : "false", NAMES[i], bits,
            bits <= 0.45 ? "true" : "false");
        scene_destroy(scene);
    }
    puts("]");
}

static void print_inputs(const struct scene *scene)
{
    enum { REPEAT = 3 };
    static const struct {
        const char *name;
        enum raw_format format;
    } ROWS[] = {{"JPEG", RAW_NONE}, {"YUYV", RAW_YUYV}, {"NV12", RAW_NV12}};
    printf("[");
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        printf("%s\n  {\"name\": \"CPU per frame to H.264, %s in\", \"value\": %.4f, \"unit\": "
               "\"ms\"}",
               i ? "," : "", ROWS[i].name, inputs_cpu_ms(scene, ROWS[i].format, REPEAT));
    puts("]");
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"size", 1, NULL, 's'},    {"frames", 1, NULL, 'f'}, {"noise", 1, NULL, 'n'},
        {"quality", 1, NULL, 'q'}, {"repeat", 1, NULL, 'r'}, {"pan", 1, NULL, 'p'},
        {"keys", 1, NULL, 'k'},    {"write", 1, NULL, 'w'},  {"json", 1, NULL, 'j'},
        {"inputs", 0, NULL, 'i'},  {"bare", 1, NULL, 'b'},   {"photo", 1, NULL, 'o'},
        {"photos", 0, NULL, 'O'},  {NULL, 0, NULL, 0}};
    struct scene_params params = {
        .width = 640, .height = 480, .frames = 150, .noise = 4, .quality = 80};
    unsigned repeat = 3, key_every = 0, bare_seconds = 0;
    const char *write_path = NULL, *json_path = NULL;
    bool inputs = false, photos = false;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (o) {
        case 's':
            if (sscanf(optarg, "%ux%u", &params.width, &params.height) != 2)
                return 2;
            break;
        case 'f':
            params.frames = (unsigned)atoi(optarg);
            break;
        case 'n':
            params.noise = atof(optarg);
            break;
        case 'w':
            write_path = optarg;
            break;
        case 'j':
            json_path = optarg;
            break;
        case 'o':
            params.photo = optarg;
            break;
        case 'O':
            photos = true;
            break;
        case 'i':
            inputs = true;
            break;
        case 'b':
            bare_seconds = (unsigned)atoi(optarg);
            break;
        case 'k':
            key_every = (unsigned)atoi(optarg);
            break;
        case 'p':
            params.pan = (unsigned)atoi(optarg);
            break;
        case 'r':
            repeat = (unsigned)atoi(optarg);
            break;
        case 'q':
            params.quality = atoi(optarg);
            break;
        default:
            return 2;
        }
    if (photos) {
        print_photos(&params);
        return 0;
    }
    struct scene *scene = scene_create(&params);
    if (write_path)
        write_frames(scene, write_path);
    else if (inputs)
        print_inputs(scene);
    else if (bare_seconds)
        printf("%.4f\n", bare_ms(scene, bare_seconds));
    else if (json_path)
        print_json(scene, json_path);
    else if (optind < argc)
        print_table(scene, (const char *const *)&argv[optind], (size_t)(argc - optind), repeat,
                    key_every);
    else
        print_table(scene, usual_candidates, sizeof(usual_candidates) / sizeof(usual_candidates[0]),
                    repeat, key_every);
    scene_destroy(scene);
    return 0;
}
