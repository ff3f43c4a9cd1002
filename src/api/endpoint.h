/* Shared by all endpoints: the API's state, the current request, and the list of all endpoints for
 * the route table. Only for src/api. */
#pragma once
#include "access/proxy.h"
#include "api/api.h"
#include "base/list.h"
#include "service/service.h"

/* Something with an open connection that holds leases or captures. When the API is destroyed,
 * leave() releases them; after that only the connection's closed() is called. */
struct api_guest {
    struct list node;
    void (*leave)(struct api_guest *guest);
    /* Its principal lost its rights: ends the connection. NULL: it ends by itself soon. */
    void (*revoke)(struct api_guest *guest);
    struct principal principal; /* with revoke only */
};

struct live;

struct api {
    struct api_params params;
    const char *ca_pem;       /* or NULL */
    const char *const *pages; /* addresses, NULL-terminated; or NULL */
    struct list guests;       /* of struct api_guest.node */
    struct live *live;
    struct service_access_listener access;
    struct list hls; /* of struct hls_session.node */
    int64_t started_us;
    char boot[33]; /* differs after every start of the server */
    int64_t next_denial_log_us;
    unsigned unlogged_denials;
};

static inline int64_t api_now_us(const struct api *api)
{
    return clock_now_us(api->params.clock);
}

/* The current request, in addition to what net keeps. */
struct call {
    struct api *api;
    struct principal principal;
    struct permit permit;                 /* for the route's action; of the principal above */
    char id[CAMERA_ID_MAX + 1];           /* the path's :id; "" if the pattern has none */
    bool is_secure;                       /* the browser uses https */
    char client[PROXY_ADDRESS_MAX_BYTES]; /* its address, as far as trusted proxies say */
    bool head;                            /* HEAD: answer as to GET, but do not wake a camera */
};

/* An endpoint answers or holds the request. */
typedef void endpoint_handler(const struct call *call, struct http_request *request);
/* 0 and *ret_accept, or the HTTP status to refuse with. */
typedef int endpoint_upgrader(const struct call *call, struct http_request *request,
                              struct ws_accept *ret_accept);

/* For requests that wait when their principal's rights end. */
extern const struct problem endpoint_revoked;

/* Why a camera delivered nothing of a rendition in time. */
void endpoint_dark(const struct camera *camera, enum rendition_kind rendition,
                   struct problem *ret_problem);

endpoint_handler archive_days_get;
endpoint_handler archive_delete;
endpoint_handler archive_export_get;
endpoint_handler archive_file_get;
endpoint_handler archive_get;
endpoint_handler archive_list;
endpoint_handler archive_patch;
endpoint_handler archive_path_get;
endpoint_handler archive_storage_get;
endpoint_handler archive_thumbnail_get;
endpoint_handler assets_get;
endpoint_handler camera_add_post;
endpoint_handler camera_adopt_post;
endpoint_handler camera_awake_get;
endpoint_handler camera_token_post;
endpoint_handler camera_controls_get;
endpoint_handler camera_delete;
endpoint_handler camera_address_put;
endpoint_handler cameras_get_one;
endpoint_handler cameras_list;
endpoint_handler cameras_patch;
endpoint_handler capture_post;
endpoint_handler camera_last_get;
endpoint_handler session_get;
endpoint_handler session_post;
endpoint_handler session_delete;
endpoint_handler setup_get;
endpoint_handler setup_post;
endpoint_handler password_post;
endpoint_handler sessions_get;
endpoint_handler sessions_delete;
endpoint_handler users_get;
endpoint_handler users_post;
endpoint_handler users_patch;
endpoint_handler users_delete;
endpoint_handler shares_get;
endpoint_handler shares_post;
endpoint_handler shares_delete;
endpoint_handler shared_get;
endpoint_handler shared_file_get;
endpoint_handler shared_thumbnail_get;
endpoint_handler shared_mjpeg_get;
endpoint_handler shared_mp4_get;
endpoint_handler totp_get;
endpoint_handler totp_post;
endpoint_handler totp_put;
endpoint_handler users_totp_delete;
endpoint_handler tokens_get;
endpoint_handler tokens_post;
endpoint_handler tokens_delete;
endpoint_handler films_delete;
endpoint_handler films_get;
endpoint_handler films_list;
endpoint_handler films_patch;
endpoint_handler films_post;
endpoint_handler healthz_get;
endpoint_handler hls_index_get;
endpoint_handler hls_media_get;
endpoint_handler layout_get;
endpoint_handler layout_put;
endpoint_handler metrics_get;
endpoint_handler mjpeg_get;
endpoint_handler motion_get;
endpoint_handler motion_list;
endpoint_handler motion_map_get;
endpoint_handler motion_try;
endpoint_handler motion_patch;
endpoint_handler motion_patch_all;
endpoint_handler motion_put;
endpoint_handler motion_state_get;
endpoint_handler receivers_get;
endpoint_handler receivers_put;
endpoint_handler openapi_get;
endpoint_handler photo_post;
endpoint_handler quotas_get;
endpoint_handler quotas_patch;
endpoint_handler record_delete;
endpoint_handler record_get;
endpoint_handler record_put;
endpoint_handler record_post;
endpoint_handler schedule_next_get;
endpoint_handler schedule_preview_post;
endpoint_handler schedule_runs_get;
endpoint_handler schedules_delete;
endpoint_handler schedules_get;
endpoint_handler schedules_list;
endpoint_handler schedules_post;
endpoint_handler schedules_put;
endpoint_handler settings_delete;
endpoint_handler settings_get;
endpoint_handler settings_changes_get;
endpoint_handler settings_patch;
endpoint_handler settings_put;
endpoint_handler poster_get;
endpoint_handler probe_post;
endpoint_handler snapshot_get;
endpoint_handler stream_h264_get;
endpoint_handler stream_mp4_get;
endpoint_handler stream_ts_get;
endpoint_handler system_get;
endpoint_handler system_log_get;
endpoint_handler trust_ca_get;
endpoint_handler trust_profile_get;

endpoint_upgrader device_upgrade;
endpoint_upgrader live_upgrade;
