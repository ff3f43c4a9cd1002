#include "device/agent_parts.h"

#include <errno.h>

/* The named number, 0 if it is missing; -EINVAL if it is not a whole number or negative. Values
 * above max are clamped to max. */
static int read_wish(const struct json *json, const char *name, int64_t max, int64_t *ret_value)
{
    int token = json_find(json, 0, name);
    int64_t value = 0;
    if (token >= 0 && json_to_int(json, token, &value) < 0)
        return -EINVAL;
    if (value < 0)
        return -EINVAL;
    *ret_value = value < max ? value : max;
    return 0;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The size nearest to the requested one, the larger of two equally near; 0 requests nothing. */
static struct agent_size nearest_size(const struct agent_params *params, int64_t width,
                                      int64_t height, unsigned preset)
{
    if (!width && !height)
        return params->sizes[preset];
    unsigned best = 0;
    int64_t best_off = INT64_MAX;
    for (unsigned i = 0; i < params->sizes_count; i++) {
        int64_t off = (width ? distance(params->sizes[i].width, width) : 0) +
                      (height ? distance(params->sizes[i].height, height) : 0);
        if (off <= best_off) {
            best = i;
            best_off = off;
        }
    }
    return params->sizes[best];
}

static int read_stream(const struct agent *agent, unsigned preset_size,
                       struct agent_stream *ret_stream)
{
    const struct agent_params *params = agent->params;
    int64_t fps, width, height;
    if (read_wish(&agent->json, "fps", params->max_fps_milli / 1000 + 1, &fps) < 0 ||
        read_wish(&agent->json, "width", UINT16_MAX, &width) < 0 ||
        read_wish(&agent->json, "height", UINT16_MAX, &height) < 0)
        return -EINVAL;
    int64_t fps_milli = fps * 1000;
    bool fastest = fps == 0 || fps_milli > params->max_fps_milli;
    *ret_stream = (struct agent_stream){
        .size = nearest_size(params, width, height, preset_size),
        .fps_milli = fastest ? params->max_fps_milli : (uint32_t)fps_milli,
    };
    return 0;
}

static int hear_start(struct agent *agent, int64_t now_us)
{
    struct agent_stream stream;
    if (read_stream(agent, agent->params->default_size, &stream) < 0)
        return -EINVAL;
    agent_stream_start(agent, &stream, now_us);
    return 0;
}

static int hear_stop(struct agent *agent, int64_t now_us)
{
    agent_stream_stop(agent, now_us);
    return 0;
}

static int hear_capture(struct agent *agent, int64_t now_us)
{
    (void)now_us;
    struct agent_capture capture = {.is_due = true};
    int64_t request;
    if (json_to_int(&agent->json, json_find(&agent->json, 0, "request"), &request) < 0 ||
        request < 0 || request > UINT32_MAX ||
        read_stream(agent, agent->params->sizes_count - 1, &capture.wish) < 0)
        return -EINVAL;
    capture.request = (uint32_t)request;
    agent->capture = capture;
    return 0;
}

static int read_option(const struct json *json, int token, const char *const *options,
                       int32_t *ret_value)
{
    for (int32_t i = 0; options[i]; i++)
        if (json_equals(json, token, options[i])) {
            *ret_value = i;
            return 0;
        }
    return -EINVAL;
}

static int read_value(const struct json *json, int token, const struct agent_control *control,
                      int32_t *ret_value)
{
    bool flag;
    int64_t number;
    if (control->is_bool) {
        if (json_to_bool(json, token, &flag) < 0)
            return -EINVAL;
        *ret_value = flag;
        return 0;
    }
    if (control->options)
        return read_option(json, token, control->options, ret_value);
    if (json_to_int(json, token, &number) < 0 || number < control->min || number > control->max ||
        (number - control->min) % control->step != 0)
        return -EINVAL;
    *ret_value = (int32_t)number;
    return 0;
}

static void set_value(struct agent *agent, int name, int token)
{
    int32_t value;
    for (unsigned i = 0; i < agent->params->controls_count; i++) {
        const struct agent_control *control = &agent->params->controls[i];
        if (!json_equals(&agent->json, name, control->name))
            continue;
        if (read_value(&agent->json, token, control, &value) == 0 &&
            agent->hal->apply(agent->ctx, i, value) == 0)
            agent->values[i] = value;
        return;
    }
}

/* What cannot be set is left unchanged: the answer says what is in force. */
static int hear_set(struct agent *agent, int64_t now_us)
{
    (void)now_us;
    int values = json_find(&agent->json, 0, "values");
    if (!json_is_object(&agent->json, values))
        return -EINVAL;
    int at = 0, name, token;
    while (json_next(&agent->json, values, &at, &name, &token))
        set_value(agent, name, token);
    agent->due |= DUE_VALUES;
    return 0;
}

static int hear_time(struct agent *agent, int64_t now_us)
{
    (void)now_us;
    int64_t server_us;
    if (json_to_int(&agent->json, json_find(&agent->json, 0, "server_us"), &server_us) < 0)
        return -EINVAL;
    agent->time_server_us = server_us;
    agent->due |= DUE_TIME;
    return 0;
}

void agent_hear(struct agent *agent, const char *text, size_t len_bytes, int64_t now_us)
{
    static const struct {
        const char *type;
        int (*hear)(struct agent *agent, int64_t now_us);
    } messages[] = {
        {"start", hear_start}, {"stop", hear_stop}, {"capture", hear_capture},
        {"set", hear_set},     {"time", hear_time},
    };
    if (len_bytes <= AGENT_TEXT_MAX_BYTES && json_parse(&agent->json, text, len_bytes) == 0) {
        int type = json_find(&agent->json, 0, "type");
        for (unsigned i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
            if (json_equals(&agent->json, type, messages[i].type) &&
                messages[i].hear(agent, now_us) == 0)
                return;
    }
    agent->stats.texts_ignored++;
}
