#include "pull/espcam.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- Sizes. --- */

struct size {
    uint16_t width, height;
};

/* framesize_t of esp32-camera's sensor.h: at first, from 2020 (1.0.5 of arduino-esp32), and since
 * November 2024. */
static const struct size SIZES_2019[] = {{160, 120},  {128, 160},   {176, 144},  {240, 176},
                                         {320, 240},  {400, 296},   {640, 480},  {800, 600},
                                         {1024, 768}, {1280, 1024}, {1600, 1200}};
static const struct size SIZES_2020[] = {
    {96, 96},     {160, 120},   {176, 144},   {240, 176},  {240, 240},  {320, 240},
    {400, 296},   {480, 320},   {640, 480},   {800, 600},  {1024, 768}, {1280, 720},
    {1280, 1024}, {1600, 1200}, {1920, 1080}, {720, 1280}, {864, 1536}, {2048, 1536},
    {2560, 1440}, {2560, 1600}, {1080, 1920}, {2560, 1920}};
static const struct size SIZES_2024[] = {
    {96, 96},    {160, 120},   {128, 128},   {176, 144},   {240, 176},   {240, 240},
    {320, 240},  {320, 320},   {400, 296},   {480, 320},   {640, 480},   {800, 600},
    {1024, 768}, {1280, 720},  {1280, 1024}, {1600, 1200}, {1920, 1080}, {720, 1280},
    {864, 1536}, {2048, 1536}, {2560, 1440}, {2560, 1600}, {1080, 1920}, {2560, 1920}};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const struct {
    const struct size *sizes;
    size_t n;
} COUNTS[] = {
    [ESPCAM_COUNT_UNKNOWN] = {NULL, 0},
    [ESPCAM_COUNT_2019] = {SIZES_2019, LENGTH(SIZES_2019)},
    [ESPCAM_COUNT_2020] = {SIZES_2020, LENGTH(SIZES_2020)},
    [ESPCAM_COUNT_2024] = {SIZES_2024, LENGTH(SIZES_2024)},
};

enum { SIZE_TEXT_MAX_BYTES = 16 };

static void format_size(const struct size *size, char out[SIZE_TEXT_MAX_BYTES])
{
    snprintf(out, SIZE_TEXT_MAX_BYTES, "%ux%u", size->width, size->height);
}

/* --- Sensors. --- */

enum sensor { SENSOR_OTHER, SENSOR_OV2640, SENSOR_OV3660 /* and the OV5640, which looks alike */ };

/* The status begins with registers, other ones for each sensor. */
static enum sensor sensor_of(json_t *status)
{
    if (json_object_get(status, "0xd3"))
        return SENSOR_OV2640;
    return json_object_get(status, "0x3400") ? SENSOR_OV3660 : SENSOR_OTHER;
}

static struct size largest_of(json_t *status)
{
    return sensor_of(status) == SENSOR_OV3660 ? (struct size){2048, 1536}
                                              : (struct size){1600, 1200};
}

/* Landscape ones that the sensor has. */
static bool has_size(json_t *status, const struct size *size)
{
    struct size largest = largest_of(status);
    return size->width <= largest.width && size->height <= largest.height &&
           size->width >= size->height;
}

/* --- Controls: those of the example's pages index_ov2640.html and index_ov3660.html. --- */

enum type { INT, BOOL, MENU };

static const char *const EFFECTS[] = {"none",       "negative",  "grey",  "red tint",
                                      "green tint", "blue tint", "sepia", NULL};
static const char *const WHITES[] = {"auto", "sunny", "cloudy", "office", "home", NULL};

static const struct control {
    const char *name; /* as the variable is called */
    enum type type;
    int16_t min, max, initial;
    int16_t min_3660, max_3660; /* both 0: the same */
    const char *const *options;
    const char *automatic;
    const char *group;
} CONTROLS[] = {
    {"quality", INT, 4, 63, 10, 0, 0, NULL, NULL, "stream"}, /* the less, the better */
    {"brightness", INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"contrast", INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"saturation", INT, -2, 2, 0, -4, 4, NULL, NULL, "image"},
    {"sharpness", INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"special_effect", MENU, 0, 6, 0, 0, 0, EFFECTS, NULL, "image"},
    {"hmirror", BOOL, 0, 1, 0, 0, 0, NULL, NULL, "image"},
    {"vflip", BOOL, 0, 1, 0, 0, 0, NULL, NULL, "image"},
    {"awb", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "colour"},
    {"awb_gain", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "colour"},
    {"wb_mode", MENU, 0, 4, 0, 0, 0, WHITES, NULL, "colour"},
    {"aec", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "exposure"},
    {"aec2", BOOL, 0, 1, 0, 0, 0, NULL, NULL, "exposure"},
    {"ae_level", INT, -2, 2, 0, -5, 5, NULL, NULL, "exposure"},
    {"aec_value", INT, 0, 1200, 300, 0, 1536, NULL, "aec", "exposure"},
    {"agc", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "exposure"},
    {"agc_gain", INT, 0, 30, 0, 0, 64, NULL, "agc", "exposure"},
    {"gainceiling", INT, 0, 6, 0, 0, 511, NULL, NULL, "exposure"},
    {"bpc", BOOL, 0, 1, 0, 0, 0, NULL, NULL, "correction"},
    {"wpc", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"raw_gma", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"lenc", BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"led_intensity", INT, 0, 255, 0, 0, 0, NULL, NULL, "light"},
};

/* One image sensor's range. */
static void range_of(const struct control *control, json_t *status, int *ret_min, int *ret_max)
{
    bool other = sensor_of(status) == SENSOR_OV3660 && (control->min_3660 || control->max_3660);
    *ret_min = other ? control->min_3660 : control->min;
    *ret_max = other ? control->max_3660 : control->max;
}

static json_t *to_value(const struct control *control, int number)
{
    return control->type == BOOL   ? json_boolean(number)
           : control->type == MENU ? json_string(control->options[number])
                                   : json_integer(number);
}

/* The control's value by the status, NULL where it says none that can be. */
static json_t *value_of(const struct control *control, json_t *status)
{
    json_t *number = json_object_get(status, control->name);
    int min, max;
    range_of(control, status, &min, &max);
    json_int_t n = json_integer_value(number);
    return number && n >= min && n <= max ? to_value(control, (int)n) : NULL;
}

static json_t *list_of(const char *const *options)
{
    json_t *list = json_array();
    for (; *options; options++)
        json_array_append_new(list, json_string(*options));
    return list;
}

static json_t *describe(const struct control *control, json_t *status)
{
    static const char *const TYPES[] = {"int", "bool", "menu"};
    json_t *value = value_of(control, status);
    /* Since 2023 it takes vflip without telling it. */
    if (!value && strcmp(control->name, "vflip") == 0 && json_object_get(status, "hmirror"))
        value = json_false();
    if (!value)
        return NULL;
    json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:s}", "name", control->name, "type",
                          TYPES[control->type], "value", value, "default",
                          to_value(control, control->initial), "group", control->group);
    if (control->type == INT) {
        int min, max;
        range_of(control, status, &min, &max);
        json_object_set_new(o, "min", json_integer(min));
        json_object_set_new(o, "max", json_integer(max));
    } else if (control->type == MENU) {
        json_object_set_new(o, "options", list_of(control->options));
    }
    if (control->automatic)
        json_object_set_new(o, "auto", json_string(control->automatic));
    return o;
}

/* --- What it says. --- */

int espcam_status(const char *text, size_t len_bytes, json_t **ret_status)
{
    json_t *all = json_loadb(text, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    json_t *status = NULL, *value;
    const char *name;
    if (json_is_integer(json_object_get(all, "framesize")) &&
        json_is_integer(json_object_get(all, "quality")))
        status = json_object();
    json_object_foreach(all, name, value)
    {
        if (status && json_is_integer(value))
            json_object_set(status, name, value);
    }
    json_decref(all);
    if (!status)
        return -EINVAL;
    *ret_status = status;
    return 0;
}

int espcam_size(json_t *status)
{
    json_int_t number = json_integer_value(json_object_get(status, "framesize"));
    return number >= 0 && number < 256 ? (int)number : 0;
}

enum espcam_count espcam_count_of(json_t *status, uint16_t width, uint16_t height)
{
    size_t number = (size_t)espcam_size(status);
    enum espcam_count found = ESPCAM_COUNT_UNKNOWN;
    for (enum espcam_count count = ESPCAM_COUNT_2019; count <= ESPCAM_COUNT_2024; count++) {
        if (number >= COUNTS[count].n || COUNTS[count].sizes[number].width != width ||
            COUNTS[count].sizes[number].height != height)
            continue;
        if (found != ESPCAM_COUNT_UNKNOWN) /* the smallest sizes have the same numbers */
            return ESPCAM_COUNT_UNKNOWN;
        found = count;
    }
    return found;
}

const char *espcam_model(json_t *status)
{
    static const char *const MODELS[] = {NULL, "OV2640", "OV3660 or OV5640"};
    return MODELS[sensor_of(status)];
}

static json_t *current_size(json_t *status, enum espcam_count count)
{
    size_t number = (size_t)espcam_size(status);
    char text[SIZE_TEXT_MAX_BYTES];
    if (number >= COUNTS[count].n || !has_size(status, &COUNTS[count].sizes[number]))
        return NULL;
    format_size(&COUNTS[count].sizes[number], text);
    return json_string(text);
}

static json_t *size_control(json_t *status, enum espcam_count count)
{
    json_t *value = current_size(status, count), *options = json_array();
    for (size_t i = 0; i < COUNTS[count].n; i++) {
        char text[SIZE_TEXT_MAX_BYTES];
        format_size(&COUNTS[count].sizes[i], text);
        if (has_size(status, &COUNTS[count].sizes[i]))
            json_array_append_new(options, json_string(text));
    }
    if (!value) {
        json_decref(options);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s}", "name", "size", "type", "menu", "options",
                     options, "value", value, "default", "320x240", "group", "stream");
}

json_t *espcam_controls(json_t *status, enum espcam_count count)
{
    json_t *list = json_array();
    json_t *size = size_control(status, count);
    if (size)
        json_array_append_new(list, size);
    for (size_t i = 0; i < LENGTH(CONTROLS); i++) {
        json_t *control = describe(&CONTROLS[i], status);
        if (control)
            json_array_append_new(list, control);
    }
    return list;
}

json_t *espcam_values(json_t *status, enum espcam_count count)
{
    json_t *values = json_object();
    json_t *size = current_size(status, count);
    if (size)
        json_object_set_new(values, "size", size);
    for (size_t i = 0; i < LENGTH(CONTROLS); i++) {
        json_t *value = value_of(&CONTROLS[i], status);
        if (value)
            json_object_set_new(values, CONTROLS[i].name, value);
    }
    return values;
}

/* --- What it takes. --- */

static bool find_size(enum espcam_count count, const char *text, int *ret_number)
{
    for (size_t i = 0; text && i < COUNTS[count].n; i++) {
        char other[SIZE_TEXT_MAX_BYTES];
        format_size(&COUNTS[count].sizes[i], other);
        if (strcmp(text, other) == 0) {
            *ret_number = (int)i;
            return true;
        }
    }
    return false;
}

static bool find_option(const char *const *options, const char *text, int *ret_number)
{
    for (int i = 0; text && options[i]; i++) {
        if (strcmp(text, options[i]) == 0) {
            *ret_number = i;
            return true;
        }
    }
    return false;
}

bool espcam_command(enum espcam_count count, const char *name, json_t *value,
                    const char **ret_variable, int *ret_number)
{
    if (strcmp(name, "size") == 0) {
        *ret_variable = "framesize";
        return find_size(count, json_string_value(value), ret_number);
    }
    for (size_t i = 0; i < LENGTH(CONTROLS); i++) {
        if (strcmp(CONTROLS[i].name, name) != 0)
            continue;
        *ret_variable = CONTROLS[i].name;
        if (CONTROLS[i].type == MENU)
            return find_option(CONTROLS[i].options, json_string_value(value), ret_number);
        *ret_number = json_is_boolean(value) ? json_is_true(value) : (int)json_integer_value(value);
        return true;
    }
    return false;
}

int espcam_largest(json_t *status, enum espcam_count count, uint16_t *ret_width,
                   uint16_t *ret_height)
{
    int best = 0;
    for (size_t i = 1; i < COUNTS[count].n; i++) {
        const struct size *a = &COUNTS[count].sizes[i], *b = &COUNTS[count].sizes[best];
        if (has_size(status, a) && a->width * a->height > b->width * b->height)
            best = (int)i;
    }
    if (best) {
        *ret_width = COUNTS[count].sizes[best].width;
        *ret_height = COUNTS[count].sizes[best].height;
    }
    return best;
}
