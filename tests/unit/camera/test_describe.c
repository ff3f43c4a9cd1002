/* The camera object: its members, and that they are those of docs/protocol.md. */
#include "camera/internal.h"
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

/* The members that the table of section 2.4 lists, in one string: "`id` `name` …". */
static void read_table(char *out, size_t cap)
{
    static char doc[65536];
    FILE *file = fopen(PROTOCOL_MD, "r");
    assert_non_null(file);
    doc[fread(doc, 1, sizeof(doc) - 1, file)] = '\0';
    fclose(file);
    struct text members = text_over(out, cap);
    char *line = strstr(doc, "### 2.4 Camera object");
    assert_non_null(line);
    char *end = strstr(line, "\n## ");
    assert_non_null(end);
    *end = '\0';
    for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "| `", 3) == 0)
            text_add(&members, "%.*s", (int)strcspn(line + 2, "|"), line + 2);
    assert_false(members.cut);
}

static void test_members_are_those_of_the_document(void **state)
{
    struct rig *rig = *state;
    char table[1024], quoted[64];
    read_table(table, sizeof(table));
    rig_camera(rig, true);
    json_t *o = camera_describe(rig->camera, rig->now_us);
    const char *member;
    json_t *value;
    size_t documented = 0;
    json_object_foreach(o, member, value)
    {
        snprintf(quoted, sizeof(quoted), "`%s`", member);
        if (!strstr(table, quoted))
            fail_msg("%s is not documented", member);
    }
    for (char *p = table; (p = strchr(p, '`')); p++)
        documented++;
    assert_int_equal(documented / 2, json_object_size(o));
    json_decref(o);
}

static void test_a_new_camera(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    static const struct {
        const char *member, *value;
    } ROWS[] = {
        {"id", "\"porch\""},
        {"name", "\"porch\""},
        {"source", "\"push\""},
        {"model", "\"AtomS3R-M12\""},
        {"controlled", "true"},
        {"state", "\"asleep\""},
        {"state_since_s", "0.0"},
        {"sleeping_for_s", "null"},
        {"retry_in_s", "null"},
        {"error", "null"},
        {"width", "null"},
        {"height", "null"},
        {"fps", "null"},
        {"encoder", "null"},
        {"encoder_note", "null"},
        {"battery", "null"},
        {"controls",
         "[{\"name\":\"brightness\",\"type\":\"int\",\"min\":-2,\"max\":2,\"step\":1,\"default\":0,"
         "\"value\":0,\"group\":\"image\"},{\"name\":\"mirror\",\"type\":\"bool\",\"default\":"
         "false,\"value\":false,\"group\":\"image\"}]"},
        {"streams", "{\"jpeg\":1,\"h264\":2}"},
        {"why", "[]"},
        {"awake_today_s", "{\"total\":0}"},
        {"last_frame_age_s", "null"},
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        assert_string_equal(rig_described(rig, ROWS[i].member), ROWS[i].value);
}

static void test_why(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *leases[5];
    leases[0] = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_pass(rig, 50 * US_PER_S);
    leases[1] = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    leases[2] = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    leases[3] = rig_lease(rig, LEASE_SNAPSHOT, RENDITION_JPEG);
    leases[4] = rig_lease(rig, LEASE_RECORD, RENDITION_H264);
    rig_pass(rig, 11 * US_PER_S);
    assert_string_equal(rig_described(rig, "why"),
                        "[{\"reason\":\"viewer\",\"rendition\":\"jpeg\",\"count\":1,\"for_s\":11},"
                        "{\"reason\":\"viewer\",\"rendition\":\"h264\",\"count\":2,\"for_s\":61},"
                        "{\"reason\":\"snapshot\",\"rendition\":\"jpeg\",\"count\":1,\"for_s\":11},"
                        "{\"reason\":\"record\",\"rendition\":\"h264\",\"count\":1,\"for_s\":11}]");
    lease_release(&leases[0]); /* the next oldest counts */
    assert_non_null(
        strstr(rig_described(rig, "why"), "\"rendition\":\"h264\",\"count\":1,\"for_s\":11"));
    for (int i = 1; i < 5; i++)
        lease_release(&leases[i]);
}

static void test_encoder(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig->stats.encoder = "openh264";
    assert_string_equal(rig_described(rig, "encoder"), "null"); /* nothing is encoded */
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    rig_good_frame(rig);
    rig->stats.encoder = "openh264";
    assert_string_equal(rig_described(rig, "encoder"), "\"openh264\"");
    assert_string_equal(rig_described(rig, "encoder_note"), "null");
    rig->stats.device = "/dev/video11";
    assert_string_equal(rig_described(rig, "encoder_note"), "null");
    rig->stats.device_error = -ETIMEDOUT;
    assert_string_equal(rig_described(rig, "encoder_note"),
                        "\"the hardware encoder /dev/video11 failed (Connection timed out); "
                        "software encodes\"");
    rig->stats.device = NULL;
    rig->stats.device_error = -ENOENT;
    assert_string_equal(rig_described(rig, "encoder_note"),
                        "\"this machine has no hardware encoder; software encodes\"");
    rig->stats.device_error = -EACCES;
    assert_string_equal(rig_described(rig, "encoder_note"),
                        "\"no hardware encoder can be opened by this user; software encodes\"");
    lease_release(&lease);
}

/* H.264 has room for 4096x2304. */
static void test_pictures_that_h264_cannot_hold(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    assert_non_null(strstr(rig_described(rig, "streams"), "\"h264\":2"));
    camera->width = 4096;
    camera->height = 2304;
    assert_true(camera_has_h264(camera));
    camera->height = 2305;
    assert_false(camera_has_h264(camera));
    assert_non_null(strstr(rig_described(rig, "streams"), "\"h264\":null"));
    assert_non_null(strstr(rig_described(rig, "encoder_note"), "4096 × 2305"));
    camera->height = 480;
    assert_string_equal(rig_described(rig, "encoder_note"), "null");
}

/* Within a second, and only where it changed. */
static void test_encoder_is_told(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    static const int errors[] = {0, 0, -EIO, -EIO, 0};
    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        rig->stats = (struct maker_stats){.encoder = "x264", .device_error = errors[i]};
        rig_turn(rig);
        rig->told_of = 0;
        for (unsigned n = 0; n < 12; n++) { /* more than a second */
            rig_pass(rig, 100 * US_PER_MS);
            rig_good_frame(rig);
        }
        rig_turn(rig);
        const bool news = i == 0 || errors[i] != errors[i - 1];
        assert_int_equal(rig->told_of > 0, news);
    }
    lease_release(&lease);
}

static void test_since(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig_pass(rig, 1234 * US_PER_MS);
    assert_string_equal(rig_described(rig, "state_since_s"), "1.234");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    assert_string_equal(rig_described(rig, "state_since_s"), "0.0");
    lease_release(&lease);
}

static void test_awake_hours(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    rig_pass(rig, 3600 * US_PER_S);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    rig_pass(rig, 1500 * US_PER_MS);
    lease_release(&lease);
    json_t *o = camera_describe_awake(rig->camera, rig->now_us);
    char *text = json_dumps(o, JSON_COMPACT);
    assert_string_equal(json_string_value(json_object_get(o, "day")), "2026-11-20");
    assert_int_equal(json_array_size(json_object_get(o, "hours")), 24);
    assert_non_null(strstr(text, "[{\"hour\":0,\"total\":0.0},"
                                 "{\"hour\":1,\"viewer\":1.5,\"total\":1.5},"
                                 "{\"hour\":2,\"total\":0.0},"));
    free(text);
    json_decref(o);
}

/* Ten pictures that the decoder refuses, and none that it took: JPEG then, until the size changes.
 */
static void test_pictures_that_do_not_decode(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_H264);
    for (unsigned round = 0; round < 2; round++) {
        rig->stats.undecodable = round ? 10 : 9;
        for (int i = 0; i < 12; i++) {
            rig_good_frame(rig);
            rig_pass(rig, 100 * US_PER_MS);
        }
        assert_int_equal(camera_has_h264(camera), round == 0);
    }
    assert_string_equal(rig_described(rig, "encoder_note"),
                        "\"its JPEGs cannot be decoded for H.264; showing JPEG instead\"");
    assert_string_equal(rig_described(rig, "streams"), "{\"jpeg\":1,\"h264\":null}");
    rig->stats.undecodable = 0; /* another maker */
    rig_frame(rig, 320, 240, 128, false);
    assert_true(camera_has_h264(camera));
    lease_release(&lease);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_members_are_those_of_the_document),
        T(test_a_new_camera),
        T(test_why),
        T(test_encoder),
        T(test_pictures_that_h264_cannot_hold),
        T(test_pictures_that_do_not_decode),
        T(test_encoder_is_told),
        T(test_since),
        T(test_awake_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
