/* The messages between server and eyelid-libcamera, over a SOCK_SEQPACKET socket pair whose end in
 * the helper is descriptor HELPER_SOCKET. A message is one packet: a head, and the struct named by
 * its kind, of exactly that size. Both ends are of one build and on one machine, so numbers are in
 * native byte order. Texts end with NUL.
 *
 * `eyelid-libcamera --list` sends one HELPER_CAMERA per camera, then HELPER_LISTED, and exits.
 * `eyelid-libcamera --camera ID` opens that camera, sends one HELPER_CONTROL per control, then
 * HELPER_READY, and obeys until the socket is closed. Each order is answered by HELPER_DONE when it
 * has been carried out, in order of arrival. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HELPER_SOCKET = 3, HELPER_VERSION = 1 };

enum {
    HELPER_CAMERAS_MAX = 16,
    HELPER_CONTROLS_MAX = 32, /* as many as a camera may have */
    HELPER_OPTIONS_MAX = 16,
    HELPER_BUFFERS_MAX = 8,
    HELPER_SIDE_MAX = 16384, /* pixels */
    HELPER_PICTURE_MAX_BYTES = 256 << 20,
};

enum helper_kind {
    /* Helper to server. */
    HELPER_CAMERA = 1,
    HELPER_LISTED,
    HELPER_CONTROL,
    HELPER_READY,
    HELPER_LAYOUT, /* with a descriptor per buffer, in order */
    HELPER_FRAME,
    HELPER_STILL, /* with one descriptor: the pixels, owned by the server from then on */
    HELPER_DONE,
    HELPER_TROUBLE,
    /* Server to helper. */
    HELPER_START = 64,
    HELPER_STOP,
    HELPER_RELEASE,
    HELPER_SET,
    HELPER_CAPTURE,
};

struct helper_head {
    uint32_t version; /* HELPER_VERSION */
    uint32_t kind;
};

/* --- Helper to server. --- */

struct helper_camera {
    char id[192]; /* libcamera's: stable while it stays on the same connector */
    char model[64];
};

struct helper_listed {
    uint32_t count;
};

enum helper_control_type { HELPER_INT, HELPER_BOOL, HELPER_MENU };

/* A control is set by its number: its index among the descriptions. */
struct helper_control {
    char name[32], group[32];
    char auto_name[32]; /* the bool that overrides it while true, or "" */
    char options[HELPER_OPTIONS_MAX][32];
    uint32_t type, n_options; /* of a menu, whose values are 0 to n_options - 1 */
    int32_t min, max, step, fallback;
};

struct helper_ready {
    char model[64];
    uint32_t n_controls;
};

enum helper_format { HELPER_I420, HELPER_NV12, HELPER_YUYV };

/* Where the planes lie in each buffer. */
struct helper_pixels {
    uint32_t format, width, height;
    uint32_t full_range, bt709; /* 0 or 1 */
    uint32_t offsets[3], strides[3];
    uint32_t size_bytes;
};

/* New buffers, which replace all earlier ones. */
struct helper_layout {
    uint32_t generation; /* rises by one each time */
    uint32_t n_buffers;
    struct helper_pixels pixels;
};

/* The buffer belongs to the server until it sends HELPER_RELEASE. */
struct helper_frame {
    uint32_t generation, index;
    uint32_t sequence; /* a gap is a frame that the server did not get */
    uint32_t reserved;
    int64_t captured_us; /* monotonic clock */
};

struct helper_still {
    uint32_t request, reserved;
    int64_t captured_us;
    struct helper_pixels pixels;
};

struct helper_done {
    uint32_t kind; /* of the order */
    int32_t error; /* 0 or a negative errno */
};

struct helper_trouble {
    int32_t error;
    uint32_t is_fatal; /* the helper exits after it */
    char sentence[128];
};

/* --- Server to helper. --- */

/* The picture is the smallest of the size menu that holds width x height; 0 = the configured size.
 * While the stream runs, a change of fps alone does not interrupt it. */
struct helper_start {
    uint32_t fps; /* at most; 0 = as configured */
    uint32_t width, height;
};

struct helper_release {
    uint32_t generation, index;
};

struct helper_set {
    uint32_t control; /* its number */
    int32_t value;
};

struct helper_capture {
    uint32_t request;
};

#ifdef __cplusplus
}
#endif
