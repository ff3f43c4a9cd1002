/* What all cameras share from outside the room. The registry owns it; loop only, except members
 * that say otherwise. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "media/jpeg.h"
#include "net/net.h"
#include "net/outbound.h"
#include "store/store.h"
#include "stream/demand.h"
#include "stream/maker.h"

struct camera_env {
    struct net *net;
    struct store *store; /* NULL: nothing is stored */
    const struct clock *clock;
    struct demand_policy policy; /* zeroed = demand_policy_default */
    struct makers makers;
    struct jpeg_limits jpeg_limits;  /* 0 = 4096 */
    struct outbound_policy outbound; /* allowed addresses of network cameras; borrowed */
    bool skip_dark;                  /* drop frames that are still dark after waking */
    int64_t max_dark_us;             /* for at most this long after the start; 0 = 700 ms */
    int (*mean_luma)(const uint8_t *jpeg,
                     size_t len_bytes); /* 0 to 255, negative errno; NULL = not measured */
    /* Encodes a raw picture as JPEG, for sources; any thread. Leaves room bytes free in front.
     * quality: 1 to 100. Negative errno. */
    int (*make_jpeg)(const struct raw_picture *raw, unsigned quality, size_t room,
                     struct buf **ret_buf, size_t *ret_end_off);
};
