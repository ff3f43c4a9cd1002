/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_hw_support/include/esp_random.h. */
#pragma once
#include <stdint.h>

uint32_t esp_random(void);
