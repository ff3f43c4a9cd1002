/* The one policy function: who may do what. Deny first. Any thread; pure.
 *
 * There are no accounts yet. Until they come, whoever reaches the server's address may use it, so
 * the address is the fence: loopback unless the owner opens it. What this function keeps out today
 * is another web site that uses the owner's own browser against the server (cross-site requests,
 * DNS rebinding). One thing a browser does not let it know: over plain http, at an address that is
 * no localhost, a picture embedded by a page that hides its Referer looks like one that a player
 * asks for. The page cannot see that picture, only have it made. */
#pragma once
#include <stdbool.h>

enum access_role {
    ACCESS_PUBLIC,   /* no login ever: the page's own files, health */
    ACCESS_DEVICE,   /* a camera */
    ACCESS_VIEWER,   /* looks */
    ACCESS_OPERATOR, /* looks and changes settings */
    ACCESS_ADMIN,    /* everything; until there are accounts, who sits at this machine */
    ACCESS_ROLES
};

struct access_request {
    enum access_role needs;
    const char *method; /* "GET", … */
    bool websocket;
    bool peer_is_loopback;
    bool listener_is_loopback; /* the address it came in on is one that only this machine reaches */
    const char *host, *origin; /* the headers, NULL = absent */
    bool forwarded;            /* a proxy says that it passes this on */
    bool no_local_admin;       /* this machine is no proof: what comes from it may be passed on */
    const char *fetch_site;    /* Sec-Fetch-Site (Fetch Metadata, W3C), NULL = absent */
    const char *referer;       /* looked at where the two above are absent; NULL = absent too */
    const char *const
        *hosts; /* further names this server is known by, NULL-terminated; NULL = none */
};

enum access_verdict {
    ACCESS_ALLOW,
    ACCESS_DENY_HOST,   /* a Host that is neither an address, nor localhost, nor a name of ours: DNS
                           rebinding */
    ACCESS_DENY_ORIGIN, /* another site's page asks */
    ACCESS_DENY_REMOTE, /* an administrator's, and not asked from this machine */
};

enum access_verdict access_decide(const struct access_request *request);
const char *
access_verdict_text(enum access_verdict verdict); /* a sentence for the log and the 403 */
