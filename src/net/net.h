/* The loop: one thread that owns every socket, timer and signal, on libuv. Loop only, except for
 * the wake of net_wake_waker. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/waker.h"

struct net;

struct net_params { /* zeroed = the defaults */
    /* 0 = 8192; the process's file limit is raised to fit, if allowed. More are refused. */
    unsigned max_connections;
    /* SO_SNDBUF of each connection: how far a slow peer may lag in the kernel; 0 = 128 KiB */
    size_t send_buffer_bytes;
    /* Timeout of a request's head, from its first byte to its last; 0 = 10 s. */
    int64_t head_us;
    /* A WebSocket peer that is silent this long is pinged; after three times as long the connection
     * is closed; 0 = 20 s. */
    int64_t ping_us;
    /* Timeout of a peer that takes none of the data sent to it; 0 = 60 s. */
    int64_t stall_us;
    /* Memory that the unsent data of all connections may hold, each buffer counted once; 0 = 64
     * MiB. Beyond it the longest stalled connection is closed. */
    size_t max_pinned_bytes;
    /* Memory that all incomplete messages and requests may hold; 0 = 64 MiB. Beyond it the oldest
     * incomplete WebSocket message is dropped. */
    size_t max_inbound_bytes;
    /* Timeout of a WebSocket message, from its first byte to its last; 0 = 30 s. */
    int64_t message_us;
    /* While a quarter of max_pinned_bytes is in use: replaces stall_us for peers that hold a 256th
     * of it or more; 0 = 1 s. */
    int64_t crowded_us;
};

int net_create(const struct net_params *params, struct net **ret_net)
    __attribute__((warn_unused_result));
void net_destroy(struct net *net); /* closes what is left; takes NULL */

/* Runs until net_stop. When it returns, every connection is closed and its closed() was called, so
 * its users can be destroyed before net. */
int net_run(struct net *net) __attribute__((warn_unused_result));

/* Stops listening, closes WebSockets with 1001 (going away) and HTTP streams, and lets net_run
 * return when all are gone or after grace_us. */
void net_stop(struct net *net, int64_t grace_us);

/* Monotonic time. */
int64_t net_now_us(const struct net *net);

/* A one-shot timer. fire may set it again or destroy it. */
struct net_timer;
struct net_timer *net_timer_create(struct net *net, void (*fire)(void *ctx), void *ctx)
    __attribute__((returns_nonnull));
void net_timer_destroy(struct net_timer *timer);                  /* takes NULL */
void net_timer_set(struct net_timer *timer, int64_t deadline_us); /* CLOCK_NEVER_US disarms it */

/* A wake: any thread pokes it, and the loop calls run once for any number of pokes. */
struct net_wake;
struct net_wake *net_wake_create(struct net *net, void (*run)(void *ctx), void *ctx)
    __attribute__((returns_nonnull));
void net_wake_destroy(struct net_wake *wake);       /* after the last poke; takes NULL */
struct waker net_wake_waker(struct net_wake *wake); /* its wake: any thread */

/* Calls handler on the loop instead of the signal's default action. Once per signal. */
int net_on_signal(struct net *net, int signal_number, void (*handler)(void *ctx, int signal_number),
                  void *ctx) __attribute__((warn_unused_result));
