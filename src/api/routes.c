#include "api/routes.h"

#include <string.h>

#include "base/text.h"

#define PAGE API_DOOR_PAGE
#define DEVICE API_DOOR_DEVICE

/* clang-format off */
const struct route routes_table[] = {
    {PAGE, "GET",   "/healthz",                     ACTION_PUBLIC,  healthz_get,      NULL},
    {PAGE, "GET",   "/metrics",                     ACTION_METRICS, metrics_get,      NULL},
    {PAGE, "GET",   "/api/v1/openapi.json",         ACTION_PUBLIC,  openapi_get,      NULL},
    {PAGE, "GET",   "/api/v1/cameras",              ACTION_LIST,    cameras_list,     NULL},
    {PAGE, "POST",  "/api/v1/cameras",              ACTION_ADD,     camera_add_post,  NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id",          ACTION_SEE,     cameras_get_one,  NULL},
    {PAGE, "PATCH", "/api/v1/cameras/:id",          ACTION_RENAME,  cameras_patch,    NULL},
    {PAGE, "DELETE", "/api/v1/cameras/:id",         ACTION_REMOVE,  camera_delete,    NULL},
    {PAGE, "PUT",   "/api/v1/cameras/:id/address",  ACTION_MOVE,    camera_address_put, NULL},
    {PAGE, "POST",  "/api/v1/probe",                ACTION_ADD,     probe_post,       NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/adopt",    ACTION_ADOPT,   camera_adopt_post, NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/token",    ACTION_REVOKE,  camera_token_post, NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/awake",    ACTION_SEE,     camera_awake_get, NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/controls", ACTION_SEE,     camera_controls_get, NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/settings", ACTION_SEE,     settings_get,     NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/settings/changes", ACTION_SEE, settings_changes_get, NULL},
    {PAGE, "PUT",   "/api/v1/cameras/:id/settings", ACTION_SET,     settings_put,     NULL},
    {PAGE, "PATCH", "/api/v1/cameras/:id/settings", ACTION_SET,     settings_patch,   NULL},
    {PAGE, "DELETE", "/api/v1/cameras/:id/settings", ACTION_SET,     settings_delete, NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/capture",  ACTION_STILL,   capture_post,     NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/photo",    ACTION_KEEP,    photo_post,       NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/record",   ACTION_SEE,     record_get,       NULL},
    {PAGE, "PUT",   "/api/v1/cameras/:id/record",   ACTION_RECORD,  record_put,       NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/record",   ACTION_RECORD,  record_post,      NULL},
    {PAGE, "DELETE", "/api/v1/cameras/:id/record",  ACTION_RECORD,  record_delete,    NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/motion",   ACTION_SEE,     motion_get,       NULL},
    {PAGE, "PUT",   "/api/v1/cameras/:id/motion",   ACTION_ARM,     motion_put,       NULL},
    {PAGE, "PATCH", "/api/v1/cameras/:id/motion",   ACTION_ARM,     motion_patch,     NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/motion/map", ACTION_SEE,   motion_map_get,   NULL},
    {PAGE, "POST",  "/api/v1/cameras/:id/motion/try", ACTION_SEE,   motion_try,       NULL},
    {PAGE, "GET",   "/api/v1/receivers",            ACTION_RECEIVERS, receivers_get,  NULL},
    {PAGE, "PUT",   "/api/v1/receivers",            ACTION_RECEIVERS, receivers_put,  NULL},
    {PAGE, "GET",   "/api/v1/motion",               ACTION_LIST,    motion_list,      NULL},
    {PAGE, "PATCH", "/api/v1/motion",               ACTION_ARM_ALL, motion_patch_all, NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/motion/state", ACTION_SEE, motion_state_get, NULL},
    {PAGE, "GET",   "/api/v1/archive",              ACTION_ARCHIVE, archive_list,     NULL},
    {PAGE, "GET",   "/api/v1/archive/days",         ACTION_ARCHIVE, archive_days_get, NULL},
    {PAGE, "GET",   "/api/v1/archive/export",       ACTION_ARCHIVE, archive_export_get, NULL},
    {PAGE, "GET",   "/api/v1/archive/storage",      ACTION_ARCHIVE, archive_storage_get, NULL},
    {PAGE, "GET",   "/api/v1/archive/quotas",       ACTION_QUOTAS,  quotas_get,       NULL},
    {PAGE, "PATCH", "/api/v1/archive/quotas",       ACTION_QUOTAS,  quotas_patch,     NULL},
    {PAGE, "GET",   "/api/v1/archive/:id",          ACTION_ARCHIVE, archive_get,      NULL},
    {PAGE, "PATCH", "/api/v1/archive/:id",          ACTION_ARCHIVE_CHANGE, archive_patch, NULL},
    {PAGE, "DELETE", "/api/v1/archive/:id",         ACTION_ARCHIVE_CHANGE, archive_delete, NULL},
    {PAGE, "GET",   "/archive/:id",                 ACTION_ARCHIVE, archive_file_get, NULL},
    {PAGE, "GET",   "/archive/:id/thumbnail.jpg",   ACTION_ARCHIVE, archive_thumbnail_get, NULL},
    {PAGE, "GET",   "/files/:id/*",                 ACTION_FILES,   archive_path_get, NULL},
    {PAGE, "GET",   "/api/v1/schedules",            ACTION_SCHEDULES, schedules_list, NULL},
    {PAGE, "POST",  "/api/v1/schedules",            ACTION_SCHEDULE_CHANGE, schedules_post, NULL},
    {PAGE, "POST",  "/api/v1/schedules/preview",    ACTION_SCHEDULES, schedule_preview_post, NULL},
    {PAGE, "GET",   "/api/v1/schedules/:id",        ACTION_SCHEDULES, schedules_get,  NULL},
    {PAGE, "PUT",   "/api/v1/schedules/:id",        ACTION_SCHEDULE_CHANGE, schedules_put, NULL},
    {PAGE, "DELETE", "/api/v1/schedules/:id",       ACTION_SCHEDULE_CHANGE, schedules_delete, NULL},
    {PAGE, "GET",   "/api/v1/schedules/:id/runs",   ACTION_SCHEDULES, schedule_runs_get, NULL},
    {PAGE, "GET",   "/api/v1/schedules/:id/next",   ACTION_SCHEDULES, schedule_next_get, NULL},
    {PAGE, "GET",   "/api/v1/films",                ACTION_FILMS,   films_list,       NULL},
    {PAGE, "POST",  "/api/v1/films",                ACTION_FILM_CHANGE, films_post,   NULL},
    {PAGE, "GET",   "/api/v1/films/:id",            ACTION_FILMS,   films_get,        NULL},
    {PAGE, "PATCH", "/api/v1/films/:id",            ACTION_FILM_CHANGE, films_patch,  NULL},
    {PAGE, "DELETE", "/api/v1/films/:id",           ACTION_FILM_CHANGE, films_delete, NULL},
    {PAGE, "GET",   "/api/v1/cameras/:id/last.jpg", ACTION_WATCH,   camera_last_get,  NULL},
    {PAGE, "GET",   "/api/v1/layout",               ACTION_SEE_LAYOUT, layout_get,    NULL},
    {PAGE, "PUT",   "/api/v1/layout",               ACTION_ARRANGE, layout_put,       NULL},
    {PAGE, "GET",   "/api/v1/system",               ACTION_METRICS, system_get,       NULL},
    {PAGE, "GET",   "/api/v1/system/log",           ACTION_LOG,     system_log_get,   NULL},
    {PAGE, "GET",   "/api/v1/session",              ACTION_LOGIN,   session_get,      NULL},
    {PAGE, "POST",  "/api/v1/session",              ACTION_LOGIN,   session_post,     NULL},
    {PAGE, "DELETE", "/api/v1/session",             ACTION_LOGIN,   session_delete,   NULL},
    {PAGE, "POST",  "/api/v1/session/password",     ACTION_OWN,     password_post,    NULL},
    {PAGE, "GET",   "/api/v1/session/totp",         ACTION_OWN,     totp_get,         NULL},
    {PAGE, "POST",  "/api/v1/session/totp",         ACTION_OWN,     totp_post,        NULL},
    {PAGE, "PUT",   "/api/v1/session/totp",         ACTION_OWN,     totp_put,         NULL},
    {PAGE, "GET",   "/api/v1/setup",                ACTION_ACCOUNTS, setup_get,       NULL},
    {PAGE, "POST",  "/api/v1/setup",                ACTION_LOGIN,   setup_post,       NULL},
    {PAGE, "GET",   "/api/v1/sessions",             ACTION_OWN,     sessions_get,     NULL},
    {PAGE, "DELETE", "/api/v1/sessions/:id",        ACTION_OWN,     sessions_delete,  NULL},
    {PAGE, "GET",   "/api/v1/users",                ACTION_ACCOUNTS, users_get,       NULL},
    {PAGE, "POST",  "/api/v1/users",                ACTION_ACCOUNTS, users_post,      NULL},
    {PAGE, "PATCH", "/api/v1/users/:id",            ACTION_ACCOUNTS, users_patch,     NULL},
    {PAGE, "DELETE", "/api/v1/users/:id",           ACTION_ACCOUNTS, users_delete,    NULL},
    {PAGE, "DELETE", "/api/v1/users/:id/totp",      ACTION_ACCOUNTS, users_totp_delete, NULL},
    {PAGE, "GET",   "/api/v1/tokens",               ACTION_ACCOUNTS, tokens_get,      NULL},
    {PAGE, "POST",  "/api/v1/tokens",               ACTION_ACCOUNTS, tokens_post,     NULL},
    {PAGE, "DELETE", "/api/v1/tokens/:id",          ACTION_ACCOUNTS, tokens_delete,   NULL},
    {PAGE, "GET",   "/api/v1/shares",               ACTION_SHARES,  shares_get,       NULL},
    {PAGE, "POST",  "/api/v1/shares",               ACTION_SHARES,  shares_post,      NULL},
    {PAGE, "DELETE", "/api/v1/shares/:id",          ACTION_SHARES,  shares_delete,    NULL},
    {PAGE, "GET",   "/api/v1/shared",               ACTION_SHARED,  shared_get,       NULL},
    {PAGE, "GET",   "/shared/live.mp4",             ACTION_SHARED,  shared_mp4_get,   NULL},
    {PAGE, "GET",   "/shared/live.mjpg",            ACTION_SHARED,  shared_mjpeg_get, NULL},
    {PAGE, "GET",   "/shared/item",                 ACTION_SHARED,  shared_file_get,  NULL},
    {PAGE, "GET",   "/shared/thumbnail.jpg",        ACTION_SHARED,  shared_thumbnail_get, NULL},
    {PAGE, "GET",   "/api/v1/live",                 ACTION_LIST,    NULL,             live_upgrade},
    {PAGE, "GET",   "/stream/:id.mp4",              ACTION_WATCH,   stream_mp4_get,   NULL},
    {PAGE, "GET",   "/stream/:id.h264",             ACTION_WATCH,   stream_h264_get,  NULL},
    {PAGE, "GET",   "/stream/:id.ts",               ACTION_WATCH,   stream_ts_get,    NULL},
    {PAGE, "GET",   "/stream/:id.mjpg",             ACTION_WATCH,   mjpeg_get,        NULL},
    {PAGE, "GET",   "/stream",                      ACTION_WATCH,   mjpeg_get,        NULL},
    {PAGE, "GET",   "/snapshot",                    ACTION_WATCH,   snapshot_get,     NULL},
    {PAGE, "GET",   "/hls/:id/index.m3u8",          ACTION_WATCH,   hls_index_get,    NULL},
    {PAGE, "GET",   "/hls/:id/*",                   ACTION_WATCH,   hls_media_get,    NULL},
    {PAGE, "GET",   "/snapshot/:id.jpg",            ACTION_WATCH,   snapshot_get,     NULL},
    {PAGE, "GET",   "/poster/:id.jpg",              ACTION_WATCH,   poster_get,       NULL},
    {PAGE, "GET",   "/device",                      ACTION_CONNECT, NULL,             device_upgrade},
    {PAGE, "GET",   "/device/:id",                  ACTION_CONNECT, NULL,             device_upgrade},
    {PAGE, "GET",   "/trust/eyelid-ca.crt",         ACTION_PUBLIC,  trust_ca_get,     NULL},
    {PAGE, "GET",   "/trust/eyelid.mobileconfig",   ACTION_PUBLIC,  trust_profile_get, NULL},
    {PAGE, "GET",   "/*",                           ACTION_PUBLIC,  assets_get,       NULL},

    {DEVICE, "GET", "/",                            ACTION_CONNECT, NULL,             device_upgrade},
    {DEVICE, "GET", "/:id",                         ACTION_CONNECT, NULL,             device_upgrade},
};
/* clang-format on */
const size_t routes_count = sizeof(routes_table) / sizeof(routes_table[0]);

static bool takes_id(const char *path, char ret_id[CAMERA_ID_MAX + 1], size_t *ret_len)
{
    size_t n = strcspn(path, "/.");
    if (n == 0 || n > CAMERA_ID_MAX)
        return false;
    char id[CAMERA_ID_MAX + 1];
    memcpy(id, path, n);
    id[n] = '\0';
    if (!text_is_id(id))
        return false;
    memcpy(ret_id, id, n + 1);
    *ret_len = n;
    return true;
}

static bool matches(const char *pattern, const char *path, char ret_id[CAMERA_ID_MAX + 1])
{
    ret_id[0] = '\0';
    while (*pattern) {
        if (strcmp(pattern, "*") == 0)
            return strncmp(path, "api/", 4) != 0;
        if (strncmp(pattern, ":id", 3) == 0) {
            size_t n;
            if (!takes_id(path, ret_id, &n))
                return false;
            path += n;
            pattern += 3;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static bool is_rest(const struct route *route)
{
    return strchr(route->pattern, '*') != NULL;
}

enum routes_result routes_find(enum api_door_kind door, const char *method, const char *path,
                               bool websocket, struct routes_match *ret_match)
{
    *ret_match = (struct routes_match){0};
    struct text allow = text_over(ret_match->allow, sizeof(ret_match->allow));
    bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0, has_upgrade = false;

    for (const struct route *r = routes_table; r < routes_table + routes_count; r++) {
        char id[CAMERA_ID_MAX + 1];
        if (is_rest(r) && (allow.len > 0 || has_upgrade))
            break; /* a more specific route matched before */
        if (r->door != door || !matches(r->pattern, path, id))
            continue;
        if (!r->upgrade == !websocket && strcmp(r->method, is_get ? "GET" : method) == 0) {
            ret_match->route = r;
            memcpy(ret_match->id, id, sizeof(id));
            return ROUTES_FOUND;
        }
        if (r->upgrade)
            has_upgrade = true;
        else
            text_add(&allow, "%s%s%s", allow.len > 0 ? ", " : "", r->method,
                     strcmp(r->method, "GET") == 0 ? ", HEAD" : "");
    }
    return websocket     ? ROUTES_NOT_FOUND
           : has_upgrade ? ROUTES_WEBSOCKET_ONLY
           : allow.len   ? ROUTES_NOT_ALLOWED
                         : ROUTES_NOT_FOUND;
}
