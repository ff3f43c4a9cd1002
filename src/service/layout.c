/* How the owner arranged the wall of cameras: their order, which are hidden, groups. One document
 * that is replaced as a whole; the page knows what it means. */
#include <assert.h>
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
        if (json_object_size(group) != 2 || !name || !text_is_name(name, CAMERA_NAME_MAX) ||
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

json_t *service_layout(const struct permit *permit)
{
    assert(permit->action == ACTION_SEE_LAYOUT);
    json_t *layout = permit->service->layout;
    return layout ? json_incref(layout)
                  : json_pack("{s:[],s:[],s:[]}", "order", "hidden", "groups");
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
    json_decref(service->layout);
    service->layout = json_incref(layout);
    job_begin(service, NULL);
    if (service->store) {
        char *text = json_dumps(layout, JSON_COMPACT);
        store_put_document(service->store, "layout", text);
        mem_free(text);
    }
    (void)job_commit(service, "", waiter, NULL);
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
