/* The web gate: keeps out other web sites that use the owner's browser against the server
 * (cross-site requests, DNS rebinding). It knows no principals; the policy (access/policy.h)
 * decides afterwards what a request may do. Any thread; pure.
 *
 * One case cannot be detected: over plain http, at an address other than localhost, a picture
 * embedded by a page that hides its Referer looks like a player's request. The page cannot read the
 * picture, only cause the request. */
#pragma once
#include <stdbool.h>

/* What a request is for. */
enum web_guard {
    WEB_PUBLIC,   /* the page's own files, health: may be linked from anywhere */
    WEB_DEVICE,   /* a device's connection; browsers do not make one */
    WEB_PICTURES, /* viewing only, which pages of embeds may do, too */
    WEB_GUARDED,  /* everything else */
};

struct web_request {
    enum web_guard guard;
    const char *host, *origin; /* the headers, NULL = absent */
    const char *fetch_site;    /* Sec-Fetch-Site (Fetch Metadata, W3C), NULL = absent */
    const char *referer;       /* used only if the two above are absent; NULL = absent */
    const char *const
        *hosts; /* further names this server is known by, NULL-terminated; NULL = none */
    /* Origins whose pages may show our pictures, or WEB_SAME_HOST; NULL-terminated; NULL = none */
    const char *const *embeds;
};
/* Among embeds: every port of the host that the request is for, and of hosts. */
#define WEB_SAME_HOST "same-host"

enum web_verdict {
    WEB_ALLOW,
    WEB_DENY_HOST,   /* Host is not an address, localhost, or in hosts: DNS rebinding */
    WEB_DENY_ORIGIN, /* from a page of another site */
    WEB_EMBED,       /* from a page of embeds, which may only view */
};

enum web_verdict web_decide(const struct web_request *request);
const char *web_verdict_text(enum web_verdict verdict); /* a sentence for the log and the 403 */

/* True if the answer must name Origin, so that the page can read it (CORS, Fetch section 3.2).
 */
bool web_embeds(const struct web_request *request);
/* True if a page at another port of this host shows it, in an <img> for example. Chromium takes
 * another port of an address for another site (Cross-Origin-Resource-Policy, Fetch section 3.7). */
bool web_is_neighbour(const struct web_request *request);
/* "https://dash.example.org" or "http://10.0.0.7:3000". */
bool web_is_origin(const char *text);
