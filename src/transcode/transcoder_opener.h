/* Transcoders as an opener, for app to inject into the cameras. Loop only. */
#pragma once
#include "codec/engine.h"
#include "stream/opener.h"

/* What every transcoder gets; immutable. */
struct transcoder_opener_params {
    const struct engine_ops *engine;
    struct engine_params engine_params;
    int64_t min_key_interval_us; /* 0 = default */
};

/* params is borrowed and outlives the opener. */
struct opener transcoder_opener(const struct transcoder_opener_params *params);
