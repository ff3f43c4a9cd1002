#include <string.h>

#include "access/credential.h"
#include "api/hls_session.h"
#include "api/reply.h"
#include "base/text.h"

static const int64_t NUMBER_MAX = INT64_C(1000000000000000);

/* A delivery directive of the request (draft-pantos-hls-rfc8216bis, section 6.2.5): false if it is
 * not a number. *ret_number stays unchanged if it is absent. */
static bool directive(const struct http_request *request, const char *name, int64_t max,
                      int64_t *ret_number)
{
    char text[24];
    return !http_query(request, name, text, sizeof(text)) ||
           text_to_int(text, 0, max, ret_number) == 0;
}

/* A player sends no header that it was not told to send, and a media address is not its playlist's:
 * the playlist repeats the token of its own address. */
static void read_token(const struct http_request *request, char ret_token[SECRET_CHARS + 1])
{
    char text[SECRET_CHARS + 2];
    if (!http_query(request, "token", text, sizeof(text)) || credential_check(text, ret_token) < 0)
        ret_token[0] = '\0';
}

static bool read_directives(const struct http_request *request, struct hls_want *ret_want)
{
    int64_t number = -1, part = -1;
    if (!directive(request, "_HLS_msn", NUMBER_MAX, &number) ||
        !directive(request, "_HLS_part", 1000, &part) || (part >= 0 && number < 0))
        return false;
    *ret_want = (struct hls_want){.playlist = true, .blocking = number >= 0, .part = (int)part};
    ret_want->number = number >= 0 ? (uint64_t)number : 0;
    read_token(request, ret_want->token);
    return true;
}

void hls_index_get(const struct call *call, struct http_request *request)
{
    struct camera *camera = call->permit.camera;
    struct hls_want want;
    if (!read_directives(request, &want)) {
        static const struct problem NO_NUMBER = {PROBLEM_BAD_MESSAGE, "",
                                                 "_HLS_msn and _HLS_part must be numbers"};
        reply_problem(request, &NO_NUMBER);
        return;
    }
    struct hls_session *session = hls_session_find(call->api, camera);
    if (call->head) { /* HEAD must not wake a camera */
        reply(request, &(struct http_response){.status = 200,
                                               .content_type = "application/vnd.apple.mpegurl"});
        return;
    }
    if (!session && camera_state(camera) == DEMAND_OFFLINE) {
        static const struct problem OFFLINE = {PROBLEM_OFFLINE, "", "the camera is not connected"};
        reply_problem(request, &OFFLINE);
        return;
    }
    if (!session)
        session = hls_session_create(call);
    hls_session_serve(session, call, request, &want);
}

void hls_media_get(const struct call *call, struct http_request *request)
{
    struct camera *camera = call->permit.camera;
    struct hls_want want = {0};
    const char *rest = http_path(request) + strlen("/hls/") + strlen(call->id) + strlen("/");
    struct hls_session *session = hls_session_find(call->api, camera);
    if (hls_path_parse(rest, &want.path) < 0 || !session ||
        strcmp(session->id, want.path.session) != 0) {
        static const struct problem NOTHING = {PROBLEM_NOT_FOUND, "",
                                               "there is nothing at this address"};
        reply_problem(request, &NOTHING);
        return;
    }
    hls_session_serve(session, call, request, &want);
}
