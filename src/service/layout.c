/* The owner's arrangement of the wall of cameras: order, hidden ones, groups. One document that is
 * replaced as a whole; the page interprets it. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "service/internal.h"
#include "store/store.h"

enum { LAYOUT_GROUPS_MAX = 64, LAYOUT_IDS_MAX = 1024 };

static bool are_ids(json_t *list)
{
    size_t i;
    json_t *id;
    if (!json_is_array(list) || json_array_size(list) > LAYOUT_IDS_MAX)
        return false;
    json_array_foreach(list, i, id) if (!json_is_string(id) ||
                                        !text_is_id(json_string_value(id))) return false;
    return true;
}

static bool are_groups(json_t *groups)
{
    size_t i;
    json_t *group;
    if (!json_is_array(groups) || json_array_size(groups) > LAYOUT_GROUPS_MAX)
        return false;
    json_array_foreach(groups, i, group)
    {
        const char *name = json_string_value(json_object_get(group, "name"));
        if (json_object_size(group) != 2 || !name || !camera_is_name(name) ||
            !are_ids(json_object_get(group, "cameras")))
            return false;
    }
    return true;
}

static bool is_layout(json_t *layout)
{
    return json_is_object(layout) && json_object_size(layout) == 3 &&
           are_ids(json_object_get(layout, "order")) &&
           are_ids(json_object_get(layout, "hidden")) &&
           are_groups(json_object_get(layout, "groups"));
}

static json_t *visible_ids(const struct permit *permit, const json_t *ids)
{
    json_t *list = json_array(), *id;
    size_t i;
    json_array_foreach(ids, i, id) if (access_allows(permit->principal, ACCESS_VIEWER,
                                                     ACCESS_CAMERA, json_string_value(id)))
        json_array_append(list, id);
    return list;
}

/* To a principal who may see some cameras alone, the others and their groups do not exist. */
static json_t *visible(const struct permit *permit, const json_t *layout)
{
    json_t *groups = json_array(), *group;
    size_t i;
    json_array_foreach(json_object_get(layout, "groups"), i, group)
    {
        json_t *cameras = visible_ids(permit, json_object_get(group, "cameras"));
        if (json_array_size(cameras) > 0)
            json_array_append_new(groups,
                                  json_pack("{s:O, s:O}", "name", json_object_get(group, "name"),
                                            "cameras", cameras));
        json_decref(cameras);
    }
    return json_pack("{s:o, s:o, s:o}", "order",
                     visible_ids(permit, json_object_get(layout, "order")), "hidden",
                     visible_ids(permit, json_object_get(layout, "hidden")), "groups", groups);
}

json_t *service_layout(const struct permit *permit)
{
    assert(permit->action == ACTION_SEE_LAYOUT);
    json_t *layout = permit->service->layout;
    if (!layout)
        return json_pack("{s:[],s:[],s:[]}", "order", "hidden", "groups");
    return permit->principal->is_narrowed ? visible(permit, layout) : json_incref(layout);
}

static void undo_arrange(struct service *service, const char *object, json_t *before)
{
    (void)object;
    json_decref(service->layout);
    service->layout = json_is_null(before) ? NULL : json_incref(before);
}

int service_arrange(const struct permit *permit, json_t *layout, struct service_waiter *waiter,
                    struct problem *ret_problem)
{
    assert(permit->action == ACTION_ARRANGE);
    struct service *service = permit->service;
    if (!is_layout(layout))
        return problem_set(ret_problem, PROBLEM_INVALID, NULL,
                           "a layout has \"order\" and \"hidden\", lists of camera ids, and "
                           "\"groups\", a list of {\"name\":…,\"cameras\":[ids]}");
    json_t *before = service->layout ? service->layout : json_null();
    service->layout = json_incref(layout);
    job_begin(service, NULL);
    if (service->store) {
        char *text = json_dumps(layout, JSON_COMPACT);
        store_put_document(service->store, "layout", text);
        mem_free(text);
    }
    job_undo(job_commit(service, "", waiter, NULL), undo_arrange, before);
    return 0;
}

static bool may_watch(struct service *service, const struct principal *principal, const char *id)
{
    struct permit permit;
    struct problem problem;
    return service_permit(service, principal, ACTION_WATCH, id, &permit, &problem) == 0;
}

static bool is_arranged(json_t *order, const char *id)
{
    size_t i;
    json_t *each;
    json_array_foreach(order, i, each) if (strcmp(json_string_value(each), id) == 0) return true;
    return false;
}

int service_numbered(struct service *service, const struct principal *principal, unsigned number,
                     char ret_id[CAMERA_ID_MAX + 1])
{
    json_t *order = json_object_get(service->layout, "order"), *each;
    const char *found = NULL;
    size_t i;
    json_array_foreach(order, i, each)
    {
        if (!found && may_watch(service, principal, json_string_value(each)) && number-- == 0)
            found = json_string_value(each);
    }
    for (struct camera *camera = NULL;
         !found && (camera = registry_next(service->params.registry, camera));)
        if (!is_arranged(order, camera_id(camera)) &&
            may_watch(service, principal, camera_id(camera)) && number-- == 0)
            found = camera_id(camera);
    if (!found)
        return -ENOENT;
    memcpy(ret_id, found, strlen(found) + 1);
    return 0;
}

void service_load_layout(struct service *service, const char *json)
{
    json_t *layout = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    if (!is_layout(layout)) {
        json_decref(layout);
        return;
    }
    json_decref(service->layout);
    service->layout = layout;
}
