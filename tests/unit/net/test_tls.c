/* A listener that speaks TLS, with OpenSSL as its peer. */
#include "net/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "cert/cert.h"
#include "site.h"

enum { LARGE_BYTES = 3 * 1024 * 1024 };

struct stage {
    struct site site;
    struct tls *tls;
    struct cert_paths paths;
    char dir[64];
    uint8_t *large;
};

static void on_request(void *ctx, struct http_request *request)
{
    const struct stage *stage = ctx;
    const bool is_large = strcmp(http_path(request), "/large") == 0;
    char error[TLS_ERROR_MAX];
    if (strcmp(http_path(request), "/reload") == 0)
        assert_int_equal(tls_reload(stage->tls, error), 0);
    http_reply(request, &(struct http_response){.status = 200,
                                                .content_type = "text/plain",
                                                .body = is_large ? (void *)stage->large : "hello",
                                                .body_is_static = true,
                                                .len_bytes = is_large ? LARGE_BYTES : 5});
}

static void make_certificate(struct stage *stage, const char *name)
{
    struct cert_names names = {0};
    bool renewed;
    assert_true(cert_names_add(&names, "localhost") && cert_names_add(&names, name));
    assert_int_equal(cert_ensure(stage->dir, &names, time(NULL), &renewed), 0);
}

static int begin(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    char error[TLS_ERROR_MAX];
    strcpy(stage->dir, "/tmp/eyelid-tls-XXXXXX");
    stage->large = malloc(LARGE_BYTES);
    for (size_t i = 0; i < LARGE_BYTES; i++)
        stage->large[i] = (uint8_t)(i * 31 >> 3);
    if (!mkdtemp(stage->dir) || cert_paths_of(stage->dir, &stage->paths) < 0)
        return -1;
    make_certificate(stage, "one.local");
    if (tls_create(stage->paths.server, stage->paths.server_key, &stage->tls, error) < 0)
        return -1;
    site_init(
        &stage->site, &(struct net_params){0},
        &(struct net_listener_params){.tls = stage->tls, .ctx = stage, .on_request = on_request});
    site_run(&stage->site);
    *state = stage;
    return 0;
}

static int end(void **state)
{
    struct stage *stage = *state;
    const char *const all[] = {stage->paths.ca, stage->paths.ca_key, stage->paths.server,
                               stage->paths.server_key};
    site_finish(&stage->site);
    tls_destroy(stage->tls);
    for (size_t i = 0; i < 4; i++)
        unlink(all[i]);
    rmdir(stage->dir);
    free(stage->large);
    free(stage);
    return 0;
}

struct peer {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
};

/* NULL: no ALPN. Returns what SSL_connect returns. */
static int connect_to(struct stage *stage, struct peer *peer, int max_version, const char *alpn)
{
    peer->fd = peer_connect(stage->site.port);
    peer->context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(peer->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(peer->context, max_version);
    SSL_CTX_set_cipher_list(peer->context, "ALL:@SECLEVEL=0");
    peer->ssl = SSL_new(peer->context);
    if (alpn)
        SSL_set_alpn_protos(peer->ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn));
    SSL_set_fd(peer->ssl, peer->fd);
    return SSL_connect(peer->ssl);
}

static void hang_up(struct peer *peer)
{
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
    close(peer->fd);
}

static size_t get(struct peer *peer, const char *path, uint8_t *answer, size_t cap)
{
    char request[128];
    int len = snprintf(request, sizeof(request),
                       "GET %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", path);
    assert_int_equal(SSL_write(peer->ssl, request, len), len);
    size_t got = 0;
    for (int n; (n = SSL_read(peer->ssl, answer + got, (int)(cap - got))) > 0;)
        got += (size_t)n;
    assert_int_equal(SSL_get_error(peer->ssl, 0), SSL_ERROR_ZERO_RETURN); /* it said goodbye */
    return got;
}

static void test_request_by_both_versions(void **state)
{
    static const int VERSIONS[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < 2; i++) {
        struct peer peer;
        uint8_t answer[1024];
        assert_int_equal(connect_to(*state, &peer, VERSIONS[i], "\x08http/1.1"), 1);
        assert_int_equal(SSL_version(peer.ssl), VERSIONS[i]);
        size_t len = get(&peer, "/", answer, sizeof(answer) - 1);
        answer[len] = '\0';
        assert_memory_equal(answer, "HTTP/1.1 200", 12);
        assert_string_equal((char *)answer + len - 5, "hello");
        hang_up(&peer);
    }
}

/* More than the socket takes at once: partial writes go on where they stopped. */
static void test_large_body(void **state)
{
    struct stage *stage = *state;
    struct peer peer;
    uint8_t *answer = malloc(LARGE_BYTES + 4096);
    assert_int_equal(connect_to(stage, &peer, TLS1_3_VERSION, NULL), 1);
    size_t len = get(&peer, "/large", answer, LARGE_BYTES + 4096);
    assert_true(len > LARGE_BYTES);
    assert_memory_equal(answer + len - LARGE_BYTES, stage->large, LARGE_BYTES);
    free(answer);
    hang_up(&peer);
}

static void test_refused_input(void **state)
{
    struct peer peer;
    assert_int_not_equal(connect_to(*state, &peer, TLS1_1_VERSION, NULL), 1);
    hang_up(&peer);
    assert_int_not_equal(connect_to(*state, &peer, TLS1_3_VERSION, "\x02h2"), 1);
    hang_up(&peer);
    int fd = peer_connect(((struct stage *)*state)->site.port);
    char text[256];
    peer_say(fd, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    peer_receive_rest(fd, text, sizeof(text));
    assert_null(strstr(text, "HTTP/"));
    close(fd);
}

static bool is_for(const struct peer *peer, const char *name)
{
    X509 *cert = SSL_get1_peer_certificate(peer->ssl);
    bool fine = X509_check_host(cert, name, 0, 0, NULL) == 1;
    X509_free(cert);
    return fine;
}

static void test_reload(void **state)
{
    struct stage *stage = *state;
    struct peer before, after;
    uint8_t answer[1024];
    assert_int_equal(connect_to(stage, &before, TLS1_3_VERSION, NULL), 1);
    assert_true(is_for(&before, "one.local"));
    make_certificate(stage, "two.local");
    assert_true(get(&before, "/reload", answer, sizeof(answer)) > 0);
    assert_int_equal(connect_to(stage, &after, TLS1_3_VERSION, NULL), 1);
    assert_true(is_for(&after, "two.local"));
    hang_up(&before);
    hang_up(&after);
}

static void test_wrong_files(void **state)
{
    struct stage *stage = *state;
    struct tls *tls = NULL;
    char error[TLS_ERROR_MAX];
    assert_int_equal(tls_create("/nonexistent/a", stage->paths.server_key, &tls, error), -EINVAL);
    assert_non_null(strstr(error, "/nonexistent/a: "));
    assert_int_equal(tls_create(stage->paths.server, stage->paths.ca_key, &tls, error), -EINVAL);
    assert_non_null(strstr(error, "ca.key: "));
    assert_null(tls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request_by_both_versions, begin, end),
        cmocka_unit_test_setup_teardown(test_large_body, begin, end),
        cmocka_unit_test_setup_teardown(test_refused_input, begin, end),
        cmocka_unit_test_setup_teardown(test_reload, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_files, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
