/* What the files of the client share. Loop only.
 *
 * libcurl may not be called from inside its own callbacks. What they lead to (a request cancelled,
 * another one begun, the client destroyed) is noted, and done when the outermost call is over. */
#pragma once
#include <netinet/in.h>

#include <curl/curl.h>

#include "base/list.h"
#include "net/client.h"
#include "net/internal.h"

struct client {
    struct client_params params; /* the defaults filled in */
    CURLM *multi;
    struct net_timer *timer; /* libcurl's */
    struct list requests;    /* of struct client_request.node */
    /* Whom it was connected to last: other ports of that host are asked at the same address. */
    char host[URL_HOST_MAX_BYTES + 1], peer[INET6_ADDRSTRLEN];
    uint16_t port;
    unsigned depth; /* calls into libcurl and out of it that are being made */
    bool ended;
};

enum client_phase { CLIENT_CONNECTING, CLIENT_ASKED, CLIENT_ANSWERING };

struct client_request {
    struct list node;
    struct client *client;
    struct url url; /* where it is now: redirects move it */
    struct client_get params;
    CURL *easy;
    struct curl_slist *resolved; /* easy's; NULL = it resolves its host itself */
    struct net_timer *patience;
    enum client_phase phase;
    int64_t begun_us;
    int64_t since_us; /* the phase's begin, or the last byte's arrival */
    bool added;       /* to the multi handle */
    bool ended;       /* no further call comes */
    bool head_told;
    bool ignores_length; /* the answer announced none that can be */
    unsigned redirects;
    size_t head_bytes, head_lines, body_bytes;
    int error; /* what we ended it for, and why; 0 = libcurl says */
    char sentence[CLIENT_SENTENCE_MAX_BYTES];
    char detail[CURL_ERROR_SIZE]; /* libcurl's */
};

/* --- client: requests --- */

/* Around everything that calls libcurl or is called by it. leave does what was noted; the client
 * may be gone after it. */
void client_enter(struct client *client);
void client_leave(struct client *client);
/* libcurl is through with a request. */
void client_completed(struct client *client, CURL *easy, CURLcode code);

/* --- client_loop: libcurl's sockets and timer on libuv --- */

/* -ENOMEM */
int client_loop_init(struct client *client) __attribute__((warn_unused_result));
void client_loop_finish(struct client *client);

/* --- client_error: what went wrong, in words --- */

/* Notes why the request is being ended, once. */
void client_fail(struct client_request *request, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for libcurl's verdict, unless we ended it. */
void client_explain(struct client_request *request, CURLcode code);
