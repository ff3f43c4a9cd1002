/* The first byte chooses how sizes are counted; the rest is a status. */
#include "check.h"
#include "pull/espcam.h"

static void check_controls(json_t *list, enum espcam_count count)
{
    size_t i;
    json_t *control;
    json_array_foreach(list, i, control)
    {
        const char *variable = NULL;
        int number = -1000;
        /* What it says it is, it may be told to be. */
        CHECK(espcam_command(count, json_string_value(json_object_get(control, "name")),
                             json_object_get(control, "value"), &variable, &number));
        CHECK(variable && number >= -5 && number <= 1536);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    json_t *status;
    uint16_t width = 0, height = 0;
    if (len_bytes < 1 || espcam_status((const char *)data + 1, len_bytes - 1, &status) < 0)
        return 0;
    enum espcam_count count = (enum espcam_count)(data[0] % (ESPCAM_COUNT_2024 + 1));
    json_t *list = espcam_controls(status, count), *values = espcam_values(status, count);
    check_controls(list, count);
    CHECK(json_object_size(values) <= json_array_size(list));
    CHECK(espcam_size(status) >= 0 && espcam_size(status) < 256);
    int largest = espcam_largest(status, count, &width, &height);
    CHECK((largest > 0) == (count != ESPCAM_COUNT_UNKNOWN) && (largest == 0 || width >= height));
    espcam_count_of(status, 640, 480);
    json_decref(list);
    json_decref(values);
    json_decref(status);
    return 0;
}
