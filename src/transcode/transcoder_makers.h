/* Transcoders as makers, for app to inject into the cameras. Loop only. */
#pragma once
#include "codec/engine.h"
#include "stream/maker.h"
#include "transcode/transcoder.h"

/* Shared by all transcoders; immutable. */
struct transcoder_makers_params {
    const struct engine_ops *engine;
    struct engine_params engine_params;
    int64_t min_key_interval_us;  /* 0 = default */
    struct transcoder_yard *yard; /* borrowed */
};

/* params is borrowed and outlives the makers. */
struct makers transcoder_makers(const struct transcoder_makers_params *params);
