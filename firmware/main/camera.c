#include "firmware/main/camera.h"

#include <errno.h>

#include <driver/gpio.h>
#include <esp_log.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

enum {
    FRAME_BUFFERS = 2, /* one is filled while the other is sent */
    STALE_FRAMES = 2,  /* as many may still be buffered when the size changes */
    DARK_FRAMES = 8,   /* until the sensor's automatic exposure has settled */
    REVIVE_AFTER = 3,  /* failures: after these only a power cycle helps */
    SUPPLY_OFF_MS = 200,
};

static const char TAG[] = "camera";

static const struct {
    uint16_t width, height;
    framesize_t framesize;
} FRAMESIZES[] = {
    {160, 120, FRAMESIZE_QQVGA},  {320, 240, FRAMESIZE_QVGA},   {640, 480, FRAMESIZE_VGA},
    {800, 600, FRAMESIZE_SVGA},   {1024, 768, FRAMESIZE_XGA},   {1280, 720, FRAMESIZE_HD},
    {1600, 1200, FRAMESIZE_UXGA}, {2048, 1536, FRAMESIZE_QXGA},
};

/* -EINVAL for a size that is in no board's list. */
static int find_framesize(const struct agent_size *size)
{
    for (unsigned i = 0; i < sizeof(FRAMESIZES) / sizeof(FRAMESIZES[0]); i++)
        if (FRAMESIZES[i].width == size->width && FRAMESIZES[i].height == size->height)
            return (int)FRAMESIZES[i].framesize;
    return -EINVAL;
}

void camera_init(struct camera *camera, const struct board *board)
{
    *camera = (struct camera){.board = board};
    for (unsigned i = 0; i < CONTROL_COUNT; i++)
        camera->values[i] = control_table[i].preset;
}

static void drive(int pin, unsigned level)
{
    if (pin == BOARD_NO_PIN)
        return;
    (void)gpio_hold_dis(pin);
    (void)gpio_reset_pin(pin);        /* pulled up: off, on every line that is driven here */
    (void)gpio_set_level(pin, level); /* before it drives: no wrong level in between */
    (void)gpio_set_direction(pin, GPIO_MODE_OUTPUT);
    (void)gpio_set_level(pin, level);
}

static void supply_on(struct camera *camera)
{
    if (camera->is_supplied)
        return;
    drive(camera->board->pins.supply, 0);
    if (camera->board->pins.power_down != BOARD_NO_PIN)
        (void)gpio_hold_dis(camera->board->pins.power_down);
    if (camera->board->supply_settle_ms)
        vTaskDelay(pdMS_TO_TICKS(camera->board->supply_settle_ms));
    camera->is_supplied = true;
}

static void supply_off(struct camera *camera)
{
    drive(camera->board->pins.power_down, 1);
    drive(camera->board->pins.supply, 1);
    camera->is_supplied = false;
}

static camera_config_t driver_config(const struct board *board)
{
    const struct board_pins *pins = &board->pins;
    return (camera_config_t){
        .pin_pwdn = pins->power_down,
        .pin_reset = pins->reset,
        .pin_xclk = pins->xclk,
        .pin_sccb_sda = pins->sda,
        .pin_sccb_scl = pins->scl,
        .pin_d0 = pins->data[0],
        .pin_d1 = pins->data[1],
        .pin_d2 = pins->data[2],
        .pin_d3 = pins->data[3],
        .pin_d4 = pins->data[4],
        .pin_d5 = pins->data[5],
        .pin_d6 = pins->data[6],
        .pin_d7 = pins->data[7],
        .pin_vsync = pins->vsync,
        .pin_href = pins->href,
        .pin_pclk = pins->pclk,
        .xclk_freq_hz = (int)board->xclk_hz,
        .ledc_timer = LEDC_TIMER_0,
        .ledc_channel = LEDC_CHANNEL_0,
        .pixel_format = PIXFORMAT_JPEG,
        /* The driver allocates its buffers for this size: the largest, whatever is requested
         * later. */
        .frame_size = (framesize_t)find_framesize(&board->sizes[board->sizes_count - 1]),
        .jpeg_quality = control_sensor_quality(control_table[CONTROL_QUALITY].preset),
        .fb_count = FRAME_BUFFERS,
        .fb_location = CAMERA_FB_IN_PSRAM,
        .grab_mode = CAMERA_GRAB_LATEST,
    };
}

static int write_control(const struct camera *camera, enum control control)
{
    sensor_t *sensor = esp_camera_sensor_get();
    int value = camera->values[control];
    if (!sensor)
        return -EIO;
    switch (control) {
    case CONTROL_BRIGHTNESS:
        return sensor->set_brightness(sensor, value);
    case CONTROL_CONTRAST:
        return sensor->set_contrast(sensor, value);
    case CONTROL_SATURATION:
        return sensor->set_saturation(sensor, value);
    case CONTROL_MIRROR:
        return sensor->set_hmirror(sensor, value);
    case CONTROL_FLIP:
        return sensor->set_vflip(sensor, value);
    default:
        return sensor->set_quality(sensor, control_sensor_quality(value));
    }
}

static void give_back(struct camera *camera)
{
    if (camera->picture)
        esp_camera_fb_return(camera->picture);
    camera->picture = NULL;
}

static void close_driver(struct camera *camera)
{
    give_back(camera);
    if (camera->is_open)
        (void)esp_camera_deinit();
    camera->is_open = false;
    drive(camera->board->pins.power_down, 1);
}

static int open_driver(struct camera *camera)
{
    if (camera->is_open)
        return 0;
    supply_on(camera);
    const camera_config_t config = driver_config(camera->board);
    esp_err_t result = esp_camera_init(&config);
    if (result != ESP_OK) {
        ESP_LOGE(TAG, "the sensor does not start: %s", esp_err_to_name(result));
        supply_off(camera);
        return -EIO;
    }
    camera->is_open = true;
    camera->dark_left = DARK_FRAMES;
    for (unsigned i = 0; i < CONTROL_COUNT; i++)
        if (write_control(camera, (enum control)i) < 0)
            ESP_LOGW(TAG, "the sensor refuses %s", control_table[i].name);
    return 0;
}

static int set_stream(struct camera *camera, const struct agent_stream *stream)
{
    sensor_t *sensor = esp_camera_sensor_get();
    int framesize = find_framesize(&stream->size);
    int quality = camera->values[CONTROL_QUALITY];
    if (!sensor || framesize < 0 || sensor->set_framesize(sensor, (framesize_t)framesize) < 0 ||
        sensor->set_quality(sensor, control_sensor_quality(quality)) < 0)
        return -EIO;
    camera->stale_left = STALE_FRAMES;
    return 0;
}

int camera_start(struct camera *camera, const struct agent_stream *stream)
{
    int result = open_driver(camera);
    if (result == 0)
        result = set_stream(camera, stream);
    if (result < 0) {
        camera_stop(camera);
        return result;
    }
    camera->stream = *stream;
    camera->is_streaming = true;
    camera->size_is_stills = false;
    return 0;
}

void camera_stop(struct camera *camera)
{
    camera->is_streaming = false;
    close_driver(camera);
}

/* Some sensors stay silent until their supply is switched off and on. */
static void revive(struct camera *camera)
{
    ESP_LOGW(TAG, "the sensor delivers no pictures: power-cycling it");
    camera->failures = 0;
    close_driver(camera);
    supply_off(camera);
    vTaskDelay(pdMS_TO_TICKS(SUPPLY_OFF_MS));
    if (open_driver(camera) == 0 && camera->is_streaming)
        (void)set_stream(camera, &camera->stream);
}

static int take(struct camera *camera, struct agent_picture *ret_picture)
{
    camera_fb_t *picture = camera->is_open ? esp_camera_fb_get() : NULL;
    if (!picture) {
        if (++camera->failures >= REVIVE_AFTER)
            revive(camera);
        return -EIO;
    }
    camera->failures = 0;
    camera->picture = picture;
    *ret_picture = (struct agent_picture){
        .jpeg = picture->buf,
        .len_bytes = picture->len,
        .capture_us = (int64_t)picture->timestamp.tv_sec * 1000000 + picture->timestamp.tv_usec,
        .dark = camera->dark_left > 0,
    };
    if (camera->dark_left)
        camera->dark_left--;
    return 0;
}

static int skip_stale(struct camera *camera)
{
    for (; camera->stale_left; camera->stale_left--) {
        camera_fb_t *old = esp_camera_fb_get();
        if (!old)
            return -EIO;
        esp_camera_fb_return(old);
        if (camera->dark_left)
            camera->dark_left--;
    }
    return 0;
}

int camera_grab(struct camera *camera, struct agent_picture *ret_picture)
{
    if (camera->size_is_stills && set_stream(camera, &camera->stream) == 0)
        camera->size_is_stills = false;
    if (camera->is_open)
        (void)skip_stale(camera); /* a failure is counted by take() */
    return take(camera, ret_picture);
}

/* A sensor that was off is switched off again when the picture is released. */
int camera_still(struct camera *camera, const struct agent_stream *wish,
                 struct agent_picture *ret_picture)
{
    int result = open_driver(camera);
    if (result == 0)
        result = set_stream(camera, wish);
    camera->size_is_stills = true;
    if (result == 0 && camera->dark_left > camera->stale_left)
        camera->stale_left = camera->dark_left; /* a still is a single picture: the exposure must
                                                 * have settled */
    if (result == 0)
        result = skip_stale(camera);
    if (result == 0)
        result = take(camera, ret_picture);
    if (result < 0)
        camera_release(camera);
    return result;
}

void camera_release(struct camera *camera)
{
    give_back(camera);
    if (camera->is_open && !camera->is_streaming)
        close_driver(camera);
}

int camera_apply(struct camera *camera, unsigned control, int32_t value)
{
    int32_t before = camera->values[control];
    camera->values[control] = value;
    /* A sensor that is off gets it when it starts. */
    if (!camera->is_open || write_control(camera, (enum control)control) == 0)
        return 0;
    camera->values[control] = before;
    return -EIO;
}

void camera_power_off(struct camera *camera)
{
    camera_stop(camera);
    supply_off(camera);
    const int pins[] = {camera->board->pins.power_down, camera->board->pins.supply};
    for (unsigned i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
        if (pins[i] != BOARD_NO_PIN)
            (void)gpio_hold_en(pins[i]);
}
