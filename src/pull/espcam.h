/* The CameraWebServer example of Espressif's arduino-esp32, which most bare ESP32 cameras run: what
 * its /status says and its /control takes. Pure functions over bytes and JSON; any thread.
 *
 * Its frame sizes are numbers, and esp32-camera has counted them in three ways so far. Which one
 * this device follows is found by comparing the number it reports with the size that it sends. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/control.h"

/* The boundary that its streams have. */
#define ESPCAM_BOUNDARY "123456789000000000000987654321"

enum { ESPCAM_STATUS_MAX_BYTES = 8 * 1024 };

/* How it counts its sizes. */
enum espcam_count { ESPCAM_COUNT_UNKNOWN, ESPCAM_COUNT_2019, ESPCAM_COUNT_2020, ESPCAM_COUNT_2024 };

/* The status, a new reference: an object of integers. -EINVAL: this is none. */
int espcam_status(const char *text, size_t len_bytes, json_t **ret_status)
    __attribute__((warn_unused_result));

/* width, height: of the pictures that come while this status holds. */
enum espcam_count espcam_count_of(json_t *status, uint16_t width, uint16_t height);

/* "OV2640", or NULL where the status does not tell. */
const char *espcam_model(json_t *status);

/* The controls that this device has; the caller finishes them. */
void espcam_controls(json_t *status, enum espcam_count count, struct controls *ret_controls);

/* The values of those controls that the status has. */
void espcam_values(const struct controls *schema, json_t *status, enum espcam_count count,
                   struct control_values *ret_values);

/* What to send for a control's value. False: it has no such size. */
bool espcam_command(enum espcam_count count, const struct control *control, int64_t value,
                    const char **ret_variable, int *ret_number);

/* The number of the largest size that the sensor has; 0 = unknown. */
int espcam_largest(json_t *status, enum espcam_count count, uint16_t *ret_width,
                   uint16_t *ret_height);
/* The number of the size that it has now. */
int espcam_size(json_t *status);
