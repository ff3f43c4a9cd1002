#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "net/http_head.h"

static void check_head(const struct http_head *head)
{
    CHECK(head->method && *head->method && head->path && head->query);
    CHECK(head->path[0] == '/');
    for (const char *c = head->path; *c; c++)
        CHECK((unsigned char)*c >= 0x20 && *c != 0x7f && *c != '\\');
    CHECK(!strstr(head->path, "/../"));
    size_t len = strlen(head->path);
    CHECK(len < 3 || strcmp(head->path + len - 3, "/..") != 0);
    for (int i = 0; i < HEAD_FIELDS; i++)
        for (const char *c = head->fields[i] ? head->fields[i] : ""; *c; c++)
            CHECK(*c != '\r' && *c != '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    /* Exactly as long as the input, so that the sanitizer sees a step beyond it. */
    char *text = mem_try_alloc(len_bytes ? len_bytes : 1);
    CHECK(text);
    memcpy(text, data, len_bytes);
    size_t whole = 0, bytewise = 0, head_len = http_head_length(text, len_bytes, &whole);
    for (size_t len = 0; len <= len_bytes; len++) {
        size_t found = http_head_length(text, len, &bytewise);
        CHECK(found == (head_len && len >= head_len ? head_len : 0));
        if (found)
            break;
    }
    if (head_len) {
        struct http_head head;
        int status = http_head_parse(text, head_len, &head);
        CHECK(status == 0 || (status >= 400 && status < 600));
        if (status == 0)
            check_head(&head);
    }
    char out[32];
    long n = http_decode((const char *)data, len_bytes, true, out, sizeof(out));
    CHECK(n < (long)sizeof(out) && (n < 0 || strlen(out) == (size_t)n));
    mem_free(text);
    return 0;
}
