/* The command `eyelid cameras`: lists this machine's cameras, and why one does not work. Starts no
 * camera; works with and without a running server. */
#pragma once
#include <stdbool.h>

/* Prints the list. verbose: also nodes that are not cameras. Returns the program's exit status. */
int cameras(bool verbose);

/* --- One for each kind of camera; each returns how many lines about cameras it has printed. --- */

unsigned cameras_v4l2(bool verbose);
unsigned cameras_picam(bool verbose);
