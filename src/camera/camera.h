/* A camera: its identity, its source, its leases and their demand, and what it has done so far.
 * Loop only.
 *
 * Consumers (api) take leases on it and read; sources (push, v4l2, libcamera, mjpeg) feed it and
 * obey. Neither knows the other. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "media/jpeg.h"
#include "media/live.h"
#include "net/net.h"
#include "stream/demand.h"
#include "stream/lease.h"
#include "stream/opener.h"

enum {
    CAMERA_ID_MAX = 32,
    CAMERA_NAME_MAX = 64,
    CAMERA_ADDRESS_MAX = 512,
    CAMERA_TOKEN_CHARS = 64,
    CAMERA_CONTROLS_MAX = 64,
    CAMERA_HOURS = 24
};

/* Where its pictures come from. */
enum camera_kind {
    CAMERA_PUSH,      /* a device that connects */
    CAMERA_V4L2,      /* a kernel device of this machine; the address is its stable name */
    CAMERA_LIBCAMERA, /* a Raspberry Pi's camera; the address is libcamera's id */
    CAMERA_MJPEG,     /* pulled from the network; the address is a URL */
    CAMERA_KINDS
};
const char *camera_kind_name(enum camera_kind kind); /* "push", "v4l2", …; immutable */
/* -EINVAL: there is none of that name. */
int camera_kind_find(const char *name, enum camera_kind *ret_kind)
    __attribute__((warn_unused_result));

/* Why a frame was dropped: a jpeg_fault, or one of these behind them. */
enum camera_drop {
    CAMERA_DROP_UNWANTED = JPEG_UNSUPPORTED + 1, /* pushed while nobody wants it */
    CAMERA_DROP_DARK,                            /* exposure still settling after waking */
    CAMERA_DROP_UNDECODABLE, /* passed the gatekeeper, but the decoder refused it */
    CAMERA_DROP_PROTOCOL,    /* a binary message that is no frame at all */
    CAMERA_DROPS
};
const char *camera_drop_name(unsigned drop);

/* What a source is asked to deliver; 0 = the source's choice. */
struct camera_wish {
    uint16_t fps, width, height;
};

/* What a source can do. Called by the camera only, on the loop. When to try again is the demand's
 * decision alone: a source that cannot go on calls camera_failed and waits for the next start. */
struct source_ops {
    /* It rests: deliver frames from now on. */
    void (*start)(void *source, const struct camera_wish *wish);
    /* It runs, and something else is wished of it now. Frames go on meanwhile where they can. */
    void (*adjust)(void *source, const struct camera_wish *wish);
    /* It runs but delivers nothing: begin again. */
    void (*restart)(void *source, const struct camera_wish *wish);
    /* Rest; called on a resting source too, for one may connect while it streams. */
    void (*stop)(void *source);
    /* A still under this request number: answered by camera_captured. The one before was answered,
     * or is given up. -ENOTSUP: it can only stream; -EBUSY: it still takes the one that was given
     * up; -ENOTCONN: the device is not there now. */
    int (*still)(void *source, uint32_t request);
    /* values: object of control name → value, already checked against the controls. -ENOTSUP: it
     * has no controls. */
    int (*set)(void *source, json_t *values);
    /* Another source took its place or the camera ends: it must not touch the camera again. */
    void (*detached)(void *source);
};

/* Awake time. A column a reason: the time during which at least one lease of that reason was held
 * while the camera ran; then the time it ran with nobody holding one, and the time it ran at all.
 */
enum { CAMERA_AWAKE_LINGER = LEASE_REASONS, CAMERA_AWAKE_TOTAL, CAMERA_AWAKE_COLUMNS };
struct camera_awake {
    int64_t accounted_us; /* up to here, monotonic */
    int64_t total_us;     /* since the server started */
    int day;              /* local days since the epoch that the hours below are of */
    int64_t hours_us[CAMERA_HOURS][CAMERA_AWAKE_COLUMNS];
};

struct camera {
    struct list node; /* in its registry */
    struct registry *registry;
    char id[CAMERA_ID_MAX + 1], name[CAMERA_NAME_MAX + 1];
    enum camera_kind kind;
    char *address;                      /* NULL for one that pushes */
    char token[CAMERA_TOKEN_CHARS + 1]; /* the hash of what its device has to show; "" = nothing */
    bool adopted; /* else it was found and waits for the owner's word: nobody can wake it */

    const struct source_ops *source_ops; /* NULL while no device is there */
    void *source;
    enum rendition_kind native;     /* what the source gives: JPEG or raw */
    bool controlled;                /* the device obeys; else it pushes as it likes */
    json_t *controls;               /* array of the schema's objects (docs/protocol.md), or NULL;
                                       what they are now, kept while the device is away */
    json_t *model;                  /* string or NULL */
    int battery_percent;            /* -1 = unknown */
    int64_t sleeping_until_wall_us; /* the device sleeps by itself and said when it wakes; 0 = it
                                       does not */
    char error[160];                /* what the owner should know, "" = nothing */
    char refusal[96];               /* of the last camera_set */
    struct camera_lines {
        int64_t since_us; /* when the running minute began */
        unsigned count;
    } presence_lines, error_lines; /* of the log: about coming and going, and about errors */

    struct demand demand;
    struct lease_set leases;
    struct hub *hubs[RENDITION_KINDS];
    struct net_wake *wakes[RENDITION_KINDS];
    struct hub_watch watches[RENDITION_KINDS];
    struct net_timer *timer;
    int64_t armed_us;                 /* when the timer fires */
    struct camera_wish wish, asked;   /* of all leases; what the source was told last */
    void *works[RENDITION_KINDS];     /* of the opener, while something derived is wanted */
    int work_errors[RENDITION_KINDS]; /* 0, or the negative errno with which it was not opened */
    struct list captures;             /* of struct capture.node */
    uint32_t last_request;            /* number of the last still asked of the device */
    struct {
        uint32_t request; /* 0: none */
        int64_t asked_us;
    } still;          /* that was asked for and is not there yet */
    json_t *settings; /* object of name → value: what the owner chose, set again whenever the device
                         comes */
    bool dirty;       /* observers have yet to be told */

    struct packet *poster; /* the last good frame ever seen, or NULL */
    uint16_t width, height;
    int64_t woke_us;       /* when the last start was sent */
    int last_drop;         /* why the last frame since then was dropped; -1: none was */
    int64_t rate_since_us; /* when the second began over which frames are counted, 0 = not yet */
    unsigned rate_frames;  /* since then */
    int64_t frame_interval_us; /* mean of the last such second; 0 = not known */
    const char *told_encoder;  /* of the H.264 work, looked at each such second */
    int told_device_error;

    struct {
        uint64_t received, received_bytes, dropped[CAMERA_DROPS], starts, start_timeouts;
        struct opener_stats past;        /* of works that are closed */
        uint64_t sent, skipped_for_slow; /* frames, all viewers; the consumers add to them */
    } stats;

    struct camera_awake awake;
};

/* --- For consumers. --- */

/* Takes a lease; the poster, if any, may be shown while the first frame is on its way. */
struct lease *camera_lease(struct camera *camera, const struct lease_params *params)
    __attribute__((returns_nonnull, warn_unused_result));

/* Changes controls: values is an object of name → value. Checks every value against the schema
 * first and changes nothing when one is off. 0; -ENOTSUP: it has no controls; -EINVAL: *ret_message
 * says which value and what would be right (static or inside camera, valid until the next call);
 * -ENOTCONN: remembered, and set when it comes back. */
int camera_set(struct camera *camera, json_t *values, const char **ret_message)
    __attribute__((warn_unused_result));

/* Every control back to its default, and what was remembered is forgotten. As camera_set. */
int camera_reset(struct camera *camera) __attribute__((warn_unused_result));

/* The owner takes a camera that was found. */
void camera_adopt(struct camera *camera);

/* 1 to 64 (CAMERA_NAME_MAX) bytes of UTF-8 without control characters; else -EINVAL. */
int camera_rename(struct camera *camera, const char *name) __attribute__((warn_unused_result));

/* Frames dropped for this reason (enum jpeg_fault or camera_drop), the decoder's refusals among
 * them. */
uint64_t camera_dropped(const struct camera *camera, unsigned drop);

/* True while the source is meant to deliver. */
bool camera_runs(const struct camera *camera);

/* False when its pictures, as they came last, have a size that H.264 may not have: they come as
 * JPEG only. */
bool camera_has_h264(const struct camera *camera);

/* The running totals of the work at hand and all before it. */
struct opener_stats camera_encode_stats(const struct camera *camera);

/* Brings the awake accounting up to now; call before reading it. */
void camera_account(struct camera *camera, int64_t now_us);

/* The camera as JSON for page and REST (docs/protocol.md, "Camera object"); a new reference. */
json_t *camera_describe(struct camera *camera, int64_t now_us);
json_t *camera_describe_awake(struct camera *camera,
                              int64_t now_us); /* hours of the day by reason */

/* --- For sources. --- */

/* A good frame needs this much room before it. */
enum { CAMERA_FRAME_ROOM = PACKET_TRANSPORT_ROOM + LIVE_HEAD_BYTES };

struct camera_source_info {
    enum rendition_kind native; /* RENDITION_JPEG (zero) or RENDITION_RAW */
    bool controlled;
    const char *name, *model; /* NULL = unknown; copied */
    json_t *controls;         /* the device's list, NULL = none; borrowed */
};
/* The device is there. Takes the place of the source that was there before, if any, whose
 * detached() is called. */
void camera_source_up(struct camera *camera, const struct source_ops *ops, void *source,
                      const struct camera_source_info *info);
void camera_source_down(struct camera *camera);

/* What the source found out about its device only now; borrowed. What the owner chose is set again
 * where the device has something else. */
void camera_learned(struct camera *camera, const char *model, json_t *controls);

/* From now on the source gives this kind (RENDITION_JPEG or RENDITION_RAW); whoever looks goes on
 * looking. */
void camera_native(struct camera *camera, enum rendition_kind native);

/* A good frame of the native kind. Takes the buffer. A JPEG has room for the transport and live
 * header before unit_off; a raw picture lies in memory that a lent buffer (base/buf.h) stands for.
 * dark: the device says its exposure has not settled. Not for stills. */
struct camera_frame {
    struct buf *takes_buf;
    uint32_t unit_off, end_off;    /* JPEG */
    struct jpeg_info info;         /* JPEG */
    const struct raw_picture *raw; /* copied; NULL: it is a JPEG */
    int64_t capture_us, arrival_us;
    bool dark;
};
void camera_frame(struct camera *camera, const struct camera_frame *frame);
/* A JPEG frame as a packet, its live header yet to be written: a still. Takes the buffer. */
struct packet *camera_packet(const struct camera_frame *frame) __attribute__((returns_nonnull));
/* What is shown of a sleeping camera: each JPEG frame becomes that by itself; a raw source makes
 * one of its last picture before it sleeps. Takes the packet. */
void camera_poster(struct camera *camera, struct packet *takes_packet);
void camera_count_received(struct camera *camera, size_t len_bytes); /* before any drop */
/* What the owner should know (copied, one sentence); a usable frame makes it void. The log has it
 * once, until it is another one, and a few a minute. */
void camera_error(struct camera *camera, const char *sentence);
/* The same, and the source has given up this start: the demand decides when it tries again. */
void camera_failed(struct camera *camera, const char *sentence);
/* The same, and no frame can come now: captures that wait for one fail. */
void camera_unreachable(struct camera *camera, const char *sentence);
void camera_count_drop(struct camera *camera, unsigned drop);
/* The same for frames that came, and were dropped, while the loop was elsewhere: len_bytes of all
 * of them. They are counted as received as well. */
void camera_count_drops(struct camera *camera, unsigned drop, uint64_t frames, uint64_t len_bytes);
void camera_battery(struct camera *camera, int percent);
void camera_sleeps(struct camera *camera, int64_t seconds); /* by itself, from now on */
void camera_controls_changed(struct camera *camera,
                             json_t *values); /* the device reports what is in force */

/* Tells every observer that something visible changed; coalesced to one call a turn of the loop. */
void camera_changed(struct camera *camera);
