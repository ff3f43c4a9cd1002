#include "net/ws_key.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool ws_key_is_valid(const char *key)
{
    static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key && strlen(key) == WS_KEY_CHARS && strspn(key, BASE64) == WS_KEY_CHARS - 2 &&
           strcmp(key + WS_KEY_CHARS - 2, "==") == 0;
}

void ws_key_answer(const char *key, char ret_answer[WS_ANSWER_CHARS + 1])
{
    unsigned char joined[WS_KEY_CHARS + sizeof(GUID) - 1], hash[SHA_DIGEST_LENGTH];
    memcpy(joined, key, WS_KEY_CHARS);
    memcpy(joined + WS_KEY_CHARS, GUID, sizeof(GUID) - 1);
    SHA1(joined, sizeof(joined), hash);
    EVP_EncodeBlock((unsigned char *)ret_answer, hash, sizeof(hash));
}
