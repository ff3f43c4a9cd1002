/* Keeps the settings in the flash (NVS), key by key, so that older and newer firmware read one
 * another's. Any task, but one at a time for a write. */
#pragma once
#include "firmware/main/settings.h"

/* Opens the flash's partition, and erases it when its layout is from another age. 0 or -EIO. */
int keep_init(void) __attribute__((warn_unused_result));

/* What was never kept, or is not allowed any more, has its default. */
void keep_load(struct settings *settings);

/* 0 or -EIO. */
int keep_save(const struct settings *settings) __attribute__((warn_unused_result));
