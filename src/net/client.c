#include "net/client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/client_internal.h"

/* Of one read. libcurl itself refuses header lines longer than 100 KiB. */
enum { READ_BYTES = 64 * 1024 };

static int64_t now(const struct client *client)
{
    return net_now_us(client->params.net);
}

static void place_of(const struct client_request *request, char out[URL_PLACE_MAX_BYTES])
{
    url_place(&request->url, out);
}

/* --- Timeouts. --- */

static int64_t timeout_of(const struct client_request *request)
{
    const struct client_params *params = &request->client->params;
    return request->phase == CLIENT_CONNECTING ? params->connect_us
           : request->phase == CLIENT_ASKED    ? params->first_byte_us
                                               : params->silence_us;
}

/* The current deadline; received bytes move it. */
static int64_t deadline_us(const struct client_request *request)
{
    const int64_t phase_us = request->since_us + timeout_of(request);
    const int64_t total_us = request->params.total_us;
    return total_us && request->begun_us + total_us < phase_us ? request->begun_us + total_us
                                                               : phase_us;
}

static void enter_phase(struct client_request *request, enum client_phase phase)
{
    request->phase = phase;
    request->since_us = now(request->client);
    net_timer_set(request->timeout, deadline_us(request));
}

/* Received bytes move the deadline, but not the timer, which is set again when it fires early. */
static void heard(struct client_request *request)
{
    if (request->phase == CLIENT_ANSWERING)
        request->since_us = now(request->client);
    else
        enter_phase(request, CLIENT_ANSWERING);
}

/* --- Ending a request. --- */

static void finish(struct client_request *request)
{
    if (request->ended)
        return;
    request->ended = true;
    request->params.ops->done(request->params.ctx, request->error, request->sentence);
}

static void fail_late(struct client_request *request, bool is_phase)
{
    const double total_s = (double)request->params.total_us / US_PER_S;
    const double phase_s = (double)timeout_of(request) / US_PER_S;
    char place[URL_PLACE_MAX_BYTES];
    place_of(request, place);
    if (!is_phase)
        client_fail(request, -ETIMEDOUT, "%s did not finish its answer within %.3g s", place,
                    total_s);
    else if (request->phase == CLIENT_CONNECTING)
        client_fail(request, -ETIMEDOUT, "connecting to %s timed out after %.3g s", place, phase_s);
    else if (request->phase == CLIENT_ASKED)
        client_fail(request, -ETIMEDOUT, "no answer from %s within %.3g s", place, phase_s);
    else
        client_fail(request, -ETIMEDOUT, "%s sent nothing for %.3g s", place, phase_s);
}

static void on_timeout(void *ctx)
{
    struct client_request *request = ctx;
    struct client *client = request->client;
    const int64_t at_us = deadline_us(request);
    if (!request->error && now(client) < at_us) {
        net_timer_set(request->timeout, at_us);
        return;
    }
    fail_late(request, at_us >= request->since_us + timeout_of(request));
    client_enter(client);
    finish(request);
    client_leave(client);
}

/* --- Called by libcurl. --- */

static void to_sixteen(const struct sockaddr *from, uint8_t out[OUTBOUND_ADDRESS_BYTES])
{
    memset(out, 0, OUTBOUND_ADDRESS_BYTES);
    if (from->sa_family == AF_INET) {
        out[10] = out[11] = 0xff;
        memcpy(out + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    } else {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    }
}

static void deny(struct client_request *request, const struct sockaddr *to, const char *what)
{
    char text[INET6_ADDRSTRLEN] = "";
    const void *at = to->sa_family == AF_INET
                         ? (const void *)&((const struct sockaddr_in *)(const void *)to)->sin_addr
                         : &((const struct sockaddr_in6 *)(const void *)to)->sin6_addr;
    inet_ntop(to->sa_family, at, text, sizeof(text));
    client_fail(request, -EACCES, "%s is %s; pull_allow in eyelid.conf can allow it", text, what);
}

/* The gate: every connection is opened here. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    struct client_request *request = ctx;
    uint8_t address[OUTBOUND_ADDRESS_BYTES];
    if (to->family != AF_INET && to->family != AF_INET6)
        return CURL_SOCKET_BAD;
    to_sixteen(&to->addr, address);
    const char *denial = outbound_denial(&request->client->params.policy, address);
    if (denial) {
        deny(request, &to->addr, denial);
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void remember_peer(const struct client_request *request, const char *peer)
{
    struct client *client = request->client;
    if (request->resolved)
        return;
    snprintf(client->host, sizeof(client->host), "%s", request->url.host);
    snprintf(client->peer, sizeof(client->peer), "%s", peer);
    client->port = request->url.port;
}

/* libcurl resolves a name again for each port, and the name's address may have changed since. */
static void use_peer(struct client_request *request)
{
    char entry[URL_HOST_MAX_BYTES + INET6_ADDRSTRLEN + 16];
    const struct client *client = request->client;
    const struct url *url = &request->url;
    if (url->host[0] == '[' || url->port == client->port || strcmp(url->host, client->host) != 0)
        return;
    snprintf(entry, sizeof(entry), "%s:%u:%s", url->host, url->port, client->peer);
    request->resolved = curl_slist_append(NULL, entry);
    curl_easy_setopt(request->easy, CURLOPT_RESOLVE, request->resolved);
}

/* Called when connected, before the request is sent. */
static int on_connected(void *ctx, char *peer, char *own, int peer_port, int own_port)
{
    (void)own, (void)peer_port, (void)own_port;
    struct client_request *request = ctx;
    remember_peer(request, peer);
    request->error = 0; /* another of the name's addresses may have been denied */
    enter_phase(request, CLIENT_ASKED);
    return CURL_PREREQFUNC_OK;
}

static size_t on_head(char *bytes, size_t one, size_t len_bytes, void *ctx)
{
    (void)one;
    struct client_request *request = ctx;
    char place[URL_PLACE_MAX_BYTES];
    heard(request);
    if (len_bytes > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        request->head_bytes = request->head_lines = 0; /* another head follows a 100 or 401 */
    request->head_bytes += len_bytes;
    request->head_lines++;
    if (request->head_bytes <= CLIENT_HEAD_MAX_BYTES &&
        request->head_lines <= CLIENT_HEAD_MAX_LINES + 2) /* status and blank line */
        return len_bytes;
    place_of(request, place);
    client_fail(request, -EMSGSIZE, "%s sends headers that are too long", place);
    return 0;
}

static unsigned status_of(const struct client_request *request)
{
    long status = 0;
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    return (unsigned)status;
}

static bool is_redirect(const struct client_request *request)
{
    return status_of(request) / 100 == 3;
}

static void tell_head(struct client_request *request)
{
    char *type = NULL;
    if (request->head_told)
        return;
    request->head_told = true;
    curl_easy_getinfo(request->easy, CURLINFO_CONTENT_TYPE, &type);
    request->params.ops->head(
        request->params.ctx,
        &(struct client_head){.status = status_of(request), .content_type = type ? type : ""});
}

/* The body is ignored, but its size is limited. */
static bool take_redirect_body(struct client_request *request)
{
    char place[URL_PLACE_MAX_BYTES];
    if (request->body_bytes <= CLIENT_HEAD_MAX_BYTES)
        return true;
    place_of(request, place);
    client_fail(request, -EMSGSIZE, "%s sends a redirect with too large a body", place);
    return false;
}

static size_t on_body(char *bytes, size_t one, size_t len_bytes, void *ctx)
{
    (void)one;
    struct client_request *request = ctx;
    size_t max_bytes = request->params.max_body_bytes;
    if (request->ended)
        return CURL_WRITEFUNC_ERROR;
    heard(request);
    request->body_bytes += len_bytes;
    if (max_bytes && request->body_bytes > max_bytes) {
        char place[URL_PLACE_MAX_BYTES];
        place_of(request, place);
        client_fail(request, -EMSGSIZE, "%s sends more than %zu bytes", place, max_bytes);
        return CURL_WRITEFUNC_ERROR;
    }
    if (is_redirect(request)) /* its body is only for display */
        return take_redirect_body(request) ? len_bytes : CURL_WRITEFUNC_ERROR;
    tell_head(request);
    if (!request->ended)
        request->params.ops->body(request->params.ctx, (const uint8_t *)bytes, len_bytes);
    return request->ended ? CURL_WRITEFUNC_ERROR : len_bytes;
}

/* --- Start, redirects and end. --- */

/* Directs the request to its current URL; it is sent by client_leave. */
static void aim(struct client_request *request)
{
    char text[URL_TEXT_MAX_BYTES];
    url_format(&request->url, text);
    curl_easy_setopt(request->easy, CURLOPT_URL, text);
    request->body_bytes = 0;
    enter_phase(request, CLIENT_CONNECTING);
}

/* True if the redirect is followed. */
static bool follow(struct client_request *request, const char *to)
{
    struct url url;
    const char *wrong;
    char place[URL_PLACE_MAX_BYTES];
    place_of(request, place);
    if (request->redirects++ >= CLIENT_REDIRECTS_MAX) {
        client_fail(request, -ELOOP, "%s redirects more than %d times", place,
                    CLIENT_REDIRECTS_MAX);
        return false;
    }
    if (url_parse(to, &url, &wrong) < 0) {
        client_fail(request, -ELOOP, "%s redirects to an invalid URL", place);
        return false;
    }
    if (request->url.https && !url.https) {
        client_fail(request, -ELOOP, "%s redirects from https to http, which is not followed",
                    place);
        return false;
    }
    if (url_same_origin(&request->url, &url)) {
        memcpy(url.user, request->url.user, sizeof(url.user));
        memcpy(url.password, request->url.password, sizeof(url.password));
    } else { /* the password is not sent to another origin */
        url.user[0] = url.password[0] = '\0';
        curl_easy_setopt(request->easy, CURLOPT_USERNAME, NULL);
        curl_easy_setopt(request->easy, CURLOPT_PASSWORD, NULL);
    }
    request->url = url;
    aim(request);
    return true;
}

/* An invalid Content-Length: requests again, ignoring it. */
static bool ignore_length(struct client_request *request, CURLcode code)
{
    if (code != CURLE_WEIRD_SERVER_REPLY || request->ended || request->ignores_length)
        return false;
    request->ignores_length = true;
    curl_easy_setopt(request->easy, CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
    aim(request);
    return true;
}

void client_completed(struct client *client, CURL *easy, CURLcode code)
{
    struct client_request *request = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&request);
    char *to = NULL;
    if (code == CURLE_OK && !request->ended && is_redirect(request) && !request->params.method)
        curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to);
    bool goes_on = (to && follow(request, to)) || ignore_length(request, code);
    curl_multi_remove_handle(client->multi, easy);
    request->added = false; /* client_leave adds it again */
    if (goes_on || request->ended)
        return;
    client_explain(request, code);
    if (!request->error)
        tell_head(request);
    finish(request);
}

static void set_options(struct client_request *request)
{
    CURL *easy = request->easy;
    const struct client_params *params = &request->client->params;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->detail);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for the resolver's thread */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* ignore the environment's proxy */
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "eyelid");
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_BYTES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 3600000L); /* our own timeouts are shorter */
    if (params->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, params->ca_file);
    if (request->url.user[0] || request->url.password[0]) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
        curl_easy_setopt(easy, CURLOPT_USERNAME, request->url.user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, request->url.password);
    }
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, request);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
}

static void set_method(struct client_request *request)
{
    const struct client_get *params = &request->params;
    CURL *easy = request->easy;
    if (!params->method)
        return;
    for (const char *const *field = params->fields; field && *field; field++)
        request->fields = curl_slist_append(request->fields, *field);
    request->fields = curl_slist_append(request->fields, "Expect:"); /* the body at once */
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)params->body_bytes);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     params->body_bytes ? (const void *)params->body : "");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, params->method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->fields);
}

struct client_request *client_get(struct client *client, const struct client_get *get)
{
    struct client_request *request = mem_new(struct client_request);
    request->client = client;
    request->params = *get;
    request->url = *get->url;
    request->begun_us = now(client);
    request->timeout = net_timer_create(client->params.net, on_timeout, request);
    list_append(&client->requests, &request->node);
    client_enter(client);
    request->easy = client->multi ? curl_easy_init() : NULL;
    if (request->easy) {
        set_options(request);
        set_method(request);
        use_peer(request);
        aim(request);
    } else {
        client_fail(request, -ENOMEM, "out of memory");
        net_timer_set(request->timeout, now(client));
    }
    client_leave(client);
    return request;
}

void client_cancel(struct client_request *request)
{
    if (!request)
        return;
    client_enter(request->client);
    request->ended = true;
    client_leave(request->client);
}

/* --- The client. --- */

static void free_request(struct client_request *request)
{
    if (request->added)
        curl_multi_remove_handle(request->client->multi, request->easy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->resolved);
    curl_slist_free_all(request->fields);
    net_timer_destroy(request->timeout);
    list_remove(&request->node);
    mem_free(request);
}

static void add_request(struct client_request *request)
{
    request->added = curl_multi_add_handle(request->client->multi, request->easy) == CURLM_OK;
    if (request->added)
        return;
    client_fail(request, -ENOMEM, "out of memory");
    net_timer_set(request->timeout, now(request->client));
}

void client_enter(struct client *client)
{
    client->depth++;
}

void client_leave(struct client *client)
{
    if (client->depth > 1) {
        client->depth--;
        return;
    }
    list_for_each (request, &client->requests, struct client_request, node) {
        if (request->ended || client->ended)
            free_request(request);
        else if (!request->added && !request->error)
            add_request(request);
    }
    client->depth--;
    if (!client->ended)
        return;
    if (client->multi)
        client_loop_finish(client);
    mem_free(client);
}

struct client *client_create(const struct client_params *params)
{
    struct client *client = mem_new(struct client);
    client->params = *params;
    if (!client->params.connect_us)
        client->params.connect_us = 4 * US_PER_S;
    if (!client->params.first_byte_us)
        client->params.first_byte_us = 4 * US_PER_S;
    if (!client->params.silence_us)
        client->params.silence_us = 4 * US_PER_S;
    list_init(&client->requests);
    if (client_loop_init(client) < 0)
        client->multi = NULL; /* each request then fails */
    return client;
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    client_enter(client);
    list_for_each (request, &client->requests, struct client_request, node)
        request->ended = true;
    client->ended = true;
    client_leave(client);
}
