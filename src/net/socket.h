/* Direct socket calls. In a separate file because <linux/tcp.h>, which is needed for
 * tcpi_bytes_acked, cannot be included together with libuv's headers. Any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bound, listening, non-blocking socket; address: numeric, or "*" for every IPv4 and IPv6 one;
 * *port: 0 = any; set to the actual port. Negative errno as from bind(2), -EINVAL for an invalid
 * address. */
int socket_listen(const char *address, uint16_t *port) __attribute__((warn_unused_result));

/* The kernel takes more only while it holds less unsent data than this, apart from the current
 * packet. On a slow link this queue delays everything: at 100 kbit/s by 0.3 s. */
enum { SOCKET_UNSENT_BYTES = 4096 };

/* Sets TCP_NODELAY, and limits the data that the kernel holds: unsent to SOCKET_UNSENT_BYTES, in
 * total to send_buffer_bytes. */
void socket_tune(int fd, size_t send_buffer_bytes);

/* For a peer across a network: BBR if the kernel has it, since it does not treat every loss as
 * congestion. */
void socket_tune_for_loss(int fd);

/* Bytes that the kernel has taken and never sent. */
size_t socket_unsent_bytes(int fd);

/* How many bytes the peer's kernel has confirmed so far. */
uint64_t socket_bytes_acked(int fd);

/* True if an interface of this machine currently has the address: 16 bytes, IPv4 mapped. False if
 * the list of interfaces cannot be read. */
bool socket_is_own(const uint8_t address[16]);
