#include "picam/libcamera.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "picam/libcamera_driver.h"
#include "picam/libcamera_finder.h"
#include "picam/rpicam_driver.h"

/* A camera with one of the two drivers. One that is gone stays until its source has ended. */
struct seat {
    struct list node;
    struct libcamera *libcamera;
    char *address;
    struct source *source;                                  /* NULL: thread creation failed */
    struct libcamera_driver helped; /* by the helper; or */ /* by the helper; or */
    struct rpicam_driver run;                               /* by rpicam's programs */
};

struct libcamera {
    struct registry *registry;
    char *helper; /* NULL: use programs */
    const struct rpicam_programs *programs;
    struct inbox lists;
    struct libcamera_list *latest; /* owned; NULL before the first list */
    struct net_wake *wake;
    struct libcamera_finder *finder;
    struct list seats;
    struct registry_observer observer;
};

/* --- Seats. --- */

static void remove_seat(struct seat *seat)
{
    list_remove(&seat->node);
    source_destroy(seat->source);
    libcamera_driver_finish(&seat->helped);
    rpicam_driver_finish(&seat->run);
    mem_free(seat->address);
    mem_free(seat);
}

static void on_ended(void *ctx);

/* Its controls are known once the helper has opened it. */
static int attach_helped(struct seat *seat, struct camera *camera,
                         const struct rpicam_camera *found)
{
    seat->helped = (struct libcamera_driver){
        .helper = seat->libcamera->helper, .camera_id = seat->address, .env = camera_env(camera)};
    const struct source_params params = {.driver = &libcamera_driver,
                                         .device = &seat->helped,
                                         .net = camera_env(camera)->net,
                                         .ended = on_ended,
                                         .ctx = seat};
    int r = source_create(&params, &seat->source);
    if (r < 0)
        return r;
    seat->helped.source = seat->source;
    source_attach(seat->source, camera,
                  &(struct camera_source_info){.native = RENDITION_RAW,
                                               .controlled = true,
                                               .name = found->camera.model,
                                               .model = found->camera.model});
    return 0;
}

static int attach_run(struct seat *seat, struct camera *camera, const struct rpicam_camera *found)
{
    rpicam_driver_init(&seat->run, seat->libcamera->programs, found->number);
    const struct source_params params = {.driver = &rpicam_driver,
                                         .device = &seat->run,
                                         .net = camera_env(camera)->net,
                                         .ended = on_ended,
                                         .ctx = seat};
    int r = source_create(&params, &seat->source);
    if (r < 0)
        return r;
    seat->run.source = seat->source;
    source_attach(seat->source, camera,
                  &(struct camera_source_info){.controlled = true,
                                               .name = found->camera.model,
                                               .model = found->camera.model,
                                               .controls = &seat->run.schema});
    return 0;
}

static int add_seat(struct libcamera *libcamera, struct camera *camera,
                    const struct rpicam_camera *found)
{
    struct seat *seat = mem_new(struct seat);
    list_append(&libcamera->seats, &seat->node);
    seat->libcamera = libcamera;
    seat->address = mem_strdup_or_die(found->camera.id);
    int r =
        libcamera->helper ? attach_helped(seat, camera, found) : attach_run(seat, camera, found);
    if (r < 0)
        remove_seat(seat);
    return r;
}

/* --- Ids. --- */

/* "imx219-3fa8": the model, and a hash of the connector (FNV-1a, 32 bit, folded), so that cameras
 * of the same model differ and each keeps its id. */
void libcamera_id(const struct helper_camera *found, char ret_id[CAMERA_ID_MAX + 1])
{
    char *id = ret_id;
    enum { HASH_CHARS = 5 };
    uint32_t hash = 2166136261u;
    unsigned n = 0;
    for (const char *p = found->id; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    for (const char *p = found->model; *p && n < CAMERA_ID_MAX - HASH_CHARS; p++) {
        const bool fits = isascii((unsigned char)*p) && isalnum((unsigned char)*p);
        if (fits || (n > 0 && id[n - 1] != '-'))
            id[n++] = fits ? (char)tolower((unsigned char)*p) : '-';
    }
    if (n > 0 && id[n - 1] == '-')
        n--;
    snprintf(id + n, CAMERA_ID_MAX + 1 - n, "%s%04x", n ? "-" : "pi-",
             (unsigned)((hash >> 16 ^ hash) & 0xffff));
}

static struct camera *find_known(struct libcamera *libcamera, const char *address)
{
    registry_for_each (camera, libcamera->registry) {
        const struct camera_view view = camera_view(camera);
        if (view.kind == CAMERA_LIBCAMERA && view.address && strcmp(view.address, address) == 0)
            return camera;
    }
    return NULL;
}

static bool has_seat(struct libcamera *libcamera, const char *address)
{
    list_for_each (seat, &libcamera->seats, struct seat, node)
        if (strcmp(seat->address, address) == 0)
            return true;
    return false;
}

/* While its previous helper or program is ending, the camera is busy: on_ended adds it then. */
static void take_in(struct libcamera *libcamera, const struct rpicam_camera *found)
{
    if (has_seat(libcamera, found->camera.id))
        return;
    char id[CAMERA_ID_MAX + 1];
    struct camera *camera = find_known(libcamera, found->camera.id);
    int r = 0;
    libcamera_id(&found->camera, id);
    if (!camera)
        r = registry_add(libcamera->registry,
                         &(struct camera_identity){.id = id,
                                                   .name = found->camera.model,
                                                   .kind = CAMERA_LIBCAMERA,
                                                   .address = found->camera.id},
                         &camera);
    if (r == 0)
        r = add_seat(libcamera, camera, found);
    if (r < 0)
        log_warn("camera", id, "cannot add this Raspberry Pi camera: %s", strerror(-r));
}

/* --- Lists. --- */

static bool is_listed(const struct libcamera_list *list, const char *address)
{
    for (unsigned i = 0; i < list->count; i++)
        if (strcmp(list->cameras[i].camera.id, address) == 0)
            return true;
    return false;
}

static void on_list(struct libcamera *libcamera, const struct libcamera_list *list)
{
    list_for_each (seat, &libcamera->seats, struct seat, node)
        if (!is_listed(list, seat->address))
            source_hang_up(seat->source); /* on_ended removes it */
    for (unsigned i = 0; i < list->count; i++)
        take_in(libcamera, &list->cameras[i]);
}

static void read_lists(struct libcamera *libcamera)
{
    for (struct list *node; (node = inbox_take(&libcamera->lists));) {
        mem_free(libcamera->latest);
        libcamera->latest = list_entry(node, struct libcamera_list, node);
    }
}

static void on_wake(void *ctx)
{
    struct libcamera *libcamera = ctx;
    read_lists(libcamera);
    if (libcamera->latest)
        on_list(libcamera, libcamera->latest);
}

/* Its thread has ended, so destroying the source does not block. A camera that the owner removed,
 * but that is still connected, becomes a new camera. */
static void on_ended(void *ctx)
{
    struct seat *seat = ctx;
    struct libcamera *libcamera = seat->libcamera;
    remove_seat(seat);
    on_list(libcamera, libcamera->latest);
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx;
    (void)camera;
}

/* The owner removed a connected camera. */
static void on_removed(void *ctx, struct camera *camera)
{
    struct libcamera *libcamera = ctx;
    list_for_each (seat, &libcamera->seats, struct seat, node)
        if (source_camera(seat->source) == camera)
            source_hang_up(seat->source);
}

/* --- Create and destroy. --- */

int libcamera_create(const struct libcamera_params *params, struct libcamera **ret_libcamera)
{
    const struct rpicam_programs *programs =
        params->helper ? NULL : rpicam_programs_find(params->path);
    if (!params->helper && !programs)
        return -ENOENT;
    struct libcamera *libcamera = mem_new(struct libcamera);
    libcamera->registry = params->registry;
    libcamera->helper = mem_strdup_or_die(params->helper);
    libcamera->programs = programs;
    list_init(&libcamera->seats);
    libcamera->observer =
        (struct registry_observer){.changed = on_changed, .removed = on_removed, .ctx = libcamera};
    registry_observe(params->registry, &libcamera->observer);
    libcamera->wake = net_wake_create(registry_env(params->registry)->net, on_wake, libcamera);
    inbox_init(&libcamera->lists, net_wake_waker(libcamera->wake));
    int r = libcamera_finder_create(
        &(struct libcamera_finder_params){.helper = libcamera->helper,
                                          .program = programs ? programs->stream : NULL,
                                          .lists = &libcamera->lists},
        &libcamera->finder);
    if (r < 0)
        libcamera_destroy(libcamera);
    else
        *ret_libcamera = libcamera;
    return r;
}

void libcamera_destroy(struct libcamera *libcamera)
{
    if (!libcamera)
        return;
    registry_unobserve(&libcamera->observer);
    libcamera_finder_hang_up(libcamera->finder);
    list_for_each (seat, &libcamera->seats, struct seat, node)
        source_hang_up(seat->source); /* all in parallel, before waiting for each */
    list_for_each (seat, &libcamera->seats, struct seat, node)
        remove_seat(seat);
    libcamera_finder_destroy(libcamera->finder);
    read_lists(libcamera);
    mem_free(libcamera->latest);
    inbox_finish(&libcamera->lists);
    net_wake_destroy(libcamera->wake);
    mem_free(libcamera->helper);
    mem_free(libcamera);
}
