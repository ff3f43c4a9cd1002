#include "api/hls_path.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *prefix, *suffix;
} FORMS[] = {
    [HLS_PATH_INIT] = {"init-", ".mp4"},
    [HLS_PATH_SEGMENT] = {"seg-", ".m4s"},
    [HLS_PATH_PART] = {"part-", ".m4s"},
};
enum { N_FORMS = sizeof(FORMS) / sizeof(FORMS[0]), MAX_DIGITS = 18, MAX_PART_DIGITS = 3 };

void hls_path_write(const struct hls_path *path, char out[HLS_PATH_MAX])
{
    struct text text = text_over(out, HLS_PATH_MAX);
    text_add(&text, "%s/%s%llu", path->session, FORMS[path->kind].prefix,
             (unsigned long long)path->number);
    if (path->kind == HLS_PATH_PART)
        text_add(&text, ".%u", path->part);
    text_add(&text, "%s", FORMS[path->kind].suffix);
}

static bool skip(const char **p, const char *what)
{
    size_t len = strlen(what);
    if (strncmp(*p, what, len) != 0)
        return false;
    *p += len;
    return true;
}

/* A decimal number without leading zeros, of at most max_digits. */
static bool take_number(const char **p, unsigned max_digits, uint64_t *ret_number)
{
    size_t len = strspn(*p, "0123456789");
    if (len == 0 || len > max_digits || (len > 1 && **p == '0'))
        return false;
    *ret_number = 0;
    for (; len > 0; len--)
        *ret_number = *ret_number * 10 + (uint64_t)(*(*p)++ - '0');
    return true;
}

int hls_path_parse(const char *text, struct hls_path *ret_path)
{
    struct hls_path path = {0};
    if (strspn(text, "0123456789abcdef") != HLS_SESSION_ID_LEN)
        return -EINVAL;
    memcpy(path.session, text, HLS_SESSION_ID_LEN);
    for (int kind = 0; kind < N_FORMS; kind++) {
        const char *p = text + HLS_SESSION_ID_LEN;
        uint64_t part = 0;
        if (!skip(&p, "/") || !skip(&p, FORMS[kind].prefix) ||
            !take_number(&p, MAX_DIGITS, &path.number))
            continue;
        if (kind == HLS_PATH_PART && (!skip(&p, ".") || !take_number(&p, MAX_PART_DIGITS, &part)))
            continue;
        if (!skip(&p, FORMS[kind].suffix) || *p)
            continue;
        path.kind = (enum hls_path_kind)kind;
        path.part = (unsigned)part;
        *ret_path = path;
        return 0;
    }
    return -EINVAL;
}
