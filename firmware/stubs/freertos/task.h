/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/freertos/FreeRTOS-Kernel/include/freertos/task.h. */
#pragma once
#include "freertos/FreeRTOS.h"

typedef struct tskTaskControlBlock *TaskHandle_t;

void vTaskDelay(TickType_t xTicksToDelay);
