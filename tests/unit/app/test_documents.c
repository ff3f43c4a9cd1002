/* What the manual and the sample file say about the configuration is what the program knows. */
#include "app/config_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/config.h"
#include "base/alloc.h"

enum { KEYS_MAX = 64 };

static char *read_document(const char *name)
{
    char path[512], *text = NULL;
    size_t len_bytes = 0;
    snprintf(path, sizeof(path), "%s/%s", SOURCE_DIR, name);
    assert_int_equal(config_read_file(path, &text, &len_bytes), 0);
    return text;
}

static void expect_all_keys(const bool seen[KEYS_MAX], const char *document)
{
    for (unsigned i = 0; config_key_name(i); i++)
        if (!seen[i])
            fail_msg("%s does not speak of `%s`", document, config_key_name(i));
}

static void sample_file_holds_every_key_at_its_default(void **state)
{
    (void)state;
    bool seen[KEYS_MAX] = {0};
    char *text = read_document("dist/eyelid.conf"), *at = text, *line;
    while ((line = strsep(&at, "\n"))) {
        char key[64], value[128] = "";
        if (sscanf(line, "#%63[a-z_0-9] = %127[^\n]", key, value) < 1 || !strstr(line, " ="))
            continue;
        int i = config_key_find(key);
        if (i < 0)
            fail_msg("dist/eyelid.conf speaks of `%s`, which is no key", key);
        const char *initial = config_key_default((unsigned)i);
        assert_string_equal(value, initial ? initial : "/var/lib/eyelid");
        seen[i] = true;
    }
    mem_free(text);
    expect_all_keys(seen, "dist/eyelid.conf");
}

static void sample_file_is_fine_with_everything_uncommented(void **state)
{
    (void)state;
    char *text = read_document("dist/eyelid.conf");
    for (char *p = text; (p = strchr(p, '#')); p++)
        if ((p == text || p[-1] == '\n') && p[1] >= 'a' && p[1] <= 'z')
            *p = ' ';
    struct config_sources sources = {
        .file_name = "eyelid.conf", .file_text = text, .file_len_bytes = strlen(text)};
    struct config *config = NULL;
    char *error = NULL;
    if (config_parse(&sources, &config, &error) < 0)
        fail_msg("%s", error);
    config_destroy(config);
    mem_free(text);
}

static void manual_holds_every_key_and_no_other(void **state)
{
    (void)state;
    bool seen[KEYS_MAX] = {0};
    char *text = read_document("docs/man/eyelid.conf.5"), *at = text, *line;
    while ((line = strsep(&at, "\n"))) {
        if (strncmp(line, ".It Ic ", 7) != 0)
            continue;
        char *keys = line + 7, *key;
        while ((key = strsep(&keys, " ,"))) {
            int i = *key ? config_key_find(key) : 0;
            if (i < 0)
                fail_msg("eyelid.conf(5) speaks of `%s`, which is no key", key);
            if (*key)
                seen[i] = true;
        }
    }
    mem_free(text);
    expect_all_keys(seen, "eyelid.conf(5)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_file_holds_every_key_at_its_default),
        cmocka_unit_test(sample_file_is_fine_with_everything_uncommented),
        cmocka_unit_test(manual_holds_every_key_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
