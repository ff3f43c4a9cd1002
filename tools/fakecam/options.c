#include "tools/fakecam/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "device/agent.h"
#include "device/wire.h"

const char options_help[] =
    "usage: eyelid-fakecam [options]\n"
    "A mock camera: draws pictures and sends them as a device would.\n"
    "\n"
    "  --url ws://HOST:PORT/   the server (ws://127.0.0.1:8765/); the id is added to the path\n"
    "  --id ID                 a-z 0-9 -, up to 32 (fake)\n"
    "  --name NAME             display name (the id)\n"
    "  --cameras N             devices ID-1 to ID-N in one process (1)\n"
    "  --size WxH              pixels (640x480)\n"
    "  --fps N                 frames per second, may be fractional (15)\n"
    "  --plain                 push JPEGs, without controls\n"
    "  --token TOKEN           presented to the server, which then refuses the id without it\n"
    "  --quality Q             1 to 100 (80)\n"
    "  --chroma 422|420|444|grey\n"
    "  --from FILE.mjpeg       send these JPEGs, over and over, instead of drawing\n"
    "  --barcode               draw the clock pattern for latency measurement\n"
    "  --scene place[,HH:MM[,S]]|circle\n"
    "                          a house and its garden (the default), from that time of day on, a\n"
    "                          day lasting S seconds; says when passers-by come. Or a red circle\n"
    "  --motion SCRIPT         a file or a text such as \"2.0 box 100,100 50x50 for 1.5\"\n"
    "  --fault LIST            truncated no-eoi no-soi garbage wrong-size clock-jump huge "
    "text-junk\n"
    "                          (each with :EVERY or :P%), stall:MS, fragment, base64, "
    "disconnect:S\n"
    "  --dark N                the first N frames after each start are dark\n"
    "  --noise SIGMA           sensor noise, in steps of 1/255\n"
    "  --battery P             percent\n"
    "  --doze AWAKE/ASLEEP     after AWAKE seconds without a viewer, sleep for ASLEEP seconds\n"
    "  --seed N                seed of noise and chance (1)\n"
    "  -v, --verbose           log what happens; twice: more\n"
    "  --help, --version\n"
    "\n"
    "The man page eyelid-fakecam(1) has the details.\n";

enum {
    OPT_URL = 256,
    OPT_ID,
    OPT_NAME,
    OPT_CAMERAS,
    OPT_SIZE,
    OPT_FPS,
    OPT_PLAIN,
    OPT_TOKEN,
    OPT_QUALITY,
    OPT_CHROMA,
    OPT_FROM,
    OPT_BARCODE,
    OPT_SCENE,
    OPT_MOTION,
    OPT_FAULT,
    OPT_DARK,
    OPT_NOISE,
    OPT_BATTERY,
    OPT_DOZE,
    OPT_SEED,
    OPT_HELP,
    OPT_VERSION,
};

static const struct option LONG_OPTIONS[] = {
    {"url", required_argument, NULL, OPT_URL},
    {"id", required_argument, NULL, OPT_ID},
    {"name", required_argument, NULL, OPT_NAME},
    {"cameras", required_argument, NULL, OPT_CAMERAS},
    {"size", required_argument, NULL, OPT_SIZE},
    {"fps", required_argument, NULL, OPT_FPS},
    {"plain", no_argument, NULL, OPT_PLAIN},
    {"token", required_argument, NULL, OPT_TOKEN},
    {"quality", required_argument, NULL, OPT_QUALITY},
    {"chroma", required_argument, NULL, OPT_CHROMA},
    {"from", required_argument, NULL, OPT_FROM},
    {"barcode", no_argument, NULL, OPT_BARCODE},
    {"scene", required_argument, NULL, OPT_SCENE},
    {"motion", required_argument, NULL, OPT_MOTION},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"dark", required_argument, NULL, OPT_DARK},
    {"noise", required_argument, NULL, OPT_NOISE},
    {"battery", required_argument, NULL, OPT_BATTERY},
    {"doze", required_argument, NULL, OPT_DOZE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {0},
};

/* Each reads one option's argument and returns what would have been right, or NULL. */
struct reading {
    struct options *options;
    char *error;
    size_t error_cap;
};

static const char *read_url(const char *word, struct options *options)
{
    static const char wanted[] = "ws://HOST:PORT/";
    static const char scheme[] = "ws://";
    if (strncmp(word, scheme, strlen(scheme)) != 0)
        return wanted;
    const char *host = word + strlen(scheme);
    size_t authority = strcspn(host, "/?#");
    const char *path = host + authority;
    if (strpbrk(path, "?#"))
        return wanted;
    size_t host_len = authority;
    options->port = 80;
    const char *bracket = host[0] == '[' ? memchr(host, ']', authority) : NULL;
    const char *search = bracket ? bracket : host;
    const char *colon = memchr(search, ':', authority - (size_t)(search - host));
    if (colon) {
        char digits[6];
        int64_t port;
        size_t n = authority - (size_t)(colon + 1 - host);
        if (n >= sizeof(digits))
            return wanted;
        memcpy(digits, colon + 1, n);
        digits[n] = '\0';
        if (text_to_int(digits, 1, 65535, &port) < 0)
            return wanted;
        options->port = (uint16_t)port;
        host_len = (size_t)(colon - host);
    }
    if (bracket) { /* an IPv6 address: libwebsockets wants it bare */
        host++;
        host_len = (size_t)(bracket - host);
    }
    bool ends_in_slash = path[0] && path[strlen(path) - 1] == '/';
    if (host_len < 1 || host_len >= sizeof(options->host) ||
        strlen(path) + 2 > sizeof(options->path) || authority >= sizeof(options->authority))
        return wanted;
    memcpy(options->authority, word + strlen(scheme), authority);
    options->authority[authority] = '\0';
    memcpy(options->host, host, host_len);
    options->host[host_len] = '\0';
    snprintf(options->path, sizeof(options->path), "%s%s", path, ends_in_slash ? "" : "/");
    return NULL;
}

static const char *read_size(const char *word, struct options *options)
{
    char *end, *end_height;
    long width = strtol(word, &end, 10);
    if (end == word || *end != 'x')
        return "WIDTHxHEIGHT, such as 640x480";
    long height = strtol(end + 1, &end_height, 10);
    if (end_height == end + 1 || *end_height)
        return "WIDTHxHEIGHT, such as 640x480";
    if (width < OPTIONS_MIN_SIDE || width > OPTIONS_MAX_SIDE || height < OPTIONS_MIN_SIDE ||
        height > OPTIONS_MAX_SIDE)
        return "sides of 32 to 4096 pixels";
    options->width = (uint16_t)width;
    options->height = (uint16_t)height;
    return NULL;
}

static const char *read_double(const char *word, double min, double max, double *ret_value,
                               const char *wanted)
{
    char *end;
    double value = strtod(word, &end);
    if (end == word || *end || !(value >= min && value <= max))
        return wanted;
    *ret_value = value;
    return NULL;
}

static const char *read_fps(const char *word, struct options *options)
{
    double fps;
    const char *wanted = read_double(word, 0.01, 240, &fps, "a number from 0.01 to 240");
    if (!wanted)
        options->fps_milli = (uint32_t)(fps * 1000 + 0.5);
    return wanted;
}

static const char *read_chroma(const char *word, struct options *options)
{
    static const struct {
        const char *name;
        enum jpeg_chroma chroma;
    } names[] = {{"422", JPEG_CHROMA_422},
                 {"420", JPEG_CHROMA_420},
                 {"444", JPEG_CHROMA_444},
                 {"grey", JPEG_CHROMA_GREY}};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(word, names[i].name) == 0) {
            options->chroma = names[i].chroma;
            return NULL;
        }
    return "422, 420, 444 or grey";
}

static const char *read_scene(const char *word, struct options *options)
{
    static const char wanted[] =
        "circle or place, with a time of day and the seconds of a day where "
        "they matter: place,21:30,120";
    options->circle = strcmp(word, "circle") == 0;
    if (options->circle)
        return NULL;
    if (strncmp(word, "place", 5) != 0)
        return wanted;
    options->tells_walks = true;
    if (!word[5])
        return NULL;
    unsigned hour, minute;
    int end = 0;
    if (sscanf(word + 5, ",%2u:%2u%n", &hour, &minute, &end) != 2 || hour > 23 || minute > 59)
        return wanted;
    options->daytime_min = (int)(hour * 60 + minute);
    const char *rest = word + 5 + end;
    int64_t seconds;
    if (!*rest)
        return NULL;
    if (*rest != ',' || text_to_int(rest + 1, 10, 86400, &seconds) < 0)
        return wanted;
    options->day_us = seconds * US_PER_S;
    return NULL;
}

static const char *read_doze(const char *word, struct options *options)
{
    char *end, *end_asleep;
    double awake = strtod(word, &end);
    double asleep = *end == '/' ? strtod(end + 1, &end_asleep) : 0;
    if (end == word || *end != '/' || *end_asleep || !(awake > 0 && awake <= 86400) ||
        !(asleep > 0 && asleep <= 604800))
        return "seconds awake and asleep, such as 10/60";
    options->doze_after_us = (int64_t)(awake * US_PER_S);
    options->doze_us = (int64_t)(asleep * US_PER_S);
    return NULL;
}

static const char *read_int(const char *word, int64_t min, int64_t max, int64_t *ret_value,
                            const char *wanted)
{
    return text_to_int(word, min, max, ret_value) < 0 ? wanted : NULL;
}

/* NULL, or what would have been right; "" when reading->error says it already. */
static const char *read_option(int option, const char *word, struct reading *reading)
{
    struct options *options = reading->options;
    const char *wanted = NULL;
    int64_t number = 0;
    switch (option) {
    case OPT_URL:
        return read_url(word, options);
    case OPT_ID:
        options->id = word;
        return text_is_id(word) ? NULL : "1 to 32 characters of a-z, 0-9 and -";
    case OPT_NAME:
        options->name = word;
        return word[0] && strlen(word) <= 64 ? NULL : "1 to 64 bytes";
    case OPT_CAMERAS:
        wanted = read_int(word, 1, OPTIONS_MAX_CAMERAS, &number, "1 to 10000");
        options->cameras = (unsigned)number;
        return wanted;
    case OPT_SIZE:
        return read_size(word, options);
    case OPT_FPS:
        return read_fps(word, options);
    case OPT_PLAIN:
        options->plain = true;
        return NULL;
    case OPT_TOKEN:
        options->token = word;
        return wire_is_token(word) ? NULL : "16 to 64 of A-Z, a-z, 0-9 and -._~+/";
    case OPT_QUALITY:
        wanted = read_int(word, 1, 100, &number, "1 to 100");
        options->quality = (uint8_t)number;
        return wanted;
    case OPT_CHROMA:
        return read_chroma(word, options);
    case OPT_FROM:
        options->from = word;
        return NULL;
    case OPT_BARCODE:
        options->barcode = true;
        return NULL;
    case OPT_SCENE:
        return read_scene(word, options);
    case OPT_MOTION:
        options->motion = word;
        return NULL;
    case OPT_FAULT:
        return fault_parse(word, &options->faults, reading->error, reading->error_cap) < 0 ? ""
                                                                                           : NULL;
    case OPT_DARK:
        wanted = read_int(word, 0, 10000, &number, "0 to 10000");
        options->dark_frames = (unsigned)number;
        return wanted;
    case OPT_NOISE:
        return read_double(word, 0, 60, &options->noise_sigma, "a number from 0 to 60");
    case OPT_BATTERY:
        wanted = read_int(word, 0, 100, &number, "0 to 100");
        options->battery_percent = (int)number;
        return wanted;
    case OPT_DOZE:
        return read_doze(word, options);
    case OPT_SEED:
        wanted = read_int(word, 0, INT64_MAX, &number, "a whole number from 0");
        options->seed = (uint64_t)number;
        return wanted;
    case OPT_HELP:
        options->action = OPTIONS_HELP;
        return NULL;
    case OPT_VERSION:
        options->action = OPTIONS_VERSION;
        return NULL;
    default: /* -v */
        options->verbosity++;
        return NULL;
    }
}

/* An error in the combination of options, or NULL. */
static const char *check_together(const struct options *options)
{
    if (options->cameras > 1 && strlen(options->id) > 26)
        return "--id: with --cameras, 26 characters at most: a number is added";
    if (options->faults.rules[FAULT_BASE64].on && !options->plain)
        return "--fault: base64 needs --plain";
    if (options->from && (options->motion || options->barcode))
        return "--from: draws nothing, so it excludes --motion and --barcode";
    if (options->from && options->faults.rules[FAULT_WRONG_SIZE].on)
        return "--fault: wrong-size needs drawn pictures, not --from";
    if (options->plain && options->doze_us)
        return "--doze: a --plain device does not know whether it is wanted";
    return NULL;
}

int options_parse(int argc, char **argv, struct options *ret_options, char *error, size_t error_cap)
{
    struct options options = {
        .host = "127.0.0.1",
        .authority = "127.0.0.1:8765",
        .path = "/",
        .port = 8765,
        .id = "fake",
        .width = 640,
        .height = 480,
        .fps_milli = 15000,
        .cameras = 1,
        .quality = 80,
        .chroma = JPEG_CHROMA_422,
        .battery_percent = AGENT_BATTERY_UNKNOWN,
        .daytime_min = -1,
        .seed = 1,
    };
    struct reading reading = {.options = &options, .error = error, .error_cap = error_cap};
    int index = -1;
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":v", LONG_OPTIONS, &index)) != -1;) {
        if (option == '?' || option == ':') {
            snprintf(error, error_cap,
                     option == ':' ? "%s needs a value"
                                   : "%s is not an option (or takes no value); see --help",
                     argv[optind - 1]);
            return -EINVAL;
        }
        const char *wanted = read_option(option, optarg, &reading);
        if (wanted && wanted[0])
            snprintf(error, error_cap, "--%s: \"%s\": expected %s", LONG_OPTIONS[index].name,
                     optarg, wanted);
        if (wanted)
            return -EINVAL;
    }
    if (optind < argc) {
        snprintf(error, error_cap, "\"%s\" is not an option; see --help", argv[optind]);
        return -EINVAL;
    }
    const char *complaint = check_together(&options);
    if (complaint) {
        snprintf(error, error_cap, "%s", complaint);
        return -EINVAL;
    }
    if (!options.name)
        options.name = options.id;
    *ret_options = options;
    return 0;
}
