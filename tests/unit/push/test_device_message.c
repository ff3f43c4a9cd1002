/* A device's texts: those of docs/protocol.md are read as they stand there, the others refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "push/device_message.h"

/* The text of a fenced block that begins with "example: NAME", cut out of the document. */
static void read_example(const char *name, char *out, size_t cap)
{
    static char doc[65536];
    char head[64];
    FILE *file = fopen(PROTOCOL_MD, "r");
    assert_non_null(file);
    doc[fread(doc, 1, sizeof(doc) - 1, file)] = '\0';
    fclose(file);
    snprintf(head, sizeof(head), "```\nexample: %s\n", name);
    char *text = strstr(doc, head);
    if (!text)
        fail_msg("%s has no example %s", PROTOCOL_MD, name);
    text += strlen(head);
    size_t len = (size_t)(strstr(text, "\n```") - text);
    assert_true(len < cap);
    memcpy(out, text, len);
    out[len] = '\0';
}

static struct device_message read_ok(const char *text)
{
    struct device_message message;
    const char *wrong = device_message_read(text, strlen(text), &message);
    if (wrong)
        fail_msg("%s: %s", text, wrong);
    return message;
}

static struct device_message read_documented(const char *name)
{
    char text[2048];
    read_example(name, text, sizeof(text));
    return read_ok(text);
}

static void test_hello(void **state)
{
    (void)state;
    struct device_message m = read_documented("device-hello");
    assert_int_equal(m.type, DEVICE_HELLO);
    assert_string_equal(m.hello.id, "porch");
    assert_string_equal(m.hello.name, "Porch");
    assert_string_equal(m.hello.model, "AtomS3R-M12");
    assert_int_equal(json_array_size(m.hello.controls), 2);
    assert_int_equal(m.battery, 81);
    device_message_finish(&m);
    m = read_ok("{\"type\":\"hello\"}");
    assert_null(m.hello.id);
    assert_null(m.hello.controls);
    assert_int_equal(m.battery, -1);
    device_message_finish(&m);
}

static void test_state(void **state)
{
    (void)state;
    struct device_message m = read_documented("device-state");
    assert_int_equal(m.type, DEVICE_STATE);
    assert_false(m.state.sleeping);
    assert_int_equal(m.battery, 80);
    device_message_finish(&m);
    m = read_ok("{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":300}");
    assert_true(m.state.sleeping);
    assert_int_equal(m.state.wake_in_s, 300);
    device_message_finish(&m);
}

static void test_captured(void **state)
{
    (void)state;
    struct device_message m = read_documented("device-captured");
    assert_int_equal(m.type, DEVICE_CAPTURED);
    assert_int_equal(m.captured.request, 7);
    assert_true(m.captured.ok);
    device_message_finish(&m);
    m = read_ok("{\"type\":\"captured\",\"request\":4294967295,\"ok\":false,\"error\":\"no\"}");
    assert_int_equal(m.captured.request, UINT32_MAX);
    assert_false(m.captured.ok);
    assert_string_equal(m.captured.error, "no");
    device_message_finish(&m);
}

static void test_values_and_time(void **state)
{
    (void)state;
    struct device_message m = read_documented("device-values");
    assert_int_equal(m.type, DEVICE_VALUES);
    assert_int_equal(json_integer_value(json_object_get(m.values, "brightness")), 1);
    device_message_finish(&m);
    m = read_documented("device-time");
    assert_int_equal(m.type, DEVICE_TIME);
    assert_int_equal(m.time.server_us, 123456789);
    assert_int_equal(m.time.device_us, 5000000);
    device_message_finish(&m);
}

static void test_a_newer_device(void **state)
{
    (void)state;
    struct device_message m = read_ok("{\"type\":\"weather\",\"battery\":3}");
    assert_int_equal(m.type, DEVICE_UNKNOWN);
    assert_int_equal(m.battery, 3);
    device_message_finish(&m);
    m = read_ok("{\"type\":\"state\",\"state\":\"dreaming\",\"of\":[1,2]}");
    assert_false(m.state.sleeping);
    device_message_finish(&m);
    m = read_ok("{\"type\":\"state\",\"state\":\"idle\",\"battery\":101}");
    assert_int_equal(m.battery, -1); /* out of range is not said */
    device_message_finish(&m);
    device_message_finish(&m); /* once more does no harm */
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        "hello",
        "[]",
        "null",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"hello\"",
        "{\"type\":\"hello\"} x",
        "{\"type\":\"hello\",\"type\":\"state\"}",
        "{\"type\":\"hello\",\"controls\":{}}",
        "{\"type\":\"state\"}",
        "{\"type\":\"state\",\"state\":\"sleeping\"}",
        "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":-1}",
        "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":604801}",
        "{\"type\":\"state\",\"state\":\"sleeping\",\"wake_in_s\":1.5}",
        "{\"type\":\"captured\",\"ok\":true}",
        "{\"type\":\"captured\",\"request\":0,\"ok\":true}",
        "{\"type\":\"captured\",\"request\":4294967296,\"ok\":true}",
        "{\"type\":\"captured\",\"request\":1}",
        "{\"type\":\"values\"}",
        "{\"type\":\"values\",\"values\":[]}",
        "{\"type\":\"time\"}",
        "{\"type\":\"time\",\"server_us\":1}",
        "{\"type\":\"time\",\"server_us\":1,\"device_us\":-1}",
        "{\"type\":\"time\",\"server_us\":99999999999999999999,\"device_us\":1}",
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct device_message message = {.battery = 77};
        const char *wrong = device_message_read(BAD[i], strlen(BAD[i]), &message);
        if (!wrong)
            fail_msg("%s was taken", BAD[i]);
        assert_int_equal(message.battery, 77); /* untouched */
    }
}

static void test_too_long(void **state)
{
    (void)state;
    struct device_message message;
    char *text = malloc(DEVICE_MESSAGE_MAX_BYTES + 1);
    assert_non_null(text);
    memset(text, ' ', DEVICE_MESSAGE_MAX_BYTES + 1);
    static const char SHORT[] = "{\"type\":\"hello\"}";
    memcpy(text, SHORT, sizeof(SHORT) - 1);
    assert_null(device_message_read(text, DEVICE_MESSAGE_MAX_BYTES, &message));
    device_message_finish(&message);
    assert_non_null(device_message_read(text, DEVICE_MESSAGE_MAX_BYTES + 1, &message));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),          cmocka_unit_test(test_state),
        cmocka_unit_test(test_captured),       cmocka_unit_test(test_values_and_time),
        cmocka_unit_test(test_a_newer_device), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
