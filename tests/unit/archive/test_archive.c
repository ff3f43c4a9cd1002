#include "archive/archive.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lock.h"
#include "scratch.h"

/* The loop's side: a condition that the keeper signals. */
struct side {
    struct archive *archive;
    struct lock lock;
    struct lock_cond cond;
    unsigned n_wakes; /* guarded by lock */
    int n_done, error;
    struct archive_item item;
};

static void wake(void *ctx)
{
    struct side *side = ctx;
    lock_take(&side->lock);
    side->n_wakes++;
    lock_cond_signal(&side->cond);
    lock_drop(&side->lock);
}

static void begin(struct side *side, const char *data)
{
    *side = (struct side){.archive = NULL};
    /* The keeper wakes with no lock held. */
    lock_init(&side->lock, LOCK_RANK_SOURCE);
    lock_cond_init(&side->cond);
    assert_int_equal(archive_open(&(struct archive_params){.data = data, .deliver = {wake, side}},
                                  &side->archive),
                     0);
}

static void wait_for(struct side *side, int n_done)
{
    while (side->n_done < n_done) {
        lock_take(&side->lock);
        while (side->n_wakes == 0)
            lock_cond_wait(&side->cond, &side->lock, CLOCK_NEVER_US);
        side->n_wakes = 0;
        lock_drop(&side->lock);
        archive_deliver(side->archive);
    }
}

static void end(struct side *side)
{
    archive_close(side->archive);
    lock_cond_finish(&side->cond);
    lock_finish(&side->lock);
}

static void on_photo(void *ctx, int error, const struct archive_item *item)
{
    struct side *side = ctx;
    side->n_done++;
    side->error = error;
    side->item = *item;
}

static void keep(struct side *side, int64_t seconds)
{
    uint8_t jpeg[DATA_MAX_BYTES];
    struct buf *buf;
    size_t len_bytes = data_read("422.jpg", jpeg);
    assert_int_equal(buf_create(len_bytes + 100, &buf), 0);
    memcpy(buf->data + 100, jpeg, len_bytes);
    struct packet *still = packet_of_jpeg(buf, 100, 100 + len_bytes);
    archive_keep_photo(
        side->archive,
        &(struct archive_photo){.camera = "porch", .still = still, .wall_us = seconds * US_PER_S},
        on_photo, side);
    packet_unref(&still);
    assert_int_equal(side->n_done, 0); /* not from inside */
}

static void test_photos_are_kept(void **state)
{
    struct side side;
    begin(&side, *state);
    keep(&side, 1000);
    keep(&side, 1000);
    wait_for(&side, 2);
    assert_int_equal(side.error, 0);
    assert_int_equal(side.item.id, 2);
    const struct archive_state *known = archive_state(side.archive);
    assert_string_equal(known->trouble, "");
    assert_int_equal(known->n_cameras, 1);
    assert_string_equal(known->cameras[0].id, "porch");
    assert_int_equal(known->cameras[0].items, 2);
    assert_int_equal(known->cameras[0].bytes, 2 * side.item.bytes);
    assert_true(known->total_bytes > known->free_bytes);
    end(&side);
}

/* What was asked for is done before the end. */
static void test_the_end_waits_for_jobs(void **state)
{
    struct side side;
    begin(&side, *state);
    keep(&side, 1000);
    end(&side);
    assert_int_equal(side.n_done, 1);
    assert_int_equal(side.error, 0);
}

/* A shelf that is not there comes back by itself. */
static void test_trouble(void **state)
{
    struct side side;
    char data[256];
    snprintf(data, sizeof(data), "%s/data", (char *)*state);
    scratch_write(*state, "data", "", 0); /* a file where the folder should be */
    begin(&side, data);
    keep(&side, 1000);
    wait_for(&side, 1);
    assert_int_equal(side.error, -ENOTDIR);
    assert_non_null(strstr(archive_state(side.archive)->trouble, "cannot be used"));
    assert_int_equal(unlink(data), 0);
    side.n_done = 0;
    keep(&side, 1000);
    wait_for(&side, 1);
    assert_int_equal(side.error, 0);
    assert_string_equal(archive_state(side.archive)->trouble, "");
    end(&side);
}

struct slow {
    struct archive_job job;
    int *n_done;
};

static int do_nothing(struct archive_job *job, struct shelf *shelf)
{
    (void)job, (void)shelf;
    return 0;
}

static void slow_done(struct archive_job *job)
{
    struct slow *slow = (struct slow *)(void *)job;
    *slow->n_done += job->error == -EBUSY ? 1000 : 1;
    mem_free(slow);
}

/* More jobs than may wait: each is still answered. */
static void test_a_full_queue(void **state)
{
    struct side side;
    int n_done = 0;
    begin(&side, *state);
    for (unsigned i = 0; i < 4 * ARCHIVE_JOBS_MAX; i++) {
        struct slow *slow = mem_new(struct slow);
        slow->job = (struct archive_job){.work = do_nothing, .done = slow_done};
        slow->n_done = &n_done;
        archive_do(side.archive, &slow->job);
    }
    end(&side);
    assert_int_equal(n_done / 1000 + n_done % 1000, 4 * ARCHIVE_JOBS_MAX);
}

struct queued {
    struct archive_job job;
    atomic_bool *gate;           /* the work waits for it; NULL = does nothing */
    unsigned *n_served;          /* without a refusal */
    unsigned *n_refused, *place; /* its place among those served; may be NULL */
};

static int wait_at_gate(struct archive_job *job, struct shelf *shelf)
{
    struct queued *queued = (struct queued *)(void *)job;
    (void)shelf;
    while (queued->gate && !atomic_load(queued->gate))
        sched_yield();
    return 0;
}

static void queued_done(struct archive_job *job)
{
    struct queued *queued = (struct queued *)(void *)job;
    if (job->error)
        ++*queued->n_refused;
    else
        ++*queued->n_served;
    if (queued->place)
        *queued->place = job->error ? 0 : *queued->n_served;
    mem_free(queued);
}

/* However many readers wait, a picture is kept, and before them. */
static void test_readers_wait_for_the_others(void **state)
{
    struct side side;
    atomic_bool gate = false;
    unsigned n_served = 0, n_refused = 0, place = 0;
    const struct queued like = {.n_served = &n_served, .n_refused = &n_refused};
    begin(&side, *state);
    for (unsigned i = 0; i < 2 * ARCHIVE_JOBS_MAX + 2; i++) {
        struct queued *queued = mem_new(struct queued);
        const bool is_first = i == 0, is_last = i == 2 * ARCHIVE_JOBS_MAX + 1;
        *queued = like;
        queued->job = (struct archive_job){
            .work = wait_at_gate, .done = queued_done, .reads = !is_first && !is_last};
        queued->gate = is_first ? &gate : NULL;
        queued->place = is_last ? &place : NULL;
        archive_do(side.archive, &queued->job);
    }
    atomic_store(&gate, true);
    end(&side);
    assert_int_equal(n_refused, ARCHIVE_JOBS_MAX);
    assert_int_equal(n_served, ARCHIVE_JOBS_MAX + 2);
    assert_int_equal(place, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_create, scratch_destroy)
    const struct CMUnitTest tests[] = {
        T(test_photos_are_kept), T(test_the_end_waits_for_jobs),      T(test_trouble),
        T(test_a_full_queue),    T(test_readers_wait_for_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
