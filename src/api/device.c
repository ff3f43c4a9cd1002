#include <errno.h>

#include "access/token.h"
#include "api/endpoint.h"
#include "push/push.h"

_Static_assert((int)TOKEN_HASH_CHARS == (int)CAMERA_TOKEN_CHARS,
               "a camera keeps the hash of its token");

int device_upgrade(const struct call *call, struct http_request *request,
                   struct ws_accept *ret_accept)
{
    const char *authorization = http_header_text(request, HTTP_AUTHORIZATION);
    char hash[TOKEN_HASH_CHARS + 1];
    struct push_knock knock = {.id = call->id};
    if (authorization) {
        int r = token_hash(authorization, hash);
        if (r == -EINVAL) {
            service_log_refusal(call->api->params.service, call->id,
                                "a token is 16 to 64 of A-Z, a-z, 0-9 and -._~+/");
            return 400;
        }
        knock.token = r == 0 ? hash : NULL;
    }
    return service_connect(&call->permit, &knock, request, ret_accept);
}
