/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_system/include/esp_system.h. */
#pragma once
void esp_restart(void) __attribute__((__noreturn__));
