/* Changes of settings: accepted first, and later applied, corrected or refused by the camera. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "store/store.h"

/* An online camera that reports nothing for this long has not applied the values. */
static const int64_t CONFIRM_US = 10 * US_PER_S;

/* Further changes are reported as refused, which bounds the memory if a camera never confirms.
 * ENDED_MAX: results kept for later requests. */
enum { CHANGES_MAX = 32, ENDED_MAX = 32 };

struct setting_change {
    struct list node; /* in its camera's changes */
    uint64_t number;
    json_t *wanted;   /* of name → value: unconfirmed */
    json_t *in_force; /* of name → value: reported by the camera */
    bool is_corrected;
    bool is_refused;
    enum setting_result result; /* of one that has ended */
    char why[160];              /* of a refusal, or of the end; "" = none given */
    bool is_replaced;           /* a newer one decides about some of its controls */
    bool is_stored;             /* and its waiter was called; its end is reported after that */
    int64_t deadline_us;        /* CLOCK_NEVER_US while the camera is offline */
};

static int64_t now(const struct service *service)
{
    return clock_now_us(service->params.clock);
}

static void drop(struct setting_change *change, unsigned *n)
{
    list_remove(&change->node);
    --*n;
    json_decref(change->wanted);
    json_decref(change->in_force);
    mem_free(change);
}

void settings_drop(struct service_camera *known)
{
    list_for_each (change, &known->changes, struct setting_change, node)
        drop(change, &known->n_changes);
    list_for_each (change, &known->ended, struct setting_change, node)
        drop(change, &known->n_ended);
}

static void keep_ended(struct service_camera *known, struct setting_change *change)
{
    list_remove(&change->node);
    known->n_changes--;
    if (known->n_ended >= ENDED_MAX)
        drop(list_entry(known->ended.next, struct setting_change, node), &known->n_ended);
    list_append(&known->ended, &change->node);
    known->n_ended++;
}

static void end(struct service *service, struct camera *camera, struct setting_change *change,
                enum setting_result result, const char *why)
{
    change->result = result;
    if (why != change->why)
        snprintf(change->why, sizeof(change->why), "%s", why);
    keep_ended(service_camera_of(service, camera_id(camera)), change);
    event_tell(&service->events, &(struct event){.type = EVENT_SETTING,
                                                 .camera = camera,
                                                 .setting = {.change = change->number,
                                                             .result = result,
                                                             .values = change->in_force,
                                                             .detail = change->why}});
}

static void end_if_done(struct service *service, struct camera *camera,
                        struct setting_change *change)
{
    if (!change->is_stored || json_object_size(change->wanted) > 0)
        return;
    const enum setting_result result = change->is_refused     ? SETTING_REFUSED
                                       : change->is_corrected ? SETTING_CORRECTED
                                                              : SETTING_APPLIED;
    end(service, camera, change, result,
        change->is_refused    ? change->why
        : change->is_replaced ? "a newer change replaced some of the values"
                              : "");
}

/* Ends a change that timed out. */
static void give_up(struct service *service, struct camera *camera, struct setting_change *change)
{
    const bool is_partial = json_object_size(change->in_force) > 0;
    end(service, camera, change, SETTING_REFUSED,
        change->why[0] ? change->why
        : is_partial   ? "the camera confirmed only some of the values"
                       : "the camera did not confirm the values");
}

static void arm(struct service *service)
{
    int64_t next_us = CLOCK_NEVER_US;
    list_for_each (known, &service->cameras, struct service_camera, node)
        list_for_each (change, &known->changes, struct setting_change, node)
            next_us = change->deadline_us < next_us ? change->deadline_us : next_us;
    net_timer_set(service->timer, next_us);
}

void settings_stored(struct service *service, const char *camera, uint64_t number, int error)
{
    struct camera *found = registry_find(service->params.registry, camera);
    if (!found)
        return;
    struct service_camera *known = service_camera_of(service, camera);
    list_for_each (change, &known->changes, struct setting_change, node) {
        if (change->number != number)
            continue;
        change->is_stored = true;
        if (error)
            drop(change, &known->n_changes);
        else
            end_if_done(service, found, change);
        return;
    }
}

void settings_check(struct service *service)
{
    const int64_t now_us = now(service);
    list_for_each (known, &service->cameras, struct service_camera, node) {
        struct camera *camera = registry_find(service->params.registry, known->id);
        const bool is_there = camera && camera_view(camera).has_source;
        list_for_each (change, &known->changes, struct setting_change, node) {
            if (change->deadline_us > now_us)
                continue;
            if (is_there)
                give_up(service, camera, change);
            else
                change->deadline_us = CLOCK_NEVER_US; /* until it reconnects and reports */
        }
    }
    arm(service);
}

/* Notes one reported value, if the change set it. */
static void confirm(struct setting_change *change, const char *name, json_t *value)
{
    json_t *wanted = json_object_get(change->wanted, name);
    if (!wanted)
        return;
    if (!json_equal(wanted, value))
        change->is_corrected = true;
    json_object_set(change->in_force, name, value);
    json_object_del(change->wanted, name);
}

void settings_reported(struct service *service, struct camera *camera, json_t *values)
{
    struct service_camera *known = service_camera_of(service, camera_id(camera));
    list_for_each (change, &known->changes, struct setting_change, node) {
        const char *name;
        json_t *value;
        json_object_foreach(values, name, value) confirm(change, name, value);
        if (json_object_size(change->wanted) > 0 && change->deadline_us == CLOCK_NEVER_US)
            change->deadline_us = now(service) + CONFIRM_US;
        end_if_done(service, camera, change);
    }
    arm(service);
}

void settings_refused(struct service *service, struct camera *camera, const char *control,
                      const char *why)
{
    struct service_camera *known = service_camera_of(service, camera_id(camera));
    list_for_each (change, &known->changes, struct setting_change, node) {
        if (json_object_del(change->wanted, control) < 0)
            continue;
        change->is_refused = true;
        snprintf(change->why, sizeof(change->why), "%s: %s", control, why);
        end_if_done(service, camera, change);
    }
    arm(service);
}

/* Controls that a newer change sets are removed from older changes. */
static void supersede(struct service *service, struct camera *camera, struct service_camera *known,
                      json_t *values)
{
    list_for_each (change, &known->changes, struct setting_change, node) {
        const char *name;
        json_t *value;
        json_object_foreach(values, name, value)
        {
            if (json_object_del(change->wanted, name) == 0)
                change->is_replaced = change->is_corrected = true;
        }
        end_if_done(service, camera, change);
    }
    while (known->n_changes >= CHANGES_MAX)
        give_up(service, camera, list_entry(known->changes.next, struct setting_change, node));
}

static uint64_t remember(struct service *service, struct camera *camera, json_t *values,
                         bool is_there)
{
    struct service_camera *known = service_camera_of(service, camera_id(camera));
    supersede(service, camera, known, values);
    struct setting_change *change = mem_new(struct setting_change);
    change->number = ++service->last_change;
    change->wanted = json_copy(values);
    change->in_force = json_object();
    change->deadline_us = is_there ? now(service) + CONFIRM_US : CLOCK_NEVER_US;
    list_append(&known->changes, &change->node);
    known->n_changes++;
    arm(service);
    return change->number;
}

/* The values to set; with SERVICE_REPLACE also the defaults of all other controls. A new
 * reference. */
static json_t *all_wanted(const struct camera *camera, json_t *values, enum service_set_mode mode)
{
    json_t *wanted = json_object(), *control;
    size_t i;
    if (mode == SERVICE_REPLACE) {
        json_t *controls = camera_controls(camera);
        json_array_foreach(controls, i, control)
            json_object_set(wanted, json_string_value(json_object_get(control, "name")),
                            json_object_get(control, "default"));
        json_decref(controls);
    }
    json_object_update(wanted, values);
    return wanted;
}

int service_set(const struct permit *permit, json_t *values, enum service_set_mode mode,
                struct service_waiter *waiter, uint64_t *ret_change, struct problem *ret_problem)
{
    assert(permit->action == ACTION_SET);
    struct service *service = permit->service;
    struct camera *camera = permit->camera;
    const char *wrong = "";
    job_begin(service, camera);
    const int error = mode == SERVICE_REPLACE ? camera_replace(camera, values, &wrong)
                                              : camera_set(camera, values, &wrong);
    if (error && error != -ENOTCONN) {
        job_cancel(service);
        const char *id = camera_id(camera);
        if (error == -EINVAL)
            return problem_set(ret_problem, PROBLEM_INVALID, id, "%s", wrong);
        if (error == -ENOTSUP)
            return problem_set(ret_problem, PROBLEM_UNSUPPORTED, id, "this camera has no settings");
        return problem_set(ret_problem, PROBLEM_FAILED, id, "the camera refused the values");
    }
    json_t *wanted = all_wanted(camera, values, mode);
    *ret_change = remember(service, camera, wanted, error == 0);
    json_decref(wanted);
    job_commit(service, camera_id(camera), waiter, NULL)->change = *ret_change;
    return 0;
}

/* state: NULL = of one that has ended. */
static void prepend(json_t *list, const struct setting_change *change, const char *state)
{
    json_array_insert_new(list, 0,
                          json_pack("{s:I, s:s, s:O, s:s}", "change", (json_int_t)change->number,
                                    "state", state ? state : setting_result_name(change->result),
                                    "values", change->in_force, "detail", change->why));
}

json_t *service_changes(const struct permit *permit)
{
    assert(permit->action == ACTION_SEE);
    struct service_camera *known = service_camera_of(permit->service, camera_id(permit->camera));
    json_t *list = json_array();
    list_for_each (change, &known->ended, struct setting_change, node)
        prepend(list, change, NULL);
    list_for_each (change, &known->changes, struct setting_change, node)
        if (change->is_stored)
            prepend(list, change, "accepted");
    return list;
}
