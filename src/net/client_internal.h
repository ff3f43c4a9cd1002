/* What the files of the client share. Loop only.
 *
 * libcurl may not be called from inside its own callbacks. Actions requested there (cancelling or
 * beginning a request, destroying the client) are noted, and done when the outermost call ends. */
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
    /* The last connection's address, which is used for other ports of that host as well. */
    char host[URL_HOST_MAX_BYTES + 1], peer[INET6_ADDRSTRLEN];
    uint16_t port;
    unsigned depth; /* nesting of calls into libcurl and out of it */
    bool ended;
};

enum client_phase { CLIENT_CONNECTING, CLIENT_ASKED, CLIENT_ANSWERING };

struct client_request {
    struct list node;
    struct client *client;
    struct url url; /* the current one; redirects change it */
    struct client_get params;
    CURL *easy;
    struct curl_slist *resolved; /* used by easy; NULL = libcurl resolves the host */
    struct curl_slist *fields;   /* used by easy; NULL = none of its own */
    struct net_timer *timeout;
    enum client_phase phase;
    int64_t begun_us;
    int64_t since_us; /* when the phase began, or the last byte arrived */
    bool added;       /* to the multi handle */
    bool ended;       /* no further callback */
    bool head_told;
    bool ignores_length; /* the answer's Content-Length was invalid */
    unsigned redirects;
    size_t head_bytes, head_lines, body_bytes;
    int error; /* why we ended it, with sentence; 0 = see libcurl's code */
    char sentence[CLIENT_SENTENCE_MAX_BYTES];
    char detail[CURL_ERROR_SIZE]; /* libcurl's */
};

/* --- client: requests --- */

/* Around every call into libcurl and every callback. client_leave does what was noted, which may
 * free the client. */
void client_enter(struct client *client);
void client_leave(struct client *client);
/* libcurl has finished a request. */
void client_completed(struct client *client, CURL *easy, CURLcode code);

/* --- client_loop: libcurl's sockets and timer on libuv --- */

/* -ENOMEM */
int client_loop_init(struct client *client) __attribute__((warn_unused_result));
void client_loop_finish(struct client *client);

/* --- client_error: errors as sentences --- */

/* Notes why the request ends; the first reason counts. */
void client_fail(struct client_request *request, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for libcurl's code, unless we ended the request. */
void client_explain(struct client_request *request, CURLcode code);
