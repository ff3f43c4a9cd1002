#include "archive/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive/files.h"
#include "archive/recorder_list.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/inbox.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

/* What happened to an item. More than this at once are reported as one. */
enum { NEWS_MAX = 64 };
struct news {
    enum shelf_change change;
    struct archive_item item;
};

struct archive {
    char *data, *folder;
    struct waker deliver;
    void (*on_news)(void *ctx, enum shelf_change change, const struct archive_item *item);
    void *ctx;
    struct shelf_policy policy;
    const struct clock *clock;
    struct thread thread;
    struct inbox finished;     /* jobs whose done is due: the keeper posts, archive_deliver takes */
    struct archive_state told; /* loop only */
    struct list recorders;     /* loop only: of struct recorder.node */

    /* Keeper only. */
    struct shelf shelf;
    int shelf_error;                   /* why it is not open; 0 = it is */
    char shelf_id[FILES_ID_CHARS + 1]; /* of the one that was open last; "" = none was */
    struct archive_quota *in_force;    /* a copy of quotas */
    bool retains_more;                 /* there was more to remove than at once */

    struct lock lock;
    struct lock_cond work, finish; /* signalled for a new job, and for a finished one */
    /* Guarded by lock. */
    struct list queue, reads; /* of struct archive_job.node */
    unsigned n_queued, n_reads;
    bool closing;
    struct archive_quota *quotas; /* ARCHIVE_CAMERAS_MAX */
    unsigned n_quotas;
    bool has_limits; /* the quotas have changed */
    struct news news[NEWS_MAX];
    unsigned n_news;            /* NEWS_MAX + 1: too many */
    bool has_finished;          /* a job has finished since the flag was cleared */
    struct archive_state state; /* the keeper's newest */
};

/* --- The keeper. --- */

static void add_sum(void *ctx, const char *camera, uint64_t items, uint64_t bytes)
{
    struct archive_state *state = ctx;
    if (state->n_cameras == ARCHIVE_CAMERAS_MAX)
        return;
    struct archive_camera *sum = &state->cameras[state->n_cameras++];
    snprintf(sum->id, sizeof(sum->id), "%s", camera);
    sum->items = items;
    sum->bytes = bytes;
}

static void publish(struct archive *archive, struct archive_state *state)
{
    if (!archive->shelf_error) {
        state->n_cameras = 0;
        if (index_sums(archive->shelf.index, add_sum, state) < 0)
            state->n_cameras = 0;
        if (shelf_space(&archive->shelf, &state->free_bytes, &state->total_bytes) < 0)
            state->free_bytes = state->total_bytes = 0;
    }
    lock_take(&archive->lock);
    archive->state = *state;
    lock_drop(&archive->lock);
    waker_wake(&archive->deliver);
}

/* With the newest quotas. */
static struct shelf_policy policy_now(struct archive *archive)
{
    struct shelf_policy policy = archive->policy;
    policy.quotas = archive->in_force;
    lock_take(&archive->lock);
    policy.n_quotas = archive->n_quotas;
    memcpy(archive->in_force, archive->quotas, archive->n_quotas * sizeof(*archive->quotas));
    archive->has_limits = false;
    lock_drop(&archive->lock);
    return policy;
}

/* Removes expired items, a bounded number at a time, so that jobs are not delayed. */
static void retain(struct archive *archive)
{
    enum { AT_ONCE = 32 };
    const struct shelf_policy policy = policy_now(archive);
    int n = shelf_retain(&archive->shelf, &policy, clock_wall_us(archive->clock), AT_ONCE);
    archive->retains_more = n == AT_ONCE;
    if (n < 0)
        log_error("archive", NULL, "cannot remove old items: %s", strerror(-n));
    else if (n > 0)
        log_info("archive", NULL, "%d of the oldest items made room", n);
    files_reserve(archive->shelf.root);
}

static void tell_finding(void *ctx, const char *what, const char *path)
{
    (void)ctx;
    log_warn("archive", path, "%s", what);
}

/* Files whose rows could not be written because the disk was full. */
static void take_in_orphans(struct archive *archive)
{
    struct shelf_findings findings;
    if (archive->shelf_error || !archive->shelf.has_orphans ||
        !files_have_room(archive->shelf.root))
        return;
    archive->shelf.has_orphans = false;
    const int r = shelf_check(&archive->shelf, true, tell_finding, NULL, &findings);
    if (r < 0)
        log_error("archive", NULL, "the check failed: %s", strerror(-r));
}

static void add_news(void *ctx, enum shelf_change change, const struct archive_item *item)
{
    struct archive *archive = ctx;
    lock_take(&archive->lock);
    if (archive->n_news < NEWS_MAX)
        archive->news[archive->n_news] = (struct news){change, *item};
    if (archive->n_news <= NEWS_MAX)
        archive->n_news++;
    lock_drop(&archive->lock);
}

static void open_shelf(struct archive *archive, struct archive_state *state)
{
    char trouble[SHELF_SENTENCE_MAX_BYTES] = "";
    archive->shelf_error =
        archive->shelf_id[0]
            ? shelf_open_again(archive->data, archive->shelf_id, &archive->shelf, trouble)
            : shelf_open(archive->data, &archive->shelf, trouble);
    const bool is_news = strcmp(trouble, state->trouble) != 0;
    memcpy(state->trouble, trouble, sizeof(trouble));
    if (archive->shelf_error) {
        if (is_news)
            log_error("archive", NULL, "%s", trouble);
        publish(archive, state);
        return;
    }
    if (archive->shelf_id[0])
        log_info("archive", NULL, "the archive is back");
    memcpy(archive->shelf_id, archive->shelf.id, sizeof(archive->shelf_id));
    archive->shelf.told = add_news;
    archive->shelf.ctx = archive;
    int r = shelf_check(&archive->shelf, true, tell_finding, NULL, &state->findings);
    if (r < 0)
        log_error("archive", NULL, "the check failed: %s", strerror(-r));
    retain(archive);
    publish(archive, state);
}

/* The next job; NULL at the end, or (with *ret_is_late) when it is time to retain: after an hour
 * without one, for new quotas, and while there is more to remove. */
static struct archive_job *next_job(struct archive *archive, bool *ret_is_late)
{
    struct archive_job *job = NULL;
    const int64_t until_us = clock_now_us(&clock_system) + 3600 * US_PER_S;
    bool is_late = archive->retains_more;
    lock_take(&archive->lock);
    is_late |= archive->has_limits;
    while (list_empty(&archive->queue) && list_empty(&archive->reads) && !archive->closing &&
           !is_late) {
        is_late = !lock_cond_wait(&archive->work, &archive->lock, until_us);
        is_late |= archive->has_limits;
    }
    *ret_is_late = is_late && !archive->closing;
    struct list *from = list_empty(&archive->queue) ? &archive->reads : &archive->queue;
    if (!list_empty(from)) {
        job = list_entry(from->next, struct archive_job, node);
        list_remove(&job->node);
        --*(job->reads ? &archive->n_reads : &archive->n_queued);
    }
    lock_drop(&archive->lock);
    return job;
}

static void *run(void *ctx)
{
    struct archive *archive = ctx;
    struct archive_state *state = mem_new(struct archive_state);
    struct archive_job *job;
    open_shelf(archive, state);
    bool is_late;
    while ((job = next_job(archive, &is_late)) || is_late) {
        if (!job && archive->shelf_error) {
            (void)policy_now(archive); /* retained once it can be opened */
            continue;
        }
        if (!job) {
            retain(archive);
            publish(archive, state);
            continue;
        }
        if (!archive->shelf_error && !files_in_place(archive->folder, archive->shelf.root)) {
            shelf_close(&archive->shelf);
            archive->shelf_error = -ESTALE;
        }
        if (archive->shelf_error) /* try again: the disk may be mounted by now */
            open_shelf(archive, state);
        const uint64_t changes = archive->shelf_error ? 0 : index_changes(archive->shelf.index);
        job->error = archive->shelf_error ? archive->shelf_error : job->work(job, &archive->shelf);
        if (!archive->shelf_error && index_changes(archive->shelf.index) != changes) {
            retain(archive);
            publish(archive, state);
        }
        take_in_orphans(archive);
        inbox_post(&archive->finished, &job->node);
        lock_take(&archive->lock);
        archive->has_finished = true;
        lock_cond_signal(&archive->finish);
        lock_drop(&archive->lock);
    }
    if (!archive->shelf_error)
        shelf_close(&archive->shelf);
    mem_free(state);
    return NULL;
}

/* --- The loop's side. --- */

int archive_open(const struct archive_params *params, struct archive **ret_archive)
{
    struct archive *archive = mem_new(struct archive);
    archive->data = mem_strdup_or_die(params->data);
    archive->folder = mem_zalloc_or_die(1, strlen(params->data) + sizeof("/archive"));
    sprintf(archive->folder, "%s/archive", params->data);
    archive->deliver = params->deliver;
    archive->on_news = params->news;
    archive->ctx = params->ctx;
    archive->policy = params->policy;
    archive->quotas = mem_new_array(struct archive_quota, ARCHIVE_CAMERAS_MAX);
    archive->in_force = mem_new_array(struct archive_quota, ARCHIVE_CAMERAS_MAX);
    archive->clock = params->clock ? params->clock : &clock_system;
    inbox_init(&archive->finished, params->deliver);
    lock_init(&archive->lock, LOCK_RANK_STORE);
    lock_cond_init(&archive->work);
    lock_cond_init(&archive->finish);
    list_init(&archive->queue);
    list_init(&archive->reads);
    list_init(&archive->recorders);
    int r = thread_start(&archive->thread, "archive", run, archive);
    if (r < 0) {
        inbox_finish(&archive->finished);
        lock_cond_finish(&archive->finish);
        lock_cond_finish(&archive->work);
        lock_finish(&archive->lock);
        mem_free(archive->quotas);
        mem_free(archive->in_force);
        mem_free(archive->data);
        mem_free(archive->folder);
        mem_free(archive);
        return r;
    }
    *ret_archive = archive;
    return 0;
}

static void deliver_news(struct archive *archive)
{
    struct news *news = NULL;
    lock_take(&archive->lock);
    const unsigned n = archive->n_news;
    archive->n_news = 0;
    if (n > 0 && n <= NEWS_MAX && archive->on_news) {
        news = mem_new_array(struct news, n);
        memcpy(news, archive->news, n * sizeof(*news));
    }
    lock_drop(&archive->lock);
    for (unsigned i = 0; news && i < n; i++)
        archive->on_news(archive->ctx, news[i].change, &news[i].item);
    if (n > NEWS_MAX && archive->on_news)
        archive->on_news(archive->ctx, SHELF_CHANGED, NULL);
    mem_free(news);
}

void archive_deliver(struct archive *archive)
{
    struct list *node;
    lock_take(&archive->lock);
    archive->told = archive->state;
    lock_drop(&archive->lock);
    deliver_news(archive);
    while ((node = inbox_take(&archive->finished))) {
        struct archive_job *job = list_entry(node, struct archive_job, node);
        job->done(job);
    }
}

/* Recorders end with a job of the keeper, so it must run until then. */
static void end_recorders(struct archive *archive)
{
    recorder_stop_all(&archive->recorders);
    while (!list_empty(&archive->recorders)) {
        lock_take(&archive->lock);
        while (!archive->has_finished)
            lock_cond_wait(&archive->finish, &archive->lock, CLOCK_NEVER_US);
        archive->has_finished = false;
        lock_drop(&archive->lock);
        archive_deliver(archive);
    }
}

const char *archive_folder(const struct archive *archive)
{
    return archive->folder;
}

struct list *recorder_list(struct archive *archive)
{
    return &archive->recorders;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    end_recorders(archive);
    lock_take(&archive->lock);
    archive->closing = true;
    lock_cond_signal(&archive->work);
    lock_drop(&archive->lock);
    thread_join(&archive->thread);
    archive_deliver(archive);
    inbox_finish(&archive->finished);
    lock_cond_finish(&archive->finish);
    lock_cond_finish(&archive->work);
    lock_finish(&archive->lock);
    mem_free(archive->quotas);
    mem_free(archive->in_force);
    mem_free(archive->data);
    mem_free(archive->folder);
    mem_free(archive);
}

void archive_limit_cameras(struct archive *archive, const struct archive_quota *quotas, unsigned n)
{
    lock_take(&archive->lock);
    archive->n_quotas = n < ARCHIVE_CAMERAS_MAX ? n : ARCHIVE_CAMERAS_MAX;
    memcpy(archive->quotas, quotas, archive->n_quotas * sizeof(*quotas));
    archive->has_limits = true;
    lock_cond_signal(&archive->work);
    lock_drop(&archive->lock);
}

void archive_do(struct archive *archive, struct archive_job *job)
{
    list_init(&job->node);
    lock_take(&archive->lock);
    unsigned *n = job->reads ? &archive->n_reads : &archive->n_queued;
    const bool is_full = *n == ARCHIVE_JOBS_MAX || archive->closing;
    if (!is_full) {
        list_append(job->reads ? &archive->reads : &archive->queue, &job->node);
        ++*n;
        lock_cond_signal(&archive->work);
    }
    lock_drop(&archive->lock);
    if (!is_full)
        return;
    job->error = -EBUSY;
    inbox_post(&archive->finished, &job->node);
}

int archive_read(int fd, uint64_t at, void *bytes, size_t len_bytes)
{
    size_t got;
    int r = files_read(fd, at, bytes, len_bytes, &got);
    return r < 0 ? r : got == len_bytes ? 0 : -EIO;
}

const struct shelf_policy *archive_policy(const struct archive *archive)
{
    return &archive->policy;
}

const struct archive_state *archive_state(const struct archive *archive)
{
    return &archive->told;
}

/* --- Photos. --- */

struct photo_job {
    struct archive_job job; /* first member */
    struct packet *still;
    struct archive_item item;
    void (*done)(void *ctx, int error, const struct archive_item *item);
    void *ctx;
};

static int keep_photo(struct archive_job *job, struct shelf *shelf)
{
    struct photo_job *photo = (struct photo_job *)(void *)job;
    return shelf_keep_photo(shelf, &photo->item, packet_unit(photo->still),
                            packet_unit_len_bytes(photo->still));
}

static void photo_done(struct archive_job *job)
{
    struct photo_job *photo = (struct photo_job *)(void *)job;
    if (job->error)
        log_error("archive", photo->item.camera, "a photo was not stored: %s",
                  strerror(-job->error));
    photo->done(photo->ctx, job->error, &photo->item);
    packet_unref(&photo->still);
    mem_free(photo);
}

void archive_keep_photo(struct archive *archive, const struct archive_photo *params,
                        void (*done)(void *ctx, int error, const struct archive_item *item),
                        void *ctx)
{
    struct photo_job *photo = mem_new(struct photo_job);
    photo->job = (struct archive_job){.work = keep_photo, .done = photo_done};
    photo->still = packet_ref(params->still);
    photo->done = done;
    photo->ctx = ctx;
    photo->item = (struct archive_item){.kind = ARCHIVE_PHOTO,
                                        .reason = params->reason,
                                        .start_us = params->wall_us,
                                        .end_us = params->wall_us,
                                        .width = params->still->width,
                                        .height = params->still->height};
    snprintf(photo->item.camera, sizeof(photo->item.camera), "%s", params->camera);
    archive_do(archive, &photo->job);
}
