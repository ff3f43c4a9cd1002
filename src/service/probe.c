#include "service/probe.h"

#include <assert.h>
#include <errno.h>

#include "base/alloc.h"
#include "pull/probe.h"
#include "service/internal.h"

struct service_probe {
    struct service *service;
    struct probe *probe;
    void (*done)(void *ctx, struct packet *picture, const struct problem *problem);
    void *ctx;
};

static void destroy(struct service_probe *probe)
{
    probe->service->n_probes--;
    mem_free(probe);
}

static void on_done(void *ctx, int error, struct packet *picture, const char *sentence)
{
    struct service_probe *probe = ctx;
    struct problem problem;
    if (error)
        (void)problem_set(&problem, error == -ETIMEDOUT ? PROBLEM_TIMEOUT : PROBLEM_FAILED, NULL,
                          "%s", sentence);
    probe->done(probe->ctx, picture, error ? &problem : NULL);
    destroy(probe);
}

int service_probe(const struct permit *permit, const char *url,
                  void (*done)(void *ctx, struct packet *picture, const struct problem *problem),
                  void *ctx, struct service_probe **ret_probe, struct problem *ret_problem)
{
    assert(permit->action == ACTION_ADD);
    struct service *service = permit->service;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    if (service->n_probes >= SERVICE_PROBES_MAX)
        return problem_set(ret_problem, PROBLEM_BUSY, NULL, "%d addresses are being tried already",
                           SERVICE_PROBES_MAX);
    struct service_probe *probe = mem_new(struct service_probe);
    *probe = (struct service_probe){.service = service, .done = done, .ctx = ctx};
    service->n_probes++;
    const struct probe_params params = {
        .registry = service->params.registry, .url = url, .done = on_done, .ctx = probe};
    if (probe_begin(&params, &probe->probe, wrong) < 0) {
        destroy(probe);
        return problem_set(ret_problem, PROBLEM_INVALID, NULL, "%s", wrong);
    }
    *ret_probe = probe;
    return 0;
}

void service_probe_cancel(struct service_probe *probe)
{
    if (!probe)
        return;
    probe_cancel(probe->probe);
    destroy(probe);
}

int service_move(const struct permit *permit, const char *url, struct service_waiter *waiter,
                 struct problem *ret_problem)
{
    assert(permit->action == ACTION_MOVE);
    const char *id = camera_id(permit->camera);
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    if (camera_view(permit->camera).kind != CAMERA_HTTP)
        return problem_set(ret_problem, PROBLEM_UNSUPPORTED, id,
                           "only network cameras have an address that can be changed");
    job_begin(permit->service, permit->camera);
    if (mjpeg_move(permit->camera, url, wrong) < 0) {
        job_cancel(permit->service);
        return problem_set(ret_problem, PROBLEM_INVALID, id, "%s", wrong);
    }
    (void)job_commit(permit->service, id, waiter, NULL);
    return 0;
}
