/* The layer between a connection and its socket: none (WIRE_PLAIN) or TLS. What belongs here:
 * moving bytes, and reporting which event is needed before more can move. What does not: waiting,
 * which link does. Loop only. */
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Results of receive and send other than a count. Either may want either event: a handshake or a
 * renewal of keys reads in order to send. */
enum { WIRE_WANT_READ = -1, WIRE_WANT_WRITE = -2, WIRE_GONE = -3 };

struct wire;
struct wire_ops {
    /* Up to cap bytes; 0: the peer has ended its side. */
    ssize_t (*receive)(struct wire *wire, void *bytes, size_t cap);
    /* Returns how many bytes of the pieces were sent, from the first one on. */
    ssize_t (*send)(struct wire *wire, const struct iovec *pieces, size_t count);
    /* Notifies the peer that nothing more will be sent. */
    void (*shut)(struct wire *wire);
    /* Closes the socket. */
    void (*close)(struct wire *wire);
};

struct wire {
    const struct wire_ops *ops;
    int fd;    /* -1: closed */
    void *ssl; /* OpenSSL's SSL, of a TLS wire */
};

extern const struct wire_ops WIRE_PLAIN;

/* A wire that speaks TLS on this socket, as the server; the handshake is part of the first receive.
 * -ENOMEM. */
struct tls;
int wire_tls_open(struct tls *tls, int fd, struct wire *ret_wire)
    __attribute__((warn_unused_result));
