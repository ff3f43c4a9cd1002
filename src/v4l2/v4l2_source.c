#include "v4l2/v4l2_source.h"

#include <errno.h>

#include "base/alloc.h"
#include "v4l2/v4l2_schema.h"

static int find_camera(struct registry *registry, const struct v4l2_found *found,
                       struct camera **ret_camera)
{
    struct camera_identity identity = {.id = found->identity.id,
                                       .name = found->device.card,
                                       .kind = CAMERA_V4L2,
                                       .address = found->identity.address};
    const struct camera *twin = registry_find(registry, identity.id);
    /* Two cameras that claim one serial number, or an id that a device on the network has: the port
     * distinguishes it. */
    if (twin && (camera_view(twin).has_source || camera_view(twin).kind != CAMERA_V4L2)) {
        identity.id = found->identity.place_id;
        identity.address = found->identity.place_address;
        twin = registry_find(registry, identity.id);
        if (twin && camera_view(twin).has_source)
            return -EEXIST;
    }
    return registry_add(registry, &identity, ret_camera);
}

static void bring_up(struct v4l2_driver *driver, struct camera *camera,
                     const struct v4l2_target *owner)
{
    const struct v4l2_found *found = driver->found;
    struct v4l2_mode mode;
    enum raw_format raw = RAW_NONE;
    if (v4l2_mode_choose(&found->modes, owner, &mode))
        v4l2_fourcc_format(mode.fourcc, &raw);
    source_attach(
        driver->source, camera,
        &(struct camera_source_info){.native = raw == RAW_NONE ? RENDITION_JPEG : RENDITION_RAW,
                                     .controlled = true,
                                     .model = found->device.card,
                                     .controls = &driver->schema});
}

static void on_ended(void *ctx)
{
    struct v4l2_source *source = ctx;
    source->ended(source->ctx, source);
}

int v4l2_source_create(struct registry *registry, struct v4l2_found *takes_found,
                       void (*ended)(void *ctx, struct v4l2_source *source), void *ctx,
                       struct v4l2_source **ret_source)
{
    const struct v4l2_target owner = v4l2_mode_default(&takes_found->modes);
    struct v4l2_source *source = mem_new(struct v4l2_source);
    struct v4l2_driver *driver = &source->driver;
    struct camera *camera = NULL;
    list_init(&source->node);
    source->ended = ended;
    source->ctx = ctx;
    driver->found = takes_found;
    driver->env = registry_env(registry);
    driver->knobs = takes_found->knobs;
    driver->fd = -1;
    v4l2_schema(&takes_found->modes, &owner, &takes_found->knobs, &driver->schema);
    const struct source_params params = {.driver = &v4l2_driver,
                                         .device = driver,
                                         .net = driver->env->net,
                                         .ended = on_ended,
                                         .ctx = source};
    int r = source_create(&params, &driver->source);
    if (r == 0)
        r = find_camera(registry, takes_found, &camera);
    if (r < 0) {
        driver->found = NULL; /* remains the caller's */
        v4l2_source_destroy(source);
        return r;
    }
    bring_up(driver, camera, &owner);
    *ret_source = source;
    return 0;
}

void v4l2_source_gone(struct v4l2_source *source)
{
    source_hang_up(source->driver.source);
}

void v4l2_source_destroy(struct v4l2_source *source)
{
    if (!source)
        return;
    source_destroy(source->driver.source);
    controls_finish(&source->driver.schema);
    list_remove(&source->node);
    mem_free(source->driver.found);
    mem_free(source);
}
