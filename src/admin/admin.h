/* Orders of the command line to the running server: an adapter over its API, on its control socket,
 * without rules of its own. Blocks. */
#pragma once
#include "admin/order.h"

/* Asks the server whose socket is found first among these paths, NULL-terminated, and prints its
 * answer. Where a password is needed it is asked for on the terminal, or read from standard input.
 * Returns the exit status: 0, 1: the server refused, 2: it was not asked. complain: one line to
 * standard error. */
int admin_run(const struct order *order, const char *const *sockets,
              void (*complain)(const char *format, ...) __attribute__((format(printf, 1, 2))));
