/* What the agent makes of the server's words: the contract's examples, and everything that is no
 * contract. */
#include "device/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "rig.h"

static int setup(void **state)
{
    *state = rig_create();
    return 0;
}

static int teardown(void **state)
{
    rig_destroy(*state);
    return 0;
}

/* Finds "example: NAME" in docs/protocol.md and copies the block's text; the test fails without. */
static void read_example(const char *name, char *out, size_t cap_bytes)
{
    char line[512], wanted[64];
    FILE *file = fopen(PROTOCOL_MD, "r");
    assert_non_null(file);
    snprintf(wanted, sizeof(wanted), "example: %s\n", name);
    bool inside = false;
    out[0] = '\0';
    while (fgets(line, sizeof(line), file)) {
        if (inside && strncmp(line, "```", 3) == 0)
            break;
        if (inside)
            strncat(out, line, cap_bytes - strlen(out) - 1);
        inside = inside || strcmp(line, wanted) == 0;
    }
    fclose(file);
    assert_true(inside && out[0]);
}

static void hear_example(struct rig *rig, const char *name)
{
    char text[1024];
    read_example(name, text, sizeof(text));
    rig_hear(rig, text);
    assert_int_equal(rig->agent.stats.texts_ignored, 0);
}

static void the_contracts_examples_are_obeyed(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    hear_example(rig, "device-start");
    assert_int_equal(rig->stream.fps_milli, 30000);
    assert_int_equal(rig->stream.size.width, 640);
    hear_example(rig, "device-stop");
    assert_int_equal(rig->stops, 1);
    rig_forget(rig);
    hear_example(rig, "device-capture");
    assert_int_equal(rig->sent[0].head.sequence, 7);
    char captured[256];
    read_example("device-captured", captured, sizeof(captured));
    captured[strcspn(captured, "\n")] = '\0';
    assert_string_equal(rig_text(rig, 1), captured);
    hear_example(rig, "device-set");
    assert_int_equal(rig->agent.values[0], 1);
    rig_forget(rig);
    rig->now_us = 5000000;
    hear_example(rig, "device-time-ask");
    char answer[256];
    read_example("device-time", answer, sizeof(answer));
    answer[strcspn(answer, "\n")] = '\0';
    assert_string_equal(rig_text(rig, 0), answer);
}

/* Without white space outside of strings, which in the examples hold none. */
static void squeeze(char *text)
{
    char *out = text;
    for (const char *in = text; *in; in++)
        if (*in != ' ' && *in != '\n')
            *out++ = *in;
    *out = '\0';
}

static void what_the_agent_says_is_what_the_contract_shows(void **state)
{
    struct rig *rig = *state;
    static const struct agent_control controls[] = {
        {.name = "brightness", .group = "image", .min = -2, .max = 2, .step = 1},
        {.name = "mirror", .group = "image", .is_bool = true, .max = 1, .step = 1},
    };
    rig->params.model = "AtomS3R-M12";
    rig->params.controls = controls;
    rig->params.controls_count = 2;
    rig_boot(rig);
    rig_battery(rig, 81);
    rig_step(rig, AGENT_UP);
    char expected[1024];
    read_example("device-hello", expected, sizeof(expected));
    squeeze(expected);
    assert_string_equal(rig_text(rig, 0), expected);

    rig_battery(rig, 80);
    rig_forget(rig);
    hear_example(rig, "device-start");
    read_example("device-state", expected, sizeof(expected));
    squeeze(expected);
    assert_string_equal(rig_text(rig, 0), expected);

    rig_hear(rig, "{\"type\":\"stop\"}");
    rig_forget(rig);
    hear_example(rig, "device-set");
    read_example("device-values", expected, sizeof(expected));
    squeeze(expected);
    assert_string_equal(rig_text(rig, 0), expected);
}

static void everything_else_is_ignored_and_counted(void **state)
{
    struct rig *rig = *state;
    static const char *const texts[] = {
        "",
        " ",
        "start",
        "null",
        "[]",
        "[{\"type\":\"start\"}]",
        "{}",
        "{",
        "{\"type\":\"start\"",
        "{\"type\":\"start\"}}",
        "{\"type\":\"start\"}{\"type\":\"start\"}",
        "{\"type\":\"start\"} x",
        "{\"type\":\"start\",}x",
        "{\"type\"}",
        "{\"type\":}",
        "{\"type\":\"start\" \"fps\":1}",
        "{\"type\" \"start\"}",
        "{\"type\":\"start\",\"fps\"}",
        "{\"type\":\"start\":1}",
        "{type:\"start\"}",
        "{'type':'start'}",
        "{\"type\":start}",
        "{\"type\":1}",
        "{\"type\":{\"type\":\"start\"}}",
        "{\"Type\":\"start\"}",
        "{\"type\":\"START\"}",
        "{\"type\":\"starting\"}",
        "{\"type\":\"star\"}",
        "{\"inner\":{\"type\":\"start\"}}",
        "{\"type\":\"start\",\"fps\":-1}",
        "{\"type\":\"start\",\"fps\":1.5}",
        "{\"type\":\"start\",\"fps\":\"15\"}",
        "{\"type\":\"start\",\"fps\":-}",
        "{\"type\":\"start\",\"fps\":99999999999999999999}",
        "{\"type\":\"start\",\"width\":[640]}",
        "{\"type\":\"start\",\"height\":null}",
        "{\"type\":\"capture\"}",
        "{\"type\":\"capture\",\"request\":-1}",
        "{\"type\":\"capture\",\"request\":4294967296}",
        "{\"type\":\"capture\",\"request\":\"1\"}",
        "{\"type\":\"capture\",\"request\":1,\"width\":-1}",
        "{\"type\":\"set\"}",
        "{\"type\":\"set\",\"values\":[]}",
        "{\"type\":\"set\",\"values\":1}",
        "{\"type\":\"time\"}",
        "{\"type\":\"time\",\"server_us\":9223372036854775808}",
        "{\"type\":\"time\",\"server_us\":\"1\"}",
        "{\"type\":\"s\\u0074art\"}",
    };
    rig_connect(rig);
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        rig_hear(rig, texts[i]);
        if (rig->agent.stats.texts_ignored != i + 1 || rig->sent_count)
            fail_msg("not ignored: %s", texts[i]);
    }
    assert_int_equal(rig->agent.state, AGENT_IDLE);
    assert_int_equal(rig->starts + rig->stills, 0);
}

static void unknown_members_are_ignored(void **state)
{
    struct rig *rig = *state;
    rig_connect(rig);
    rig_hear(rig, " {\"x\":{\"type\":\"stop\",\"fps\":[1,{\"fps\":2}]},\n\t\"type\":\"start\","
                  "\"fps\":7,\"y\":[[[]]],\"z\":null} \r\n");
    assert_int_equal(rig->starts, 1);
    assert_int_equal(rig->stream.fps_milli, 7000);
}

static void long_texts_are_ignored(void **state)
{
    struct rig *rig = *state;
    static const char start[] = "{\"type\":\"start\"}";
    char *text = mem_zalloc_or_die(1, AGENT_TEXT_MAX_BYTES + 2);
    rig_connect(rig);
    memset(text, ' ', AGENT_TEXT_MAX_BYTES + 1);
    memcpy(text, start, strlen(start));
    rig_hear(rig, text);
    assert_int_equal(rig->starts, 0);
    assert_int_equal(rig->agent.stats.texts_ignored, 1);
    text[AGENT_TEXT_MAX_BYTES] = '\0'; /* one less is read */
    rig_hear(rig, text);
    assert_int_equal(rig->starts, 1);
    mem_free(text);
}

static void deep_and_wide_texts_are_ignored(void **state)
{
    struct rig *rig = *state;
    char text[AGENT_TEXT_MAX_BYTES + 1];
    rig_connect(rig);
    int n = snprintf(text, sizeof(text), "{\"type\":\"start\",\"x\":");
    memset(text + n, '[', 1500);
    memset(text + n + 1500, ']', 1500);
    strcpy(text + n + 3000, "}");
    rig_hear(rig, text);
    n = snprintf(text, sizeof(text), "{\"type\":\"start\"");
    for (int i = 0; i < JSON_MAX_TOKENS; i++)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ",\"x%d\":%d", i, i);
    strcpy(text + n, "}");
    rig_hear(rig, text);
    assert_int_equal(rig->starts, 0);
    assert_int_equal(rig->agent.stats.texts_ignored, 2);
}

static void a_set_of_all_controls_fits(void **state)
{
    struct rig *rig = *state;
    static char names[AGENT_MAX_CONTROLS][33];
    static struct agent_control controls[AGENT_MAX_CONTROLS];
    char text[AGENT_TEXT_MAX_BYTES + 1];
    int n = snprintf(text, sizeof(text), "{\"type\":\"set\",\"values\":{");
    for (unsigned i = 0; i < AGENT_MAX_CONTROLS; i++) {
        memset(names[i], 'n', 32);
        names[i][0] = (char)('a' + i % 26);
        names[i][1] = (char)('a' + i / 26);
        controls[i] = (struct agent_control){.name = names[i],
                                             .group = names[i],
                                             .min = INT32_MIN,
                                             .max = INT32_MAX,
                                             .step = 1,
                                             .preset = INT32_MIN};
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%s\"%s\":%u", i ? "," : "", names[i], i);
    }
    strcpy(text + n, "}}");
    rig->params.controls = controls;
    rig->params.controls_count = AGENT_MAX_CONTROLS;
    rig_boot(rig); /* its hello fits, too */
    rig_step(rig, AGENT_UP);
    rig_hear(rig, text);
    assert_int_equal(rig->agent.stats.texts_ignored, 0);
    for (unsigned i = 0; i < AGENT_MAX_CONTROLS; i++)
        assert_int_equal(rig->agent.values[i], i);
}

static void a_menu_is_said_and_set_by_its_texts(void **state)
{
    struct rig *rig = *state;
    static const char *const effects[] = {"none", "sepia \"old\"", "grey", NULL};
    static const struct agent_control controls[] = {
        {.name = "effect",
         .options = effects,
         .max = 2,
         .step = 1,
         .preset = 2,
         .automatic = "own"},
    };
    rig->params.controls = controls;
    rig->params.controls_count = 1;
    rig_boot(rig);
    rig_step(rig, AGENT_UP);
    assert_non_null(strstr(rig_text(rig, 0),
                           "{\"name\":\"effect\",\"type\":\"menu\",\"options\":[\"none\","
                           "\"sepia \\\"old\\\"\",\"grey\"],\"default\":\"grey\","
                           "\"value\":\"grey\",\"auto\":\"own\"}"));
    static const struct {
        const char *value;
        int32_t place;
    } table[] = {{"\"none\"", 0}, {"\"grey\"", 2}, {"\"gre\"", 2},  {"\"greyer\"", 2}, {"0", 2},
                 {"true", 2},     {"null", 2},     {"\"none\"", 0}, {"\"\"", 0}};
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[80], told[80];
        snprintf(text, sizeof(text), "{\"type\":\"set\",\"values\":{\"effect\":%s}}",
                 table[i].value);
        snprintf(told, sizeof(told), "{\"type\":\"values\",\"values\":{\"effect\":\"%s\"}}",
                 effects[table[i].place]);
        rig_forget(rig);
        rig_hear(rig, text);
        assert_int_equal(rig->agent.values[0], table[i].place);
        assert_string_equal(rig_text(rig, 0), told);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_contracts_examples_are_obeyed),
        TEST(what_the_agent_says_is_what_the_contract_shows),
        TEST(everything_else_is_ignored_and_counted),
        TEST(unknown_members_are_ignored),
        TEST(long_texts_are_ignored),
        TEST(deep_and_wide_texts_are_ignored),
        TEST(a_set_of_all_controls_fits),
        TEST(a_menu_is_said_and_set_by_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
