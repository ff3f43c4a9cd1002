/* What the files of this room share and nobody else needs. Loop only. */
#pragma once
#include "camera/camera.h"
#include "camera/registry.h"

/* Takes the address, which may be NULL. */
struct camera *camera_create(struct registry *registry, const char *id, enum camera_kind kind,
                             char *takes_address) __attribute__((returns_nonnull));
void camera_destroy(struct camera *camera);

/* Everybody who looks or waits is told that it is gone. */
void camera_dismiss(struct camera *camera);

/* Feeds the demand machine and does what it decides. */
void camera_step(struct camera *camera, enum demand_event event);

/* The source delivers no more: what came of it is not live for those who come from now on. */
void camera_pause(struct camera *camera);

/* camera/settings.c: a device that came (back) with these controls is given what the owner chose.
 */
void camera_set_again(struct camera *camera, json_t *controls);

/* Writes the camera's row to the store, where there is one. */
void camera_remember(const struct camera *camera);

/* The next number for a rendition. */
uint32_t registry_next_stream(struct registry *registry);
void registry_mark_dirty(struct registry *registry, struct camera *camera);

/* Every capture that waits gets this error. */
void capture_fail_all(struct camera *camera, int error);
/* Those that wait for a frame of the stream. */
void capture_fail_frames(struct camera *camera, int error);
/* The same at once, with -ENOTCONN: the camera ends. */
void capture_end_all(struct camera *camera);

/* camera/control.c: the schema of a device's controls. */

/* The well-formed ones of a device's list, at most CAMERA_CONTROLS_MAX; a new reference, NULL when
 * there is none. */
json_t *control_schema(json_t *list);

/* NULL when the value suits the control of this name in the schema; else a sentence, written into
 * out. */
const char *control_refusal(json_t *schema, const char *name, json_t *value, char *out, size_t cap);

/* An object of what each control is by default; a new reference. */
json_t *control_defaults(json_t *schema);

/* Those of the values that suit the schema; a new reference. */
json_t *control_fitting(json_t *schema, json_t *values);

/* True where the device's list has another value for one of them. */
bool control_differs(json_t *list, json_t *values);

/* Writes the values that the schema knows into its objects; true when one differed. */
bool control_update(json_t *schema, json_t *values);
