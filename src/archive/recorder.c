#include "archive/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/clip_file.h"
#include "archive/files.h"
#include "archive/recorder_list.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/fmp4.h"
#include "stream/reader.h"

static const int64_t FRAGMENT_US = US_PER_S / 2, SYNC_US = US_PER_S, HOUR_US = 3600 * US_PER_S;
/* The last picture's duration is unknown: the previous one's is used, up to this. */
static const int64_t LAST_US = US_PER_S;

struct recorder {
    struct list node; /* in the archive's list of recorders */
    struct recorder_params params;
    char camera[ARCHIVE_CAMERA_MAX_BYTES + 1];
    struct archive_job job; /* at the start: gets the folder; at the end: reports it */
    struct thread thread;
    bool has_thread;

    struct lock lock;
    struct lock_cond poked;
    /* Guarded by lock. */
    bool is_poked, is_stopped;
    uint64_t bytes;
    unsigned n_adding; /* clips that are to get their rows */
    bool has_ended;    /* it goes with the last of these */

    /* Of the thread; root is set before it starts. */
    int root, error;
    struct reader reader;
    struct clip_file *clip; /* NULL: none is open */
    struct packet *init;    /* of the clip */
    struct buf *poster;     /* a JPEG for thumbnails, [poster_off, poster_end); or NULL */
    uint32_t poster_off, poster_end;
    struct archive_item item;
    struct packet *pending[CLIP_UNITS_MAX]; /* not written yet, in order */
    unsigned n_pending;
    int64_t begun_us, synced_us; /* the clip's first picture; arrival times */
    uint64_t closed_bytes;       /* of earlier clips */

    int64_t last_item; /* loop only */
};

/* --- The thread. --- */

/* A clip to be added to the index. */
struct new_clip {
    struct archive_job job;
    struct recorder *recorder; /* ends after its clips are added */
    struct archive_item item;
    struct buf *poster;
    uint32_t poster_off, poster_end;
};

static int add_clip(struct archive_job *job, struct shelf *shelf)
{
    struct new_clip *clip = list_entry(job, struct new_clip, job);
    const int r =
        shelf_add(shelf, &clip->item, clip->poster ? clip->poster->data + clip->poster_off : NULL,
                  clip->poster_end - clip->poster_off);
    shelf->has_orphans |= r < 0;
    return r;
}

static void finish(struct recorder *recorder);

static void clip_added(struct archive_job *job)
{
    struct new_clip *clip = list_entry(job, struct new_clip, job);
    struct recorder *recorder = clip->recorder;
    if (job->error)
        log_error("archive", clip->item.path, "the clip was not added to the index: %s",
                  strerror(-job->error));
    else
        recorder->last_item = clip->item.id;
    buf_unref(&clip->poster);
    mem_free(clip);
    lock_take(&recorder->lock);
    const bool is_last = --recorder->n_adding == 0 && recorder->has_ended;
    lock_drop(&recorder->lock);
    if (is_last)
        finish(recorder);
}

static void drop_pending(struct recorder *recorder)
{
    for (unsigned i = 0; i < recorder->n_pending; i++)
        packet_unref(&recorder->pending[i]);
    recorder->n_pending = 0;
}

static int64_t ticks(int64_t us)
{
    return us * FMP4_TIMESCALE / US_PER_S;
}

/* Computed from the clip's first picture, so that rounding errors do not add up. */
static uint32_t duration_of(const struct recorder *recorder, unsigned i, int64_t next_us)
{
    const int64_t begin = ticks(recorder->pending[i]->arrival_us - recorder->begun_us);
    const int64_t end = ticks(next_us - recorder->begun_us);
    return end > begin ? (uint32_t)(end - begin) : 1;
}

/* Writes the first n of the pending pictures; next_us: arrival of the picture after them. */
static int write_fragment(struct recorder *recorder, unsigned n, int64_t next_us)
{
    struct clip_unit units[CLIP_UNITS_MAX] = {{0}};
    for (unsigned i = 0; i < n; i++) {
        const struct packet *packet = recorder->pending[i];
        const int64_t end_us = i + 1 < n ? recorder->pending[i + 1]->arrival_us : next_us;
        units[i] = (struct clip_unit){packet_unit(packet), packet_unit_len_bytes(packet),
                                      duration_of(recorder, i, end_us), packet->key};
    }
    int r = clip_file_add(recorder->clip, units, n);
    if (r == 0 && next_us - recorder->synced_us >= SYNC_US) {
        r = clip_file_sync(recorder->clip);
        recorder->synced_us = next_us;
        /* On a disk that was unmounted while files were open, writing goes on. */
        if (r == 0 && !files_in_place(archive_folder(recorder->params.archive), recorder->root))
            r = -ESTALE;
    }
    for (unsigned i = 0; i < n; i++)
        packet_unref(&recorder->pending[i]);
    recorder->n_pending -= n;
    memmove(recorder->pending, recorder->pending + n,
            recorder->n_pending * sizeof(*recorder->pending));
    lock_take(&recorder->lock);
    recorder->bytes = recorder->closed_bytes + clip_file_bytes(recorder->clip);
    lock_drop(&recorder->lock);
    return r;
}

/* Ends the current clip with what is pending, and passes it to the keeper. */
static int close_clip(struct recorder *recorder)
{
    int r = 0;
    if (!recorder->clip)
        return 0;
    if (recorder->n_pending > 0 && recorder->error == 0) {
        const unsigned n = recorder->n_pending;
        const int64_t last_us = recorder->pending[n - 1]->arrival_us;
        int64_t length_us = n > 1 ? last_us - recorder->pending[n - 2]->arrival_us : LAST_US / 25;
        r = write_fragment(recorder, n, last_us + (length_us < LAST_US ? length_us : LAST_US));
    }
    drop_pending(recorder);
    int closed = clip_file_close(recorder->clip, &recorder->item);
    recorder->clip = NULL;
    packet_unref(&recorder->init);
    recorder->closed_bytes += recorder->item.bytes;
    if (closed == -ENODATA)
        return r;
    if (closed < 0) /* it still plays up to here; the next check completes it */
        return r ? r : closed;
    struct new_clip *clip = mem_new(struct new_clip);
    clip->job = (struct archive_job){.work = add_clip, .done = clip_added};
    clip->recorder = recorder;
    clip->item = recorder->item;
    clip->poster = recorder->poster ? buf_ref(recorder->poster) : NULL;
    clip->poster_off = recorder->poster_off;
    clip->poster_end = recorder->poster_end;
    lock_take(&recorder->lock);
    recorder->n_adding++;
    lock_drop(&recorder->lock);
    archive_do(recorder->params.archive, &clip->job);
    return r;
}

static int open_clip(struct recorder *recorder, const struct packet *first)
{
    const struct clock *clock = recorder->params.clock;
    recorder->begun_us = recorder->synced_us = first->arrival_us;
    recorder->item = (struct archive_item){.kind = ARCHIVE_CLIP,
                                           .reason = recorder->params.reason,
                                           .start_us = clock_wall_us(clock) -
                                                       (clock_now_us(clock) - first->arrival_us)};
    memcpy(recorder->item.camera, recorder->camera, sizeof(recorder->camera));
    recorder->init = packet_ref(first->init);
    const int r = clip_file_create(
        recorder->root, &recorder->item, recorder->init->buf->data + recorder->init->chunk_off,
        recorder->init->end_off - recorder->init->chunk_off, &recorder->clip);
    if (r < 0)
        packet_unref(&recorder->init);
    return r;
}

/* Takes the packet. */
static int on_packet(struct recorder *recorder, struct packet *takes_packet)
{
    int r = 0;
    const int64_t now_us = takes_packet->arrival_us;
    const bool is_other = recorder->clip && takes_packet->init != recorder->init;
    const bool is_long = recorder->clip && takes_packet->key &&
                         now_us - recorder->begun_us >= recorder->params.clip_us;
    if (is_other || is_long)
        r = close_clip(recorder);
    if (r == 0 && !recorder->clip && takes_packet->key && takes_packet->init)
        r = open_clip(recorder, takes_packet);
    if (r == 0 && recorder->n_pending > 0 &&
        (now_us - recorder->pending[0]->arrival_us >= FRAGMENT_US ||
         recorder->n_pending == CLIP_UNITS_MAX))
        r = write_fragment(recorder, recorder->n_pending, now_us);
    if (r == 0 && recorder->clip)
        recorder->pending[recorder->n_pending++] = takes_packet;
    else
        packet_unref(&takes_packet);
    return r;
}

static void on_poke(void *ctx)
{
    struct recorder *recorder = ctx;
    lock_take(&recorder->lock);
    recorder->is_poked = true;
    lock_cond_signal(&recorder->poked);
    lock_drop(&recorder->lock);
}

/* Waits for packets. False: it was stopped. */
static bool wait(struct recorder *recorder)
{
    lock_take(&recorder->lock);
    while (!recorder->is_poked && !recorder->is_stopped)
        lock_cond_wait(&recorder->poked, &recorder->lock, CLOCK_NEVER_US);
    recorder->is_poked = false;
    const bool goes_on = !recorder->is_stopped;
    lock_drop(&recorder->lock);
    return goes_on;
}

static int do_nothing(struct archive_job *job, struct shelf *shelf)
{
    (void)job, (void)shelf;
    return 0;
}

static void ended(struct archive_job *job);

static void *run(void *ctx)
{
    struct recorder *recorder = ctx;
    struct packet *packet;
    do {
        while (recorder->error == 0 && (packet = reader_next(&recorder->reader)))
            recorder->error = on_packet(recorder, packet);
    } while (recorder->error == 0 && wait(recorder));
    reader_close(&recorder->reader);
    int r = close_clip(recorder);
    if (recorder->error == 0)
        recorder->error = r;
    close(recorder->root);
    recorder->job = (struct archive_job){.work = do_nothing, .done = ended};
    archive_do(recorder->params.archive, &recorder->job);
    return NULL;
}

/* --- The loop's side. --- */

static void destroy(struct recorder *recorder)
{
    list_remove(&recorder->node);
    buf_unref(&recorder->poster);
    hub_unref(&recorder->params.hub);
    lock_cond_finish(&recorder->poked);
    lock_finish(&recorder->lock);
    mem_free(recorder);
}

static void finish(struct recorder *recorder)
{
    if (recorder->error && !recorder->params.retries)
        log_error("archive", recorder->camera, "recording stopped: %s", strerror(-recorder->error));
    const struct recorder_params params = recorder->params;
    const struct recorder_result result = {recorder->error, recorder->closed_bytes,
                                           recorder->last_item};
    destroy(recorder);
    params.done(params.ctx, &result);
}

/* Jobs end in the order in which they were queued, but for those that a full queue refuses. */
static void ended(struct archive_job *job)
{
    struct recorder *recorder = list_entry(job, struct recorder, job);
    if (recorder->has_thread)
        thread_join(&recorder->thread);
    lock_take(&recorder->lock);
    recorder->has_ended = true;
    const bool is_complete = recorder->n_adding == 0;
    lock_drop(&recorder->lock);
    if (is_complete)
        finish(recorder);
}

/* On the keeper, after its check at the start, which therefore cannot find the new clip. */
static int find_root(struct archive_job *job, struct shelf *shelf)
{
    struct recorder *recorder = list_entry(job, struct recorder, job);
    if (!files_have_room(shelf->root))
        return -ENOSPC;
    files_reserve(shelf->root);
    recorder->root = dup(shelf->root);
    return recorder->root < 0 ? -errno : 0;
}

static void begin(struct archive_job *job)
{
    struct recorder *recorder = list_entry(job, struct recorder, job);
    recorder->error = job->error;
    lock_take(&recorder->lock);
    const bool is_stopped = recorder->is_stopped;
    lock_drop(&recorder->lock);
    if (recorder->error == 0 && !is_stopped) {
        reader_open(&recorder->reader, recorder->params.hub,
                    &(struct reader_params){.poke = on_poke,
                                            .ctx = recorder,
                                            .now_us = clock_now_us(recorder->params.clock),
                                            .back_us = recorder->params.back_us,
                                            .all = true});
        /* From here on the thread, if it starts, owns the error. */
        const int r = thread_start(&recorder->thread, "recorder", run, recorder);
        recorder->has_thread = r == 0;
        if (r == 0)
            return;
        recorder->error = r;
    }
    reader_close(&recorder->reader);
    if (job->error == 0)
        close(recorder->root);
    ended(job);
}

struct recorder *recorder_start(const struct recorder_params *params)
{
    struct recorder *recorder = mem_new(struct recorder);
    recorder->params = *params;
    recorder->params.hub = hub_ref(params->hub);
    if (recorder->params.clip_us == 0)
        recorder->params.clip_us = HOUR_US;
    recorder->params.poster = NULL; /* only its buffer is kept */
    if (params->poster) {
        recorder->poster = buf_ref(params->poster->buf);
        recorder->poster_off = params->poster->unit_off;
        recorder->poster_end = params->poster->end_off;
    }
    snprintf(recorder->camera, sizeof(recorder->camera), "%s", params->camera);
    lock_init(&recorder->lock, LOCK_RANK_WORKER);
    lock_cond_init(&recorder->poked);
    list_append(recorder_list(params->archive), &recorder->node);
    recorder->job = (struct archive_job){.work = find_root, .done = begin};
    archive_do(params->archive, &recorder->job);
    return recorder;
}

void recorder_stop(struct recorder *recorder)
{
    lock_take(&recorder->lock);
    recorder->is_stopped = true;
    lock_cond_signal(&recorder->poked);
    lock_drop(&recorder->lock);
}

uint64_t recorder_bytes(struct recorder *recorder)
{
    lock_take(&recorder->lock);
    const uint64_t bytes = recorder->bytes;
    lock_drop(&recorder->lock);
    return bytes;
}

void recorder_stop_all(struct list *recorders)
{
    list_for_each (recorder, recorders, struct recorder, node)
        recorder_stop(recorder);
}
