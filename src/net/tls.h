/* TLS for listeners: a certificate and its key, and the wire (net/wire.h) that speaks TLS with
 * them. Loop only. Standards: RFC 8446, RFC 5246 (TLS 1.2), RFC 7301 (ALPN: http/1.1 alone). */
#pragma once
#include <stdbool.h>

struct tls;

enum { TLS_ERROR_MAX = 256 };

/* PEM files: the certificate with its chain, and its key. -EINVAL: they cannot be used,
 * error says why. */
int tls_create(const char *cert_path, const char *key_path, struct tls **ret_tls,
               char error[TLS_ERROR_MAX]) __attribute__((warn_unused_result));

/* Reads the files again, for new connections; open ones keep the old certificate. As
 * tls_create; when it fails, the old certificate stays in use. */
int tls_reload(struct tls *tls, char error[TLS_ERROR_MAX]) __attribute__((warn_unused_result));

/* After the listeners that use it have stopped; takes NULL. */
void tls_destroy(struct tls *tls);
