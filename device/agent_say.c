#include "device/agent_parts.h"

static struct json_writer begin(struct agent *agent, const char *type)
{
    struct json_writer w = json_write_over(agent->out, sizeof(agent->out));
    json_write(&w, "{\"type\":");
    json_write_string(&w, type);
    return w;
}

/* Returns 0 if the message does not fit. */
static size_t end(struct json_writer *w)
{
    json_write(w, "}");
    return w->cut ? 0 : w->len_bytes;
}

static void member_string(struct json_writer *w, const char *name, const char *value)
{
    if (!value)
        return;
    json_write(w, ",\"");
    json_write(w, name);
    json_write(w, "\":");
    json_write_string(w, value);
}

static void member_int(struct json_writer *w, const char *name, int64_t value)
{
    json_write(w, ",\"");
    json_write(w, name);
    json_write(w, "\":");
    json_write_int(w, value);
}

static void write_value(struct json_writer *w, const struct agent_control *control, int32_t value)
{
    if (control->is_bool)
        json_write(w, value ? "true" : "false");
    else if (control->options)
        json_write_string(w, control->options[value]);
    else
        json_write_int(w, value);
}

static void write_range(struct json_writer *w, const struct agent_control *control)
{
    if (control->is_bool)
        return;
    if (!control->options) {
        member_int(w, "min", control->min);
        member_int(w, "max", control->max);
        member_int(w, "step", control->step);
        return;
    }
    json_write(w, ",\"options\":[");
    for (unsigned i = 0; control->options[i]; i++) {
        json_write(w, i ? "," : "");
        json_write_string(w, control->options[i]);
    }
    json_write(w, "]");
}

static void write_control(struct json_writer *w, const struct agent_control *control, int32_t value)
{
    json_write(w, "{\"name\":");
    json_write_string(w, control->name);
    member_string(w, "type", control->is_bool ? "bool" : control->options ? "menu" : "int");
    write_range(w, control);
    json_write(w, ",\"default\":");
    write_value(w, control, control->preset);
    json_write(w, ",\"value\":");
    write_value(w, control, value);
    member_string(w, "group", control->group);
    member_string(w, "auto", control->automatic);
    json_write(w, "}");
}

static void write_battery(struct json_writer *w, const struct agent *agent)
{
    if (agent->battery_percent != AGENT_BATTERY_UNKNOWN)
        member_int(w, "battery", agent->battery_percent);
}

size_t agent_say_hello(struct agent *agent)
{
    const struct agent_params *params = agent->params;
    struct json_writer w = begin(agent, "hello");
    member_string(&w, "id", params->id);
    member_string(&w, "name", params->name);
    member_string(&w, "model", params->model);
    json_write(&w, ",\"controls\":[");
    for (unsigned i = 0; i < params->controls_count; i++) {
        json_write(&w, i ? "," : "");
        write_control(&w, &params->controls[i], agent->values[i]);
    }
    json_write(&w, "]");
    write_battery(&w, agent);
    return end(&w);
}

size_t agent_say_time(struct agent *agent, int64_t now_us)
{
    struct json_writer w = begin(agent, "time");
    member_int(&w, "server_us", agent->time_server_us);
    member_int(&w, "device_us", now_us);
    return end(&w);
}

size_t agent_say_values(struct agent *agent)
{
    struct json_writer w = begin(agent, "values");
    json_write(&w, ",\"values\":{");
    for (unsigned i = 0; i < agent->params->controls_count; i++) {
        json_write(&w, i ? "," : "");
        json_write_string(&w, agent->params->controls[i].name);
        json_write(&w, ":");
        write_value(&w, &agent->params->controls[i], agent->values[i]);
    }
    json_write(&w, "}");
    return end(&w);
}

size_t agent_say_state(struct agent *agent)
{
    struct json_writer w = begin(agent, "state");
    if (agent->state == AGENT_LEAVING) {
        member_string(&w, "state", "sleeping");
        member_int(&w, "wake_in_s", (agent->params->rest_us + 999999) / 1000000);
    } else {
        member_string(&w, "state", agent->state == AGENT_STREAMING ? "streaming" : "idle");
    }
    write_battery(&w, agent);
    return end(&w);
}

size_t agent_say_captured(struct agent *agent)
{
    struct json_writer w = begin(agent, "captured");
    member_int(&w, "request", agent->capture.request);
    json_write(&w, agent->capture.is_ok ? ",\"ok\":true" : ",\"ok\":false");
    if (!agent->capture.is_ok)
        member_string(&w, "error", "the camera gave no picture");
    return end(&w);
}
