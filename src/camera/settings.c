/* What the owner can change of a camera, and what is stored. */
#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "camera/internal.h"
#include "camera/source.h"

void camera_remember(const struct camera *camera)
{
    struct store *store = camera->home->env.store;
    if (store && !camera->is_unseen)
        store_put_camera(store, &(struct store_camera){.id = camera->id,
                                                       .name = camera->name,
                                                       .source = camera_kind_name(camera->kind),
                                                       .address = camera->address,
                                                       .token = camera->token,
                                                       .adopted = camera->adopted});
}

void camera_store(const struct camera *camera, bool with_settings)
{
    struct store *store = camera->home->env.store;
    const char *name;
    json_t *value;
    if (!store)
        return;
    camera_remember(camera);
    if (!with_settings)
        return;
    store_clear_settings(store, camera->id);
    json_object_foreach(camera->settings, name, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        if (text)
            store_put_setting(store, camera->id, name, text);
        mem_free(text);
    }
}

/* The owner changed something: the camera counts from now on, if there is room. */
static void own(struct camera *camera)
{
    if (!registry_seen(camera->home->registry, camera))
        log_warn("camera", camera->id, "not stored: max_cameras is reached");
}

void camera_adopt(struct camera *camera)
{
    own(camera);
    if (camera->adopted)
        return;
    camera->adopted = true;
    camera_remember(camera);
    camera_changed(camera, CAMERA_CHANGE_IDENTITY);
}

int camera_use_token(struct camera *camera, const char *hash)
{
    if (camera->kind != CAMERA_PUSH)
        return -ENOTSUP;
    own(camera);
    snprintf(camera->token, sizeof(camera->token), "%s", hash);
    camera_remember(camera);
    if (camera->source) {
        camera->source_ops->detached(camera->source);
        camera_source_down(camera);
    }
    return 0;
}

bool camera_is_name(const char *name)
{
    unsigned characters = 0;
    if (!text_is_name(name, CAMERA_NAME_MAX_BYTES))
        return false;
    for (; *name; name += text_utf8_len(name))
        characters++;
    return characters <= CAMERA_NAME_MAX;
}

int camera_rename(struct camera *camera, const char *name)
{
    if (camera_is_name(name))
        own(camera);
    return camera_take_name(camera, name);
}

void camera_move(struct camera *camera, const char *address)
{
    own(camera);
    mem_free(camera->address);
    camera->address = mem_strdup_or_die(address);
    camera_remember(camera);
    camera_changed(camera, CAMERA_CHANGE_IDENTITY);
}

int camera_take_name(struct camera *camera, const char *name)
{
    if (!camera_is_name(name))
        return -EINVAL;
    snprintf(camera->name, sizeof(camera->name), "%s", name);
    camera_remember(camera);
    camera_changed(camera, CAMERA_CHANGE_IDENTITY);
    return 0;
}

static void remember_setting(struct camera *camera, const char *name, json_t *value)
{
    struct store *store = camera->home->env.store;
    if (json_equal(json_object_get(camera->settings, name), value))
        return; /* unchanged: nothing to write */
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    json_object_set(camera->settings, name, value);
    if (store && text && !camera->is_unseen)
        store_put_setting(store, camera->id, name, text);
    mem_free(text);
}

/* -ENOTSUP, -EINVAL as in camera_set; else 0, and values are as the schema writes them: 1 for
 * 1.0. */
static int check(struct camera *camera, json_t *values, struct control_values *ret_wanted,
                 const char **ret_message)
{
    if (!camera->controls.count)
        return -ENOTSUP;
    const char *refusal = control_json_read(&camera->controls, values, ret_wanted, camera->refusal,
                                            sizeof(camera->refusal));
    if (refusal) {
        *ret_message = refusal;
        return -EINVAL;
    }
    json_t *canonical = control_json_values(&camera->controls, ret_wanted);
    json_object_update(values, canonical);
    json_decref(canonical);
    return 0;
}

/* Shows the values at once, and sends them to the device. */
static int put_in_force(struct camera *camera, const struct control_values *wanted)
{
    if (controls_update(&camera->controls, wanted))
        camera_changed(camera, CAMERA_CHANGE_CONTROLS);
    return camera->source ? camera->source_ops->set(camera->source, wanted) : -ENOTCONN;
}

int camera_set(struct camera *camera, json_t *values, const char **ret_message)
{
    struct control_values wanted;
    const char *name;
    json_t *value;
    const int error = check(camera, values, &wanted, ret_message);
    if (error)
        return error;
    own(camera);
    json_object_foreach(values, name, value) remember_setting(camera, name, value);
    return put_in_force(camera, &wanted);
}

int camera_replace(struct camera *camera, json_t *values, const char **ret_message)
{
    struct store *store = camera->home->env.store;
    struct control_values wanted, all;
    const char *name;
    json_t *value;
    const int error = check(camera, values, &wanted, ret_message);
    if (error)
        return error;
    own(camera);
    if (store && json_object_size(camera->settings) > 0)
        store_clear_settings(store, camera->id);
    json_object_clear(camera->settings);
    json_object_foreach(values, name, value) remember_setting(camera, name, value);
    controls_defaults(&camera->controls, &all);
    control_values_merge(&all, &wanted);
    return put_in_force(camera, &all);
}

void camera_set_again(struct camera *camera)
{
    struct control_values chosen;
    control_json_fitting(&camera->controls, camera->settings, &chosen);
    /* Of a control described with an invalid value, the value in force is unknown: set it. */
    const uint64_t differ =
        controls_update(&camera->controls, &chosen) | (camera->controls.impossible & chosen.mask);
    if (!differ && chosen.mask) /* a pending change may wait for this report */
        registry_tell_reported(camera->home->registry, camera, &chosen);
    if (differ && camera->source_ops->set(camera->source, &chosen) < 0)
        log_warn("camera", camera->id, "the device refuses its settings");
}
