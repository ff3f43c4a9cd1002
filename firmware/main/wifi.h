/* The board's place in the Wi-Fi network. What does not belong here: when to try again (the agent
 * dials, link.h joins), power (rest.h). */
#pragma once
#include "firmware/main/inbox.h"
#include "firmware/main/settings.h"

/* Starts the radio, not the joining. INBOX_NET_UP and INBOX_NET_DOWN tell of it from then on.
 * 0 or -EIO. */
int wifi_init(const struct settings *settings, struct inbox *inbox)
    __attribute__((warn_unused_result));

/* Tries once; harmless while a try is under way. Answered by INBOX_NET_UP or INBOX_NET_DOWN. */
void wifi_join(void);
