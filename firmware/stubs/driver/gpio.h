/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_driver_gpio/include/driver/gpio.h. */
#pragma once
#include <stdint.h>

#include "esp_err.h"

typedef int gpio_num_t; /* an enum of the same numbers there */
typedef enum { GPIO_MODE_DISABLE = 0, GPIO_MODE_INPUT = 1, GPIO_MODE_OUTPUT = 2 } gpio_mode_t;

esp_err_t gpio_reset_pin(gpio_num_t gpio_num);
esp_err_t gpio_set_direction(gpio_num_t gpio_num, gpio_mode_t mode);
esp_err_t gpio_set_level(gpio_num_t gpio_num, uint32_t level);
esp_err_t gpio_hold_en(gpio_num_t gpio_num);
esp_err_t gpio_hold_dis(gpio_num_t gpio_num);
