/* What the owner changes: checked, remembered, set again when the device comes back. */
#include "camera/internal.h"
#include "rig.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

/* camera_set with the JSON text; the message, if any, in *ret_message. */
static int set(struct rig *rig, const char *json, const char **ret_message)
{
    json_t *values = json_loads(json, 0, NULL);
    assert_non_null(values);
    *ret_message = "";
    int r = camera_set(rig->camera, values, ret_message);
    json_decref(values);
    return r;
}

static int reset(struct camera *camera)
{
    const char *message;
    json_t *values = json_object();
    int r = camera_replace(camera, values, &message);
    json_decref(values);
    return r;
}

static int64_t value_of(struct rig *rig, const char *name)
{
    const struct controls *controls = camera_schema(rig->camera);
    int place = controls_find(controls, name);
    assert_true(place >= 0);
    return controls->list[place].value;
}

static void test_set(void **state)
{
    struct rig *rig = *state;
    const char *message;
    rig_camera(rig, true);
    rig_turn(rig);
    rig->told_of = 0;
    assert_int_equal(set(rig, "{\"brightness\":1,\"mirror\":true}", &message), 0);
    rig_said(rig, "set {\"brightness\":1,\"mirror\":true} ");
    assert_int_equal(value_of(rig, "brightness"), 1);
    assert_int_equal(value_of(rig, "mirror"), 1);
    rig_turn(rig);
    assert_int_equal(rig->told_of, 1);
    assert_int_equal(set(rig, "{}", &message), 0);
}

static void test_refusals_change_nothing(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *json, *message;
    } ROWS[] = {
        {"{\"brightness\":3}", "brightness must be -2 to 2"},
        {"{\"brightness\":1.5}", "brightness must be -2 to 2"},
        {"{\"brightness\":\"1\"}", "brightness must be -2 to 2"},
        {"{\"mirror\":1}", "mirror must be true or false"},
        {"{\"mirror\":true,\"zoom\":1}", "this camera has no control \"zoom\""},
        {"{\"mirror\":true,\"no\\nname\":1}", "this camera has no control \"?\""},
    };
    rig_camera(rig, true);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const char *message;
        assert_int_equal(set(rig, ROWS[i].json, &message), -EINVAL);
        assert_string_equal(message, ROWS[i].message);
        rig_said(rig, "");
        assert_int_equal(value_of(rig, "mirror"), 0);
        assert_int_equal(json_object_size(rig->camera->settings), 0);
    }
}

static void test_no_controls(void **state)
{
    struct rig *rig = *state;
    const char *message;
    rig_camera(rig, false);
    assert_int_equal(set(rig, "{\"brightness\":1}", &message), -ENOTSUP);
    rig_said(rig, "");
}

static void test_set_while_it_is_away(void **state)
{
    struct rig *rig = *state;
    const char *message;
    camera_source_down(rig_camera(rig, true));
    assert_int_equal(set(rig, "{\"brightness\":-1}", &message), -ENOTCONN);
    assert_int_equal(value_of(rig, "brightness"), -1);
    rig_device_up(rig, true);
    rig_said(rig, "set {\"brightness\":-1} stop "); /* before anything else */
    assert_int_equal(value_of(rig, "brightness"), -1);
    camera_source_down(rig->camera);
    rig_device_up(rig, true);
    rig_said(rig, "set {\"brightness\":-1} stop "); /* every time: it forgets when it restarts */
}

static void test_what_no_longer_fits_is_not_set(void **state)
{
    struct rig *rig = *state;
    camera_source_down(rig_camera(rig, true));
    registry_load_setting(rig->registry, "porch", "brightness", "7");
    registry_load_setting(rig->registry, "porch", "zoom", "2");
    rig_device_up(rig, true);
    rig_said(rig, "stop ");
    camera_source_down(rig->camera);
    registry_load_setting(rig->registry, "porch", "mirror", "true");
    rig_device_up(rig, true);
    rig_said(rig, "set {\"mirror\":true} stop ");
}

static void test_a_device_that_has_the_values_is_left_alone(void **state)
{
    struct rig *rig = *state;
    camera_source_down(rig_camera(rig, true));
    registry_load_setting(rig->registry, "porch", "mirror", "false");
    rig_device_up(rig, true);
    rig_said(rig, "stop ");
}

static void test_a_value_that_may_not_be_is_not_taken_for_the_owners(void **state)
{
    struct rig *rig = *state;
    camera_source_down(rig_camera(rig, true));
    registry_load_setting(rig->registry, "porch", "brightness", "2");
    rig_device_up(rig, true);
    rig_said(rig, "set {\"brightness\":2} stop ");
    struct controls controls = {0};
    assert_int_equal(controls_add(&controls, &(struct control){.name = "brightness",
                                                               .min = -2,
                                                               .max = 2,
                                                               .fallback = 5000,
                                                               .value = 5000}),
                     0);
    camera_learned(rig->camera, NULL, &controls);
    controls_finish(&controls);
    assert_int_equal(value_of(rig, "brightness"), 2);
    rig_said(rig, "set {\"brightness\":2} ");
    assert_int_equal(reset(rig->camera), 0);
    rig_said(rig, "set {\"brightness\":2} "); /* its default was as impossible */
}

static void on_changed(void *ctx, struct camera *camera, unsigned what)
{
    (void)what;
    (void)ctx;
    (void)camera;
}

static void on_reported(void *ctx, struct camera *camera, json_t *values)
{
    struct rig *rig = ctx;
    assert_ptr_equal(camera, rig->camera);
    char *text = json_dumps(values, JSON_COMPACT | JSON_SORT_KEYS);
    text_add(&rig->said, "reported %s ", text);
    free(text);
}

static void on_refused(void *ctx, struct camera *camera, const char *control, const char *why)
{
    struct rig *rig = ctx;
    assert_ptr_equal(camera, rig->camera);
    text_add(&rig->said, "refused %s: %s ", control, why);
}

static void test_what_the_device_reports(void **state)
{
    struct rig *rig = *state;
    rig_camera(rig, true);
    struct registry_observer observer = {
        .changed = on_changed, .reported = on_reported, .refused = on_refused, .ctx = rig};
    registry_observe(rig->registry, &observer);
    struct control_values values = {0};
    control_values_put(&values, 0, 2);
    camera_controls_changed(rig->camera, &values);
    rig_said(rig, "reported {\"brightness\":2} ");
    assert_int_equal(value_of(rig, "brightness"), 2);
    assert_int_equal(json_object_size(rig->camera->settings), 0); /* not the owner's choice */
    rig_turn(rig);
    rig->told_of = 0;
    camera_controls_changed(rig->camera, &values); /* as before: told, and nothing changed */
    rig_said(rig, "reported {\"brightness\":2} ");
    camera_refused(rig->camera, 1, "the lens is glued");
    rig_said(rig, "refused mirror: the lens is glued ");
    rig_turn(rig);
    assert_int_equal(rig->told_of, 0);
    rig_device_up(rig, false);
    camera_controls_changed(rig->camera, &values); /* it has none any more */
    rig_said(rig, "detached stop reported {} ");
    registry_unobserve(&observer);
}

static void test_a_real_that_is_whole_is_an_integer(void **state)
{
    struct rig *rig = *state;
    const char *message = NULL;
    rig_camera(rig, true);
    assert_int_equal(set(rig, "{\"brightness\":2.0}", &message), 0);
    rig_said(rig, "set {\"brightness\":2} ");
    json_t *kept = json_object_get(rig->camera->settings, "brightness");
    assert_true(json_is_integer(kept));
    assert_int_equal(set(rig, "{\"brightness\":1.5}", &message), -EINVAL);
    assert_non_null(strstr(message, "brightness must be"));
    assert_int_equal(set(rig, "{\"brightness\":1e300}", &message), -EINVAL);
}

static void test_rename(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = rig_camera(rig, true);
    char long_name[CAMERA_NAME_MAX + 2];
    memset(long_name, 'x', sizeof(long_name));
    long_name[CAMERA_NAME_MAX + 1] = '\0';
    assert_int_equal(camera_rename(camera, long_name), -EINVAL);
    assert_int_equal(camera_rename(camera, ""), -EINVAL);
    assert_int_equal(camera_rename(camera, "a\nb"), -EINVAL);
    assert_int_equal(camera_rename(camera, "\xff"), -EINVAL);
    assert_string_equal(camera->name, "porch");
    long_name[CAMERA_NAME_MAX] = '\0';
    assert_int_equal(camera_rename(camera, long_name), 0);
    assert_string_equal(camera->name, long_name);
    /* The limit is of characters, whatever they take. */
    char cats[4 * (CAMERA_NAME_MAX + 1) + 1] = "";
    for (int i = 0; i < CAMERA_NAME_MAX; i++)
        strcat(cats, "\U0001f408");
    assert_int_equal(camera_rename(camera, cats), 0);
    assert_string_equal(camera->name, cats);
    strcat(cats, "\U0001f408");
    assert_int_equal(camera_rename(camera, cats), -EINVAL);
    assert_int_equal(camera_rename(camera, "\u200b\u3000"), -EINVAL);
    rig_turn(rig);
    rig->told_of = 0;
    assert_int_equal(camera_rename(camera, "Veranda \xf0\x9f\x8c\xbb"), 0);
    rig_turn(rig);
    assert_int_equal(rig->told_of, 1);
}

/* --- With a store, from one life of the server to the next. --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void load_camera(void *ctx, const struct store_camera *row)
{
    registry_load_camera(ctx, row);
}

static void load_setting(void *ctx, const char *camera_id, const char *name, const char *value)
{
    registry_load_setting(ctx, camera_id, name, value);
}

static struct store *open_store(struct rig *rig, const char *dir)
{
    struct store *store;
    char *error = NULL;
    struct store_loader loader = {
        .camera = load_camera, .setting = load_setting, .ctx = rig->registry};
    assert_int_equal(store_open(dir, &loader, &store, &error), 0);
    registry_use_store(rig->registry, store);
    return store;
}

static void test_remembered(void **state)
{
    struct rig *rig = *state;
    char dir[] = "/tmp/eyelid-test-XXXXXX";
    const char *message;
    assert_non_null(mkdtemp(dir));
    struct store *store = open_store(rig, dir);
    rig_camera(rig, true);
    assert_int_equal(camera_rename(rig->camera, "Veranda"), 0);
    assert_int_equal(set(rig, "{\"brightness\":2,\"mirror\":true}", &message), 0);
    assert_int_equal(store_flush(store), 0);
    store_close(store);

    rig_registry(rig, &(struct registry_params){0});
    store = open_store(rig, dir);
    rig->camera = registry_find(rig->registry, "porch");
    assert_non_null(rig->camera);
    assert_string_equal(rig->camera->name, "Veranda");
    assert_string_equal(rig_described(rig, "state"), "\"offline\"");
    rig_said(rig, "set {\"brightness\":2,\"mirror\":true} detached ");
    rig_device_up(rig, true);
    rig_said(rig, "set {\"brightness\":2,\"mirror\":true} stop ");
    registry_use_store(rig->registry, NULL);
    store_close(store);
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void test_back_to_defaults(void **state)
{
    struct rig *rig = *state;
    const char *wrong = NULL;
    rig_camera(rig, true);
    json_t *values = json_pack("{s:i,s:b}", "brightness", 2, "mirror", 1);
    assert_int_equal(camera_set(rig->camera, values, &wrong), 0);
    json_decref(values);
    rig_said(rig, "set {\"brightness\":2,\"mirror\":true} ");
    assert_int_equal(reset(rig->camera), 0);
    rig_said(rig, "set {\"brightness\":0,\"mirror\":false} ");
    assert_int_equal(json_object_size(rig->camera->settings), 0);
    /* Nothing is set again when it comes back. */
    camera_source_down(rig->camera);
    assert_int_equal(reset(rig->camera), -ENOTCONN);
    rig_device_up(rig, true);
    rig_said(rig, "stop ");
    rig_device_up(rig, false);
    assert_int_equal(reset(rig->camera), -ENOTSUP);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(test_set),
        T(test_refusals_change_nothing),
        T(test_no_controls),
        T(test_set_while_it_is_away),
        T(test_what_no_longer_fits_is_not_set),
        T(test_a_device_that_has_the_values_is_left_alone),
        T(test_a_value_that_may_not_be_is_not_taken_for_the_owners),
        T(test_what_the_device_reports),
        T(test_a_real_that_is_whole_is_an_integer),
        T(test_rename),
        T(test_remembered),
        T(test_back_to_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
