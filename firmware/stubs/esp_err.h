/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_common/include/esp_err.h. */
#pragma once
typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1
#define ESP_ERR_NVS_BASE 0x1100
#define ESP_ERROR_CHECK(x) esp_error_check_stub(x)

const char *esp_err_to_name(esp_err_t code);
void esp_error_check_stub(esp_err_t code); /* aborts unless ESP_OK; a macro there */
