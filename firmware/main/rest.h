/* How the board rests: the radio between beacons while nobody looks, and the whole board by a
 * timer. Also what outlives the board's sleep. The camera's task only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "firmware/main/settings.h"

/* Awake, the radio answers at once; at rest it listens to every beacon and sleeps in between, so
 * that a word of the server comes through within some tenths of a second. */
void rest_radio(bool at_rest);

/* Deep sleep: the board boots anew after it. What was sent last has a moment to get through. */
void rest_board(int64_t sleep_us) __attribute__((noreturn));

/* The server that was found on the network: remembered over deep sleep, and forgotten by every
 * other start. */
void rest_remember(const struct settings_address *server);
void rest_forget(void);
bool rest_recall(struct settings_address *ret_server);
