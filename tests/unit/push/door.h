/* A server with nothing but push behind its door, and the means to be a device in front of it: real
 * sockets, WebSocket spoken by hand. What belongs to the loop is looked at by the loop. */
#pragma once
#include "push/push.h"
#include "site.h"

enum { DOOR_JPEG_CAP = 64 * 1024 };

/* A good picture, longer than one fragment of 1 KiB; there after door_setup, a group's setup. */
extern uint8_t door_jpeg[DOOR_JPEG_CAP];
extern size_t door_jpeg_len;
int door_setup(void **state);

/* The text of an example of docs/protocol.md; valid until the next call. */
const char *door_example(const char *name);

struct door {
    struct site site;
    struct registry *registry;
    struct clock clock;
    int64_t behind_us; /* how much the registry's clock is behind the loop's */
    struct net_wake *wake;
    struct tally ran;
    int asked;
    void (*run)(struct door *door, void *ctx);
    void *ctx;
};

void door_begin(struct door *door, const struct registry_params *params); /* NULL: the defaults */
void door_run(struct door *door, const struct registry_params *params); /* and lets the loop run */
void door_end(struct door *door);

/* Runs on the loop and waits until it has. */
void door_on_loop(struct door *door, void (*run)(struct door *door, void *ctx), void *ctx);

struct view {
    const char *id;
    bool is_there, has_source, controlled;
    uint64_t received, received_bytes, published, dropped[CAMERA_DROPS];
    char name[CAMERA_NAME_MAX_BYTES + 1], model[65];
    int battery_percent;
    bool sleeps;
    size_t controls;
    int64_t newest_age_us; /* arrival minus capture time */
    uint8_t newest[DOOR_JPEG_CAP];
    size_t newest_len;
};

/* What there is of this camera now; valid until the next call. */
const struct view *door_look(struct door *door, const char *id);
/* Waits for what the loop does on its own accord: noticing that a peer has left. */
void door_await_source(struct door *door, const char *id, bool there);

/* A lease on JPEG with a wish of 640x480 at 30. */
struct lease *door_take(struct door *door, const char *id);
void door_release(struct door *door, struct lease *lease);

/* --- A device. --- */

/* `?token=` in the path is what api reads from the head: the hash of a token. */
int peer_connect_as(struct door *door, const char *path, bool controlled);
void peer_says(int fd, const char *text);
/* All that was sent before has been heard when this returns; the server says nothing meanwhile. */
void peer_settle(int fd);
/* The server hangs up with this code, and is answered as RFC 6455 wants it. */
void peer_is_hung_up(int fd, unsigned code);
/* The next text of the server equals this JSON. */
void peer_hears(int fd, const char *expected);
/* Expects `time` and answers it as a device whose clock shows device_us. */
void peer_answers_time(int fd, int64_t device_us);
/* A frame behind its header of 16 bytes. */
void peer_sends(int fd, uint8_t flags, uint32_t sequence, int64_t capture_us, const uint8_t *bytes,
                size_t len);
