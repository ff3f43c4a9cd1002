/* The thread's event loop: libwebsockets' context, a timer with microseconds, and the signals that
 * end the program. What does not belong here: connections (link.h). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct lws_context;

/* connections: the largest number at a time; -EMFILE if the system does not grant that many
 * descriptors. -EIO or -errno. Takes over SIGINT and SIGTERM. */
int client_create(unsigned connections, struct client **ret_client)
    __attribute__((warn_unused_result));
void client_destroy(struct client *client); /* takes NULL; ends all connections, reporting none */

struct lws_context *client_context(struct client *client);

/* Waits for events, handles them and returns, at until_us (monotonic) at the latest. False if the
 * program should end. */
bool client_wait(struct client *client, int64_t until_us) __attribute__((warn_unused_result));

/* len_bytes of room to compose a message in; NULL if there is no memory. Valid until the next
 * call. */
uint8_t *client_scratch(struct client *client, size_t len_bytes);

bool client_is_ending(const struct client *client);
