/* The client over TLS: a certificate is checked, and so is whom it is for. The server is a thread
 * with OpenSSL, its certificate is made here. */
#include "net/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/socket.h"
#include "site.h"

static const struct outbound_range EVERYTHING;

struct visit {
    struct site site;
    struct net_wake *poke;
    struct client *client;
    struct client_params params;
    struct url url;
    struct tally dones;
    char body[64], sentence[CLIENT_SENTENCE_MAX_BYTES];
    size_t body_bytes;
    int error;
    int server;
    uint16_t port;
    SSL_CTX *tls;
    pthread_t thread;
    char ca_file[64];
};

/* --- The server. --- */

/* For "localhost", signed by itself. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"camera", -1, -1,
                               0);
    X509_set_issuer_name(x, name);
    X509_set_pubkey(x, key);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(x, names, -1);
    X509_EXTENSION_free(names);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    return x;
}

static void make_tls(struct visit *visit)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key);
    visit->tls = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(visit->tls, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(visit->tls, key), 1);
    snprintf(visit->ca_file, sizeof(visit->ca_file), "/tmp/eyelid-ca-XXXXXX");
    int fd = mkstemp(visit->ca_file);
    FILE *file = fdopen(fd, "w");
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* One connection, one answer. */
static void *serve(void *ctx)
{
    static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    struct visit *visit = ctx;
    int fd = -1;
    for (int tries = 0; fd < 0 && tries < 1000; tries++) {
        fd = accept(visit->server, NULL, NULL);
        if (fd < 0)
            usleep(10000); /* the listening socket does not block */
    }
    SSL *ssl = SSL_new(visit->tls);
    SSL_set_fd(ssl, fd);
    char request[1024];
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0)
        SSL_write(ssl, ANSWER, sizeof(ANSWER) - 1);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
    return NULL;
}

/* --- The client. --- */

static void on_head(void *ctx, const struct client_head *head)
{
    (void)ctx;
    assert_int_equal(head->status, 200);
}

static void on_body(void *ctx, const uint8_t *bytes, size_t len_bytes)
{
    struct visit *visit = ctx;
    assert_true(visit->body_bytes + len_bytes < sizeof(visit->body));
    memcpy(visit->body + visit->body_bytes, bytes, len_bytes);
    visit->body_bytes += len_bytes;
}

static void on_done(void *ctx, int error, const char *sentence)
{
    struct visit *visit = ctx;
    visit->error = error;
    snprintf(visit->sentence, sizeof(visit->sentence), "%s", sentence);
    client_destroy(visit->client);
    tally_add(&visit->dones);
}

static void on_poke(void *ctx)
{
    static const struct client_ops OPS = {.head = on_head, .body = on_body, .done = on_done};
    struct visit *visit = ctx;
    visit->client = client_create(&visit->params);
    client_get(visit->client, &(struct client_get){.url = &visit->url, .ops = &OPS, .ctx = visit});
}

static void get(struct visit *visit, const char *host)
{
    char text[64];
    const char *wrong;
    snprintf(text, sizeof(text), "https://%s:%u/", host, visit->port);
    assert_int_equal(url_parse(text, &visit->url, &wrong), 0);
    struct waker waker = net_wake_waker(visit->poke);
    waker_wake(&waker);
    tally_wait(&visit->dones, 1);
}

static int setup(void **state)
{
    static const struct tally NONE = TALLY_INIT;
    struct visit *visit = calloc(1, sizeof(*visit));
    visit->dones = NONE;
    site_init(&visit->site, NULL, &(struct net_listener_params){0});
    visit->poke = net_wake_create(visit->site.net, on_poke, visit);
    make_tls(visit);
    visit->params = (struct client_params){.net = visit->site.net,
                                           .policy = {.allow = &EVERYTHING, .n_allow = 1},
                                           .ca_file = visit->ca_file};
    visit->server = socket_listen("127.0.0.1", &visit->port);
    assert_true(visit->server >= 0);
    assert_int_equal(pthread_create(&visit->thread, NULL, serve, visit), 0);
    site_run(&visit->site);
    *state = visit;
    return 0;
}

static int teardown(void **state)
{
    struct visit *visit = *state;
    pthread_join(visit->thread, NULL);
    site_stop(&visit->site);
    net_wake_destroy(visit->poke);
    site_finish(&visit->site);
    SSL_CTX_free(visit->tls);
    close(visit->server);
    unlink(visit->ca_file);
    free(visit);
    return 0;
}

static void test_who_is_vouched_for(void **state)
{
    struct visit *visit = *state;
    get(visit, "localhost");
    assert_string_equal(visit->sentence, "");
    assert_int_equal(visit->error, 0);
    assert_int_equal(visit->body_bytes, 5);
    assert_memory_equal(visit->body, "hello", 5);
}

static void test_who_is_not(void **state)
{
    struct visit *visit = *state;
    char expected[CLIENT_SENTENCE_MAX_BYTES];
    visit->params.ca_file = NULL; /* the system's, which do not know it */
    get(visit, "localhost");
    snprintf(expected, sizeof(expected),
             "the certificate of localhost:%u is not trusted: self-signed certificate",
             visit->port);
    assert_string_equal(visit->sentence, expected);
    assert_int_equal(visit->error, -EPROTO);
    assert_int_equal(visit->body_bytes, 0);
}

static void test_another_name(void **state)
{
    struct visit *visit = *state;
    char expected[CLIENT_SENTENCE_MAX_BYTES];
    get(visit, "127.0.0.1");
    snprintf(
        expected, sizeof(expected),
        "the certificate of 127.0.0.1:%u is not trusted: no alternative certificate subject name "
        "matches target host name '127.0.0.1'",
        visit->port);
    assert_string_equal(visit->sentence, expected);
    assert_int_equal(visit->error, -EPROTO);
    assert_int_equal(visit->body_bytes, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_who_is_vouched_for),
        T(test_who_is_not),
        T(test_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
