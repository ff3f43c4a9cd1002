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

static void format_size(const struct size *size, control_text out)
{
    snprintf(out, sizeof(control_text), "%ux%u", size->width, size->height);
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

enum { MENU_MAX = 8 }; /* options of the menus below */

static const char *const EFFECTS[] = {"none",       "negative",  "grey",  "red tint",
                                      "green tint", "blue tint", "sepia", NULL};
static const char *const WHITES[] = {"auto", "sunny", "cloudy", "office", "home", NULL};

static const struct knob {
    const char *name; /* as the variable is called */
    enum control_type type;
    int16_t min, max, initial;
    int16_t min_3660, max_3660; /* both 0: the same */
    const char *const *options;
    const char *automatic;
    const char *group;
} KNOBS[] = {
    {"quality", CONTROL_INT, 4, 63, 10, 0, 0, NULL, NULL, "stream"}, /* the less, the better */
    {"brightness", CONTROL_INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"contrast", CONTROL_INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"saturation", CONTROL_INT, -2, 2, 0, -4, 4, NULL, NULL, "image"},
    {"sharpness", CONTROL_INT, -2, 2, 0, -3, 3, NULL, NULL, "image"},
    {"special_effect", CONTROL_MENU, 0, 6, 0, 0, 0, EFFECTS, NULL, "image"},
    {"hmirror", CONTROL_BOOL, 0, 1, 0, 0, 0, NULL, NULL, "image"},
    {"vflip", CONTROL_BOOL, 0, 1, 0, 0, 0, NULL, NULL, "image"},
    {"awb", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "colour"},
    {"awb_gain", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "colour"},
    {"wb_mode", CONTROL_MENU, 0, 4, 0, 0, 0, WHITES, NULL, "colour"},
    {"aec", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "exposure"},
    {"aec2", CONTROL_BOOL, 0, 1, 0, 0, 0, NULL, NULL, "exposure"},
    {"ae_level", CONTROL_INT, -2, 2, 0, -5, 5, NULL, NULL, "exposure"},
    {"aec_value", CONTROL_INT, 0, 1200, 300, 0, 1536, NULL, "aec", "exposure"},
    {"agc", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "exposure"},
    {"agc_gain", CONTROL_INT, 0, 30, 0, 0, 64, NULL, "agc", "exposure"},
    {"gainceiling", CONTROL_INT, 0, 6, 0, 0, 511, NULL, NULL, "exposure"},
    {"bpc", CONTROL_BOOL, 0, 1, 0, 0, 0, NULL, NULL, "correction"},
    {"wpc", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"raw_gma", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"lenc", CONTROL_BOOL, 0, 1, 1, 0, 0, NULL, NULL, "correction"},
    {"led_intensity", CONTROL_INT, 0, 255, 0, 0, 0, NULL, NULL, "light"},
};

/* One image sensor's range. */
static void range_of(const struct knob *knob, json_t *status, int *ret_min, int *ret_max)
{
    bool other = sensor_of(status) == SENSOR_OV3660 && (knob->min_3660 || knob->max_3660);
    *ret_min = other ? knob->min_3660 : knob->min;
    *ret_max = other ? knob->max_3660 : knob->max;
}

/* True, and the value, where the status has one that can be. */
static bool value_of(const struct knob *knob, json_t *status, int64_t *ret_value)
{
    json_t *number = json_object_get(status, knob->name);
    int min, max;
    range_of(knob, status, &min, &max);
    *ret_value = json_integer_value(number);
    return number && *ret_value >= min && *ret_value <= max;
}

static void add_knob(struct controls *controls, const struct knob *knob, json_t *status)
{
    control_text options[MENU_MAX] = {0};
    struct control control = {.type = knob->type, .fallback = knob->initial, .options = options};
    int min, max;
    range_of(knob, status, &min, &max);
    control.min = min;
    control.max = max;
    /* Since 2023 it takes vflip without telling it. */
    const bool is_silent =
        strcmp(knob->name, "vflip") == 0 && json_object_get(status, "hmirror") != NULL;
    if (!value_of(knob, status, &control.value) && !is_silent)
        return;
    snprintf(control.name, sizeof(control.name), "%s", knob->name);
    snprintf(control.group, sizeof(control.group), "%s", knob->group);
    snprintf(control.automatic, sizeof(control.automatic), "%s",
             knob->automatic ? knob->automatic : "");
    for (; knob->options && knob->options[control.n_options]; control.n_options++)
        snprintf(options[control.n_options], sizeof(control_text), "%s",
                 knob->options[control.n_options]);
    int place = controls_add(controls, &control);
    (void)place;
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

/* The size that the status tells, where the sensor has it. */
static const struct size *current_size(json_t *status, enum espcam_count count)
{
    const size_t number = (size_t)espcam_size(status);
    if (number >= COUNTS[count].n || !has_size(status, &COUNTS[count].sizes[number]))
        return NULL;
    return &COUNTS[count].sizes[number];
}

static void add_size(struct controls *controls, json_t *status, enum espcam_count count)
{
    control_text options[LENGTH(SIZES_2024)] = {0};
    struct control control = {
        .type = CONTROL_MENU, .name = "size", .group = "stream", .options = options, .value = -1};
    const struct size *current = current_size(status, count);
    for (size_t i = 0; i < COUNTS[count].n; i++) {
        const struct size *size = &COUNTS[count].sizes[i];
        if (!has_size(status, size))
            continue;
        if (size == current)
            control.value = control.n_options;
        format_size(size, options[control.n_options++]);
    }
    control.fallback = control_option(&control, "320x240");
    int place = current ? controls_add(controls, &control) : 0;
    (void)place;
}

void espcam_controls(json_t *status, enum espcam_count count, struct controls *ret_controls)
{
    *ret_controls = (struct controls){0};
    add_size(ret_controls, status, count);
    for (size_t i = 0; i < LENGTH(KNOBS); i++)
        add_knob(ret_controls, &KNOBS[i], status);
}

void espcam_values(const struct controls *schema, json_t *status, enum espcam_count count,
                   struct control_values *ret_values)
{
    const struct size *size = current_size(status, count);
    int place = controls_find(schema, "size");
    control_text text;
    ret_values->mask = 0;
    if (size && place >= 0) {
        format_size(size, text);
        control_values_put(ret_values, (unsigned)place, control_option(&schema->list[place], text));
    }
    for (size_t i = 0; i < LENGTH(KNOBS); i++) {
        int64_t value;
        place = controls_find(schema, KNOBS[i].name);
        if (place >= 0 && value_of(&KNOBS[i], status, &value))
            control_values_put(ret_values, (unsigned)place, value);
    }
}

/* --- What it takes. --- */

bool espcam_command(enum espcam_count count, const struct control *control, int64_t value,
                    const char **ret_variable, int *ret_number)
{
    *ret_variable = control->name;
    *ret_number = (int)value;
    if (strcmp(control->name, "size") != 0)
        return true;
    *ret_variable = "framesize";
    for (size_t i = 0; i < COUNTS[count].n; i++) {
        control_text text;
        format_size(&COUNTS[count].sizes[i], text);
        if (strcmp(text, control->options[value]) == 0) {
            *ret_number = (int)i;
            return true;
        }
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
