#include "v4l2/v4l2_knob.h"

#include <ctype.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>

/* Which control overrides which. */
static const struct {
    uint32_t automatic, manual;
} PAIRS[] = {
    {V4L2_CID_EXPOSURE_AUTO, V4L2_CID_EXPOSURE_ABSOLUTE},
    {V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CID_WHITE_BALANCE_TEMPERATURE},
    {V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CID_RED_BALANCE},
    {V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CID_BLUE_BALANCE},
    {V4L2_CID_AUTOGAIN, V4L2_CID_GAIN},
    {V4L2_CID_FOCUS_AUTO, V4L2_CID_FOCUS_ABSOLUTE},
    {V4L2_CID_HUE_AUTO, V4L2_CID_HUE},
    {V4L2_CID_AUTOBRIGHTNESS, V4L2_CID_BRIGHTNESS},
    {V4L2_CID_CHROMA_AGC, V4L2_CID_CHROMA_GAIN},
    {V4L2_CID_ISO_SENSITIVITY_AUTO, V4L2_CID_ISO_SENSITIVITY},
};

static const char *group_of(uint32_t cid)
{
    switch (V4L2_CTRL_ID2CLASS(cid)) {
    case V4L2_CTRL_CLASS_USER:
        /* Driver-specific ones are above the common ones (V4L2_CTRL_DRIVER_PRIV). */
        return V4L2_CTRL_DRIVER_PRIV(cid) ? "driver" : "image";
    case V4L2_CTRL_CLASS_CAMERA:
        return "camera";
    case V4L2_CTRL_CLASS_JPEG:
        return "jpeg";
    case V4L2_CTRL_CLASS_IMAGE_SOURCE:
        return "sensor";
    case V4L2_CTRL_CLASS_IMAGE_PROC:
        return "processing";
    default:
        return "other";
    }
}

static const struct v4l2_knob *find_name(const struct v4l2_knobs *knobs, const char *name)
{
    for (unsigned i = 0; i < knobs->count; i++)
        if (strcmp(knobs->list[i].name, name) == 0)
            return &knobs->list[i];
    return NULL;
}

static int find_cid(const struct v4l2_knobs *knobs, uint32_t cid)
{
    for (unsigned i = 0; i < knobs->count; i++)
        if (knobs->list[i].cid == cid)
            return (int)i;
    return -1;
}

/* "Exposure Time, Absolute" → "exposure_time_absolute"; format, size and fps are taken already. */
static void name_it(const struct v4l2_knobs *knobs, struct v4l2_knob *knob, const char *text)
{
    char name[V4L2_NAME_MAX + 1];
    size_t n = 0;
    for (; *text && n < V4L2_NAME_MAX; text++) {
        if (isalnum((unsigned char)*text))
            name[n++] = (char)tolower((unsigned char)*text);
        else if (n > 0 && name[n - 1] != '_')
            name[n++] = '_';
    }
    while (n > 0 && name[n - 1] == '_')
        n--;
    name[n] = '\0';
    bool is_free = n > 0 && !find_name(knobs, name) && strcmp(name, "format") != 0 &&
                   strcmp(name, "size") != 0 && strcmp(name, "fps") != 0;
    if (is_free)
        snprintf(knob->name, sizeof(knob->name), "%s", name);
    else
        snprintf(knob->name, sizeof(knob->name), "%.*s_%08x", V4L2_NAME_MAX - 9, name, knob->cid);
}

static bool find_type(const struct v4l2_query_ext_ctrl *query, enum v4l2_knob_type *ret_type)
{
    switch (query->type) {
    case V4L2_CTRL_TYPE_INTEGER:
    case V4L2_CTRL_TYPE_INTEGER64:
        *ret_type = V4L2_KNOB_INT;
        return true;
    case V4L2_CTRL_TYPE_BOOLEAN:
        *ret_type = V4L2_KNOB_BOOL;
        return true;
    case V4L2_CTRL_TYPE_MENU:
    case V4L2_CTRL_TYPE_INTEGER_MENU:
        *ret_type = V4L2_KNOB_MENU;
        return true;
    default: /* buttons, headings, bit masks, texts, compounds */
        return false;
    }
}

struct v4l2_knob *v4l2_knobs_add(struct v4l2_knobs *knobs, const struct v4l2_query_ext_ctrl *query)
{
    const uint32_t never = V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY |
                           V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_HAS_PAYLOAD;
    struct v4l2_knob knob = {.cid = query->id, .automatic = -1, .on_value = 1};
    if (query->flags & never || query->elems > 1 || query->nr_of_dims > 0 ||
        query->minimum > query->maximum || !find_type(query, &knob.type) ||
        knobs->count == V4L2_KNOBS_MAX)
        return NULL;
    knob.is_wide = query->type == V4L2_CTRL_TYPE_INTEGER64;
    knob.min = query->minimum;
    knob.max = query->maximum;
    knob.step = query->step > 0 && query->step <= INT32_MAX ? (int64_t)query->step : 1;
    knob.fallback = knob.value = query->default_value;
    knob.group = group_of(query->id);
    name_it(knobs, &knob, query->name);
    knobs->list[knobs->count] = knob;
    return &knobs->list[knobs->count++];
}

void v4l2_knob_add_option(struct v4l2_knob *knob, int64_t value, const char *text)
{
    struct v4l2_option option = {.value = value};
    if (knob->n_options == V4L2_OPTIONS_MAX)
        return;
    snprintf(option.text, sizeof(option.text), "%s", text);
    for (char *p = option.text; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    bool is_useless = strspn(option.text, " ") == strlen(option.text);
    for (unsigned i = 0; i < knob->n_options && !is_useless; i++)
        is_useless = strcmp(knob->options[i].text, option.text) == 0;
    if (is_useless)
        snprintf(option.text, sizeof(option.text), "%lld", (long long)value);
    knob->options[knob->n_options++] = option;
}

static bool has_option(const struct v4l2_knob *knob, int64_t value)
{
    for (unsigned i = 0; i < knob->n_options; i++)
        if (knob->options[i].value == value)
            return true;
    return false;
}

/* The kernel's menu of exposure (manual, automatic, aperture or shutter priority) becomes one
 * switch: manual or not. Without both sides it stays a menu. */
static void make_switch(struct v4l2_knob *exposure)
{
    bool has_auto = has_option(exposure, V4L2_EXPOSURE_AUTO);
    if (!has_option(exposure, V4L2_EXPOSURE_MANUAL) ||
        (!has_auto && !has_option(exposure, V4L2_EXPOSURE_APERTURE_PRIORITY)))
        return;
    exposure->type = V4L2_KNOB_BOOL;
    exposure->off_value = V4L2_EXPOSURE_MANUAL;
    exposure->on_value = has_auto ? V4L2_EXPOSURE_AUTO : V4L2_EXPOSURE_APERTURE_PRIORITY;
    exposure->n_options = 0;
    exposure->fallback = exposure->fallback != V4L2_EXPOSURE_MANUAL;
    exposure->value = exposure->value != V4L2_EXPOSURE_MANUAL;
}

void v4l2_knobs_complete(struct v4l2_knobs *knobs)
{
    unsigned n = 0;
    for (unsigned i = 0; i < knobs->count; i++) {
        struct v4l2_knob *knob = &knobs->list[i];
        if (knob->cid == V4L2_CID_EXPOSURE_AUTO && knob->type == V4L2_KNOB_MENU)
            make_switch(knob);
        if (knob->type == V4L2_KNOB_MENU && knob->n_options < 2)
            continue;
        if (n != i)
            knobs->list[n] = *knob;
        n++;
    }
    knobs->count = n;
    for (unsigned i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        int automatic = find_cid(knobs, PAIRS[i].automatic);
        int manual = find_cid(knobs, PAIRS[i].manual);
        if (automatic >= 0 && manual >= 0 && knobs->list[automatic].type == V4L2_KNOB_BOOL)
            knobs->list[manual].automatic = automatic;
    }
}

int64_t v4l2_knob_from_kernel(const struct v4l2_knob *knob, int64_t value)
{
    return knob->type == V4L2_KNOB_BOOL ? value != knob->off_value : value;
}

int64_t v4l2_knob_to_kernel(const struct v4l2_knob *knob, int64_t value)
{
    if (knob->type != V4L2_KNOB_BOOL)
        return value;
    return value ? knob->on_value : knob->off_value;
}

bool v4l2_knob_is_taken(const struct v4l2_knobs *knobs, const struct v4l2_knob *knob)
{
    return knob->automatic >= 0 && knobs->list[knob->automatic].value;
}
