/* Finds the server on the network: mDNS, service _eyelid._tcp (RFC 6763). The camera's task only.
 */
#pragma once
#include "firmware/main/settings.h"

/* Once, after the network interface exists. 0 or -EIO. */
int discover_init(void) __attribute__((warn_unused_result));

/* Asks, and waits up to two seconds for an answer with an IPv4 address. -ENOENT: no answer. */
int discover_server(struct settings_address *ret_server) __attribute__((warn_unused_result));
