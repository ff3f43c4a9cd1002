/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/hal/include/hal/ledc_types.h. */
#pragma once
typedef enum { LEDC_TIMER_0 = 0 } ledc_timer_t;
typedef enum { LEDC_CHANNEL_0 = 0 } ledc_channel_t;
