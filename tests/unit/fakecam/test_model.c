#include "tools/fakecam/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct options options_of(uint16_t width, uint16_t height)
{
    return (struct options){.id = "yard",
                            .name = "Yard",
                            .width = width,
                            .height = height,
                            .fps_milli = 15000,
                            .quality = 70};
}

static void every_own_size_finds_its_place(void **state)
{
    (void)state;
    static const struct {
        uint16_t width, height;
        unsigned place, count;
    } table[] = {
        {32, 32, 0, 9},     {160, 120, 0, 8},   {324, 242, 2, 9},
        {640, 480, 3, 8},   {480, 640, 3, 9},   {1280, 720, 6, 8},
        {1600, 1200, 7, 8}, {4096, 4096, 8, 9}, {720, 1280, 6, 9},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct options options = options_of(table[i].width, table[i].height);
        struct model model;
        model_init(&model, &options, NULL, 0);
        const struct agent_params *params = &model.params;
        assert_int_equal(params->sizes_count, table[i].count);
        assert_int_equal(params->default_size, table[i].place);
        assert_int_equal(params->sizes[params->default_size].width, table[i].width);
        assert_int_equal(params->sizes[params->default_size].height, table[i].height);
        for (unsigned j = 1; j < params->sizes_count; j++)
            assert_true(params->sizes[j].width * params->sizes[j].height >=
                        params->sizes[j - 1].width * params->sizes[j - 1].height);
    }
}

static void numbers_go_into_the_names(void **state)
{
    (void)state;
    struct options options = options_of(640, 480);
    struct model model;
    model_init(&model, &options, NULL, 0);
    assert_string_equal(model.params.id, "yard");
    assert_string_equal(model.params.name, "Yard");
    model_init(&model, &options, NULL, 10000);
    assert_string_equal(model.params.id, "yard-10000");
    assert_string_equal(model.params.name, "Yard 10000");
}

static void quality_begins_with_the_option(void **state)
{
    (void)state;
    struct options options = options_of(640, 480);
    struct model model;
    model_init(&model, &options, NULL, 0);
    assert_int_equal(model.params.controls_count, MODEL_CONTROL_COUNT);
    assert_string_equal(model.params.controls[MODEL_QUALITY].name, "quality");
    assert_int_equal(model.params.controls[MODEL_QUALITY].preset, 70);
    for (unsigned i = 0; i < MODEL_CONTROL_COUNT; i++) {
        const struct agent_control *control = &model.params.controls[i];
        assert_true(control->name && control->step > 0 && control->min < control->max);
        for (int32_t option = control->min; control->options && option <= control->max; option++)
            assert_non_null(control->options[option]);
        assert_true(!control->options || !control->options[control->max + 1]);
        assert_in_range(control->preset - control->min, 0, control->max - control->min);
    }
}

static void a_file_has_its_own_size_and_nothing_to_set(void **state)
{
    (void)state;
    struct options options = options_of(640, 480);
    const struct mjpeg mjpeg = {.count = 1, .width = 800, .height = 601};
    struct model model;
    model_init(&model, &options, &mjpeg, 0);
    assert_int_equal(model.params.sizes_count, 1);
    assert_int_equal(model.params.sizes[0].height, 601);
    assert_int_equal(model.params.controls_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_own_size_finds_its_place),
        cmocka_unit_test(numbers_go_into_the_names),
        cmocka_unit_test(quality_begins_with_the_option),
        cmocka_unit_test(a_file_has_its_own_size_and_nothing_to_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
