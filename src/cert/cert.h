/* The server's own certificates: an authority (CA) that is made once and constrained to private
 * names and addresses, and the certificate that it signs for this machine. A phone that trusts the
 * authority accepts no certificate from it for a public site.
 *
 * What belongs here: making, reading and renewing them as files. What does not: TLS itself
 * (net/tls.h). Blocks on the disk; any thread, one at a time for one folder.
 * Standards: RFC 5280 (certificates; name constraints in section 4.2.1.10), RFC 6762 (.local),
 * RFC 8375 (home.arpa), RFC 1918, RFC 4193. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CERT_NAMES_MAX = 64, CERT_NAME_MAX = 254, CERT_PATH_MAX = 4096 };

/* This machine's names: DNS names without a trailing dot, and addresses as inet_ntop writes
 * them. */
struct cert_names {
    unsigned count;
    char names[CERT_NAMES_MAX][CERT_NAME_MAX];
};

/* Adds a name once; false when the table is full or the name too long. */
bool cert_names_add(struct cert_names *names, const char *name);

/* localhost, the host's name (also with .local), and the addresses of its interfaces. */
void cert_names_of_machine(struct cert_names *names);

/* Where the files are, below a folder: ca.crt, ca.key, server.crt, server.key (PEM). */
struct cert_paths {
    char ca[CERT_PATH_MAX], ca_key[CERT_PATH_MAX], server[CERT_PATH_MAX], server_key[CERT_PATH_MAX];
};
/* -ENAMETOOLONG. */
int cert_paths_of(const char *dir, struct cert_paths *ret_paths)
    __attribute__((warn_unused_result));

/* Makes what is missing in the folder, and signs a new server certificate if the present one
 * expires within 30 days or the names have changed. Names outside the authority's constraints are
 * left out. The constraints include the host's name at the time the authority was made. now_s: wall
 * clock, seconds since the epoch. *ret_renewed: the server's certificate is a new one. 0; -EBADMSG:
 * a file is there but damaged (it is kept); other negative errno of the disk; -EIO: the library
 * failed. */
int cert_ensure(const char *dir, const struct cert_names *names, int64_t now_s, bool *ret_renewed)
    __attribute__((warn_unused_result));
