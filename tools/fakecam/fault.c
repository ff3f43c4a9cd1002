#include "tools/fakecam/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tools/fakecam/chance.h"

enum { HUGE_BYTES = (4 << 20) + 65536, GARBAGE_BYTES = 64, MAX_NUMBER = 1000000000 };

/* The kind of argument after a fault's first colon. */
enum form {
    FORM_RATE,          /* NAME[:RATE] */
    FORM_ARGUMENT,      /* NAME[:NUMBER], of every frame or connection */
    FORM_ARGUMENT_RATE, /* NAME:NUMBER[:RATE] */
    FORM_NOTHING,       /* NAME */
};

static const struct {
    const char *name;
    enum form form;
    uint32_t every, argument; /* presets; argument 0: required */
    uint32_t min_argument, max_argument;
    const char *what;
} KINDS[FAULT_COUNT] = {
    [FAULT_TRUNCATED] = {"truncated", FORM_RATE, .every = 10},
    [FAULT_NO_EOI] = {"no-eoi", FORM_RATE, .every = 10},
    [FAULT_NO_SOI] = {"no-soi", FORM_RATE, .every = 10},
    [FAULT_GARBAGE] = {"garbage", FORM_RATE, .every = 10},
    [FAULT_HUGE] = {"huge", FORM_RATE, .every = 100},
    [FAULT_WRONG_SIZE] = {"wrong-size", FORM_RATE, .every = 50},
    [FAULT_CLOCK_JUMP] = {"clock-jump", FORM_RATE, .every = 100},
    [FAULT_TEXT_JUNK] = {"text-junk", FORM_RATE, .every = 10},
    [FAULT_STALL] = {"stall", FORM_ARGUMENT_RATE, 100, 0, 1, 3600000, "milliseconds"},
    [FAULT_FRAGMENT] = {"fragment", FORM_ARGUMENT, 0, 1024, 1, 65536, "bytes"},
    [FAULT_BASE64] = {"base64", FORM_NOTHING},
    [FAULT_DISCONNECT] = {"disconnect", FORM_ARGUMENT, 0, 0, 1, 86400, "seconds"},
};

static int read_number(const char *word, uint32_t min, uint32_t max, uint32_t *ret_value)
{
    char *end;
    unsigned long value = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end || value < min || value > max)
        return -EINVAL;
    *ret_value = (uint32_t)value;
    return 0;
}

/* "10": every tenth frame; "5%": each with that chance. */
static int read_rate(const char *word, struct fault_rule *rule)
{
    char *end;
    double percent = strtod(word, &end);
    if (end != word && strcmp(end, "%") == 0) {
        if (!(percent > 0 && percent <= 100))
            return -EINVAL;
        rule->every = 0;
        rule->chance = percent / 100;
        return 0;
    }
    return read_number(word, 1, MAX_NUMBER, &rule->every);
}

static int find_kind(const char *name, enum fault *ret_fault)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (strcmp(KINDS[i].name, name) == 0) {
            *ret_fault = (enum fault)i;
            return 0;
        }
    return -EINVAL;
}

static int read_rule(char *text, struct fault_plan *plan, char *error, size_t error_cap)
{
    char *name = strsep(&text, ":"), *word = strsep(&text, ":"), *rate = strsep(&text, ":");
    enum fault fault;
    if (find_kind(name, &fault) < 0) {
        snprintf(error, error_cap, "--fault: unknown fault \"%s\"", name);
        return -EINVAL;
    }
    enum form form = KINDS[fault].form;
    bool has_argument = form == FORM_ARGUMENT || form == FORM_ARGUMENT_RATE;
    struct fault_rule rule = {
        .on = true, .every = KINDS[fault].every, .argument = KINDS[fault].argument};
    if (has_argument && word &&
        read_number(word, KINDS[fault].min_argument, KINDS[fault].max_argument, &rule.argument) < 0)
        rule.argument = 0;
    if (has_argument && !rule.argument) {
        snprintf(error, error_cap, "--fault: %s: expected %s, %u to %u, after the colon", name,
                 KINDS[fault].what, KINDS[fault].min_argument, KINDS[fault].max_argument);
        return -EINVAL;
    }
    bool too_much = text || (!has_argument && rate);
    if (!has_argument)
        rate = word;
    bool takes_rate = form == FORM_RATE || form == FORM_ARGUMENT_RATE;
    if (too_much || (rate && (!takes_rate || read_rate(rate, &rule) < 0))) {
        snprintf(error, error_cap, "--fault: %s: %s", name,
                 takes_rate ? "expected a rate such as 10 (every tenth frame) or 5%"
                            : "unexpected further argument");
        return -EINVAL;
    }
    plan->rules[fault] = rule;
    return 0;
}

int fault_parse(const char *spec, struct fault_plan *ret_plan, char *error, size_t error_cap)
{
    struct fault_plan plan = {0};
    char *copy = mem_strdup_or_die(spec), *rest = copy;
    int result = 0;
    for (char *text; result == 0 && (text = strsep(&rest, ","));)
        result = read_rule(text, &plan, error, error_cap);
    mem_free(copy);
    if (result == 0)
        *ret_plan = plan;
    return result;
}

void fault_begin(struct fault_course *course, const struct fault_plan *plan, uint64_t seed)
{
    *course = (struct fault_course){.plan = plan, .random = seed};
}

unsigned fault_next(struct fault_course *course)
{
    unsigned faults = 0;
    course->frames++;
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        const struct fault_rule *rule = &course->plan->rules[i];
        if (!rule->on)
            continue;
        bool now = rule->every ? course->frames % rule->every == 0
                               : chance_unit(&course->random) < rule->chance;
        if (now)
            faults |= 1u << i;
    }
    return faults;
}

/* A place in the second half of the frame, which is scan data in every picture worth damaging. */
static size_t place_in_scan(struct fault_course *course, size_t len_bytes)
{
    return len_bytes / 2 + chance_next(&course->random) % (len_bytes / 4 + 1);
}

static void put_garbage(struct fault_course *course, struct buf *jpeg, size_t len_bytes)
{
    size_t at = place_in_scan(course, len_bytes);
    for (size_t i = at; i + 2 < len_bytes && i < at + GARBAGE_BYTES; i++)
        jpeg->data[i] = (uint8_t)chance_next(&course->random);
    if (at + 4 < len_bytes) {
        jpeg->data[at] = 0xff; /* a quantization table has no place in a scan */
        jpeg->data[at + 1] = 0xdb;
    }
}

void fault_spoil(struct fault_course *course, unsigned faults, struct buf **jpeg)
{
    const unsigned spoiling = 1u << FAULT_TRUNCATED | 1u << FAULT_NO_EOI | 1u << FAULT_NO_SOI |
                              1u << FAULT_GARBAGE | 1u << FAULT_HUGE;
    size_t len_bytes = (*jpeg)->len_bytes, skip = 0;
    struct buf *spoilt;
    if (!(faults & spoiling) || len_bytes < 16 ||
        buf_create(faults & 1u << FAULT_HUGE ? len_bytes + HUGE_BYTES : len_bytes, &spoilt) < 0)
        return;
    memcpy(spoilt->data, (*jpeg)->data, len_bytes);
    if (faults & 1u << FAULT_GARBAGE)
        put_garbage(course, spoilt, len_bytes);
    if (faults & 1u << FAULT_TRUNCATED)
        len_bytes = place_in_scan(course, len_bytes);
    else if (faults & 1u << FAULT_NO_EOI)
        len_bytes -= len_bytes / 16 + 2; /* losing EOI alone would not show */
    if (faults & 1u << FAULT_NO_SOI)
        skip = 2;
    len_bytes -= skip;
    memmove(spoilt->data, spoilt->data + skip, len_bytes);
    if (faults & 1u << FAULT_HUGE) {
        memset(spoilt->data + len_bytes, 0, HUGE_BYTES);
        len_bytes += HUGE_BYTES;
    }
    if (buf_resize(&spoilt, len_bytes) < 0) {
        buf_unref(&spoilt);
        return;
    }
    buf_unref(jpeg);
    *jpeg = spoilt;
}
