/* One picture from an address that no camera has yet. */
#include "far.h"

#include "pull/probe.h"

struct answer {
    int n, error;
    uint16_t width;
    char sentence[MJPEG_SENTENCE_MAX_BYTES];
};

static void on_done(void *ctx, int error, struct packet *picture, const char *sentence)
{
    struct answer *answer = ctx;
    answer->n++;
    answer->error = error;
    answer->width = picture ? picture->width : 0;
    snprintf(answer->sentence, sizeof(answer->sentence), "%s", sentence);
}

static struct probe *begin(struct rig *rig, const char *url, struct answer *answer)
{
    struct probe *probe = NULL;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    *answer = (struct answer){0};
    assert_int_equal(probe_begin(
                         &(struct probe_params){
                             .registry = rig->registry, .url = url, .done = on_done, .ctx = answer},
                         &probe, wrong),
                     0);
    return probe;
}

static void test_the_first_picture_of_a_stream_will_do(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    (void)begin(rig, "http://cam/video", &answer);
    far_head(":80/video", 200, FAR_STREAM_TYPE);
    far_part(":80/video", 640, 480);
    assert_int_equal(answer.n, 1);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.width, 640);
    far_asked("");
    assert_int_equal(far_clients, 0);
}

static void test_a_single_picture(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    const struct far_picture *picture = far_picture(320, 240);
    (void)begin(rig, "http://cam/still", &answer);
    far_head(":80/still", 200, "image/jpeg");
    far_body(":80/still", picture->bytes, picture->len_bytes); /* that is enough */
    assert_int_equal(answer.n, 1);
    assert_int_equal(answer.width, 320);
    assert_int_equal(far_clients, 0);
}

static void test_what_is_wrong_is_said(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    (void)begin(rig, "http://cam/", &answer);
    far_head(":80/", 404, "text/html");
    assert_int_equal(answer.error, -EBADMSG);
    assert_string_equal(answer.sentence, "cam:80 answers 404");
    (void)begin(rig, "http://cam/", &answer);
    far_answer(":80/", 200, "text/html", "<html></html>", 13);
    assert_string_equal(answer.sentence, "it sends no JPEG");
    (void)begin(rig, "http://cam/", &answer);
    far_done(":80/", -ECONNREFUSED, "connection refused by cam:80");
    assert_int_equal(answer.error, -ECONNREFUSED);
    assert_string_equal(answer.sentence, "connection refused by cam:80");
    assert_int_equal(answer.n, 1);
    assert_int_equal(far_clients, 0);
}

static void test_addresses_that_are_not_tried(void **state)
{
    struct rig *rig = *state;
    struct answer answer = {0};
    struct probe *probe = NULL;
    char wrong[MJPEG_SENTENCE_MAX_BYTES];
    struct probe_params params = {
        .registry = rig->registry, .url = "http://127.0.0.1/", .done = on_done, .ctx = &answer};
    assert_int_equal(probe_begin(&params, &probe, wrong), -EACCES);
    params.url = "file:///etc/passwd";
    assert_int_equal(probe_begin(&params, &probe, wrong), -EINVAL);
    assert_null(probe);
    assert_int_equal(answer.n, 0);
    far_asked("");
}

static void test_cancelled(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    struct probe *probe = begin(rig, "http://cam/", &answer);
    far_head(":80/", 200, FAR_STREAM_TYPE);
    probe_cancel(probe);
    probe_cancel(NULL);
    assert_int_equal(answer.n, 0);
    assert_int_equal(far_clients, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_first_picture_of_a_stream_will_do, far_setup,
                                        far_teardown),
        cmocka_unit_test_setup_teardown(test_a_single_picture, far_setup, far_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_is_said, far_setup, far_teardown),
        cmocka_unit_test_setup_teardown(test_addresses_that_are_not_tried, far_setup, far_teardown),
        cmocka_unit_test_setup_teardown(test_cancelled, far_setup, far_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
