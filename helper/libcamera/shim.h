/* The C interface to libcamera: one camera, one stream. Only shim.cpp knows libcamera and its
 * versions. All calls come from one thread; only completed() is called on libcamera's. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/libcamera/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

struct shim;

/* Calls found() for each camera that is not a USB camera: the kernel's driver serves those better.
 * A negative errno if libcamera does not start. */
int shim_list(void (*found)(void *ctx, const struct helper_camera *camera), void *ctx);

/* The result of a request; plain data, so that it fits through a pipe. */
struct shim_completion {
    uint32_t index;
    uint32_t sequence;
    bool is_good;    /* else it was cancelled, or the driver failed */
    bool is_settled; /* exposure and colours have settled, as far as the camera reports it */
    bool is_rated;   /* it does report it */
    int64_t captured_us;
};

struct shim_params {
    const char *camera_id;
    void (*completed)(void *ctx, const struct shim_completion *completion);
    void (*unplugged)(void *ctx); /* on libcamera's thread, too */
    void *ctx;
};

/* Opens the camera. On failure a negative errno, with a text in error. */
int shim_open(const struct shim_params *params, struct shim **ret_shim, char *error, size_t cap);
void shim_close(struct shim *shim); /* takes NULL */

const char *shim_model(const struct shim *shim);

/* The camera's controls, at most HELPER_CONTROLS_MAX. */
unsigned shim_controls(struct shim *shim, struct helper_control controls[HELPER_CONTROLS_MAX]);

/* Sets the control of that name; at once while the stream runs, else with the next start. -ENOENT:
 * there is none; -EAGAIN: it takes effect with the next shim_configure (mirror, flip). */
int shim_set(struct shim *shim, const char *name, int32_t value);

/* True if the camera can deliver exactly this size. */
bool shim_offers(struct shim *shim, unsigned width, unsigned height);

/* The layout of a configuration's buffers. */
enum shim_layout {
    SHIM_LENDABLE, /* as in the protocol: one descriptor each */
    SHIM_RGB24,    /* 8 bits each of red, green, blue, or in reverse: to be converted */
    SHIM_BGR24,
};

struct shim_buffers {
    enum shim_layout layout;
    unsigned count;
    int fds[HELPER_BUFFERS_MAX]; /* borrowed until the next configuration */
    struct helper_pixels pixels; /* for RGB: only size_bytes, offsets[0] and strides[0] */
};

/* Configures the stopped stream; is_still: the camera's own choice for stills, width and height 0 =
 * its largest. The buffers of the previous configuration become invalid. */
int shim_configure(struct shim *shim, bool is_still, unsigned width, unsigned height,
                   struct shim_buffers *ret_buffers);

/* Runs the stream at up to this rate, without buffers yet. min_fps: how far the camera may slow
 * down in the dark. */
int shim_start(struct shim *shim, unsigned max_fps, unsigned min_fps);
/* Gives the camera a buffer to fill; completed() answers. */
int shim_queue(struct shim *shim, unsigned index);
/* After it returns, completed() neither runs nor follows for earlier requests. */
int shim_stop(struct shim *shim);

#ifdef __cplusplus
}
#endif
