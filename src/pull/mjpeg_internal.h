/* What the files of a network camera's source share. Loop only.
 *
 *     mjpeg ─▸ the stream or the stills: connects while the camera runs
 *     mjpeg_device ─▸ CameraWebServer: its status, its controls, its stills */
#pragma once
#include "camera/source.h"
#include "media/jpeg_stream.h"
#include "net/client.h"
#include "pull/espcam.h"
#include "pull/mjpeg.h"

enum { MJPEG_TYPE_MAX_BYTES = 41 };

/* Where a still at full size has got to. */
enum mjpeg_still { STILL_NONE, STILL_GROW, STILL_TAKE, STILL_RESTORE };

/* An answer that is read whole before it is looked at: a picture, a status. */
struct mjpeg_answer {
    struct buf *buf;
    size_t len_bytes; /* behind CAMERA_FRAME_ROOM */
};

struct mjpeg_device {
    struct client_request *request;
    enum {
        DEVICE_IDLE,
        DEVICE_STATUS,
        DEVICE_SETTING,
        DEVICE_GROW,
        DEVICE_PICTURE,
        DEVICE_RESTORE
    } asked;
    int64_t asked_us;
    unsigned http_status;
    json_t *status; /* the last one, NULL = it is no such device, or not known yet */
    bool has_news;  /* the status is one of this connection */
    enum espcam_count count;
    bool is_known;     /* the camera has its controls */
    bool wants_status; /* to be asked for */
    json_t *pending;   /* variable → number, still to be sent */
    control_text sent; /* the variable of the setting under way */
    int sent_size;     /* the size that the setting under way sets; -1: it sets something else */
    int size;          /* the number of the size that it has, or shall have again after a still */
    enum mjpeg_still still;
    uint32_t wanted;                    /* number of the still that is asked for, 0 = none */
    uint16_t still_width, still_height; /* 0 = as it is */
    unsigned still_tries;
    bool is_grown; /* as far as we know; it stays so until it is small again for sure */
    struct mjpeg_answer answer;
    int64_t filter_until_us; /* pictures of another size are the still's */
};

struct mjpeg {
    struct camera *camera;
    struct url url;
    struct client *client; /* while something is asked of it */
    bool runs;             /* between start and stop */
    struct client_request *stream;
    bool is_answered;    /* the head of its answer is there; until then pictures is unused */
    unsigned n_pictures; /* in this answer */
    char type[MJPEG_TYPE_MAX_BYTES]; /* its Content-Type, as far as it may be quoted */
    struct jpeg_stream pictures;
    struct net_timer *poll;
    uint16_t fps;
    int64_t asked_us;       /* when the stream or the last still was asked for */
    uint16_t width, height; /* of the last good frame */
    struct mjpeg_device device;
};

/* --- mjpeg --- */

int64_t mjpeg_now(const struct mjpeg *mjpeg);
/* The client, connected to nothing yet. */
struct client *mjpeg_client(struct mjpeg *mjpeg) __attribute__((returns_nonnull));
/* Nothing is asked any more: lets go of the connections. */
void mjpeg_rest(struct mjpeg *mjpeg);

/* Further bytes of it. -EMSGSIZE: more than a picture may have; -ENOMEM. */
int mjpeg_answer_add(struct mjpeg_answer *answer, const uint8_t *bytes, size_t len_bytes)
    __attribute__((warn_unused_result));
void mjpeg_answer_finish(struct mjpeg_answer *answer);

/* A picture of len_bytes behind CAMERA_FRAME_ROOM that came now. */
struct camera_frame mjpeg_frame(struct mjpeg *mjpeg, struct buf *buf, size_t len_bytes);

/* --- mjpeg_device --- */

/* The stream answers with this type: is it worth asking whether this is a CameraWebServer? */
void mjpeg_device_suspect(struct mjpeg *mjpeg, const char *content_type);
/* A good frame came. False: it is to be dropped, for it is of a still's size. */
bool mjpeg_device_admits(struct mjpeg *mjpeg, const struct jpeg_info *info);
int mjpeg_device_set(struct mjpeg *mjpeg, const struct control_values *values);
int mjpeg_device_capture(struct mjpeg *mjpeg, uint32_t request);
bool mjpeg_device_is_busy(const struct mjpeg *mjpeg);
void mjpeg_device_finish(struct mjpeg *mjpeg);
