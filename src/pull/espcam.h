/* The CameraWebServer example of Espressif's arduino-esp32, which most bare ESP32 cameras run: what
 * its /status reports and its /control accepts. Pure functions over bytes and JSON; any thread.
 *
 * Its frame sizes are numbers, and esp32-camera has used three numberings so far. To find out which
 * one a device uses, the number that it reports is compared with the size of its pictures. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/control.h"

/* The multipart boundary of its streams. */
#define ESPCAM_BOUNDARY "123456789000000000000987654321"

enum { ESPCAM_STATUS_MAX_BYTES = 8 * 1024 };

/* How it numbers its frame sizes. */
enum espcam_numbering {
    ESPCAM_NUMBERING_UNKNOWN,
    ESPCAM_NUMBERING_2019,
    ESPCAM_NUMBERING_2020,
    ESPCAM_NUMBERING_2024
};

/* Parses a status: an object of integers, a new reference. -EINVAL: it is not a status. */
int espcam_status(const char *text, size_t len_bytes, json_t **ret_status)
    __attribute__((warn_unused_result));

/* width, height: of a picture taken while this status was valid. */
enum espcam_numbering espcam_numbering_of(json_t *status, uint16_t width, uint16_t height);

/* For example "OV2640"; NULL = unknown. */
const char *espcam_model(json_t *status);

/* The controls that this device has; the caller finishes them. */
void espcam_controls(json_t *status, enum espcam_numbering numbering,
                     struct controls *ret_controls);

/* The values of those controls that are in the status. */
void espcam_values(const struct controls *schema, json_t *status, enum espcam_numbering numbering,
                   struct control_values *ret_values);

/* The variable and number to send for a control's value. False: the size is not supported. */
bool espcam_command(enum espcam_numbering numbering, const struct control *control, int64_t value,
                    const char **ret_variable, int *ret_number);

/* The number of the sensor's largest size; 0 = unknown. */
int espcam_largest(json_t *status, enum espcam_numbering numbering, uint16_t *ret_width,
                   uint16_t *ret_height);
/* The number of the current size. */
int espcam_size(json_t *status);
