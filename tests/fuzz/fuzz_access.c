/* Host and Origin are what the peer likes. Input: Host, a newline, Origin. */
#include <string.h>

#include "access/access.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const char *const HOSTS[] = {"porch", "cameras.example.org", NULL};
    char text[1024];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    char *origin = strchr(text, '\n');
    if (origin)
        *origin++ = '\0';
    struct access_request request = {
        .needs = ACCESS_VIEWER, .method = "GET", .host = text, .origin = origin, .hosts = HOSTS};
    enum access_verdict verdict = access_decide(&request);
    if (verdict == ACCESS_ALLOW) {
        /* What is let in is known without looking anything up */
        CHECK(strlen(text) == strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_.:[]"));
        /* and it is so without an Origin all the more. */
        request.origin = NULL;
        CHECK(access_decide(&request) == ACCESS_ALLOW);
    }
    /* A page at an address that is let in may ask that address. */
    request.origin = NULL;
    if (access_decide(&request) == ACCESS_ALLOW) {
        char same[1100] = "http://";
        strcat(same, text);
        request.origin = same;
        CHECK(access_decide(&request) == ACCESS_ALLOW);
        request.origin = "null";
        CHECK(access_decide(&request) == ACCESS_DENY_ORIGIN);
    }
    return 0;
}
