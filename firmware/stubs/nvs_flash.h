/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/nvs_flash/include/nvs_flash.h. */
#pragma once
#include "esp_err.h"

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
