/* An engine that a test holds in its hand: it encodes nothing, waits at a gate, fails on command.
 * What a "JPEG" says decides: "bad" does not decode, "die" breaks the engine, anything else becomes
 * a unit of the same bytes; one beginning with "soft" says that its hardware failed. Its size is
 * 320x240; a "JPEG" beginning with 'L' is 640x480, one beginning with 'H' has
 * 4096x2304 pixels before it is scaled, and costs 30 ms. */
#pragma once
#include "codec/engine.h"

/* Any thread. Each encode() needs a ticket to pass the gate; after a reset there is no end of them.
 */
void fake_engine_reset(void);
void fake_engine_close_gate(void);
void fake_engine_open_gate(void);
void fake_engine_let_through(unsigned frames);
void fake_engine_await_entered(
    unsigned frames);               /* until so many encode() calls began, since the reset */
unsigned fake_engine_created(void); /* since the reset */
unsigned fake_engine_alive(void);
unsigned fake_engine_last_scale(void); /* of the last frame */

extern const struct engine_ops fake_engine;
