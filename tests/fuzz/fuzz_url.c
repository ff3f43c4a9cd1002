#include <string.h>

#include "check.h"
#include "net/outbound.h"
#include "net/url.h"

static void check_text(const char *text)
{
    for (const char *c = text; *c; c++)
        CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[2 * URL_MAX_BYTES] = "", formatted[URL_TEXT_MAX_BYTES], masked[URL_TEXT_MAX_BYTES];
    struct url url, again;
    const char *wrong = NULL;
    struct outbound_range range;
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    if (outbound_range_parse(text, &range) == 0) {
        CHECK(range.bits <= 128);
        outbound_denial(&(struct outbound_policy){.allow = &range, .n_allow = 1}, range.address);
    }
    if (url_parse(text, &url, &wrong) < 0) {
        CHECK(wrong);
        return 0;
    }
    CHECK(url.port > 0 && url.host[0] && url.path[0] == '/');
    check_text(url.user);
    check_text(url.password);
    url_format(&url, formatted);
    check_text(formatted);
    url_mask(&url, masked);
    check_text(masked);
    /* The request is as parsed. */
    if (strlen(formatted) <= URL_MAX_BYTES) {
        CHECK(url_parse(formatted, &again, &wrong) == 0);
        CHECK(url_same_origin(&url, &again));
        CHECK(strcmp(url.path, again.path) == 0 && strcmp(url.query, again.query) == 0);
        CHECK(!again.user[0] && !again.password[0]);
    }
    return 0;
}
