/* The owner's values for a camera's controls, whatever the schema: the first byte is where the list
 * of controls ends and the values begin; both are written by the grammar. */
#include "camera/control_json.h"

#include <string.h>

#include "check.h"
#include "grammar.h"

static const char *const WORDS[] = {GRAMMAR_JSON,
                                    "{\"name\":\"",
                                    "\",\"type\":\"int\",\"min\":",
                                    ",\"max\":",
                                    ",\"step\":",
                                    ",\"default\":",
                                    ",\"value\":",
                                    "\",\"type\":\"bool\",\"default\":",
                                    "\",\"type\":\"menu\",\"options\":[\"",
                                    "\"],\"default\":\"",
                                    ",\"group\":\"",
                                    ",\"auto\":\"",
                                    "b",
                                    "c",
                                    "brightness",
                                    "mirror",
                                    "mode",
                                    "{\"a\":",
                                    "{\"brightness\":",
                                    "2.0",
                                    "-0.0",
                                    "9007199254740992",
                                    "1e300"};

static json_t *written(const uint8_t *data, size_t len_bytes)
{
    static char text[16 * 1024];
    const size_t len =
        grammar_write(WORDS, sizeof(WORDS) / sizeof(WORDS[0]), data, len_bytes, text, sizeof(text));
    return json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
}

static void check_values(struct controls *controls, json_t *values)
{
    struct control_values read, again;
    char out[96];
    const char *refusal = control_json_read(controls, values, &read, out, sizeof(out));
    if (refusal) {
        CHECK(refusal[0] && strlen(refusal) < sizeof(out));
        return;
    }
    for (unsigned i = 0; i < controls->count; i++)
        CHECK(!(read.mask >> i & 1) || control_accepts(&controls->list[i], read.of[i]));
    controls_update(controls, &read);
    CHECK(controls_update(controls, &read) == 0); /* the second time nothing is new */
    /* As the schema writes them they mean the same. */
    json_t *canonical = control_json_values(controls, &read);
    CHECK(json_object_size(canonical) == json_object_size(values));
    CHECK(control_json_read(controls, canonical, &again, out, sizeof(out)) == NULL);
    CHECK(again.mask == read.mask);
    json_decref(canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct controls controls;
    const size_t cut = len_bytes > 0 && data[0] < len_bytes ? data[0] : len_bytes;
    if (len_bytes < 2 || cut < 1)
        return 0;
    json_t *list = written(data + 1, cut - 1), *values = written(data + cut, len_bytes - cut);
    control_json_schema(list, &controls);
    if (json_is_object(values))
        check_values(&controls, values);
    controls_finish(&controls);
    json_decref(list);
    json_decref(values);
    return 0;
}
