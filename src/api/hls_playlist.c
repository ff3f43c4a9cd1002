#include "api/hls_playlist.h"

#include <string.h>

#include "api/hls_path.h"
#include "media/fmp4.h"

/* Parts are listed only for the end of the track: three target durations of it. */
enum { LISTED_WITH_PARTS = 4 };
static const uint32_t MIN_PART_TARGET = FMP4_TIMESCALE * 35 / 100;

static double seconds(uint64_t ticks)
{
    return (double)ticks / FMP4_TIMESCALE;
}

/* The longest part, in 1/100 s; after a stall of the camera it is longer for a
 * while. */
static unsigned part_target_cs(const struct hls_track *track)
{
    uint32_t longest = MIN_PART_TARGET;
    for (uint64_t n = track->first; n <= track->current; n++) {
        const struct hls_segment *segment = hls_track_segment(track, n);
        for (unsigned i = 0; segment && i < segment->n_parts; i++)
            if (segment->parts[i].duration > longest)
                longest = segment->parts[i].duration;
    }
    return (unsigned)((longest * UINT64_C(100) + FMP4_TIMESCALE - 1) / FMP4_TIMESCALE);
}

struct place {
    const char *session, *token;
    const struct packet *init; /* of the segment listed last */
};

static void uri(struct text *text, const struct place *place, enum hls_path_kind kind,
                uint64_t number, unsigned part)
{
    struct hls_path path = {.kind = kind, .number = number, .part = part};
    char out[HLS_PATH_MAX];
    memcpy(path.session, place->session, sizeof(path.session));
    hls_path_write(&path, out);
    text_add(text, "%s%s%s", out, place->token[0] ? "?token=" : "", place->token);
}

static void list_begin(struct text *text, struct place *place, const struct hls_segment *segment)
{
    if (segment->discontinuity)
        text_add(text, "#EXT-X-DISCONTINUITY\n");
    if (segment->init == place->init)
        return;
    place->init = segment->init;
    text_add(text, "#EXT-X-MAP:URI=\"");
    uri(text, place, HLS_PATH_INIT, segment->init_number, 0);
    text_add(text, "\"\n");
}

static void list_parts(struct text *text, const struct place *place,
                       const struct hls_segment *segment, uint64_t number)
{
    for (unsigned i = 0; i < segment->n_parts; i++) {
        text_add(text, "#EXT-X-PART:DURATION=%.5f,URI=\"", seconds(segment->parts[i].duration));
        uri(text, place, HLS_PATH_PART, number, i);
        text_add(text, "\"%s\n", segment->parts[i].independent ? ",INDEPENDENT=YES" : "");
    }
}

void hls_playlist_write(const struct hls_track *track, const char *session, const char *token,
                        struct text *text)
{
    struct place place = {.session = session, .token = token};
    uint64_t first =
        track->current - track->first > HLS_LISTED ? track->current - HLS_LISTED : track->first;
    const struct hls_segment *oldest = hls_track_segment(track, first);
    unsigned target_cs = part_target_cs(track);
    text_add(text,
             "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n"
             "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=%u.%02u\n"
             "#EXT-X-PART-INF:PART-TARGET=%u.%02u\n"
             "#EXT-X-MEDIA-SEQUENCE:%llu\n#EXT-X-DISCONTINUITY-SEQUENCE:%u\n"
             "#EXT-X-INDEPENDENT-SEGMENTS\n",
             HLS_TARGET_DURATION_S, 3 * target_cs / 100, 3 * target_cs % 100, target_cs / 100,
             target_cs % 100, (unsigned long long)first,
             oldest->discontinuities - oldest->discontinuity);
    for (uint64_t n = first; n < track->current; n++) {
        const struct hls_segment *segment = hls_track_segment(track, n);
        list_begin(text, &place, segment);
        if (n + LISTED_WITH_PARTS >= track->current)
            list_parts(text, &place, segment, n);
        text_add(text, "#EXTINF:%.5f,\n", seconds(segment->duration));
        uri(text, &place, HLS_PATH_SEGMENT, n, 0);
        text_add(text, "\n");
    }
    const struct hls_segment *current = hls_track_segment(track, track->current);
    if (current) {
        list_begin(text, &place, current);
        list_parts(text, &place, current, track->current);
    }
    text_add(text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"");
    uri(text, &place, HLS_PATH_PART, track->current, current ? current->n_parts : 0);
    text_add(text, "\"\n");
}
