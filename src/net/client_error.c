/* Turns libcurl's errors into sentences for the owner. libcurl's own text is quoted only where it
 * is about a certificate. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/client_internal.h"

void client_fail(struct client_request *request, int error, const char *format, ...)
{
    if (request->error)
        return;
    struct text text = text_over(request->sentence, sizeof(request->sentence));
    va_list args;
    va_start(args, format);
    text_add_list(&text, format, args);
    va_end(args);
    request->error = error;
}

/* "SSL certificate problem: self-signed certificate" → the second half. */
static const char *reason_of(const struct client_request *request)
{
    const char *colon = strstr(request->detail, ": ");
    return colon ? colon + 2 : request->detail;
}

static void explain_connecting(struct client_request *request, const char *place)
{
    long number = 0;
    curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNREFUSED)
        client_fail(request, -ECONNREFUSED, "connection refused by %s", place);
    else if (number)
        client_fail(request, -EHOSTUNREACH, "cannot reach %s: %s", place, strerror((int)number));
    else
        client_fail(request, -EHOSTUNREACH, "cannot reach %s", place);
}

void client_explain(struct client_request *request, CURLcode code)
{
    char place[URL_PLACE_MAX_BYTES];
    url_place(&request->url, place);
    switch (code) {
    case CURLE_OK:
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        client_fail(request, -EHOSTUNREACH, "host not found: %s", request->url.host);
        break;
    case CURLE_COULDNT_CONNECT:
        explain_connecting(request, place);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        client_fail(request, -EPROTO, "the certificate of %s is not trusted: %s", place,
                    reason_of(request));
        break;
    case CURLE_SSL_CONNECT_ERROR:
        client_fail(request, -EPROTO, "the TLS handshake with %s failed", place);
        break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        client_fail(request, -EPROTO, "%s sends an invalid HTTP answer", place);
        break;
    case CURLE_OUT_OF_MEMORY: /* also of a header line beyond libcurl's limit */
        if (request->phase != CLIENT_CONNECTING && !request->head_told)
            client_fail(request, -EMSGSIZE, "%s sends headers that are too long", place);
        else
            client_fail(request, -ENOMEM, "out of memory");
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        client_fail(request, -EIO, "%s closed the connection", place);
        break;
    default:
        client_fail(request, -EIO, "%s: %s", place, curl_easy_strerror(code));
    }
}
