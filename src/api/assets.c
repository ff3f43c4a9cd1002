#include <string.h>

#include "access/web.h"
#include "api/reply.h"
#include "base/text.h"

/* Allows only what the page needs: its own files, pictures and video made from bytes, and one
 * WebSocket. Styles set by scripts need no permission. */
static const char CSP[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
enum { CSP_MAX_BYTES = 4096 };

/* The policy with those who may frame the page. An address in brackets has no form there (CSP level
 * 3, section 2.3.1). */
static void add_policy(const struct api *api, const struct http_request *request, struct text *out)
{
    const char *host = http_header_text(request, HTTP_HOST);
    const int name_len = host && host[0] != '[' ? (int)strcspn(host, ":") : 0;
    text_add(out, "%s", CSP);
    for (const char *const *embed = api->params.embeds; embed && *embed; embed++)
        if (strcmp(*embed, WEB_SAME_HOST) != 0)
            text_add(out, " %s", *embed);
        else if (name_len > 0)
            text_add(out, " http://%.*s:* https://%.*s:*", name_len, host, name_len, host);
}

static const struct asset *find(const struct api_params *params, const char *path)
{
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (size_t i = 0; i < params->n_assets; i++)
        if (strcmp(params->assets[i].path, path) == 0)
            return &params->assets[i];
    return NULL;
}

/* True if the list has our tag, or "*" (RFC 9110 section 13.1.2; weak comparison, so W/ is
 * ignored). */
static bool is_known(const struct http_request *request, const char *etag)
{
    char tags[256];
    if (!http_header(request, HTTP_IF_NONE_MATCH, tags, sizeof(tags)))
        return false;
    return strcmp(tags, "*") == 0 || strstr(tags, etag);
}

/* The files are stored compressed only. RFC 9110 section 12.5.3: without the header any coding is
 * acceptable. */
static bool takes_gzip(const struct http_request *request)
{
    char codings[256];
    if (!http_header(request, HTTP_ACCEPT_ENCODING, codings, sizeof(codings)))
        return true;
    return strstr(codings, "gzip") || strchr(codings, '*');
}

void assets_get(const struct call *call, struct http_request *request)
{
    const struct asset *asset = find(&call->api->params, http_path(request));
    if (!asset) {
        static const struct problem NOTHING = {PROBLEM_NOT_FOUND, "",
                                               "there is nothing at this address"};
        reply_problem(request, &NOTHING);
        return;
    }
    if (!takes_gzip(request)) {
        static const struct problem COMPRESSED = {PROBLEM_NOT_ACCEPTABLE, "",
                                                  "the page is served compressed (gzip) only"};
        reply_problem(request, &COMPRESSED);
        return;
    }
    char csp[CSP_MAX_BYTES];
    struct text policy = text_over(csp, sizeof(csp));
    add_policy(call->api, request, &policy);
    const struct http_field fields[] = {
        {"etag", asset->etag},
        {"cache-control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"},
        {"content-encoding", "gzip"},
        {"vary", "accept-encoding"},
        {"content-security-policy", policy.cut ? CSP : csp},
        {"access-control-allow-origin",
         "*"}, /* modules are fetched so; these are the same for all */
    };
    bool known = is_known(request, asset->etag);
    reply(request, &(struct http_response){.status = known ? 304 : 200,
                                           .content_type = asset->content_type,
                                           .fields = fields,
                                           .n_fields = sizeof(fields) / sizeof(fields[0]),
                                           .body = known ? NULL : asset->gzip,
                                           .body_is_static = true,
                                           .len_bytes = known ? 0 : asset->len_bytes});
}
