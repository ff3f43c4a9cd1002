/* The camera's task: the agent (device/agent.h), its platform, and the loop that feeds it. */
#include <errno.h>

#include <esp_err.h>
#include <esp_log.h>
#include <esp_random.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <sdkconfig.h>

#include "device/agent.h"
#include "firmware/main/board.h"
#include "firmware/main/camera.h"
#include "firmware/main/console.h"
#include "firmware/main/discover.h"
#include "firmware/main/inbox.h"
#include "firmware/main/keep.h"
#include "firmware/main/link.h"
#include "firmware/main/rest.h"
#include "firmware/main/wifi.h"

/* The watchdog (sdkconfig.defaults) fires after 30 s without a turn of the loop. */
enum { LONGEST_WAIT_MS = 5000 };

static const char TAG[] = "eyelid";

struct firmware {
    const struct board *board;
    struct settings settings;
    struct inbox inbox;
    struct link link;
    struct camera camera;
    struct agent_params params;
    struct agent agent;
};

void app_main(void);

static void hal_dial(void *ctx)
{
    link_dial(&((struct firmware *)ctx)->link);
}

static void hal_hangup(void *ctx)
{
    link_hangup(&((struct firmware *)ctx)->link);
}

static bool hal_ready(void *ctx)
{
    return link_ready(&((struct firmware *)ctx)->link);
}

static void hal_send_text(void *ctx, const char *text, size_t len_bytes)
{
    link_send_text(&((struct firmware *)ctx)->link, text, len_bytes);
}

static void hal_send_frame(void *ctx, const uint8_t *head, const struct agent_picture *picture)
{
    link_send_frame(&((struct firmware *)ctx)->link, head, picture->jpeg, picture->len_bytes);
}

static int hal_start(void *ctx, const struct agent_stream *stream)
{
    int result = camera_start(&((struct firmware *)ctx)->camera, stream);
    rest_radio(result < 0);
    return result;
}

static void hal_stop(void *ctx)
{
    camera_stop(&((struct firmware *)ctx)->camera);
    rest_radio(true);
}

static int hal_grab(void *ctx, struct agent_picture *ret_picture)
{
    return camera_grab(&((struct firmware *)ctx)->camera, ret_picture);
}

static int hal_still(void *ctx, const struct agent_stream *wish, struct agent_picture *ret_picture)
{
    return camera_still(&((struct firmware *)ctx)->camera, wish, ret_picture);
}

static void hal_release(void *ctx)
{
    camera_release(&((struct firmware *)ctx)->camera);
}

static int hal_apply(void *ctx, unsigned control, int32_t value)
{
    return camera_apply(&((struct firmware *)ctx)->camera, control, value);
}

static void hal_sleep(void *ctx, int64_t sleep_us)
{
    camera_power_off(&((struct firmware *)ctx)->camera);
    rest_board(sleep_us);
}

static uint32_t hal_random(void *ctx)
{
    (void)ctx;
    return esp_random();
}

static const struct agent_hal HAL = {
    .dial = hal_dial,
    .hangup = hal_hangup,
    .ready = hal_ready,
    .send_text = hal_send_text,
    .send_frame = hal_send_frame,
    .start = hal_start,
    .stop = hal_stop,
    .grab = hal_grab,
    .still = hal_still,
    .release = hal_release,
    .apply = hal_apply,
    .sleep = hal_sleep,
    .random = hal_random,
};

static struct agent_params agent_params(const struct firmware *firmware)
{
    const struct board *board = firmware->board;
    const struct settings *settings = &firmware->settings;
    return (struct agent_params){
        .id = settings->id,
        .name = settings->name,
        .model = board->model,
        .max_fps_milli = board->max_fps_milli,
        .sizes = board->sizes,
        .sizes_count = board->sizes_count,
        .default_size = board->default_size,
        .controls = control_table,
        .controls_count = CONTROL_COUNT,
        .rest_after_us = settings->rest_after_s * INT64_C(1000000),
        .rest_us = settings->rest_s * INT64_C(1000000),
    };
}

static int64_t step(struct firmware *firmware, const struct agent_event *event)
{
    return agent_step(&firmware->agent, event, esp_timer_get_time());
}

/* Rounded up: a tick that comes too early does nothing. */
static unsigned wait_ms(int64_t deadline_us)
{
    int64_t wait_us = deadline_us - esp_timer_get_time();
    if (wait_us <= 0)
        return 0;
    return wait_us < LONGEST_WAIT_MS * INT64_C(1000) ? (unsigned)((wait_us + 999) / 1000)
                                                     : LONGEST_WAIT_MS;
}

static void run(struct firmware *firmware)
{
    static const struct agent_event boot = {.kind = AGENT_BOOT}, tick = {.kind = AGENT_TICK};
    int64_t deadline_us = step(firmware, &boot);
    for (;;) {
        struct inbox_event event;
        struct agent_event heard;
        (void)esp_task_wdt_reset();
        if (inbox_take(&firmware->inbox, wait_ms(deadline_us), &event)) {
            if (link_hear(&firmware->link, &event, &heard))
                deadline_us = step(firmware, &heard);
            inbox_return(&firmware->inbox, event.kind == INBOX_LINK_TEXT ? event.text : NULL);
        } else if (esp_timer_get_time() >= deadline_us) {
            deadline_us = step(firmware, &tick);
        }
    }
}

static int prepare(struct firmware *firmware)
{
    firmware->params = agent_params(firmware);
    link_init(&firmware->link, &firmware->settings, &firmware->inbox);
    camera_init(&firmware->camera, firmware->board);
    int result = inbox_init(&firmware->inbox);
    if (result == 0)
        result = wifi_init(&firmware->settings, &firmware->inbox);
    if (result == 0)
        result = discover_init();
    if (result == 0)
        result = agent_init(&firmware->agent, &firmware->params, &HAL, firmware);
    return result;
}

void app_main(void)
{
    /* Too large for a task's stack; lives until power-off and is private to this task. */
    static struct firmware firmware;
    firmware.board = board_find(CONFIG_EYELID_BOARD);
    if (!firmware.board || keep_init() < 0 || console_start() < 0) {
        ESP_LOGE(TAG, "no board %s, no settings or no serial line", CONFIG_EYELID_BOARD);
        return;
    }
    keep_load(&firmware.settings);
    if (!firmware.settings.ssid[0]) {
        ESP_LOGI(TAG, "not set up yet. Type: wifi SSID PASSWORD, then: restart");
        return;
    }
    int result = prepare(&firmware);
    if (result < 0) {
        ESP_LOGE(TAG, "cannot start: %d", result);
        return;
    }
    ESP_ERROR_CHECK(esp_task_wdt_add(NULL));
    run(&firmware);
}
