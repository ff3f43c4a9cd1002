/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_timer/include/esp_timer.h. */
#pragma once
#include <stdint.h>

int64_t esp_timer_get_time(void); /* microseconds since boot */
