/* The command `eyelid cameras`: what cameras this machine has, and why one of them does not work.
 * Starts nothing and needs no server; one that runs may go on. */
#pragma once
#include <stdbool.h>

/* Prints the list. verbose: nodes that are no cameras, too. The program's exit status. */
int cameras(bool verbose);

/* --- One for each kind of camera; each returns how many lines about cameras it has printed. --- */

unsigned cameras_v4l2(bool verbose);
unsigned cameras_picam(bool verbose);
