#include "pull/espcam.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- Sizes. --- */

struct size {
    uint16_t width, height;
};

/* framesize_t of esp32-camera's sensor.h: until 2020, from 2020 (arduino-esp32 1.0.5), and since
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
} NUMBERINGS[] = {
    [ESPCAM_NUMBERING_UNKNOWN] = {NULL, 0},
    [ESPCAM_NUMBERING_2019] = {SIZES_2019, LENGTH(SIZES_2019)},
    [ESPCAM_NUMBERING_2020] = {SIZES_2020, LENGTH(SIZES_2020)},
    [ESPCAM_NUMBERING_2024] = {SIZES_2024, LENGTH(SIZES_2024)},
};

static void format_size(const struct size *size, control_text out)
{
    snprintf(out, sizeof(control_text), "%ux%u", size->width, size->height);
}

/* --- Sensors. --- */

enum sensor { SENSOR_OTHER, SENSOR_OV2640, SENSOR_OV3660 /* or OV5640: same status */ };

/* The status begins with registers, which differ between sensors. */
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

/* A landscape size that the sensor supports. */
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

static const struct control_row {
    const char *name; /* of the variable */
    enum control_type type;
    int16_t min, max, initial;
    int16_t min_3660, max_3660; /* both 0: the same */
    const char *const *options;
    const char *automatic;
    const char *group;
} CONTROL_ROWS[] = {
    {"quality", CONTROL_INT, 4, 63, 10, 0, 0, NULL, NULL, "stream"}, /* lower is better */
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

/* The range for this sensor. */
static void range_of(const struct control_row *row, json_t *status, int *ret_min, int *ret_max)
{
    bool other = sensor_of(status) == SENSOR_OV3660 && (row->min_3660 || row->max_3660);
    *ret_min = other ? row->min_3660 : row->min;
    *ret_max = other ? row->max_3660 : row->max;
}

/* True, and the value, if the status has a valid one. */
static bool value_of(const struct control_row *row, json_t *status, int64_t *ret_value)
{
    json_t *number = json_object_get(status, row->name);
    int min, max;
    range_of(row, status, &min, &max);
    *ret_value = json_integer_value(number);
    return number && *ret_value >= min && *ret_value <= max;
}

static void add_control(struct controls *controls, const struct control_row *row, json_t *status)
{
    control_text options[MENU_MAX] = {0};
    struct control control = {.type = row->type, .fallback = row->initial, .options = options};
    int min, max;
    range_of(row, status, &min, &max);
    control.min = min;
    control.max = max;
    /* Since 2023 the status lacks vflip, although /control accepts it. */
    const bool is_silent =
        strcmp(row->name, "vflip") == 0 && json_object_get(status, "hmirror") != NULL;
    if (!value_of(row, status, &control.value) && !is_silent)
        return;
    snprintf(control.name, sizeof(control.name), "%s", row->name);
    snprintf(control.group, sizeof(control.group), "%s", row->group);
    snprintf(control.automatic, sizeof(control.automatic), "%s",
             row->automatic ? row->automatic : "");
    for (; row->options && row->options[control.n_options]; control.n_options++)
        snprintf(options[control.n_options], sizeof(control_text), "%s",
                 row->options[control.n_options]);
    int place = controls_add(controls, &control);
    (void)place;
}

/* --- The status. --- */

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

enum espcam_numbering espcam_numbering_of(json_t *status, uint16_t width, uint16_t height)
{
    size_t number = (size_t)espcam_size(status);
    enum espcam_numbering found = ESPCAM_NUMBERING_UNKNOWN;
    for (enum espcam_numbering numbering = ESPCAM_NUMBERING_2019;
         numbering <= ESPCAM_NUMBERING_2024; numbering++) {
        if (number >= NUMBERINGS[numbering].n ||
            NUMBERINGS[numbering].sizes[number].width != width ||
            NUMBERINGS[numbering].sizes[number].height != height)
            continue;
        if (found != ESPCAM_NUMBERING_UNKNOWN) /* ambiguous: small sizes share their numbers */
            return ESPCAM_NUMBERING_UNKNOWN;
        found = numbering;
    }
    return found;
}

const char *espcam_model(json_t *status)
{
    static const char *const MODELS[] = {NULL, "OV2640", "OV3660 or OV5640"};
    return MODELS[sensor_of(status)];
}

/* The size in the status, if the sensor supports it. */
static const struct size *current_size(json_t *status, enum espcam_numbering numbering)
{
    const size_t number = (size_t)espcam_size(status);
    if (number >= NUMBERINGS[numbering].n ||
        !has_size(status, &NUMBERINGS[numbering].sizes[number]))
        return NULL;
    return &NUMBERINGS[numbering].sizes[number];
}

static void add_size(struct controls *controls, json_t *status, enum espcam_numbering numbering)
{
    control_text options[LENGTH(SIZES_2024)] = {0};
    struct control control = {
        .type = CONTROL_MENU, .name = "size", .group = "stream", .options = options, .value = -1};
    const struct size *current = current_size(status, numbering);
    for (size_t i = 0; i < NUMBERINGS[numbering].n; i++) {
        const struct size *size = &NUMBERINGS[numbering].sizes[i];
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

void espcam_controls(json_t *status, enum espcam_numbering numbering, struct controls *ret_controls)
{
    *ret_controls = (struct controls){0};
    add_size(ret_controls, status, numbering);
    for (size_t i = 0; i < LENGTH(CONTROL_ROWS); i++)
        add_control(ret_controls, &CONTROL_ROWS[i], status);
}

void espcam_values(const struct controls *schema, json_t *status, enum espcam_numbering numbering,
                   struct control_values *ret_values)
{
    const struct size *size = current_size(status, numbering);
    int place = controls_find(schema, "size");
    control_text text;
    ret_values->mask = 0;
    if (size && place >= 0) {
        format_size(size, text);
        control_values_put(ret_values, (unsigned)place, control_option(&schema->list[place], text));
    }
    for (size_t i = 0; i < LENGTH(CONTROL_ROWS); i++) {
        int64_t value;
        place = controls_find(schema, CONTROL_ROWS[i].name);
        if (place >= 0 && value_of(&CONTROL_ROWS[i], status, &value))
            control_values_put(ret_values, (unsigned)place, value);
    }
}

/* --- Commands. --- */

bool espcam_command(enum espcam_numbering numbering, const struct control *control, int64_t value,
                    const char **ret_variable, int *ret_number)
{
    *ret_variable = control->name;
    *ret_number = (int)value;
    if (strcmp(control->name, "size") != 0)
        return true;
    *ret_variable = "framesize";
    for (size_t i = 0; i < NUMBERINGS[numbering].n; i++) {
        control_text text;
        format_size(&NUMBERINGS[numbering].sizes[i], text);
        if (strcmp(text, control->options[value]) == 0) {
            *ret_number = (int)i;
            return true;
        }
    }
    return false;
}

int espcam_largest(json_t *status, enum espcam_numbering numbering, uint16_t *ret_width,
                   uint16_t *ret_height)
{
    int best = 0;
    for (size_t i = 1; i < NUMBERINGS[numbering].n; i++) {
        const struct size *a = &NUMBERINGS[numbering].sizes[i],
                          *b = &NUMBERINGS[numbering].sizes[best];
        if (has_size(status, a) && a->width * a->height > b->width * b->height)
            best = (int)i;
    }
    if (best) {
        *ret_width = NUMBERINGS[numbering].sizes[best].width;
        *ret_height = NUMBERINGS[numbering].sizes[best].height;
    }
    return best;
}
