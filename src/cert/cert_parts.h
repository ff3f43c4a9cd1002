/* Shared by the files of this room. */
#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cert/cert.h"

enum { CERT_CA_DAYS = 3650, CERT_SERVER_DAYS = 397, CERT_RENEW_DAYS = 30 };

/* --- cert_make: pure, in memory. --- */

/* A P-256 key, or NULL. */
EVP_PKEY *cert_make_key(void);
/* An authority whose constraints permit private ranges and this host name; NULL when the library
 * failed. */
X509 *cert_make_ca(EVP_PKEY *key, const char *host, int64_t now_s);
/* A certificate for the names that the authority permits; NULL when the library failed. */
X509 *cert_make_server(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const struct cert_names *names,
                       int64_t now_s);
/* True if ca signed it for exactly these names and it is valid long enough. */
bool cert_is_current(X509 *server, X509 *ca, const struct cert_names *names, int64_t now_s);

/* --- cert_file: PEM on disk. --- */

/* -ENOENT; -EBADMSG: it cannot be parsed. */
int cert_read(const char *path, X509 **ret_cert) __attribute__((warn_unused_result));
int cert_read_key(const char *path, EVP_PKEY **ret_key) __attribute__((warn_unused_result));
/* Replaces the file atomically, synced, readable by its owner only. */
int cert_write(const char *path, X509 *cert) __attribute__((warn_unused_result));
int cert_write_key(const char *path, EVP_PKEY *key) __attribute__((warn_unused_result));
