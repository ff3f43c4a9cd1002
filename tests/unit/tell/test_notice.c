#include "tell/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct notice NOTICE = {.camera = "porch",
                                     .name = "Porch",
                                     .number = 17,
                                     .start_us = INT64_C(1796093888044000),
                                     .box = {0.25f, 0.5f, 0.125f, 0.25f},
                                     .score = 0.75f};

static const char *field(const struct notice_request *request, const char *name)
{
    const size_t len = strlen(name);
    for (unsigned i = 0; i < request->n_fields; i++)
        if (strncmp(request->fields[i], name, len) == 0 &&
            strncmp(request->fields[i] + len, ": ", 2) == 0)
            return request->fields[i] + len + 2;
    return "(none)";
}

/* The expected value is that of `openssl dgst -sha256 -hmac Jefe` over "1.what do ya want…". */
static void the_signature_is_hmac_sha256_of_time_and_body(void **state)
{
    char out[NOTICE_SIGNATURE_CHARS + 1];
    static const char BODY[] = "what do ya want for nothing?";
    (void)state;
    notice_sign("Jefe", 1, BODY, strlen(BODY), out);
    assert_string_equal(out, "a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38");
}

static void a_webhook_gets_json_and_with_a_key_a_signature(void **state)
{
    struct receiver receiver = {.kind = RECEIVER_WEBHOOK};
    struct notice_request request;
    char expected[NOTICE_SIGNATURE_CHARS + 1];
    (void)state;
    notice_request(&NOTICE, &receiver, 1800000000, &request);
    assert_string_equal(request.method, "POST");
    assert_string_equal(field(&request, "Content-Type"), "application/json");
    assert_string_equal(field(&request, "X-Eyelid-Signature"), "(none)");
    assert_non_null(strstr(request.text, "\"box\":[0.25,0.5,0.125,0.25]"));
    assert_non_null(strstr(request.text, "\"end\":null"));
    notice_request_finish(&request);
    strcpy(receiver.secret, "k3y");
    notice_request(&NOTICE, &receiver, 1800000000, &request);
    assert_string_equal(field(&request, "X-Eyelid-Timestamp"), "1800000000");
    notice_sign("k3y", 1800000000, request.body, request.len_bytes, expected);
    assert_string_equal(field(&request, "X-Eyelid-Signature") + strlen("sha256="), expected);
    notice_request_finish(&request);
}

static void ntfy_gets_the_picture_with_headers(void **state)
{
    struct receiver receiver = {.kind = RECEIVER_NTFY, .picture = true, .secret = "tk_1"};
    struct notice notice = NOTICE;
    struct notice_request request;
    struct buf *buf;
    (void)state;
    assert_int_equal(buf_create(4, &buf), 0);
    memcpy(buf->data, "JPEG", 4);
    notice.picture = packet_of_jpeg(buf, 0, 4);
    notice_request(&notice, &receiver, 1, &request);
    assert_string_equal(request.method, "PUT");
    assert_memory_equal(request.body, "JPEG", 4);
    assert_int_equal(request.len_bytes, 4);
    assert_string_equal(field(&request, "Title"), "=?UTF-8?B?UG9yY2g=?=");
    assert_string_equal(field(&request, "Filename"), "porch.jpg");
    assert_string_equal(field(&request, "Authorization"), "Bearer tk_1");
    notice_request_finish(&request);
    receiver.picture = false;
    notice_request(&notice, &receiver, 1, &request);
    assert_string_equal(request.method, "POST");
    assert_string_equal(request.text, "Motion");
    notice_request_finish(&request);
    packet_unref(&notice.picture);
}

/* The longest name and nothing but it: no field is cut. */
static void the_longest_name_fits(void **state)
{
    const struct receiver receiver = {.kind = RECEIVER_NTFY};
    struct notice notice = NOTICE;
    struct notice_request request;
    (void)state;
    memset(notice.name, 'n', 64);
    notice_request(&notice, &receiver, 1, &request);
    const char *title = field(&request, "Title");
    assert_string_equal(title + strlen(title) - 2, "?=");
    assert_in_range(request.n_fields, 1, NOTICE_FIELDS_MAX);
    notice_request_finish(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_is_hmac_sha256_of_time_and_body),
        cmocka_unit_test(a_webhook_gets_json_and_with_a_key_a_signature),
        cmocka_unit_test(ntfy_gets_the_picture_with_headers),
        cmocka_unit_test(the_longest_name_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
