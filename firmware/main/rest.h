/* How the board saves power: the radio sleeps between beacons without viewers, and the whole board
 * sleeps by a timer. Also what survives that sleep. The camera's task only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "firmware/main/settings.h"

/* Awake, the radio answers at once; at rest it listens to every beacon and sleeps in between, so
 * that a message from the server arrives within some tenths of a second. */
void rest_radio(bool at_rest);

/* Deep sleep: the board reboots after it. Pending output has a moment to get through. */
void rest_board(int64_t sleep_us) __attribute__((noreturn));

/* The server that was found on the network: kept over deep sleep, forgotten at every other boot. */
void rest_remember(const struct settings_address *server);
void rest_forget(void);
bool rest_recall(struct settings_address *ret_server);
