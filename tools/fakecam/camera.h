/* One mock device: the agent's platform, made of a link, the studio (or a file) and faults. What
 * does not belong here: the protocol (device/agent.h), drawing (scene.h). One thread. */
#pragma once
#include <stdint.h>

#include "tools/fakecam/client.h"
#include "tools/fakecam/mjpeg.h"
#include "tools/fakecam/options.h"
#include "tools/fakecam/studio.h"

struct camera;

/* Shared by all cameras; borrowed for their lifetime. */
struct camera_world {
    const struct options *options;
    struct client *client;
    struct studio *studio;
    const struct mjpeg *mjpeg; /* NULL: the studio draws */
    int64_t epoch_us;          /* monotonic: the devices' clocks started then, at 0 */
};

/* number: from 1; 0 if it is the only one and has the id without a number. */
int camera_create(const struct camera_world *world, unsigned number, struct camera **ret_camera)
    __attribute__((warn_unused_result));

/* NULL is allowed. Destroy the client first: its connections refer to the cameras. */
void camera_destroy(struct camera *camera);

void camera_boot(struct camera *camera);

/* Does what is due; returns when it wants to be called again. Both on the devices' clock. */
int64_t camera_tick(struct camera *camera, int64_t now_us);

/* The devices' clock: like a real one, it is not related to the server's. */
int64_t camera_now_us(const struct camera_world *world);

/* Logs one line of counts. */
void camera_log_stats(const struct camera *camera);
