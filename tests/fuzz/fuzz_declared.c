#include <stdlib.h>
#include <string.h>

#include "app/declared_file.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[4096], error[DECLARED_ERROR_MAX] = "";
    struct declared declared;
    if (len_bytes >= sizeof(text))
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    if (declared_parse("f", text, len_bytes, &declared, error) < 0) {
        CHECK(strlen(error) > 5);
        return 0;
    }
    CHECK(!declared.name || *declared.name);
    CHECK(!declared.url || *declared.url);
    declared_finish(&declared);
    return 0;
}
