#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "base/alloc.h"
#include "net/wire.h"

struct tls {
    char *cert_path, *key_path;
    SSL_CTX *context;
};

/* Uses OpenSSL's oldest error, which names the cause. */
static void explain(const char *path, char error[TLS_ERROR_MAX])
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    snprintf(error, TLS_ERROR_MAX, "%.180s: %s", path, reason ? reason : "cannot be used");
    ERR_clear_error();
}

/* RFC 7301: HTTP/1.1 is the only protocol. */
static int choose_protocol(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_len,
                           const unsigned char *offered, unsigned offered_len, void *ctx)
{
    static const unsigned char OURS[] = "\x08http/1.1";
    (void)ssl;
    (void)ctx;
    int found = SSL_select_next_proto((unsigned char **)(uintptr_t)ret_name, ret_len, OURS,
                                      sizeof(OURS) - 1, offered, offered_len);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Without AES instructions, ChaCha20 costs a third of what AES does. */
static bool has_aes(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes");
#elif defined(__aarch64__)
    return getauxval(AT_HWCAP) & HWCAP_AES;
#else
    return false;
#endif
}

static void choose_ciphers(SSL_CTX *context)
{
    if (has_aes()) {
        /* A phone without AES instructions lists ChaCha20 first, and gets it. */
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                                          "TLS_AES_256_GCM_SHA384");
        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    } else {
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                                          "TLS_AES_256_GCM_SHA384");
        SSL_CTX_set_cipher_list(context, "ECDHE+CHACHA20:ECDHE+AESGCM");
    }
}

static SSL_CTX *context_create(const char *cert_path, const char *key_path,
                               char error[TLS_ERROR_MAX])
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) {
        explain("TLS", error);
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* Tickets resume sessions; a cache would hold memory for peers that have left. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    choose_ciphers(context);
    const char *wrong = SSL_CTX_use_certificate_chain_file(context, cert_path) != 1 ? cert_path
                        : SSL_CTX_use_PrivateKey_file(context, key_path, SSL_FILETYPE_PEM) != 1 ||
                                SSL_CTX_check_private_key(context) != 1
                            ? key_path
                            : NULL;
    if (!wrong)
        return context;
    explain(wrong, error);
    SSL_CTX_free(context);
    return NULL;
}

int tls_create(const char *cert_path, const char *key_path, struct tls **ret_tls,
               char error[TLS_ERROR_MAX])
{
    SSL_CTX *context = context_create(cert_path, key_path, error);
    if (!context)
        return -EINVAL;
    struct tls *tls = mem_new(struct tls);
    tls->cert_path = mem_strdup_or_die(cert_path);
    tls->key_path = mem_strdup_or_die(key_path);
    tls->context = context;
    *ret_tls = tls;
    return 0;
}

int tls_reload(struct tls *tls, char error[TLS_ERROR_MAX])
{
    SSL_CTX *context = context_create(tls->cert_path, tls->key_path, error);
    if (!context)
        return -EINVAL;
    SSL_CTX_free(tls->context); /* open connections hold a reference */
    tls->context = context;
    return 0;
}

void tls_destroy(struct tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    mem_free(tls->cert_path);
    mem_free(tls->key_path);
    mem_free(tls);
}

/* --- The wire. --- */

/* Which event a call that moved nothing needs; socket errors end the connection. */
static ssize_t verdict(SSL *ssl, int n)
{
    int error = SSL_get_error(ssl, n);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ     ? WIRE_WANT_READ
           : error == SSL_ERROR_WANT_WRITE  ? WIRE_WANT_WRITE
           : error == SSL_ERROR_ZERO_RETURN ? 0
                                            : WIRE_GONE;
}

static ssize_t tls_receive(struct wire *wire, void *bytes, size_t cap)
{
    int n = SSL_read(wire->ssl, bytes, cap < INT32_MAX ? (int)cap : INT32_MAX);
    return n > 0 ? n : verdict(wire->ssl, n);
}

static ssize_t tls_send(struct wire *wire, const struct iovec *pieces, size_t count)
{
    ssize_t sent = 0;
    for (size_t i = 0; i < count; i++) {
        size_t left = pieces[i].iov_len;
        const uint8_t *at = pieces[i].iov_base;
        while (left > 0) {
            int n = SSL_write(wire->ssl, at, left < INT32_MAX ? (int)left : INT32_MAX);
            if (n <= 0) {
                ssize_t want = verdict(wire->ssl, n);
                /* Report the bytes sent first; the next call reports the event. */
                return want == WIRE_GONE || want == 0 ? WIRE_GONE : sent > 0 ? sent : want;
            }
            at += n;
            left -= (size_t)n;
            sent += n;
        }
    }
    return sent;
}

static void tls_shut(struct wire *wire)
{
    (void)SSL_shutdown(wire->ssl); /* close_notify, as far as the socket takes it */
    ERR_clear_error();
    shutdown(wire->fd, SHUT_WR);
}

static void tls_close(struct wire *wire)
{
    SSL_free(wire->ssl);
    wire->ssl = NULL;
    close(wire->fd);
    wire->fd = -1;
}

static const struct wire_ops WIRE_TLS = {
    .receive = tls_receive,
    .send = tls_send,
    .shut = tls_shut,
    .close = tls_close,
};

int wire_tls_open(struct tls *tls, int fd, struct wire *ret_wire)
{
    SSL *ssl = SSL_new(tls->context);
    if (!ssl || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        ERR_clear_error();
        return -ENOMEM;
    }
    SSL_set_accept_state(ssl);
    *ret_wire = (struct wire){.ops = &WIRE_TLS, .fd = fd, .ssl = ssl};
    return 0;
}
