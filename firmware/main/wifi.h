/* The board's connection to the Wi-Fi network. What does not belong here: when to retry (the agent
 * dials, link.h joins), power (rest.h). */
#pragma once
#include "firmware/main/inbox.h"
#include "firmware/main/settings.h"

/* Starts the radio without joining. INBOX_NET_UP and INBOX_NET_DOWN report its state from then on.
 * 0 or -EIO. */
int wifi_init(const struct settings *settings, struct inbox *inbox)
    __attribute__((warn_unused_result));

/* Tries once; harmless while a try is under way. Answered by INBOX_NET_UP or INBOX_NET_DOWN. */
void wifi_join(void);
