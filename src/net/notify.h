/* Notifies the service manager; sd_notify(3), "Notes", describes the protocol. Main thread. */
#pragma once
#include <stdint.h>

/* state: "READY=1", "STOPPING=1", "WATCHDOG=1". Does nothing without a manager; never blocks.
 */
void notify(const char *state);

/* The longest interval between "WATCHDOG=1" (sd_watchdog_enabled(3)); 0 = no watchdog. */
int64_t notify_watchdog_us(void);
