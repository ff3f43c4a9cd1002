/* Orders of the command line to the running server: an adapter over its API, on its control socket,
 * without rules. Blocks. */
#pragma once
#include "admin/order.h"

/* Sends the order to the first server found at these paths, NULL-terminated, and prints its answer.
 * A password, if needed, is asked for on the terminal, or read from standard input. Returns the
 * exit status: 0; 1: the server refused; 2: the order was not sent. complain: prints one line on
 * standard error. */
int admin_run(const struct order *order, const char *const *sockets,
              void (*complain)(const char *format, ...) __attribute__((format(printf, 1, 2))));
