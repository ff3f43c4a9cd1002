/* Brightness of a picture that is not needed in full. Any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Mean luma of a JPEG, 0 (black) to 255; -EBADMSG if it does not decode, -ENOMEM. */
int luma_mean(const uint8_t *jpeg, size_t len_bytes) __attribute__((warn_unused_result));
