/* What the kernel's sockets are asked for directly. In a file of its own because <linux/tcp.h>,
 * which alone knows tcpi_bytes_acked, cannot be included beside libuv's headers. Any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bound, listening, non-blocking socket; address: numeric, or "*" for every IPv4 and IPv6 one;
 * *port: 0 = any, and set to the real one. Negative errno as bind(2) has them, -EINVAL for what is
 * no address. */
int socket_listen(const char *address, uint16_t *port) __attribute__((warn_unused_result));

/* The kernel takes more only while it holds less than this that it has not sent yet, apart from the
 * packet at hand. On a slow link everything in this queue is late: at 100 kbit/s 0.3 s. */
enum { SOCKET_UNSENT_BYTES = 4096 };

/* Sends at once (TCP_NODELAY), and bounds what the kernel holds: unsent by SOCKET_UNSENT_BYTES, in
 * all by send_buffer_bytes. */
void socket_tune(int fd, size_t send_buffer_bytes);

/* For a peer across a network: BBR where the kernel has it, which does not take every loss for
 * congestion. */
void socket_tune_for_loss(int fd);

/* What the kernel has taken and not sent even once. */
size_t socket_unsent_bytes(int fd);

/* How many bytes the peer's kernel has confirmed so far. */
uint64_t socket_bytes_acked(int fd);

/* An interface of this machine has the address, as things are now: 16 bytes, IPv4 mapped. False
 * where the kernel does not tell. */
bool socket_is_own(const uint8_t address[16]);
