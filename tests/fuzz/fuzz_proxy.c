/* Forwarded and X-Forwarded-Proto are what the peer likes. */
#include <string.h>
#include <strings.h>

#include "access/proxy.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[2048];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    if (proxy_says_https(NULL, text))
        CHECK(strcasestr(text, "proto=") && strcasestr(text, "https"));
    if (proxy_says_https(text, NULL))
        CHECK(strcasestr(text, "https") != NULL);
    CHECK(!proxy_secret_is(text, "a secret that is not in the corpus"));
    return 0;
}
