/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_common/include/esp_attr.h. */
#pragma once
/* In memory that keeps its content in deep sleep, and is cleared by every other reset. */
#define RTC_DATA_ATTR
