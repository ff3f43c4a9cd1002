/* What the service manager is told: sd_notify(3), "Notes", describes the protocol. Main thread. */
#pragma once
#include <stdint.h>

/* state: "READY=1", "STOPPING=1", "WATCHDOG=1". Does nothing where no manager asked; never blocks.
 */
void notify(const char *state);

/* How often the manager wants "WATCHDOG=1" at least (sd_watchdog_enabled(3)); 0 = it does not. */
int64_t notify_watchdog_us(void);
