/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3, components/freertos:
 * FreeRTOS.h, projdefs.h and portmacro.h. */
#pragma once
#include <stdint.h>

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;

#define configTICK_RATE_HZ 100
#define pdTRUE ((BaseType_t)1)
#define pdMS_TO_TICKS(ms) ((TickType_t)(((uint64_t)(ms)*configTICK_RATE_HZ) / 1000U))
