/* What the files of a network camera's source share. Loop only.
 *
 *     mjpeg ─▸ the stream or polled pictures: connects while the camera runs
 *     mjpeg_device ─▸ CameraWebServer: its status, controls and stills */
#pragma once
#include "camera/source.h"
#include "media/jpeg_stream.h"
#include "net/client.h"
#include "pull/espcam.h"
#include "pull/mjpeg.h"

enum { MJPEG_TYPE_MAX_BYTES = 41 };

/* The next step of a still at full size. */
enum mjpeg_still { STILL_NONE, STILL_ENLARGE, STILL_TAKE, STILL_RESTORE };

/* A response that is collected whole: a picture or a status. */
struct mjpeg_answer {
    struct buf *buf;
    size_t len_bytes; /* after CAMERA_FRAME_ROOM */
};

struct mjpeg_device {
    struct client_request *request;
    enum {
        DEVICE_IDLE,
        DEVICE_STATUS,
        DEVICE_SETTING,
        DEVICE_ENLARGE,
        DEVICE_PICTURE,
        DEVICE_RESTORE
    } step;
    int64_t asked_us;
    unsigned http_status;
    json_t *status;        /* the last one; NULL = not a CameraWebServer, or not known yet */
    bool has_fresh_status; /* the status was read in this connection */
    enum espcam_numbering numbering;
    bool has_controls;          /* they were reported to the camera */
    bool wants_status;          /* to be requested */
    json_t *unsent;             /* variable → number: settings to be sent */
    control_text sent_variable; /* of the setting being sent */
    int sent_size_number;       /* the size that it sets; -1: it sets something else */
    int size_number;            /* number of the stream's size, restored after a still */
    enum mjpeg_still still;
    uint32_t still_request;             /* request number of the still, 0 = none */
    uint16_t still_width, still_height; /* 0 = any size */
    unsigned still_tries;
    bool is_enlarged; /* true until the restored size is confirmed */
    struct mjpeg_answer answer;
    int64_t filter_until_us; /* until then drop pictures of another size */
};

struct mjpeg {
    struct camera *camera;
    struct url url;
    struct client *client; /* while a request runs */
    bool runs;             /* between start and stop */
    struct client_request *request;
    bool is_answered;                        /* the response's head has arrived */
    unsigned n_pictures;                     /* in this response */
    char content_type[MJPEG_TYPE_MAX_BYTES]; /* its Content-Type, safe to log */
    struct jpeg_stream parser;
    struct net_timer *poll_timer;
    uint16_t max_fps;
    int64_t asked_us;       /* when the stream or the last picture was requested */
    uint16_t width, height; /* of the last good frame */
    struct mjpeg_device device;
};

/* --- mjpeg --- */

int64_t mjpeg_now(const struct mjpeg *mjpeg);
/* -EINVAL or -EACCES, and ret_wrong has a sentence for the owner. */
int mjpeg_check_url(const struct camera_env *env, const char *text, struct url *ret_url,
                    char ret_wrong[MJPEG_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));
/* The client, created if there is none. */
struct client *mjpeg_client(struct mjpeg *mjpeg) __attribute__((returns_nonnull));
/* Closes the connections if nothing is requested any more. */
void mjpeg_disconnect_idle(struct mjpeg *mjpeg);

/* Appends bytes. -EMSGSIZE: larger than a picture may be; -ENOMEM. */
int mjpeg_answer_add(struct mjpeg_answer *answer, const uint8_t *bytes, size_t len_bytes)
    __attribute__((warn_unused_result));
void mjpeg_answer_finish(struct mjpeg_answer *answer);

/* A picture of len_bytes after CAMERA_FRAME_ROOM that arrived now. */
struct camera_frame mjpeg_frame(struct mjpeg *mjpeg, struct buf *buf, size_t len_bytes);

/* --- mjpeg_device --- */

/* The stream has this Content-Type: requests the status if it may be a CameraWebServer. */
void mjpeg_device_probe(struct mjpeg *mjpeg, const char *content_type);
/* A good frame arrived. False: drop it, since it has a still's size. */
bool mjpeg_device_admits(struct mjpeg *mjpeg, const struct jpeg_info *info);
int mjpeg_device_set(struct mjpeg *mjpeg, const struct control_values *values);
int mjpeg_device_capture(struct mjpeg *mjpeg, uint32_t request);
bool mjpeg_device_is_busy(const struct mjpeg *mjpeg);
void mjpeg_device_finish(struct mjpeg *mjpeg);
