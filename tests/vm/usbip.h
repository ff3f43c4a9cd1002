/* The cable between a USB device that is a program and this machine's own USB core: a socket that
 * the driver vhci_hcd has the other end of. Protocol: Linux kernel, "USB/IP protocol". One thread.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { USBIP_SETUP_BYTES = 8, USBIP_OUT_MAX_BYTES = 4096 };

struct usbip_request {
    uint32_t sequence;
    bool unlink; /* takes back the request `victim`; the rest is unset */
    uint32_t victim;
    unsigned endpoint;
    bool in; /* the host wants up to len_bytes; else they are in data */
    uint32_t len_bytes;
    uint8_t setup[USBIP_SETUP_BYTES]; /* of a control request, endpoint 0 */
    uint8_t data[USBIP_OUT_MAX_BYTES];
};

/* Plugs a high-speed device into a port (0 to 7) of vhci_hcd; ret_fd is its cable. -EBUSY while
 * something is, or has just been, in that port. */
int usbip_plug(unsigned port, int *ret_fd) __attribute__((warn_unused_result));
void usbip_unplug(int *fd);

/* Blocks until a whole request is there. -EPIPE: the host has let go. */
int usbip_receive(int fd, struct usbip_request *ret_request) __attribute__((warn_unused_result));

/* Answers a request: status is 0 or a negative errno, len_bytes what was moved; data is NULL where
 * the host sent. */
int usbip_reply(int fd, uint32_t sequence, int status, const void *data, size_t len_bytes)
    __attribute__((warn_unused_result));

/* Answers an unlink: whether the victim was still waiting (and is now forgotten). */
int usbip_reply_unlink(int fd, uint32_t sequence, bool was_waiting)
    __attribute__((warn_unused_result));
