/* Stores the settings in flash (NVS), key by key, so that older and newer firmware can read each
 * other's. Any task, but one write at a time. */
#pragma once
#include "firmware/main/settings.h"

/* Opens the flash partition, and erases it if its layout is outdated. 0 or -EIO. */
int keep_init(void) __attribute__((warn_unused_result));

/* A setting that was never stored, or is not allowed any more, has its default. */
void keep_load(struct settings *settings);

/* 0 or -EIO. */
int keep_save(const struct settings *settings) __attribute__((warn_unused_result));
