/* Two hubs and the transcoder between them. Time is that of the frames' arrival, which the test
 * writes. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>

#include "base/lock.h"
#include "fake_engine.h"
#include "stream/reader.h"
#include "transcode/transcoder.h"

enum { STREAM = 9, FRAME_US = 33333, MAX_PACKETS = 4096 };

struct scene {
    struct hub *jpeg_hub, *h264_hub;
    struct transcoder_yard yard;
    struct reader reader; /* of h264_hub */
    struct lock lock;
    struct lock_cond cond;
    bool poked; /* guarded by lock */
    struct transcoder *transcoder;
};

/* What a transcoder to H.264 is asked for. */
struct maker_request scene_request(const struct scene *s);
/* The hubs alone; then a transcoder to H.264 as well. */
void scene_hubs(struct scene *s);
void scene_open(struct scene *s, const struct engine_ops *engine);
void scene_close_hubs(struct scene *s);
void scene_close(struct scene *s);
void scene_publish_text(struct scene *s, const char *text, int64_t arrival_us);
void scene_publish(struct scene *s, const void *jpeg, size_t len_bytes, int64_t arrival_us);
struct packet *scene_next(struct scene *s);
void scene_assert_unit(const struct packet *packet, const char *text);
void scene_expect(struct scene *s, const char *text, bool key);
struct maker_stats scene_stats_after(struct scene *s, const char *text, int64_t arrival_us);
