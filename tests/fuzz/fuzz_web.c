/* Host, Origin and Referer are what the peer likes. Input: Host, a newline, Origin, which is tried
 * as a Referer, too. */
#include <stdio.h>
#include <string.h>

#include "access/web.h"
#include "check.h"

static const char *const HOSTS[] = {"porch", "cameras.example.org", NULL};

static void check_referer(const char *host, const char *referer)
{
    struct web_request request = {.guard = WEB_GUARDED, .host = host, .hosts = HOSTS};
    enum web_verdict verdict = web_decide(&request);
    request.referer = referer;
    /* It takes away, and gives nothing; */
    enum web_verdict with = web_decide(&request);
    CHECK(with == verdict || (verdict == WEB_ALLOW && with == WEB_DENY_ORIGIN));
    /* and where there is Sec-Fetch-Site it does not even that. */
    request.fetch_site = "same-origin";
    CHECK(web_decide(&request) == verdict);
    request.fetch_site = NULL;
    request.referer = "http://evil.example/porch";
    CHECK(web_decide(&request) == (verdict ? verdict : WEB_DENY_ORIGIN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[1024];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    char *origin = strchr(text, '\n');
    if (origin)
        *origin++ = '\0';
    struct web_request request = {
        .guard = WEB_GUARDED, .host = text, .origin = origin, .hosts = HOSTS};
    enum web_verdict verdict = web_decide(&request);
    if (verdict == WEB_ALLOW) {
        /* What is let in is known without looking anything up */
        CHECK(strlen(text) == strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_.:[]"));
        /* and it is so without an Origin all the more. */
        request.origin = NULL;
        CHECK(web_decide(&request) == WEB_ALLOW);
        /* Our origin is also recognised in a Referer, for every path. */
        char page[1100];
        snprintf(page, sizeof(page), "%s/a?b", origin ? origin : "");
        request.referer = origin ? page : NULL;
        CHECK(web_decide(&request) == WEB_ALLOW);
    }
    check_referer(text, origin);
    request.referer = NULL;
    /* A page at an address that is let in may ask that address. */
    request.origin = NULL;
    if (web_decide(&request) == WEB_ALLOW) {
        char same[1100] = "http://";
        strcat(same, text);
        request.origin = same;
        CHECK(web_decide(&request) == WEB_ALLOW);
        request.origin = "null";
        CHECK(web_decide(&request) == WEB_DENY_ORIGIN);
    }
    return 0;
}
