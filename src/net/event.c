/* Timers, wakes and signals, on libuv's handles. */
#include <assert.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "net/internal.h"

/* --- Timers --- */

struct net_timer {
    uv_timer_t handle; /* first member: freed when libuv has closed it */
    int64_t deadline_us;
    void (*fire)(void *ctx);
    void *ctx;
};

static void free_handle(uv_handle_t *handle)
{
    mem_free(handle);
}

struct net_timer *net_timer_create(struct net *net, void (*fire)(void *ctx), void *ctx)
{
    struct net_timer *timer = mem_new(struct net_timer);
    uv_timer_init(&net->loop, &timer->handle);
    timer->fire = fire;
    timer->ctx = ctx;
    return timer;
}

void net_timer_destroy(struct net_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->handle, free_handle);
}

static void on_timer(uv_timer_t *handle)
{
    struct net_timer *timer = (struct net_timer *)(void *)handle;
    timer->fire(timer->ctx);
}

void net_timer_set(struct net_timer *timer, int64_t deadline_us)
{
    if (deadline_us == CLOCK_NEVER_US) {
        uv_timer_stop(&timer->handle);
        return;
    }
    /* libuv's clock is monotonic too, in milliseconds, rounded down. Rounding the deadline up
     * ensures that the timer never fires early. */
    int64_t at_ms = deadline_us / US_PER_MS + 1;
    int64_t now_ms = (int64_t)uv_now(timer->handle.loop);
    uv_timer_start(&timer->handle, on_timer, at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 0, 0);
}

/* --- Wakes --- */

struct net_wake {
    uv_async_t handle; /* first member */
    atomic_bool poked; /* so that a burst of pokes costs one call of libuv */
    void (*run)(void *ctx);
    void *ctx;
};

static void on_wake(uv_async_t *handle)
{
    struct net_wake *wake = (struct net_wake *)(void *)handle;
    if (atomic_exchange_explicit(&wake->poked, false, memory_order_acq_rel))
        wake->run(wake->ctx);
}

struct net_wake *net_wake_create(struct net *net, void (*run)(void *ctx), void *ctx)
{
    struct net_wake *wake = mem_new(struct net_wake);
    int r = uv_async_init(&net->loop, &wake->handle, on_wake);
    assert(r == 0);
    (void)r;
    atomic_init(&wake->poked, false);
    wake->run = run;
    wake->ctx = ctx;
    return wake;
}

void net_wake_destroy(struct net_wake *wake)
{
    if (wake)
        uv_close((uv_handle_t *)&wake->handle, free_handle);
}

static void poke(void *ctx)
{
    struct net_wake *wake = ctx;
    if (!atomic_exchange_explicit(&wake->poked, true, memory_order_acq_rel))
        uv_async_send(&wake->handle);
}

struct waker net_wake_waker(struct net_wake *wake)
{
    return (struct waker){.wake = poke, .ctx = wake};
}

/* --- Signals --- */

struct signal {
    uv_signal_t handle; /* first member */
    struct list node;   /* in net->signals */
    void (*on_signal)(void *ctx, int signal_number);
    void *ctx;
};

static void on_signal(uv_signal_t *handle, int signal_number)
{
    struct signal *signal = (struct signal *)(void *)handle;
    signal->on_signal(signal->ctx, signal_number);
}

int net_on_signal(struct net *net, int signal_number, void (*handler)(void *ctx, int signal_number),
                  void *ctx)
{
    struct signal *signal = mem_new(struct signal);
    uv_signal_init(&net->loop, &signal->handle);
    int r = uv_signal_start(&signal->handle, on_signal, signal_number);
    if (r < 0) {
        uv_close((uv_handle_t *)&signal->handle, free_handle);
        return r;
    }
    signal->on_signal = handler;
    signal->ctx = ctx;
    list_append(&net->signals, &signal->node);
    return 0;
}

void net_signals_destroy(struct net *net)
{
    list_for_each (signal, &net->signals, struct signal, node) {
        list_remove(&signal->node);
        uv_close((uv_handle_t *)&signal->handle, free_handle);
    }
}
