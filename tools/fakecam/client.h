/* The one thread's waiting: libwebsockets' context, a timer of microseconds, and the signals that
 * end the program. What does not belong here: connections (link.h). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct lws_context;

/* connections: how many there may be at a time; -EMFILE when the system does not grant so many
 * descriptors. -EIO or -errno. SIGINT and SIGTERM are taken over.
 */
int client_create(unsigned connections, struct client **ret_client)
    __attribute__((warn_unused_result));
void client_destroy(struct client *client); /* takes NULL; ends all connections, reporting none */

struct lws_context *client_context(struct client *client);

/* Waits for events, handles them and returns, at until_us (monotonic) at the latest. False when the
 * program is to end. */
bool client_wait(struct client *client, int64_t until_us) __attribute__((warn_unused_result));

/* Room for len_bytes, to compose a message in; NULL when there is no memory. Valid until the next
 * call. */
uint8_t *client_scratch(struct client *client, size_t len_bytes);

bool client_is_ending(const struct client *client);
