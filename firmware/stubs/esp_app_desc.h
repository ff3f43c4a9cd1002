/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/esp_app_format/include/esp_app_desc.h. */
#pragma once
/* Of the many members the one that is used. */
typedef struct {
    char version[32];
} esp_app_desc_t;

const esp_app_desc_t *esp_app_get_description(void);
