#include "service/films.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "service/film.h"
#include "store/store.h"

static const int64_t TELL_US = US_PER_S, AGAIN_US = 60 * US_PER_S;
enum { TRIES_MAX = 3 };

/* A job for the keeper; the film may be removed before it ends. */
struct film_task {
    struct archive_job job; /* first */
    struct service *service;
    struct film film; /* a copy */
    char path[ARCHIVE_PATH_MAX_BYTES];
    struct archive_item item;
    unsigned photos;
    int root;
    struct service_job *waiting; /* of film_add, as those below */
    int64_t *ids;                /* NULL: by time */
    unsigned n_ids;
};

static int64_t now_us(const struct service *service)
{
    return clock_now_us(service->params.clock);
}

static struct film *film_of(const struct service *service, const char *id)
{
    list_for_each (film, &service->films.list, struct film, node)
        if (strcmp(film->id, id) == 0)
            return film;
    return NULL;
}

/* --- Events and the store. --- */

static void tell(struct film *film)
{
    json_t *json = film_describe(film);
    film->told_us = now_us(film->service);
    event_tell(&film->service->events, &(struct event){.type = EVENT_FILM,
                                                       .camera_id = film->job.camera,
                                                       .id = film->id,
                                                       .json = json});
    json_decref(json);
}

static void put(const struct film *film)
{
    if (!film->service->store)
        return;
    json_t *json = film_describe(film);
    char *text = json_dumps(json, JSON_COMPACT);
    store_put_film(film->service->store, &(struct store_film){film->id, text});
    mem_free(text);
    json_decref(json);
}

static void turn(struct film *film, enum film_state state, const char *detail)
{
    film->state = state;
    snprintf(film->detail, sizeof(film->detail), "%s", detail);
    put(film);
    tell(film);
}

void films_look(struct service *service)
{
    net_timer_set(service->films.timer, now_us(service));
}

static struct film_task *task_for(struct film *film,
                                  int (*work)(struct archive_job *, struct shelf *),
                                  void (*done)(struct archive_job *))
{
    struct film_task *task = mem_new(struct film_task);
    task->job = (struct archive_job){.work = work, .done = done};
    task->service = film->service;
    task->film = *film;
    task->root = -1;
    return task;
}

/* --- Making. --- */

static int work_remove(struct archive_job *job, struct shelf *shelf)
{
    struct film_task *task = (struct film_task *)(void *)job;
    return film_folder_remove(shelf, task->film.id);
}

static void on_removed(struct archive_job *job)
{
    struct film_task *task = (struct film_task *)(void *)job;
    if (job->error)
        log_warn("film", task->film.id, "cannot remove its folder: %s", strerror(-job->error));
    mem_free(task);
}

static void remove_folder(struct film *film)
{
    if (film->service->archive)
        archive_do(film->service->archive, &task_for(film, work_remove, on_removed)->job);
}

static int work_keep(struct archive_job *job, struct shelf *shelf)
{
    struct film_task *task = (struct film_task *)(void *)job;
    return film_folder_keep(shelf, task->film.id, task->path, &task->film.job, &task->item);
}

static void on_kept(struct archive_job *job)
{
    struct film_task *task = (struct film_task *)(void *)job;
    struct film *film = film_of(task->service, task->film.id);
    if (film) {
        film->is_busy = false;
        film->item = job->error ? 0 : task->item.id;
        turn(film, job->error ? FILM_FAILED : FILM_DONE, job->error ? strerror(-job->error) : "");
        if (!job->error)
            remove_folder(film);
        films_look(task->service);
    }
    mem_free(task);
}

static int work_begin(struct archive_job *job, struct shelf *shelf)
{
    struct film_task *task = (struct film_task *)(void *)job;
    task->root = fcntl(shelf->root, F_DUPFD_CLOEXEC, 0);
    return task->root < 0 ? -errno : 0;
}

static void on_begun(struct archive_job *job)
{
    struct film_task *task = (struct film_task *)(void *)job;
    struct service *service = task->service;
    struct film *film = film_of(service, task->film.id);
    char folder[FILM_FOLDER_MAX_BYTES];
    int r = job->error;
    if (film)
        film->is_busy = false;
    if (r == 0 && film && film->state == FILM_RUNNING && !service->films.is_stopped) {
        film_folder_path(film->id, folder);
        film->run_since_us = now_us(service);
        film->run_from = FILM_RUN_UNKNOWN;
        r = film_run_start(folder, task->root, net_wake_waker(service->films.wake), &film->run);
        task->root = -1;
    }
    if (task->root >= 0)
        close(task->root);
    if (r < 0 && film && film->state == FILM_RUNNING) {
        log_error("film", film->name, "cannot be started, will be tried again: %s", strerror(-r));
        film->state = FILM_WAITING;
        net_timer_set(service->films.timer, now_us(service) + AGAIN_US);
    }
    mem_free(task);
}

/* Starts the oldest waiting film, unless one is being made. */
static void on_timer(void *ctx)
{
    struct service *service = ctx;
    struct film *next = NULL;
    if (!service->archive || service->films.is_stopped)
        return;
    list_for_each (film, &service->films.list, struct film, node) {
        if (film->state == FILM_RUNNING || film->is_busy)
            return;
        if (!next && film->is_stored && film->state == FILM_WAITING)
            next = film;
    }
    if (!next)
        return;
    next->state = FILM_RUNNING;
    next->is_busy = true;
    archive_do(service->archive, &task_for(next, work_begin, on_begun)->job);
}

static void on_ended(struct film *film, const struct film_run_state *state)
{
    struct service *service = film->service;
    film_run_stop(film->run); /* returns at once: it has ended */
    film->run = NULL;
    if (state->is_done) {
        struct film_task *task = task_for(film, work_keep, on_kept);
        snprintf(task->path, sizeof(task->path), "%.*s", ARCHIVE_PATH_MAX_BYTES - 1, state->text);
        film->is_busy = true;
        archive_do(service->archive, &task->job);
    } else if (state->text[0]) {
        turn(film, FILM_FAILED, state->text);
        films_look(service);
    } else { /* killed, perhaps out of memory */
        film->tries =
            film->run_from != FILM_RUN_UNKNOWN && film->done > film->run_from ? 1 : film->tries + 1;
        if (film->tries >= TRIES_MAX)
            turn(film, FILM_FAILED, "its process was killed several times");
        else
            film->state = FILM_WAITING;
        films_look(service);
    }
}

/* The state of a film's process has changed. */
static void on_wake(void *ctx)
{
    struct service *service = ctx;
    list_for_each (film, &service->films.list, struct film, node) {
        if (!film->run)
            continue;
        const struct film_run_state state = film_run_state(film->run);
        const bool is_first = film->frames == 0 && state.progress.frames > 0;
        if (state.progress.total > 0) {
            if (film->run_from == FILM_RUN_UNKNOWN) /* earlier photos do not count for the speed */
                film->run_from = state.progress.next;
            film->done = state.progress.next;
            film->frames = state.progress.frames;
        }
        if (state.has_ended)
            on_ended(film, &state);
        else if (is_first || now_us(service) - film->told_us >= TELL_US)
            tell(film);
    }
}

/* The keeper waits for the process, whose end may wait for the disk; what else is done to the film
 * queues behind it. */
struct film_end {
    struct archive_job job;
    struct film_run *run; /* NULL once it was waited for */
};

static int work_end(struct archive_job *job, struct shelf *shelf)
{
    struct film_end *end = (struct film_end *)(void *)job;
    (void)shelf;
    film_run_stop(end->run);
    end->run = NULL;
    return 0;
}

static void on_end(struct archive_job *job)
{
    struct film_end *end = (struct film_end *)(void *)job;
    film_run_stop(end->run); /* the queue was full */
    mem_free(end);
}

static void stop(struct film *film)
{
    if (!film->run)
        return;
    struct film_end *end = mem_new(struct film_end);
    *end = (struct film_end){.job = {.work = work_end, .done = on_end}, .run = film->run};
    film_run_kill(film->run);
    film->run = NULL;
    archive_do(film->service->archive, &end->job);
}

/* --- Commands. --- */

static bool may(const struct permit *permit, enum access_role role, const struct film *film)
{
    return access_allows(permit->principal, role, ACCESS_CAMERA, film->job.camera);
}

static int find(const struct permit *permit, const char *id, enum access_role role,
                struct film **ret_film, struct problem *ret_problem)
{
    struct film *film = film_of(permit->service, id);
    if (!film || !film->is_stored || !may(permit, ACCESS_VIEWER, film))
        return problem_set(ret_problem, PROBLEM_NO_SUCH, NULL, "there is no film \"%s\"", id);
    if (!may(permit, role, film))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, film->job.camera,
                           "this needs the role %s on the camera", access_role_name(role));
    *ret_film = film;
    return 0;
}

json_t *service_films(const struct permit *permit)
{
    assert(permit->action == ACTION_FILMS);
    json_t *list = json_array();
    list_for_each (film, &permit->service->films.list, struct film, node)
        if (film->is_stored && may(permit, ACCESS_VIEWER, film))
            json_array_insert_new(list, 0, film_describe(film));
    return list;
}

int service_film_get(const struct permit *permit, const char *id, json_t **ret_json,
                     struct problem *ret_problem)
{
    struct film *film = NULL;
    const int r = find(permit, id, ACCESS_VIEWER, &film, ret_problem);
    if (r < 0)
        return r;
    assert(film);
    *ret_json = film_describe(film);
    return 0;
}

static void drop(struct film *film)
{
    stop(film);
    list_remove(&film->node);
    film->service->films.count--;
    mem_free(film);
}

static void finish_add(struct service_job *job)
{
    struct film *film = film_of(job->service, job->object);
    if (!film)
        return;
    if (job->error || job->is_refused) {
        remove_folder(film);
        drop(film);
        return;
    }
    film->is_stored = true;
    tell(film);
    films_look(job->service);
}

static int work_create(struct archive_job *job, struct shelf *shelf)
{
    struct film_task *task = (struct film_task *)(void *)job;
    const struct film_source source = {.from_us = task->film.from_us,
                                       .until_us = task->film.until_us,
                                       .ids = task->ids,
                                       .n_ids = task->n_ids};
    return film_folder_create(shelf, task->film.id, &task->film.job, &source, &task->photos);
}

static void on_created(struct archive_job *job)
{
    struct film_task *task = (struct film_task *)(void *)job;
    struct film *film = film_of(task->service, task->film.id);
    struct service_job *waiting = task->waiting;
    film->is_busy = false;
    if (job->error) {
        if (job->error == -ENOENT)
            (void)problem_set(&waiting->problem, PROBLEM_NOT_FOUND, NULL,
                              "the archive has no such photos");
        else if (job->error == -EFBIG)
            (void)problem_set(&waiting->problem, PROBLEM_TOO_MANY, NULL,
                              "a film has %d photos at most", FILM_PHOTOS_MAX);
        else
            (void)problem_not_stored(&waiting->problem, NULL, job->error);
        job_refuse(waiting);
    } else {
        film->photos = task->photos;
        job_begin(task->service, NULL);
        put(film);
        job_store(waiting);
    }
    mem_free(task->ids);
    mem_free(task);
}

/* "ids" of a new film: NULL if there are none; a static sentence in *ret_wrong if they are invalid.
 */
static int64_t *read_ids(const json_t *json, unsigned *ret_n, const char **ret_wrong)
{
    const json_t *ids = json_object_get(json, "ids");
    const size_t n = json_array_size(ids);
    *ret_n = 0;
    if (!ids || json_is_null(ids))
        return NULL;
    *ret_wrong = "ids: expected a list of 1 to 1000 items, without from and to";
    if (!json_is_array(ids) || n == 0 || n > SERVICE_FILM_IDS_MAX ||
        json_object_get(json, "from") || json_object_get(json, "to"))
        return NULL;
    int64_t *numbers = mem_new_array(int64_t, n);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(ids, i));
        if (!text || text_to_int(text, 1, INT64_MAX, &numbers[i]) < 0) {
            mem_free(numbers);
            return NULL;
        }
    }
    *ret_wrong = NULL;
    *ret_n = (unsigned)n;
    return numbers;
}

static struct film *create(struct service *service, const struct film *wanted)
{
    struct film *film = mem_new(struct film);
    *film = *wanted;
    film->service = service;
    list_append(&service->films.list, &film->node);
    service->films.count++;
    return film;
}

int service_film_add(const struct permit *permit, json_t *json, struct service_waiter *waiter,
                     struct problem *ret_problem)
{
    assert(permit->action == ACTION_FILM_CHANGE);
    struct service *service = permit->service;
    struct film wanted = {.job = {.reason = archive_reason_of(permit->principal),
                                  .start_us = clock_wall_us(service->params.clock)}};
    const char *wrong = film_read(json, &wanted);
    if (wrong)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", wrong);
    if (!may(permit, ACCESS_VIEWER, &wanted))
        return problem_set(ret_problem, PROBLEM_NO_SUCH_CAMERA, wanted.job.camera,
                           "there is no camera \"%s\"", wanted.job.camera);
    if (!may(permit, ACCESS_OPERATOR, &wanted))
        return problem_set(ret_problem, PROBLEM_NOT_ALLOWED, wanted.job.camera,
                           "this needs the role operator on the camera");
    if (!service->archive)
        return problem_set(ret_problem, PROBLEM_BUSY, NULL, "the archive is not open");
    if (service->films.count >= SERVICE_FILMS_MAX)
        return problem_set(ret_problem, PROBLEM_TOO_MANY, NULL, "there are %d films already",
                           SERVICE_FILMS_MAX);
    unsigned n_ids;
    int64_t *ids = read_ids(json, &n_ids, &wrong);
    if (wrong)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", wrong);
    snprintf(wanted.id, sizeof(wanted.id), "%llu", (unsigned long long)++service->films.last_id);
    struct film *film = create(service, &wanted);
    struct film_task *task = task_for(film, work_create, on_created);
    film->is_busy = true;
    task->ids = ids;
    task->n_ids = n_ids;
    task->waiting = job_create(service, waiter);
    task->waiting->finish = finish_add;
    snprintf(task->waiting->object, sizeof(task->waiting->object), "%s", film->id);
    archive_do(service->archive, &task->job);
    return 0;
}

int service_film_pause(const struct permit *permit, const char *id, bool pause,
                       struct service_waiter *waiter, struct problem *ret_problem)
{
    assert(permit->action == ACTION_FILM_CHANGE);
    struct service *service = permit->service;
    struct film *film = NULL;
    const int r = find(permit, id, ACCESS_OPERATOR, &film, ret_problem);
    if (r < 0)
        return r;
    assert(film);
    const bool is_open = film->state == FILM_WAITING || film->state == FILM_RUNNING;
    if (pause ? !is_open && film->state != FILM_PAUSED
              : !is_open && film->state != FILM_PAUSED && film->state != FILM_FAILED)
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "the film is %s",
                           film_state_name(film->state));
    if (film->is_busy)
        return problem_set(ret_problem, PROBLEM_BUSY, NULL, "try again in a moment");
    job_begin(service, NULL);
    if (pause && film->state != FILM_PAUSED) {
        stop(film);
        turn(film, FILM_PAUSED, "");
    } else if (!pause && !is_open) {
        film->tries = 0;
        turn(film, FILM_WAITING, "");
    }
    (void)job_commit(service, id, waiter, NULL);
    films_look(service);
    return 0;
}

static void finish_remove(struct service_job *job)
{
    struct service *service = job->service;
    struct film *film = film_of(service, job->object);
    if (job->error || !film)
        return;
    event_tell(
        &service->events,
        &(struct event){.type = EVENT_FILM_REMOVED, .camera_id = film->job.camera, .id = film->id});
    stop(film);
    remove_folder(film);
    drop(film);
    films_look(service);
}

int service_film_remove(const struct permit *permit, const char *id, struct service_waiter *waiter,
                        struct problem *ret_problem)
{
    assert(permit->action == ACTION_FILM_CHANGE);
    struct service *service = permit->service;
    struct film *film = NULL;
    const int r = find(permit, id, ACCESS_OPERATOR, &film, ret_problem);
    if (r < 0)
        return r;
    assert(film);
    job_begin(service, NULL);
    if (service->store)
        store_remove_film(service->store, id);
    (void)job_commit(service, id, waiter, finish_remove);
    return 0;
}

/* --- Loading from the store. --- */

void service_load_film(void *ctx, const struct store_film *row)
{
    struct service *service = ctx;
    struct film film = {.is_stored = true};
    json_t *json = json_loads(row->json, JSON_REJECT_DUPLICATES, NULL);
    const unsigned long long number = strtoull(row->id, NULL, 10);
    if (number > service->films.last_id)
        service->films.last_id = number;
    if (json && film_load(json, row->id, &film))
        create(service, &film);
    else
        log_error("film", row->id, "it cannot be read");
    json_decref(json);
}

void films_init(struct service *service)
{
    list_init(&service->films.list);
    service->films.timer = net_timer_create(service->params.net, on_timer, service);
    service->films.wake = net_wake_create(service->params.net, on_wake, service);
}

void films_stop(struct service *service)
{
    service->films.is_stopped = true;
    list_for_each (film, &service->films.list, struct film, node)
        stop(film);
}

void films_drop_all(struct service *service)
{
    list_for_each (film, &service->films.list, struct film, node)
        drop(film);
    net_timer_destroy(service->films.timer);
    net_wake_destroy(service->films.wake);
}
