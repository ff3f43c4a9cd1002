#include "service/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/files.h"
#include "base/alloc.h"
#include "base/text.h"
#include "service/internal.h"

static struct service_archive_call *call_of(struct archive_job *job)
{
    return list_entry(job, struct service_archive_call, job);
}

static void explain(int error, struct problem *ret_problem)
{
    if (error == -ENOENT)
        (void)problem_set(ret_problem, PROBLEM_NOT_FOUND, NULL, "the archive has no such item");
    else if (error == -EPERM)
        (void)problem_set(ret_problem, PROBLEM_NOT_ALLOWED, NULL, "this is not yours to change");
    else if (error == -EBUSY)
        (void)problem_set(ret_problem, PROBLEM_BUSY, NULL, "the archive is busy; try again");
    else if (error == -ESTALE)
        (void)problem_set(ret_problem, PROBLEM_NOT_STORED, NULL,
                          "the archive's folder is gone, or its disk is not mounted; it is used "
                          "again as soon as it is there");
    else
        (void)problem_not_stored(ret_problem, NULL, error);
}

static void on_done(struct archive_job *job)
{
    struct service_archive_call *call = call_of(job);
    struct problem problem;
    if (job->error)
        explain(job->error, &problem);
    call->done(call, job->error ? &problem : NULL);
}

static void begin(const struct permit *permit, struct service_archive_call *call,
                  int (*work)(struct archive_job *job, struct shelf *shelf), bool reads)
{
    call->job = (struct archive_job){.work = work, .done = on_done, .reads = reads};
    call->principal = *permit->principal;
    call->fd = -1;
    archive_do(permit->service->archive, &call->job);
}

/* --- On the keeper. --- */

static bool may(const struct service_archive_call *call, enum access_role role, const char *camera)
{
    return access_allows(&call->principal, role, ACCESS_CAMERA, camera);
}

/* Items that the principal may not see are reported as not found. */
static int get(struct service_archive_call *call, struct shelf *shelf, enum access_role needs)
{
    int r = index_get(shelf->index, call->id, &call->item);
    if (r < 0)
        return r;
    if (!may(call, ACCESS_VIEWER, call->item.camera))
        return -ENOENT;
    return may(call, needs, call->item.camera) ? 0 : -EPERM;
}

static int work_get(struct archive_job *job, struct shelf *shelf)
{
    return get(call_of(job), shelf, ACCESS_VIEWER);
}

static int find_latest(struct service_archive_call *call, struct shelf *shelf)
{
    const struct index_filter filter = {
        .camera = call->camera, .kind = ARCHIVE_PHOTO, .reason = -1};
    const int n = index_list(shelf->index, &filter, &call->item, 1);
    if (n > 0)
        call->id = call->item.id;
    return n < 0 ? n : n == 0 ? -ENOENT : 0;
}

/* Sets call->id by call->path. */
static int find_path(struct service_archive_call *call, struct shelf *shelf)
{
    static const char LATEST[] = "/latest.jpg";
    const size_t len = strcspn(call->path, "/");
    if (strcmp(call->path + len, LATEST) != 0 || len >= sizeof(call->camera))
        return index_find(shelf->index, call->path, &call->id);
    snprintf(call->camera, sizeof(call->camera), "%.*s", (int)len, call->path);
    return find_latest(call, shelf);
}

static int work_open(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    char path[ARCHIVE_PATH_MAX_BYTES];
    struct stat stat;
    int r = call->path[0] ? find_path(call, shelf) : 0;
    if (r == 0)
        r = get(call, shelf, ACCESS_VIEWER);
    if (r < 0)
        return r;
    if (call->thumbnail)
        archive_item_thumbnail(&call->item, path);
    else
        snprintf(path, sizeof(path), "%s", call->item.path);
    int fd;
    r = files_open_item(shelf->root, path, &fd);
    if (r < 0)
        return r == -EXDEV || r == -ELOOP ? -ENOENT : r;
    if (fstat(fd, &stat) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    call->fd = fd;
    call->file_bytes = (uint64_t)stat.st_size;
    return 0;
}

static int work_export(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    call->items = mem_new_array(struct archive_item, call->n_ids);
    for (unsigned i = 0; i < call->n_ids; i++) {
        call->id = call->ids[i];
        int r = get(call, shelf, ACCESS_VIEWER);
        if (r == 0)
            call->items[call->n_items++] = call->item;
        else if (r != -ENOENT)
            return r;
    }
    return call->n_items ? 0 : -ENOENT;
}

static void use_filter(struct service_archive_call *call)
{
    call->filter.camera = call->camera[0] ? call->camera : NULL;
}

enum { VISIBLE_MAX_BYTES = ACCESS_RIGHTS_MAX * (ACCESS_CAMERA_MAX + 3) + 3 };

/* The list pages by its last item, which must not be one that is hidden. */
static const char *visible_cameras(const struct service_archive_call *call, struct text *text)
{
    const char *before = "";
    text_add(text, "[");
    for (size_t i = 0; i < call->principal.n_rights; i++) {
        const char *camera = call->principal.rights[i].camera;
        if (!may(call, ACCESS_VIEWER, camera))
            continue;
        text_add(text, "%s\"%s\"", before, camera);
        before = ",";
    }
    text_add(text, "]");
    return text->bytes;
}

static int work_list(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    use_filter(call);
    call->items = mem_new_array(struct archive_item, call->max + 1);
    struct text cameras = text_growing(VISIBLE_MAX_BYTES);
    if (call->principal.is_narrowed)
        call->filter.cameras = visible_cameras(call, &cameras);
    int n = index_list(shelf->index, &call->filter, call->items, call->max + 1);
    call->filter.cameras = NULL;
    text_finish(&cameras);
    if (n < 0)
        return n;
    call->has_more = (unsigned)n > call->max;
    call->n_items = call->has_more ? call->max : (unsigned)n;
    return 0;
}

static void add_day(void *ctx, const char *day, uint64_t items)
{
    struct service_archive_call *call = ctx;
    if (call->n_days == SERVICE_ARCHIVE_DAYS_MAX)
        return;
    struct service_archive_day *row = &call->days[call->n_days++];
    snprintf(row->day, sizeof(row->day), "%s", day);
    row->items = items;
}

static int work_days(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    use_filter(call);
    if (call->filter.camera ? !may(call, ACCESS_VIEWER, call->camera) : call->principal.is_narrowed)
        return -ENOENT;
    call->days = mem_new_array(struct service_archive_day, SERVICE_ARCHIVE_DAYS_MAX);
    return index_days(shelf->index, &call->filter, add_day, call);
}

static void add_camera(void *ctx, const struct index_use *use)
{
    struct service_archive_call *call = ctx;
    struct service_storage *storage = call->storage;
    if (storage->n_cameras == ARCHIVE_CAMERAS_MAX || !may(call, ACCESS_VIEWER, use->camera))
        return;
    storage->cameras[storage->n_cameras++] = *use;
    storage->recent_bytes += use->recent_bytes;
    const int64_t age_s = (storage->now_us - use->first_us) / US_PER_S;
    if (age_s > storage->recent_s)
        storage->recent_s = age_s < SERVICE_STORAGE_RECENT_S ? age_s : SERVICE_STORAGE_RECENT_S;
}

static int work_storage(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    struct service_storage *storage = call->storage;
    int r = index_uses(shelf->index, storage->now_us - SERVICE_STORAGE_RECENT_S * US_PER_S,
                       add_camera, call);
    if (r == 0)
        r = shelf_space(shelf, &storage->free_bytes, &storage->total_bytes);
    if (r < 0)
        return r;
    r = index_oldest(shelf->index, NULL, &call->item);
    storage->has_oldest = r == 0 && may(call, ACCESS_VIEWER, call->item.camera);
    return r == -ENOENT ? 0 : r;
}

static int work_change(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    int r = get(call, shelf, ACCESS_OPERATOR);
    if (r == 0 && call->sets_star)
        r = index_star(shelf->index, call->id, call->star);
    if (r == 0 && call->sets_note)
        r = index_note(shelf->index, call->id, call->note);
    if (r == 0)
        r = index_get(shelf->index, call->id, &call->item);
    if (r == 0)
        shelf_changed(shelf, &call->item);
    return r;
}

static int work_remove(struct archive_job *job, struct shelf *shelf)
{
    struct service_archive_call *call = call_of(job);
    int r = get(call, shelf, ACCESS_OPERATOR);
    return r == 0 ? shelf_remove(shelf, call->id) : r;
}

/* --- On the loop. --- */

void service_archive_list(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_list, true);
}

void service_archive_days(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_days, true);
}

void service_archive_storage(const struct permit *permit, struct service_archive_call *call)
{
    call->storage = mem_new(struct service_storage);
    call->storage->policy = *archive_policy(permit->service->archive);
    call->storage->service = permit->service;
    call->storage->now_us = clock_wall_us(permit->service->params.clock);
    call->storage->recent_s = SERVICE_STORAGE_LEAST_S;
    begin(permit, call, work_storage, true);
}

void service_archive_get(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_get, true);
}

void service_archive_open(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_open, true);
}

void service_archive_export(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_export, true);
}

void service_archive_change(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_change, false);
}

void service_archive_remove(const struct permit *permit, struct service_archive_call *call)
{
    begin(permit, call, work_remove, false);
}

void service_archive_news(void *ctx, enum shelf_change change, const struct archive_item *item)
{
    struct service *service = ctx;
    event_tell(&service->events, &(struct event){.type = EVENT_ARCHIVE,
                                                 .camera_id = item ? item->camera : "",
                                                 .archive = {change, item}});
}

/* --- Photos. --- */

enum archive_reason archive_reason_of(const struct principal *principal)
{
    return principal->kind == PRINCIPAL_SCHEDULE ? ARCHIVE_SCHEDULE : ARCHIVE_MANUAL;
}

struct keeping {
    void (*done)(void *ctx, const struct archive_item *item, const struct problem *problem);
    void *ctx;
};

static void on_kept(void *ctx, int error, const struct archive_item *item)
{
    struct keeping *keeping = ctx;
    struct problem problem;
    if (error)
        explain(error, &problem);
    keeping->done(keeping->ctx, error ? NULL : item, error ? &problem : NULL);
    mem_free(keeping);
}

void service_archive_keep(const struct permit *permit, struct packet *still,
                          void (*done)(void *ctx, const struct archive_item *item,
                                       const struct problem *problem),
                          void *ctx)
{
    struct keeping *keeping = mem_new(struct keeping);
    const struct service *service = permit->service;
    const struct clock *clock = service->params.clock;
    keeping->done = done;
    keeping->ctx = ctx;
    archive_keep_photo(
        service->archive,
        &(struct archive_photo){.camera = camera_id(permit->camera),
                                .reason = archive_reason_of(permit->principal),
                                .still = still,
                                .wall_us = clock_wall_us(clock) -
                                           (clock_now_us(clock) - still->capture_us)},
        on_kept, keeping);
}
