/* What was last seen of a camera, from one life of the server to the next. */
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "camera/internal.h"
#include "rig.h"
#include "store/store.h"

struct life {
    struct rig *rig;
    struct store *store;
    char dir[32];
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void load_camera(void *ctx, const struct store_camera *row)
{
    registry_load_camera(ctx, row);
}

static void load_last(void *ctx, const struct store_last *row)
{
    registry_load_last(ctx, row);
}

static void open_store(struct life *life)
{
    char *error = NULL;
    struct store_loader loader = {
        .camera = load_camera, .last = load_last, .ctx = life->rig->registry};
    assert_int_equal(store_open(life->dir, &loader, &life->store, &error), 0);
    registry_use_store(life->rig->registry, life->store);
}

static void close_store(struct life *life)
{
    registry_use_store(life->rig->registry, NULL);
    store_close(life->store);
}

static int setup(void **state)
{
    struct life *life = calloc(1, sizeof(*life));
    assert_non_null(life);
    void *rig;
    rig_setup(&rig);
    life->rig = rig;
    strcpy(life->dir, "/tmp/eyelid-test-XXXXXX");
    assert_non_null(mkdtemp(life->dir));
    open_store(life);
    *state = life;
    return 0;
}

static int teardown(void **state)
{
    struct life *life = *state;
    void *rig = life->rig;
    close_store(life);
    nftw(life->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(life);
    return rig_teardown(&rig);
}

/* The server ends and comes again, some time later. */
static void restart(struct life *life, bool in_peace, int64_t away_us)
{
    struct rig *rig = life->rig;
    if (in_peace)
        registry_store_last(rig->registry);
    close_store(life);
    rig->wall_us += away_us;
    rig_registry(rig, &(struct registry_params){0});
    open_store(life);
    rig->camera = registry_find(rig->registry, "porch");
    assert_non_null(rig->camera);
}

/* "taken offline_since resting_until", in seconds before (-) or behind now; "" = no row. */
static const char *row_of(struct life *life)
{
    static char text[128];
    char path[64];
    sqlite3 *db;
    sqlite3_stmt *row;
    assert_int_equal(store_flush(life->store), 0);
    snprintf(path, sizeof(path), "%s/eyelid.db", life->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT taken, offline_since, resting_until FROM last",
                                        -1, &row, NULL),
                     SQLITE_OK);
    text[0] = '\0';
    if (sqlite3_step(row) == SQLITE_ROW) {
        int n = 0;
        for (int i = 0; i < 3; i++) {
            const int64_t at_us = sqlite3_column_int64(row, i);
            n += at_us ? snprintf(text + n, sizeof(text) - (size_t)n, "%lld ",
                                  (long long)((at_us - life->rig->wall_us) / US_PER_S))
                       : snprintf(text + n, sizeof(text) - (size_t)n, "- ");
        }
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
    return text;
}

static void look_for(struct rig *rig, int64_t span_us)
{
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_good_frame(rig);
    rig_turn(rig);
    lease_release(&lease);
    rig_pass(rig, span_us);
    assert_int_equal(rig->camera->demand.state, DEMAND_ASLEEP);
}

static void a_poster_is_there_again(void **state)
{
    struct life *life = *state;
    struct rig *rig = life->rig;
    rig_camera(rig, true);
    look_for(rig, 12 * US_PER_S);
    assert_string_equal(row_of(life), "-12 - - ");
    struct packet *before = packet_ref(rig->camera->poster);
    restart(life, false, 100 * US_PER_S);
    const struct packet *poster = rig->camera->poster;
    assert_non_null(poster);
    assert_int_equal(packet_unit_len_bytes(poster), packet_unit_len_bytes(before));
    assert_memory_equal(packet_unit(poster), packet_unit(before), packet_unit_len_bytes(before));
    assert_int_equal(poster->width, 640);
    assert_int_equal(rig->now_us - poster->arrival_us, 112 * US_PER_S);
    assert_string_equal(rig_described(rig, "last_frame_age_s"), "112.0");
    packet_unref(&before);
}

static void it_is_stored_every_10_minutes_at_most(void **state)
{
    struct life *life = *state;
    struct rig *rig = life->rig;
    rig_camera(rig, true);
    for (int i = 0; i < 5; i++)
        look_for(rig, 20 * US_PER_S);
    assert_string_equal(row_of(life), "-100 - - "); /* the first */
    rig_pass(rig, 520 * US_PER_S);
    assert_string_equal(row_of(life), "-540 - - "); /* the last of them */
    /* Nothing is written while nothing happens. */
    const unsigned timers = rig->net.n_timers;
    const int64_t stored_us = rig->camera->last.stored_us;
    rig_pass(rig, 7200 * US_PER_S);
    assert_int_equal(rig->net.n_timers, timers);
    assert_int_equal(rig->camera->last.stored_us, stored_us);
    /* An end in peace waits for nothing. */
    look_for(rig, 12 * US_PER_S);
    look_for(rig, 12 * US_PER_S);
    restart(life, true, 0);
    assert_int_equal(rig->now_us - rig->camera->poster->arrival_us, 12 * US_PER_S);
}

static void offline_and_resting_go_on(void **state)
{
    struct life *life = *state;
    struct rig *rig = life->rig;
    struct camera *camera = rig_camera(rig, true);
    look_for(rig, 900 * US_PER_S);
    camera_sleeps(camera, 3600);
    camera_source_down(camera);
    rig_pass(rig, 60 * US_PER_S);
    assert_string_equal(row_of(life), "-960 -60 3540 ");
    restart(life, false, 540 * US_PER_S);
    assert_string_equal(rig_described(rig, "state"), "\"offline\"");
    assert_string_equal(rig_described(rig, "state_since_s"), "600.0");
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "3000");
    /* It comes, and the server ends while it is there. */
    rig_device_up(rig, true);
    restart(life, true, 5 * US_PER_S);
    assert_string_equal(rig_described(rig, "state_since_s"), "5.0");
    assert_string_equal(rig_described(rig, "sleeping_for_s"), "null");
    /* A clock that was set back makes no negative ages. */
    restart(life, true, -3600 * US_PER_S);
    assert_string_equal(rig_described(rig, "state_since_s"), "0.0");
    assert_string_equal(rig_described(rig, "last_frame_age_s"), "0.0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_poster_is_there_again),
        TEST(it_is_stored_every_10_minutes_at_most),
        TEST(offline_and_resting_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
