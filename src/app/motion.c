#include "app/motion.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/complain.h"
#include "app/config.h"
#include "app/mjpeg_file.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "codec/jpeg_decode.h"
#include "watch/settings_json.h"
#include "watch/watcher.h"

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_WRONG = 2 };

struct run {
    const struct motion_options *options;
    struct mjpeg_file file;
    struct jpeg_decode decode;
    struct watcher watcher;
    uint64_t pictures, decoded, damaged, events;
};

static double seconds(int64_t us)
{
    return (double)us / (double)US_PER_S;
}

static void tell(struct run *run)
{
    const struct watch_event *event = &run->watcher.event;
    const struct watch_box *box = &event->box;
    run->events++;
    if (run->options->json)
        printf("{\"start_s\":%.3f,\"end_s\":%.3f,\"box\":[%.4f,%.4f,%.4f,%.4f],\"score\":%.3f}\n",
               seconds(event->start_us), seconds(event->end_us), (double)box->x, (double)box->y,
               (double)box->width, (double)box->height, (double)event->score);
    else
        printf("%.1f s to %.1f s: score %.2f, %.2f %% of the picture, at %.0f %% x %.0f %%\n",
               seconds(event->start_us), seconds(event->end_us), (double)event->score,
               (double)event->area_percent, 100 * (double)(box->x + box->width / 2),
               100 * (double)(box->y + box->height / 2));
    fflush(stdout);
}

static void look(struct run *run, const uint8_t *jpeg, size_t len_bytes)
{
    const int64_t now_us = (int64_t)((double)run->pictures * (double)US_PER_S / run->options->fps);
    struct picture picture;
    run->pictures++;
    if (!watcher_wants(&run->watcher, now_us))
        return;
    if (jpeg_decode_thumbnail(&run->decode, jpeg, len_bytes, &picture) < 0) {
        run->damaged++;
        return;
    }
    run->decoded++;
    const struct watch_plane plane = {.pixels = picture.planes[0],
                                      .width = picture.width,
                                      .height = picture.height,
                                      .stride = picture.strides[0]};
    if (watcher_look(&run->watcher, &plane, now_us) == WATCHER_ENDED)
        tell(run);
}

static int look_at_all(struct run *run)
{
    const uint8_t *jpeg;
    size_t len_bytes;
    int r;
    while ((r = mjpeg_file_next(&run->file, &jpeg, &len_bytes)) == 0)
        look(run, jpeg, len_bytes);
    if (watcher_rest(&run->watcher) == WATCHER_ENDED)
        tell(run);
    return r == -ENODATA ? 0 : r;
}

static int report(const struct run *run, int result)
{
    const char *from = run->options->from;
    const uint64_t damaged = run->damaged + run->file.skipped;
    if (result < 0) {
        complain("%s: %s", from, strerror(-result));
        return EXIT_FAILED;
    }
    if (run->pictures == 0) {
        complain("%s: no JPEG in it; give a file of JPEGs one after another", from);
        return EXIT_FAILED;
    }
    if (damaged)
        complain("%s: %llu damaged pictures skipped", from, (unsigned long long)damaged);
    if (!run->options->json)
        printf("%llu event%s in %.1f s; %llu of %llu pictures looked at\n",
               (unsigned long long)run->events, run->events == 1 ? "" : "s",
               (double)run->pictures / run->options->fps, (unsigned long long)run->decoded,
               (unsigned long long)run->pictures);
    return EXIT_FINE;
}

static int read_settings(const char *path, struct watch_settings *settings)
{
    char error[WATCH_ERROR_MAX], *text;
    size_t len_bytes;
    watch_settings_init(settings);
    if (!path)
        return 0;
    int r = config_read_file(path, &text, &len_bytes);
    if (r < 0) {
        complain("%s: %s", path, strerror(-r));
        return r;
    }
    r = watch_settings_from_text(text, len_bytes, settings, error);
    if (r < 0)
        complain("%s: %s", path, error);
    mem_free(text);
    return r;
}

int motion(const struct motion_options *options)
{
    struct watcher_params params = {.full_rate = options->full_rate};
    struct run run = {.options = options};
    if (read_settings(options->settings, &params.settings) < 0)
        return EXIT_WRONG;
    int r = mjpeg_file_open(&run.file, options->from);
    if (r < 0) {
        complain("%s: %s", options->from, strerror(-r));
        return EXIT_WRONG;
    }
    watcher_init(&run.watcher, &params);
    r = jpeg_decode_init(&run.decode);
    if (r == 0)
        r = look_at_all(&run);
    const int result = report(&run, r);
    jpeg_decode_finish(&run.decode);
    watcher_finish(&run.watcher);
    mjpeg_file_close(&run.file);
    return result;
}
