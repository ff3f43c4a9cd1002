/* The sensor: it runs only while someone watches, and is otherwise off, without driver and clock.
 * What does not belong here: pacing and protocol (the agent), pins (board.h). The camera's task
 * only. Functions return 0 or a negative error, as in struct agent_hal. */
#pragma once
#include <stdbool.h>

#include <esp_camera.h>

#include "firmware/main/board.h"
#include "firmware/main/control.h"

struct camera {
    const struct board *board;
    int32_t values[CONTROL_COUNT];
    bool is_supplied, is_open, is_streaming;
    struct agent_stream stream;
    camera_fb_t *picture; /* lent out until camera_release */
    bool size_is_stills;  /* the stream's size is to be set again */
    unsigned stale_left;  /* frames that may still have the previous size */
    unsigned dark_left;   /* frames until the exposure has settled */
    unsigned failures;    /* in a row */
};

void camera_init(struct camera *camera, const struct board *board);
int camera_start(struct camera *camera, const struct agent_stream *stream);
void camera_stop(struct camera *camera);
int camera_grab(struct camera *camera, struct agent_picture *ret_picture);
int camera_still(struct camera *camera, const struct agent_stream *wish,
                 struct agent_picture *ret_picture);
void camera_release(struct camera *camera);
int camera_apply(struct camera *camera, unsigned control, int32_t value);

/* Before deep sleep: switches the sensor off and holds its pins so. */
void camera_power_off(struct camera *camera);
