#include "api/json_in.h"

#include <string.h>
#include <strings.h>

#include "api/reply.h"

/* False if brackets nest deeper than any message does; the parser recurses for each level. */
static bool depth_is_fine(const char *text, size_t len_bytes)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len_bytes; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_IN_MAX_DEPTH)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

json_t *json_in_object(const char *text, size_t len_bytes)
{
    if (!depth_is_fine(text, len_bytes))
        return NULL;
    json_t *json = json_loadb(text, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    if (json && !json_is_object(json)) {
        json_decref(json);
        json = NULL;
    }
    return json;
}

/* Another site's page can send forms and plain text without a preflight, but not JSON (Fetch,
 * "simple" requests). */
static bool is_json_type(const struct http_request *request)
{
    const char *type = http_header_text(request, HTTP_CONTENT_TYPE);
    const size_t n = type ? strcspn(type, "; ") : 0;
    return (n == 16 && strncasecmp(type, "application/json", n) == 0) ||
           (n == 28 && strncasecmp(type, "application/merge-patch+json", n) == 0);
}

json_t *json_in_body(struct http_request *request)
{
    size_t len;
    const char *body = http_body(request, &len);
    if (!is_json_type(request)) {
        static const struct problem BAD_TYPE = {PROBLEM_BAD_TYPE, "",
                                                "the body must be application/json"};
        reply_problem(request, &BAD_TYPE);
        return NULL;
    }
    json_t *json = json_in_object(body, len);
    if (!json) {
        struct problem problem;
        (void)problem_set(&problem, PROBLEM_BAD_MESSAGE, NULL, "the body must be one JSON object");
        reply_problem(request, &problem);
    }
    return json;
}
