#include "api/live_messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "world.h"

static struct live_message good(const char *text)
{
    struct live_message message;
    struct live_message_error error;
    int result = live_message_parse(text, strlen(text), &message, &error);
    if (result < 0)
        fail_msg("refused: %s: %s", text, error.message);
    return message;
}

static struct live_message example(const char *name)
{
    char text[1024];
    world_example(name, text, sizeof(text));
    return good(text);
}

static void the_contracts_examples_are_understood(void **state)
{
    (void)state;
    struct live_message m = example("live-start");
    assert_int_equal(m.type, LIVE_MESSAGE_START);
    assert_string_equal(m.camera, "porch");
    assert_int_equal(m.rendition, RENDITION_H264);
    assert_int_equal(m.fps, 0);
    assert_int_equal(m.width, 640);
    assert_int_equal(m.height, 480);

    m = example("live-stop");
    assert_int_equal(m.type, LIVE_MESSAGE_STOP);
    assert_string_equal(m.camera, "porch");

    m = example("live-key");
    assert_int_equal(m.type, LIVE_MESSAGE_KEY);

    m = example("live-capture");
    assert_int_equal(m.type, LIVE_MESSAGE_CAPTURE);
    assert_int_equal(m.request, 3);

    m = example("live-set");
    assert_int_equal(m.type, LIVE_MESSAGE_SET);
    assert_int_equal(m.request, 4);
    assert_int_equal(json_integer_value(json_object_get(m.values, "brightness")), 1);
    live_message_finish(&m);
    assert_null(m.values);

    m = example("live-reset");
    assert_int_equal(m.type, LIVE_MESSAGE_RESET);
    assert_string_equal(m.camera, "porch");
    assert_int_equal(m.request, 5);

    m = example("live-ping");
    assert_int_equal(m.type, LIVE_MESSAGE_PING);
    assert_true(m.t == 1234.5);
}

static void members_that_may_be_missing_are_0(void **state)
{
    (void)state;
    struct live_message m =
        good("{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"jpeg\",\"new\":[1]}");
    assert_int_equal(m.rendition, RENDITION_JPEG);
    assert_int_equal(m.fps, 0);
    assert_int_equal(m.width, 0);
    m = good("{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"h264\",\"fps\":65535}");
    assert_int_equal(m.fps, 65535);
}

static void bad_messages_are_refused_with_what_could_be_read(void **state)
{
    static const struct {
        const char *text, *code, *camera;
        uint32_t request;
    } ROWS[] = {
        {"", "bad-message", "", 0},
        {"{", "bad-message", "", 0},
        {"[]", "bad-message", "", 0},
        {"1", "bad-message", "", 0},
        {"null", "bad-message", "", 0},
        {"{}", "bad-message", "", 0},
        {"{\"type\":1}", "bad-message", "", 0},
        {"{\"type\":\"start\",\"type\":\"stop\",\"camera\":\"a\"}", "bad-message", "", 0},
        {"{\"type\":\"stop\"} x", "bad-message", "", 0},
        {"{\"type\":\"dance\",\"camera\":\"a\",\"request\":9}", "unsupported", "a", 9},
        {"{\"type\":\"dance\"}", "unsupported", "", 0},
        {"{\"type\":\"stop\"}", "bad-message", "", 0},
        {"{\"type\":\"stop\",\"camera\":\"\"}", "bad-message", "", 0},
        {"{\"type\":\"stop\",\"camera\":\"A\"}", "bad-message", "", 0},
        {"{\"type\":\"stop\",\"camera\":\"a\\u0000b\"}", "bad-message", "", 0},
        {"{\"type\":\"stop\",\"camera\":\"123456789012345678901234567890123\"}", "bad-message", "",
         0},
        {"{\"type\":\"start\",\"camera\":\"a\"}", "bad-message", "a", 0},
        {"{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"raw\"}", "bad-message", "a", 0},
        {"{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"h264\",\"fps\":-1}", "bad-message",
         "a", 0},
        {"{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"h264\",\"width\":65536}",
         "bad-message", "a", 0},
        {"{\"type\":\"start\",\"camera\":\"a\",\"rendition\":\"h264\",\"height\":1.5}",
         "bad-message", "a", 0},
        {"{\"type\":\"capture\",\"camera\":\"a\"}", "bad-message", "a", 0},
        {"{\"type\":\"capture\",\"camera\":\"a\",\"request\":0}", "bad-message", "a", 0},
        {"{\"type\":\"capture\",\"camera\":\"a\",\"request\":4294967296}", "bad-message", "a", 0},
        {"{\"type\":\"set\",\"camera\":\"a\",\"request\":7}", "bad-message", "a", 7},
        {"{\"type\":\"set\",\"camera\":\"a\",\"request\":7,\"values\":[]}", "bad-message", "a", 7},
        {"{\"type\":\"ping\"}", "bad-message", "", 0},
        {"{\"type\":\"ping\",\"t\":\"1\"}", "bad-message", "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct live_message message;
        struct live_message_error error;
        if (live_message_parse(ROWS[i].text, strlen(ROWS[i].text), &message, &error) == 0)
            fail_msg("understood: %s", ROWS[i].text);
        assert_string_equal(problem_name(error.type), ROWS[i].code);
        assert_string_equal(error.camera, ROWS[i].camera);
        assert_int_equal(error.request, ROWS[i].request);
        assert_true(strlen(error.message) > 0);
    }
}

/* {"type":"set",…,"values":{"a":[[…]]}} with so many brackets in all. */
static int nested(unsigned depth)
{
    char text[256] = "{\"type\":\"set\",\"camera\":\"a\",\"request\":1,\"values\":{\"a\":";
    for (unsigned i = 2; i < depth; i++)
        strcat(text, "[");
    for (unsigned i = 2; i < depth; i++)
        strcat(text, "]");
    strcat(text, "}}");
    struct live_message message;
    struct live_message_error error;
    int result = live_message_parse(text, strlen(text), &message, &error);
    if (result == 0)
        live_message_finish(&message);
    return result;
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    assert_int_equal(nested(8), 0);
    assert_true(nested(9) < 0);
}

static void brackets_in_strings_do_not_nest(void **state)
{
    (void)state;
    struct live_message m =
        good("{\"type\":\"stop\",\"camera\":\"a\",\"x\":\"\\\"[[[[[[[[[[[[[[[[\\\\\"}");
    assert_int_equal(m.type, LIVE_MESSAGE_STOP);
}

static void length_has_a_limit(void **state)
{
    (void)state;
    static const char HEAD[] = "{\"type\":\"stop\",\"camera\":\"a\"";
    char *text = mem_new_array(char, LIVE_MESSAGE_MAX_BYTES + 2);
    struct live_message message;
    struct live_message_error error;
    memset(text, ' ', LIVE_MESSAGE_MAX_BYTES + 1);
    memcpy(text, HEAD, sizeof(HEAD) - 1);
    text[LIVE_MESSAGE_MAX_BYTES - 1] = '}';
    assert_int_equal(live_message_parse(text, LIVE_MESSAGE_MAX_BYTES, &message, &error), 0);
    assert_true(live_message_parse(text, LIVE_MESSAGE_MAX_BYTES + 1, &message, &error) < 0);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contracts_examples_are_understood),
        cmocka_unit_test(members_that_may_be_missing_are_0),
        cmocka_unit_test(bad_messages_are_refused_with_what_could_be_read),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(brackets_in_strings_do_not_nest),
        cmocka_unit_test(length_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
