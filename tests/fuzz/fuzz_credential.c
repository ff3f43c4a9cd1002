/* Authorization and Cookie are what the peer likes; tried as both. */
#include <string.h>

#include "access/credential.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[2048], secret[SECRET_CHARS + 1];
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    if (credential_token(text, secret) == 0)
        CHECK(strspn(secret, "0123456789abcdef") == SECRET_CHARS);
    if (credential_cookie(text, "eyelid_session", secret) == 0)
        CHECK(strspn(secret, "0123456789abcdef") == SECRET_CHARS && strstr(text, secret));
    return 0;
}
