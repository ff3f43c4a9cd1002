#include "net/ask.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"

static const long PATIENCE_S = 30;

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct text *text = ctx;
    text_add(text, "%.*s", (int)(size * count), bytes);
    return text->cut ? 0 : size * count;
}

static void set_up(CURL *easy, const struct ask *ask, struct text *answer)
{
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, ask->socket);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, ask->method);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, PATIENCE_S);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    if (ask->body)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, ask->body);
}

/* RFC 9110 section 7.2 requires Host, although a Unix socket has no host name. */
static int perform(CURL *easy, const struct ask *ask, char sentence[ASK_SENTENCE_MAX_BYTES])
{
    char url[512];
    long system_error = 0;
    struct curl_slist *type =
        ask->body ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
    if (snprintf(url, sizeof(url), "http://localhost%s", ask->target) >= (int)sizeof(url))
        return -ENAMETOOLONG;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, type);
    const CURLcode code = curl_easy_perform(easy);
    curl_slist_free_all(type);
    if (code == CURLE_OK)
        return 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system_error);
    snprintf(sentence, ASK_SENTENCE_MAX_BYTES, "%s", curl_easy_strerror(code));
    if (code != CURLE_COULDNT_CONNECT)
        return -EIO;
    return system_error == EACCES || system_error == EPERM ? -EACCES : -ECONNREFUSED;
}

int ask(const struct ask *ask, unsigned *ret_status, char **ret_body,
        char sentence[ASK_SENTENCE_MAX_BYTES])
{
    struct text answer = text_growing(ASK_ANSWER_MAX_BYTES);
    long status = 0;
    CURL *easy = curl_easy_init();
    int r = -EIO;
    snprintf(sentence, ASK_SENTENCE_MAX_BYTES, "out of memory");
    text_add(&answer, "%s", "");
    if (easy) {
        set_up(easy, ask, &answer);
        r = perform(easy, ask, sentence);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_cleanup(easy);
    }
    if (r < 0) {
        text_finish(&answer);
        return r;
    }
    *ret_status = (unsigned)status;
    *ret_body = answer.bytes;
    return 0;
}
