#include "app/declared.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/complain.h"
#include "app/declared_file.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "service/probe.h"

enum { FILES_MAX = 1000, PATH_MAX_BYTES = 1024 };

/* --- The folder. --- */

static int is_declaration(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end && end != entry->d_name && strcmp(end, ".conf") == 0;
}

static int read_one(const char *folder, const char *file, char ret_id[CAMERA_ID_MAX + 1],
                    struct declared *ret_declared, char error[DECLARED_ERROR_MAX])
{
    char path[PATH_MAX_BYTES], *text = NULL;
    size_t len_bytes = 0;
    snprintf(path, sizeof(path), "%s/%s", folder, file);
    const size_t id_len = strlen(file) - strlen(".conf");
    snprintf(ret_id, CAMERA_ID_MAX + 1, "%.*s", (int)id_len, file);
    if (id_len > CAMERA_ID_MAX || !text_is_id(ret_id)) {
        snprintf(error, DECLARED_ERROR_MAX,
                 "%.300s: the file's name must be the camera's id, 1 to 32 of a-z, 0-9 and -, and "
                 "`.conf`",
                 path);
        return -EINVAL;
    }
    int r = config_read_file(path, &text, &len_bytes);
    if (r < 0)
        snprintf(error, DECLARED_ERROR_MAX, "%.300s: %s", path, strerror(-r));
    else
        r = declared_parse(path, text, len_bytes, ret_declared, error);
    mem_free(text);
    return r;
}

/* Calls each with every file that can be read, in the order of their names, and tell with every
 * error. */
static void visit(const struct config *config,
                  void (*each)(void *ctx, const char *id, const struct declared *declared),
                  void (*tell)(void *ctx, const char *error), void *ctx)
{
    struct dirent **files = NULL;
    const int n = config->cameras ? scandir(config->cameras, &files, is_declaration, alphasort) : 0;
    char error[DECLARED_ERROR_MAX], id[CAMERA_ID_MAX + 1];
    if (n < 0 && (errno != ENOENT || !config_is_default(config, "cameras"))) {
        snprintf(error, sizeof(error), "%.300s: %s", config->cameras, strerror(errno));
        tell(ctx, error);
    }
    for (int i = 0; i < n; i++) {
        struct declared declared = {0};
        if (i == FILES_MAX)
            tell(ctx, "there are more than 1000 files that declare cameras; the rest is not read");
        if (i >= FILES_MAX)
            continue;
        if (read_one(config->cameras, files[i]->d_name, id, &declared, error) < 0)
            tell(ctx, error);
        else if (each)
            each(ctx, id, &declared);
        declared_finish(&declared);
    }
    for (int i = 0; i < n; i++)
        mem_free(files[i]);
    mem_free(files);
}

/* --- Applied. --- */

struct applying {
    struct registry *registry;
    struct service *service;
};

/* What became of a command; it frees itself. */
struct outcome {
    struct service_waiter waiter;
    char id[CAMERA_ID_MAX + 1];
};

static void on_done(struct service_waiter *waiter, const char *object,
                    const struct problem *problem)
{
    struct outcome *outcome = list_entry(waiter, struct outcome, waiter);
    (void)object;
    if (problem)
        log_error("app", outcome->id, "its declaration was not stored: %s", problem->detail);
    mem_free(outcome);
}

static void tell_log(void *ctx, const char *error)
{
    (void)ctx;
    log_error("app", NULL, "%s", error);
}

/* Asks as this machine's owner. */
static int ask(const struct applying *applying, enum service_action action, const char *id,
               const struct declared *declared, struct service_waiter *waiter,
               struct problem *ret_problem)
{
    const struct principal owner = service_owner();
    struct permit permit;
    const int r = service_permit(applying->service, &owner, action, id, &permit, ret_problem);
    if (r < 0)
        return r;
    if (action == ACTION_ADD)
        return service_add(&permit,
                           &(struct service_network_camera){
                               .id = id, .url = declared->url, .name = declared->name},
                           waiter, ret_problem);
    return action == ACTION_MOVE ? service_move(&permit, declared->url, waiter, ret_problem)
                                 : service_adopt(&permit, declared->name, waiter, ret_problem);
}

static void order(const struct applying *applying, enum service_action action, const char *id,
                  const struct declared *declared)
{
    struct outcome *outcome = mem_new(struct outcome);
    struct problem problem;
    outcome->waiter.done = on_done;
    snprintf(outcome->id, sizeof(outcome->id), "%s", id);
    if (ask(applying, action, id, declared, &outcome->waiter, &problem) < 0) {
        log_error("app", id, "its declaration cannot be followed: %s", problem.detail);
        mem_free(outcome);
    }
}

static void apply(void *ctx, const char *id, const struct declared *declared)
{
    const struct applying *applying = ctx;
    struct camera *camera = registry_find(applying->registry, id);
    if (declared->url && !camera) {
        order(applying, ACTION_ADD, id, declared);
        return;
    }
    if (!camera && registry_get_or_add(applying->registry, id, NULL, &camera) < 0) {
        log_error("app", id, "its declaration cannot be followed: there are too many cameras");
        return;
    }
    const struct camera_view view = camera_view(camera);
    if (declared->url && (!view.address || strcmp(view.address, declared->url) != 0))
        order(applying, ACTION_MOVE, id, declared);
    if (!view.adopted || (declared->name && strcmp(view.name, declared->name) != 0))
        order(applying, ACTION_ADOPT, id, declared);
}

void declared_apply(const struct config *config, struct registry *registry, struct service *service)
{
    struct applying applying = {registry, service};
    visit(config, apply, tell_log, &applying);
}

static void count(void *ctx, const char *error)
{
    complain("%s", error);
    ++*(unsigned *)ctx;
}

unsigned declared_check(const struct config *config)
{
    unsigned n = 0;
    visit(config, NULL, count, &n);
    return n;
}
