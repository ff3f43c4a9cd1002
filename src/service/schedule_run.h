/* Runs of schedules: begins what is due and records how it ended. Only for src/service; loop only.
 */
#pragma once
#include "service/internal.h"
#include "service/schedules.h"

struct schedule_work;

/* A schedule of the service. */
struct schedule_entry {
    struct list node; /* in service->schedules.entries */
    struct plan *plan;
    bool is_stored;             /* else it is being added */
    struct schedule *pending;   /* what it is being replaced with, or NULL */
    struct schedule_work *work; /* the run at hand, or NULL */
};

/* Looks at once, in a later turn of the loop, for what is due. */
void schedule_look(struct service *service);
/* Its run at hand ends without a record. */
void schedule_abandon(struct schedule_entry *entry);
/* Tells its state to those who may see it. */
void schedule_tell(struct service *service, const struct schedule_entry *entry);
/* The run at hand as it is now; false: there is none. */
bool schedule_running(const struct service *service, const struct schedule_entry *entry,
                      struct run *ret_run);
