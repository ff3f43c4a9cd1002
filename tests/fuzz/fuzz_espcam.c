/* The first byte chooses how sizes are counted; the rest is a status, from 0x80 on written by the
 * grammar. */
#include "check.h"
#include "grammar.h"
#include "pull/espcam.h"

static const char *const WORDS[] = {GRAMMAR_JSON,
                                    "{\"xclk\":20,\"pixformat\":4,\"framesize\":",
                                    "framesize",
                                    "quality",
                                    "brightness",
                                    "contrast",
                                    "saturation",
                                    "sharpness",
                                    "special_effect",
                                    "wb_mode",
                                    "awb",
                                    "awb_gain",
                                    "aec",
                                    "aec2",
                                    "ae_level",
                                    "aec_value",
                                    "agc",
                                    "agc_gain",
                                    "gainceiling",
                                    "bpc",
                                    "wpc",
                                    "raw_gma",
                                    "lenc",
                                    "hmirror",
                                    "vflip",
                                    "dcw",
                                    "colorbar",
                                    "led_intensity",
                                    "0xd300",
                                    "sensor",
                                    "pixformat",
                                    ",\"quality\":",
                                    ",\"hmirror\":",
                                    ",\"framesize\":"};

static void check_controls(const struct controls *controls, enum espcam_numbering count)
{
    for (unsigned i = 0; i < controls->count; i++) {
        const char *variable = NULL;
        int number = -1000;
        /* A value that it reports can be set. */
        CHECK(
            espcam_command(count, &controls->list[i], controls->list[i].value, &variable, &number));
        CHECK(variable && number >= -5 && number <= 1536);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    json_t *status;
    uint16_t width = 0, height = 0;
    struct controls controls;
    struct control_values values;
    static char text[8192];
    if (len_bytes < 1)
        return 0;
    enum espcam_numbering count = (enum espcam_numbering)(data[0] % (ESPCAM_NUMBERING_2024 + 1));
    const bool is_written = data[0] >= 0x80;
    if (is_written)
        len_bytes = grammar_write(WORDS, sizeof(WORDS) / sizeof(WORDS[0]), data + 1, len_bytes - 1,
                                  text, sizeof(text));
    if ((is_written ? espcam_status(text, len_bytes, &status)
                    : espcam_status((const char *)data + 1, len_bytes - 1, &status)) < 0)
        return 0;
    espcam_controls(status, count, &controls);
    espcam_values(&controls, status, count, &values);
    check_controls(&controls, count);
    /* What it has now is what its controls show. */
    CHECK(controls_update(&controls, &values) == 0);
    CHECK(espcam_size(status) >= 0 && espcam_size(status) < 256);
    int largest = espcam_largest(status, count, &width, &height);
    CHECK((largest > 0) == (count != ESPCAM_NUMBERING_UNKNOWN) &&
          (largest == 0 || width >= height));
    espcam_numbering_of(status, 640, 480);
    controls_finish(&controls);
    json_decref(status);
    return 0;
}
