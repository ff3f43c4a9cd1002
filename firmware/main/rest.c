#include "firmware/main/rest.h"

#include <esp_attr.h>
#include <esp_sleep.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

enum { FAREWELL_MS = 300 };

/* Memory that survives deep sleep has a fixed place, so it cannot be in a struct. Zero after every
 * other reset. */
static RTC_DATA_ATTR struct settings_address remembered;

void rest_radio(bool at_rest)
{
    (void)esp_wifi_set_ps(at_rest ? WIFI_PS_MIN_MODEM : WIFI_PS_NONE);
}

void rest_board(int64_t sleep_us)
{
    vTaskDelay(pdMS_TO_TICKS(FAREWELL_MS));
    (void)esp_wifi_stop();
    (void)esp_sleep_enable_timer_wakeup((uint64_t)sleep_us);
    esp_deep_sleep_start();
}

void rest_remember(const struct settings_address *server)
{
    remembered = *server;
}

void rest_forget(void)
{
    remembered = (struct settings_address){0};
}

bool rest_recall(struct settings_address *ret_server)
{
    if (!remembered.host[0])
        return false;
    *ret_server = remembered;
    return true;
}
