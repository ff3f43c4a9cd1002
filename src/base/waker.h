/* A way to wake another thread without knowing it: how lower rooms call up. */
#pragma once

/* wake must be callable from any thread, must not block and must not take a lock of a rank at or
 * below the caller's. A zeroed waker does nothing. */
struct waker {
    void (*wake)(void *ctx);
    void *ctx;
};

static inline void waker_wake(const struct waker *waker)
{
    if (waker->wake)
        waker->wake(waker->ctx);
}
