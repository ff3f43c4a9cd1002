/* Runs of schedules: starts due runs and records their results. Only for src/service; loop only.
 */
#pragma once
#include "service/internal.h"
#include "service/schedules.h"

struct schedule_work;

/* A schedule of the service. */
struct schedule_entry {
    struct list node; /* in service->schedules.entries */
    struct plan *plan;
    bool is_stored;             /* false: it is being added */
    struct schedule *pending;   /* its replacement, until that is stored; or NULL */
    struct schedule_work *work; /* the current run, or NULL */
};

/* Checks for due runs, in a later turn of the loop. */
void schedule_look(struct service *service);
/* Ends its current run without a record. */
void schedule_abandon(struct schedule_entry *entry);
/* Sends its state to principals that may see it. */
void schedule_tell(struct service *service, const struct schedule_entry *entry);
/* The current run so far; false: none. */
bool schedule_running(const struct service *service, const struct schedule_entry *entry,
                      struct run *ret_run);
